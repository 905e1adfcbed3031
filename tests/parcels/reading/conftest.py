"""Reading files in tests: in the child as the product does it, or in this process where only the parsing matters."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gis_service.parcels.reading.reader import read
from gis_service.parcels.reading.request import Request
from gis_service.parcels.reading.result import Limits, ReadResult, Row, Summary, Unreadable

SHARED = Path(__file__).parents[4] / "shared" / "data"
#: No file, however hostile, may take longer than this.
PATIENCE_S = 10


@dataclass(frozen=True)
class Got:
    """A file that was read, with its rows in memory."""

    summary: ReadResult | Summary
    rows: list[Row]

    @property
    def codes(self) -> list[str]:
        """Codes of all issues, of the file first."""
        return [found.code for found in self.summary.issues] + [i.code for row in self.rows for i in row.issues]

    @property
    def area_m2(self) -> float:
        return sum(row.source_area_m2 or 0 for row in self.rows)


def _written(content: bytes | str | Path, name: str, folder: Path) -> Path:
    if isinstance(content, Path):
        return content
    path = folder / f"upload-{len(list(folder.iterdir()))}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def read_file(tmp_path: Path) -> Iterator[Callable[..., Got]]:
    """Read bytes, text or a path under a name a person might have given it, in the child."""
    opened: list[ReadResult] = []

    def reading(content: bytes | str | Path, name: str, **asked: Any) -> Got:
        result = read(_written(content, name, tmp_path), file_name=name, **asked)
        opened.append(result)
        return Got(result, list(result.rows))

    yield reading
    for result in opened:
        result.close()


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., Unreadable]:
    """The refusal of a file: two sentences, in time."""

    def refusing(content: bytes | str | Path, name: str, **asked: Any) -> Unreadable:
        path = _written(content, name, tmp_path)
        started = time.monotonic()
        with pytest.raises(Unreadable) as refusal:
            read(path, file_name=name, **asked)
        assert time.monotonic() - started < PATIENCE_S
        assert refusal.value.zh
        assert refusal.value.en
        assert "{" not in refusal.value.zh
        return refusal.value

    return refusing


@pytest.fixture
def parse_file(tmp_path: Path) -> Callable[..., Got]:
    """Run one reader in this process: quick, for the many shapes one format comes in."""

    def parsing(
        reader: Callable[..., Summary], content: bytes | str | Path, *, name: str = "upload", **asked: Any
    ) -> Got:
        folder = tmp_path / f"cell-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        raw = content.read_bytes() if isinstance(content, Path) else content
        (folder / "input").write_bytes(raw.encode() if isinstance(raw, str) else raw)
        rows: list[Row] = []
        limits = asked.pop("limits", Limits())
        summary = reader(Request(kind="", file=name, folder=folder, limits=limits, **asked), rows.append)
        return Got(summary, rows)

    return parsing


@pytest.fixture
def shared() -> Path:
    """The folder of real files, where this machine has it."""
    if not SHARED.is_dir():
        pytest.skip("the shared sample files (../shared/data) are not on this machine")
    return SHARED
