"""Write a sealed evidence pack. What is written from the same input is the same to the last byte."""

import hashlib
import json
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gis_service.core.chain import START, link
from gis_service.core.clock import BEIJING
from gis_service.evidence import verifier
from gis_service.evidence.errors import BadPackPath, BrokenStepChain, PackTooLarge
from gis_service.evidence.verifier import FORMAT, MANIFEST, STEPS

FOLDERS = {"原件": "originals", "文书": "papers", "地图": "maps", "表格": "tables"}
"""The folders that contents may stand in, and what they hold."""

CHUNK = 1 << 20
GIGABYTE = 1 << 30
MOST_BYTES, MOST_FILES = 4 * GIGABYTE - (64 << 20), 60_000
"""What a plain ZIP holds without the extension for large files, which many an old program cannot open."""

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
PLACEHOLDER = b"0" * verifier.COMMENT_BYTES

# what Windows, macOS or a terminal would not take as part of a file name
_UNFIT = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')


@dataclass(frozen=True)
class Item:
    """One file of a pack: where it stands, such as `原件/照片/1.jpg`, its bytes or the file that has them, and what it is."""

    path: str
    content: bytes | Path
    kind: str
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seal:
    """What is noted elsewhere when a pack is sealed; all in hexadecimal digits.

    `pack_sha256` is that of the whole file, as `sha256sum` prints it.
    """

    pack_sha256: str
    manifest_sha256: str
    steps_head: str
    bytes: int


def write_pack(
    out: BinaryIO,
    contents: Iterable[Item],
    *,
    steps: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
    sealed_at: datetime,
) -> Seal:
    """Write the pack to `out` and return its seal.

    `steps` carry their `seq` (1, 2, …), `previous_hash` and `hash` as `core.chain.link` makes them; `about` says what the
    pack is about, at least its `title`. Raises `BadPackPath`, `BrokenStepChain` or `PackTooLarge`, leaving `out` untouched.
    """
    head = head_of(steps)
    with tempfile.TemporaryFile() as aside:
        with _too_large(), zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
            writer = _Writer(archive, sealed_at)
            for item in contents:
                check_path(item.path)
                writer.add(item)
            for item in _own(writer.files, steps, about, sealed_at, head):
                writer.add(item)
            manifest = _manifest(writer.files, about, sealed_at, head, len(steps))
            writer.add(Item(MANIFEST, manifest, "manifest", "清单"))
            archive.comment = PLACEHOLDER
        size, digest = _sealed(aside, out)
    return Seal(digest, hashlib.sha256(manifest).hexdigest(), head, size)


def head_of(steps: Sequence[Mapping[str, Any]]) -> str:
    """The hash of the last step; raises `BrokenStepChain` at the first that does not follow the one before."""
    previous = START
    for number, step in enumerate(steps, 1):
        follows = step.get("seq") == number and step.get("previous_hash") == previous
        if not follows or step.get("hash") != link(previous, step):
            raise BrokenStepChain(seq=number)
        previous = step["hash"]
    return previous


def check_path(path: str) -> None:
    """Refuse a path that would not unpack to exactly itself on any machine; raises `BadPackPath`."""
    parts = path.split("/")
    if parts[0] not in FOLDERS or len(parts) < 2:
        raise _bad(path, f"应放在 {'、'.join(FOLDERS)} 之一内", f"it must stand in one of {', '.join(FOLDERS)}")
    if _UNFIT.search(path) or not path.isprintable() or unicodedata.normalize("NFC", path) != path:
        raise _bad(path, "含有文件名不允许的字符", "it has characters that no file name may have")
    if any(not part or part != part.strip(" .") or len(part.encode()) > 200 for part in parts):
        raise _bad(
            path,
            "有一级名称为空、过长或首尾为空格或点",
            "a part is empty, too long, or begins or ends with a space or dot",
        )


def _bad(path: str, zh: str, en: str) -> BadPackPath:
    return BadPackPath(path=path.encode(errors="replace").decode(), fault_zh=zh, fault_en=en)


class _Writer:
    """Puts files into the archive one after the other and remembers what the manifest will say of them."""

    def __init__(self, archive: zipfile.ZipFile, sealed_at: datetime):
        self.archive, self.files = archive, list[dict[str, Any]]()
        self._time = sealed_at.astimezone(BEIJING).timetuple()[:6]
        self._names: set[str] = set()
        self._bytes = 0

    def add(self, item: Item) -> None:
        if item.path.casefold() in self._names:
            raise _bad(item.path, "与另一个文件同名(不分大小写)", "another file has this name (case aside)")
        self._names.add(item.path.casefold())
        info = zipfile.ZipInfo(item.path, self._time)
        info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every machine
        info.file_size = item.content.stat().st_size if isinstance(item.content, Path) else len(item.content)
        self._bytes += info.file_size
        if self._bytes > MOST_BYTES or len(self._names) > MOST_FILES:
            raise _over()
        digest, size = hashlib.sha256(), 0
        with self.archive.open(info, "w") as target:
            for chunk in _chunks(item.content):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        about = {"bytes": size, "sha256": digest.hexdigest(), "kind": item.kind, "title": item.title}
        self.files.append({"order": len(self.files) + 1, "path": item.path, **about, "facts": dict(item.facts)})


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _own(
    files: list[dict[str, Any]],
    steps: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
    sealed_at: datetime,
    head: str,
) -> Iterator[Item]:
    """What the pack says of itself: the steps, the list for people, the note, the verifier."""
    log = _json({"format": FORMAT, "start": START, "steps": [dict(step) for step in steps]})
    if len(log) > verifier.MOST_JSON_BYTES:
        raise _over()
    facts = {
        "about": about,
        "files": list(files),
        "steps": steps,
        "head": head,
        "sealed_at": sealed_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
    }
    yield Item(STEPS, log, "steps", "步骤记录")
    yield Item("清单.html", PAGES.get_template("contents.html").render(facts).encode(), "list", "清单(供阅读)")
    yield Item("说明.txt", PAGES.get_template("note.txt").render(facts).encode(), "note", "核验说明")
    yield Item("核验.py", Path(verifier.__file__).read_bytes(), "verifier", "核验程序")


def _manifest(
    files: list[dict[str, Any]], about: Mapping[str, Any], sealed_at: datetime, head: str, count: int
) -> bytes:
    manifest = _json(
        {
            "format": FORMAT,
            "about": dict(about),
            "sealed_at": sealed_at.astimezone(UTC).isoformat(),
            "steps": {"path": STEPS, "count": count, "head": head},
            "files": files,
        }
    )
    if len(manifest) > verifier.MOST_JSON_BYTES:
        raise _over()
    return manifest


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _sealed(aside: IO[bytes], out: BinaryIO) -> tuple[int, str]:
    """Copy the archive, with the hash of all before the comment as its comment; returns the size and hash of the whole."""
    size = aside.seek(0, 2)
    aside.seek(0)
    digest, left = hashlib.sha256(), size - len(PLACEHOLDER)
    while chunk := aside.read(min(CHUNK, left)):
        digest.update(chunk)
        out.write(chunk)
        left -= len(chunk)
    comment = digest.hexdigest().encode()
    out.write(comment)
    digest.update(comment)
    return size, digest.hexdigest()


@contextmanager
def _too_large() -> Iterator[None]:
    try:
        yield
    except (zipfile.LargeZipFile, OverflowError):
        raise _over() from None


def _over() -> PackTooLarge:
    return PackTooLarge(limit_gb=4, limit_files=MOST_FILES)
