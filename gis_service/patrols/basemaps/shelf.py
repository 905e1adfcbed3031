"""Where packages of tiles lie: `var_dir/basemaps`, each file under its SHA-256, each name in a small file that points to it.

A package is replaced in one step (the name is written last), so that a phone in the middle of a download either goes on with the
old file or is told that it is gone; it never gets half of each.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from gis_service.patrols.basemaps import rules
from gis_service.patrols.basemaps.errors import BadCode, UnknownBase
from gis_service.patrols.basemaps.rules import Box, Kind

PIECE = 1 << 20


@dataclass(frozen=True)
class Package:
    """One package as phones are offered it."""

    code: str
    name: str
    area: str | None
    kind: Kind
    gcj02: bool
    min_zoom: int
    max_zoom: int
    box: Box
    made_on: str
    size_bytes: int = 0
    sha256: str = ""


class Shelf:
    def __init__(self, folder: Path):
        self.folder = folder

    def packages(self) -> list[Package]:
        """What is offered, by area and name."""
        found = [self._read(note) for note in self.folder.glob("*.json")] if self.folder.is_dir() else []
        return sorted(
            (one for one in found if self._file(one.sha256).is_file()), key=lambda one: (one.area or "~", one.name)
        )

    def file(self, sha256: str) -> Path:
        """The file of an offered package; raises `UnknownBase`."""
        if any(one.sha256 == sha256 for one in self.packages()):
            return self._file(sha256)
        raise UnknownBase(key=sha256[:12])

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A place to write a package to, on the same disk; what is left there in the end is thrown away."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, prefix="new-", suffix=".part", delete=False) as made:
            path = Path(made.name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def put(self, package: Package, file: Path) -> Package:
        """Offers a file (which is moved) under its code, instead of what had the code before."""
        if not rules.CODE.fullmatch(package.code):
            raise BadCode(key=package.code)
        sha256, size = _hash(file)
        offered = replace(package, sha256=sha256, size_bytes=size)
        file.replace(self._file(sha256))
        note = self.folder / f"{package.code}.json.new"
        note.write_text(json.dumps(asdict(offered), ensure_ascii=False), encoding="utf-8")
        note.replace(self._note(package.code))
        self._sweep()
        return offered

    def remove(self, code: str) -> None:
        """Takes a package back; phones keep what they have. Raises `UnknownBase`."""
        if not rules.CODE.fullmatch(code) or not self._note(code).is_file():
            raise UnknownBase(key=code)
        self._note(code).unlink()
        self._sweep()

    def _sweep(self) -> None:
        offered = {one.sha256 for one in self.packages()}
        for file in self.folder.glob("*.pmtiles"):
            if file.stem not in offered:
                file.unlink()

    def _file(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.pmtiles"

    def _note(self, code: str) -> Path:
        return self.folder / f"{code}.json"

    @staticmethod
    def _read(note: Path) -> Package:
        facts = json.loads(note.read_text(encoding="utf-8"))
        return Package(**facts | {"kind": Kind(facts["kind"]), "box": tuple(facts["box"])})


def _hash(file: Path) -> tuple[str, int]:
    """SHA-256 and size; the bytes are on the disk when this returns."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            digest.update(piece)
        os.fsync(source.fileno())
    return digest.hexdigest(), file.stat().st_size
