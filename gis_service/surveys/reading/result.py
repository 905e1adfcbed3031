"""What reading gives back: the logs that may be kept, and everything a person has to know, each with its place and its remedy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gis_service.surveys.logs import Log

MOST_ERRORS = 2000
"""Errors that are told of one file."""

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Issue:
    """One thing to know or to mend: where it stands, and what to do, in both languages."""

    level: Level
    code: str
    file: str
    sheet: str | None
    row: int | None
    field: str | None
    zh: str
    en: str


@dataclass(frozen=True)
class Read:
    """A file that was read. `crs` is the EPSG code all coordinates are in, None where nothing could be placed."""

    logs: Sequence[Log]
    """Holes without a fault, in the order of the file."""
    issues: Sequence[Issue]
    crs: int | None
    format: str
    refused: Sequence[str] = ()
    """Numbers of the holes that may not be kept."""
    points: int = 0
    """Holes the file tells of, kept or refused."""
    layers: int = 0
    """Layers the file tells of."""

    @property
    def errors(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.level == "error"]

    @property
    def warnings(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.level == "warning"]


class RefusedFile(Exception):
    """The file cannot be read at all."""

    def __init__(self, code: str, zh: str, en: str, *, sheet: str | None = None, row: int | None = None) -> None:
        super().__init__(en)
        self.code, self.zh, self.en, self.sheet, self.row = code, zh, en, sheet, row


@dataclass(frozen=True)
class CellFault:
    """A cell that says nothing that can be used, such as a formula without a result."""

    code: str
    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Entry:
    """One line of a table: where it stands, and the texts of its known columns."""

    sheet: str
    row: int
    said: dict[str, str]
    faults: tuple["CellFault", ...] = ()

    def text(self, name: str) -> str:
        return self.said.get(name, "")


@dataclass
class Tables:
    """The four tables of a file before anything in them is believed, and what the file says of its coordinate system."""

    format: str
    points: list[Entry] = field(default_factory=list)
    layers: list[Entry] = field(default_factory=list)
    samples: list[Entry] = field(default_factory=list)
    results: list[Entry] = field(default_factory=list)
    crs_text: str = ""

    def of(self, name: str) -> list[Entry]:
        found: list[Entry] = getattr(self, name)
        return found


@dataclass
class Notes:
    """Issues as they are found, and the holes they refuse."""

    file: str
    issues: list[Issue] = field(default_factory=list)
    refused: dict[str, None] = field(default_factory=dict)
    error_count: int = 0

    def error(
        self, code: str, zh: str, en: str, *, at: Entry | None = None, field: str | None = None, point: str = "",
        row: int | None = None,
    ) -> None:  # fmt: skip
        """Something that has to be mended; the hole it belongs to is not kept. Too many refuse the file."""
        self._add("error", code, zh, en, at, field, row)
        self.error_count += 1
        if self.error_count == MOST_ERRORS:
            raise RefusedFile(
                "too_many_errors",
                f"错误已有 {MOST_ERRORS} 处,没有再往下读。请先改正这些,或核对是不是这个文件",
                f"There are {MOST_ERRORS} errors, and reading ended here. Mend these first, or check whether it is the right file",
            )
        if point:
            self.refused[point] = None

    def warning(
        self, code: str, zh: str, en: str, *, at: Entry | None = None, field: str | None = None, row: int | None = None,
    ) -> None:  # fmt: skip
        """Something a person should look at."""
        self._add("warning", code, zh, en, at, field, row)

    def _add(
        self, level: Level, code: str, zh: str, en: str, at: Entry | None, field: str | None, row: int | None
    ) -> None:
        sheet = at.sheet if at else None
        number = row if row is not None else (at.row if at else None)
        self.issues.append(Issue(level, code, self.file, sheet, number, field, zh, en))
