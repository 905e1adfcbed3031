"""The process that sets pages: takes one task after another on its input, each a line of JSON, and answers with bytes.

An answer is one line of JSON with the sizes of the files, then the files. Typst cannot be stopped and does not give memory back;
a process can be, and does.
"""

import json
import resource
import sys
import tempfile
from typing import IO, Any

import typst

MEMORY_BYTES = 3 * 1024**3


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    fonts = typst.Fonts(include_embedded_fonts=False)
    with tempfile.TemporaryDirectory(prefix="gis-sheet-") as empty:
        serve(sys.stdin.buffer, sys.stdout.buffer, fonts, empty)


def serve(tasks: IO[bytes], answers: IO[bytes], fonts: Any, root: str) -> None:
    """Typst reads what the task holds and nothing else of the machine: its root is an empty folder."""
    for line in tasks:
        made: list[bytes] = []
        head: dict[str, Any]
        try:
            made = _made(json.loads(line), fonts, root)
            head = {"sizes": [len(each) for each in made]}
        except Exception as fault:  # whatever it is, the parent says it
            head = {"fault": str(fault)[:300]}
        answers.write(json.dumps(head).encode() + b"\n")
        for each in made:
            answers.write(each)
        answers.flush()


def _made(task: dict[str, Any], fonts: Any, root: str) -> list[bytes]:
    pages = task["pages"]
    source = [f"#set document(title: {json.dumps(task['title'], ensure_ascii=False)}, date: auto)"]
    source.append(f'#set text(font: {json.dumps(task["font"], ensure_ascii=False)}, lang: "zh")')
    for n, page in enumerate(pages):
        size = f"width: {page['wide']}mm, height: {page['high']}mm"
        source.append(f'#page({size}, margin: 0mm, image("page{n}.svg", {size}, fit: "contain"))')
    files = {"main.typ": "\n".join(source).encode()}
    files.update({f"page{n}.svg": page["svg"].encode() for n, page in enumerate(pages)})
    made, warnings = typst.compile_with_warnings(
        {"main": files.pop("main.typ"), **files},
        root=root,
        font_paths=fonts,
        format=task["format"],
        ppi=task.get("dpi"),
        timestamp=task["moment"],
        pdf_standards=["a-2b"] if task["format"] == "pdf" else None,
    )
    if warnings:  # an unknown family is only a warning to Typst, and would print in another font
        raise ValueError(warnings[0].message)
    return [bytes(made)] if isinstance(made, bytes) else [bytes(each) for each in made]


if __name__ == "__main__":
    main()
