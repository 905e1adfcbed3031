"""The PDF of a filled DOCX: its pages are read as data and set by one Typst template (`paper.typ`). No office suite is asked."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from gis_service.papers import fonts as faces
from gis_service.papers.docx.body import described
from gis_service.papers.errors import CharactersMissing, FontMissing, PaperTooLong

MAX_CHARACTERS = 300_000
"""Some 400 full pages: more is a mistake of whoever filled the paper in, and would hold up others."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def _source() -> bytes:
    return (files("gis_service.papers") / "paper.typ").read_bytes()


def to_pdf(content: bytes, *, fonts: Mapping[str, str], drawn: Mapping[str, str] | None = None) -> bytes:
    """A DOCX as PDF/A-2b; `fonts` maps the five faces to installed families. The same DOCX makes the same bytes.

    `drawn` has for pictures, by the SHA-256 of their file, the SVG they were made of: it is printed in their place, with real text.

    Raises `TemplateRefused` for what cannot be printed, `CharactersMissing` and `FontMissing` for what a font lacks.
    """
    found = described(content)
    images = found.pop("images")
    modified = found.pop("modified") or EPOCH
    chosen = {face: faces.family(name) for face, name in fonts.items()}
    _check(found, chosen)
    _redraw(found, images, drawn or {})
    data = {**found, "faces": chosen}
    # the template reads this folder and nothing else of the machine
    with tempfile.TemporaryDirectory(prefix="gis-paper-") as folder:
        (Path(folder) / "paper.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        for name, image in images.items():
            (Path(folder) / name).write_bytes(image)
        main = Path(folder) / "main.typ"
        main.write_bytes(_source())
        made, warnings = typst.compile_with_warnings(
            str(main),
            root=folder,
            font_paths=faces.installed(),
            format="pdf",
            pdf_standards=["a-2b"],
            timestamp=int(modified.replace(tzinfo=modified.tzinfo or UTC).timestamp()),
        )
    if warnings:  # an unknown family is only a warning to Typst, and would print in another font
        raise FontMissing(font=str(warnings[0].message))
    return bytes(made)


def _redraw(found: dict[str, Any], images: dict[str, bytes], drawn: Mapping[str, str]) -> None:
    """Put the drawing in the place of each picture that has one."""
    for name, image in list(images.items()):
        drawing = drawn.get(hashlib.sha256(image).hexdigest())
        if drawing is not None:
            del images[name]
            images[f"{name}.svg"] = drawing.encode()
    for run in _runs(found, "image"):
        if f"{run['name']}.svg" in images:
            run["name"] += ".svg"


def _check(found: dict[str, Any], chosen: Mapping[str, tuple[str, bool]]) -> None:
    """Every character has a picture in its font, and there are not too many of them."""
    total = 0
    for run in _texts(found):
        total += len(run["s"])
        if total > MAX_CHARACTERS:
            raise PaperTooLong(characters=total, limit=MAX_CHARACTERS)
        name = chosen[run["look"]["face"]][0]
        lacking = faces.missing(run["s"].replace("\n", ""), name)
        if lacking:
            named = "、".join(f"{sign}(U+{ord(sign):04X})" for sign in lacking[:5])
            raise CharactersMissing(font=name, characters=named, near=run["s"].replace("\u200b", "")[:40])


def _texts(found: Any) -> Iterator[dict[str, Any]]:
    """Every run of text, wherever it stands."""
    return _runs(found, "text")


def _runs(found: Any, kind: str) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        for each in found:
            yield from _runs(each, kind)
    elif isinstance(found, dict):
        if found.get("t") == kind:
            yield found
        else:
            for each in found.values():
                yield from _runs(each, kind)
