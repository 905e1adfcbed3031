"""What an import would make of every file below a folder: a table of outcomes. Reads only, and needs no database.

Each file is read in the same sandboxed child as an import's, with the same limits. A file that is refused is a line of the table.
"""

import logging
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import shapely

from gis_service.core.errors import Refusal
from gis_service.parcels.imports import fixes, jobs, rules, staging
from gis_service.parcels.imports.columns.mapping import Known, Mapped, Mapper, mapper_for
from gis_service.parcels.imports.columns.recognise import Told as SaidOfColumns
from gis_service.parcels.imports.columns.values import MOST_M2
from gis_service.parcels.imports.fixes import Mend, Subject
from gis_service.parcels.imports.notes import Note
from gis_service.parcels.imports.operations import District, Options, given_by
from gis_service.parcels.imports.trial import checks as trial_checks
from gis_service.parcels.imports.trial.checks import Land, Questions, Told
from gis_service.parcels.reading.reader import PARTS
from gis_service.parcels.reading.result import Issue, ReadResult, Row
from gis_service.parcels.reading.sniff import BY_NAME

log = logging.getLogger(__name__)

TEMPORARY = "IMP-0-"
"""Temporary numbers of a trial: there is no batch to name."""

LEVELS = ("error", "warning", "info")

MOST_TRIED = 200
"""Rows on which each mend is tried out."""


class NotOpened(Refusal):
    """A file that the system does not let us open."""

    code, status = "trial.not_opened", 422
    zh = "文件打不开({reason})。请检查权限,或确认文件还在。"
    en = "The file cannot be opened ({reason}). Check the permissions, and that it is still there."


class TrialBroke(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "trial.broke", 500
    zh = "试读时出现意外错误({reason}),已记录。请把文件和日志交给管理员。"
    en = "Something unexpected happened ({reason}) and was logged. Give the file and the log to the administrator."


@dataclass(frozen=True)
class Finding:
    """All that was found under one code: how often, and the first sentence as an example."""

    code: str
    level: str
    rows: int
    first_row: int | None
    zh: str
    en: str


@dataclass(frozen=True)
class Outcome:
    """A line of the table. `acceptable` rows have no error against them; `refusal` says why nothing was read."""

    file: str
    format: str | None = None
    layers: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    with_outline: int = 0
    acceptable: int = 0
    area_m2: float | None = None
    """Planar, all outlines together."""
    crs: dict[str, Any] | None = None
    encoding: dict[str, Any] | None = None
    fixes: dict[str, int] = field(default_factory=dict)
    """Mend → rows that it would change."""
    found: list[Finding] = field(default_factory=list)
    compared: bool = True
    """Whether the outlines were held against each other; not so in files that are too large for that."""
    refusal: dict[str, str] | None = None

    @property
    def good(self) -> bool:
        """Whether all of it could be accepted."""
        return self.refusal is None and self.acceptable == self.rows and not self.file_errors

    @property
    def file_errors(self) -> list[Finding]:
        """Errors of the file as a whole: nothing of it is accepted."""
        return [one for one in self.found if one.level == "error" and one.first_row is None]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "good": self.good}


@dataclass(frozen=True)
class Table:
    """The outcomes, how many files were passed over as no kind of the register's, and the checks that were left out."""

    files: list[Outcome]
    passed_over: int
    left_out: list[str]

    @property
    def good(self) -> bool:
        return all(outcome.good for outcome in self.files)

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [outcome.as_json() for outcome in self.files],
            "passed_over": self.passed_over,
            "left_out": self.left_out,
        }


def table(paths: Iterable[Path], district: District) -> Iterator[Outcome | Table]:
    """Try every file below some folders; gives each outcome as it comes, and the whole table last."""
    wanted, passed_over = files_below(paths)
    base = _base(paths)
    outcomes: list[Outcome] = []
    for path in wanted:
        outcomes.append(tried(path, district, name=os.path.relpath(path, base)))
        yield outcomes[-1]
    yield Table(outcomes, passed_over, trial_checks.left_out())


# --- which files -------------------------------------------------------------------------------------------------


def files_below(paths: Iterable[Path]) -> tuple[list[Path], int]:
    """The files of a kind the register takes, and how many others there are. What was named itself is always tried.

    The parts of a Shapefile or MapInfo table belong to their main file and are no files of their own.
    """
    wanted: dict[Path, None] = {}
    others: set[Path] = set()
    for path in paths:
        if not path.is_dir():
            wanted[path] = None
            continue
        for file in sorted(one for one in path.rglob("*") if one.is_file()):
            if _is_main(file):
                wanted[file] = None
            elif not _is_part(file) and not _is_junk(file):
                others.add(file)
    return list(wanted), len(others)


def _is_main(file: Path) -> bool:
    return file.suffix.lower() in BY_NAME and not _is_junk(file) and not _is_part(file)


def _is_junk(file: Path) -> bool:
    """What operating systems and office programs leave beside files."""
    return file.name.startswith(("._", "~$")) or "__MACOSX" in file.parts


def _is_part(file: Path) -> bool:
    """Whether a file belongs to another beside it: the .dbf of a .shp, the .dat of a .tab."""
    ending = file.suffix.lower()
    mains = {f".{kind}" for kind, parts in ALL_PARTS.items() if ending in parts and ending != f".{kind}"}
    return bool(mains) and any(one.suffix.lower() in mains and one.stem == file.stem for one in file.parent.iterdir())


ALL_PARTS = PARTS | {
    "shp": (*PARTS["shp"], ".sbn", ".sbx", ".qix", ".qpj", ".fix"),
    "tab": (*PARTS["tab"], ".ind"),
}
"""The parts that are read, and those that programs write beside them."""


def _base(paths: Iterable[Path]) -> Path:
    """Where the names of the table begin."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath([folder.absolute() for folder in folders])) if folders else Path()


# --- one file ----------------------------------------------------------------------------------------------------


def tried(path: Path, district: District, options: Options | None = None, *, name: str | None = None) -> Outcome:
    """What an import would make of one file. Whatever happens, it is an outcome."""
    name, options = name or path.name, options or Options()
    try:
        with jobs.read(path, path.name, options) as result:
            return _concluded(name, result, options, district)
    except Refusal as refusal:
        return _refused(name, refusal)
    except OSError as fault:
        return _refused(name, NotOpened(reason=fault.strerror or type(fault).__name__))
    except Exception as fault:
        log.exception("trying %s", name)
        return _refused(name, TrialBroke(reason=type(fault).__name__))


def _refused(name: str, refusal: Refusal) -> Outcome:
    said = {"code": refusal.code, "zh": refusal.sentence("zh"), "en": refusal.sentence("en")}
    return Outcome(name, refusal=said)


def _concluded(name: str, result: ReadResult, options: Options, district: District) -> Outcome:
    trial = _Trial(result, options, district)
    trial.run()
    return Outcome(
        file=name,
        format=result.format,
        layers=[asdict(layer) for layer in result.layers],
        rows=trial.rows,
        with_outline=trial.with_outline,
        acceptable=trial.rows - len(trial.refused_rows),
        area_m2=round(trial.area_m2, 3) if trial.with_outline else None,
        crs=asdict(result.crs),
        encoding=asdict(result.encoding),
        fixes=trial.offered(),
        found=trial.findings(),
        compared=not trial.questions.left,
    )


class _Trial:
    """The walk through the rows of one file."""

    def __init__(self, result: ReadResult, options: Options, district: District):
        self.result, self.district = result, district
        self.mapper, notes = _mapper(result, options)
        self.questions = Questions(district)
        self.told = [_of_reader(issue, issue.row) for issue in result.issues if issue.code not in staging.SUPERSEDED]
        self.told += [_of_note(note, None) for note in notes if _is_known(note)]
        self.rows, self.with_outline, self.area_m2 = 0, 0, 0.0
        self.codes: dict[int, set[str]] = defaultdict(set)
        self.subjects: dict[int, Subject] = {}
        self.beside: dict[int, list[Any]] = defaultdict(list)

    @property
    def refused_rows(self) -> set[int]:
        return {one.row for one in self.told if one.level == "error" and one.row is not None}

    def run(self) -> None:
        for number, row in staging.numbered(self.result):
            self._take(number, row)
        self.told += self.questions.of_all()
        for later, earlier, area_m2 in self.questions.pairs():
            found = trial_checks.overlap(later, earlier, area_m2)
            self.told.append(found)
            self._mendable(
                later.row, [found.code], Subject(later.row, later.shape, None, None, later.plane, None, None)
            )
            self.beside[later.row].append(earlier.shape)

    def _take(self, number: int, row: Row) -> None:
        mapped = self.mapper.row(
            number,
            row.attributes,
            parcel_no=row.parcel_no,
            parcel_name=row.parcel_name,
            area_m2=row.declared_area_m2,
        )
        staging.refuse_classified(number, mapped.notes)
        told = [_of_reader(issue, number) for issue in row.issues if issue.code not in staging.SUPERSEDED]
        told += [_of_note(note, number) for note in mapped.notes if _is_known(note)]
        kept = row.source_area_m2 is not None and row.source_area_m2 < MOST_M2
        if row.geometry is not None and not kept:
            told.append(_of_note(Note("geometry.too_large"), number))
        land = _land(number, row, mapped, told, kept=kept)
        told += self.questions.take(land)
        self.rows += 1
        self.with_outline += land.shape is not None
        self.area_m2 += land.computed_m2 or 0.0
        self.told += told
        self._mendable(number, (one.code for one in told), _subject(number, row, land, self.result.crs.epsg))

    def _mendable(self, number: int, codes: Iterable[str], subject: Subject) -> None:
        """Remember a row that has something a mend answers."""
        self.codes[number] |= set(codes)
        if rules.suited(self.codes[number]):
            self.subjects.setdefault(number, subject)

    def offered(self) -> dict[str, int]:
        """The mends that would change a row, and how many rows: of the first ones, which say as much as all."""
        tried: Counter[str] = Counter()
        counted: Counter[str] = Counter()
        for number, subject in self.subjects.items():
            for fix in rules.suited(self.codes[number]):
                tried[fix] += 1
                if tried[fix] <= MOST_TRIED:
                    mended = fixes.tried_beside(subject, Mend(fix), self.district, self.beside[number])
                    counted[fix] += mended is not None
        return {fix: count for fix, count in counted.items() if count}

    def findings(self) -> list[Finding]:
        """What was found, worst first, each code once."""
        by_code: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for one in self.told:
            by_code[one.level, one.code].append(one)
        found = [
            Finding(code, level, len(told), told[0].row, told[0].zh, told[0].en)
            for (level, code), told in by_code.items()
        ]
        return sorted(found, key=lambda one: LEVELS.index(one.level))


def _mapper(result: ReadResult, options: Options) -> tuple[Mapper, list[Note]]:
    told = SaidOfColumns(options.columns or {})
    return mapper_for(
        lambda: (row.attributes for row in result.rows),
        Known(),
        temporary=TEMPORARY,
        number_field=options.number_field,
        class_system=options.class_system,
        given=given_by(result, options, told),
        told=told,
    )


def _is_known(note: Note) -> bool:
    return note.code not in trial_checks.NEEDING_REGISTER


def _land(number: int, row: Row, mapped: Mapped, told: list[Told], *, kept: bool) -> Land:
    errors = [one.code for one in told if one.level == "error"]
    return Land(
        row=number,
        parcel_no=mapped.parcel_no,
        shape=row.shape if kept else None,
        plane=row.source_area_crs,
        registered_m2=mapped.area_registered_m2,
        computed_m2=row.source_area_m2 if kept else None,
        refused=bool(errors),
        refused_outline=any(code.startswith("geometry.") for code in errors),
    )


def _subject(number: int, row: Row, land: Land, epsg: int | None) -> Subject:
    raw = None if row.raw is None else shapely.from_wkb(row.raw)
    return Subject(number, land.shape, raw, None, land.plane, None, epsg)


def _of_reader(issue: Issue, number: int | None) -> Told:
    return Told(issue.code, issue.level, issue.message_zh, issue.message_en, number)


def _of_note(note: Note, number: int | None) -> Told:
    level, zh, en = note.sentence
    return Told(note.code, level.value, zh, en, number)
