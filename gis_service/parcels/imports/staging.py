"""From what the reader gives to staged rows and issues, streamed into the database by COPY.

COPY does not go into a table with row policies, so it goes into temporary tables, and from there on in two statements.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from gis_service.parcels.imports.columns.mapping import Mapper
from gis_service.parcels.imports.columns.values import MOST_M2
from gis_service.parcels.imports.errors import Classified
from gis_service.parcels.imports.notes import Note
from gis_service.parcels.models import ImportIssue
from gis_service.parcels.reading.result import Issue, ReadResult, Row

PORTION = 1000
"""Rows held as objects at a time; rows and their issues go to the database in turns."""

SUPERSEDED = frozenset({"txt.area_differs"})
"""Findings of the reader that the catalogue tells for all formats."""

STAGED = (
    "batch_id", "row_no", "layer", "attributes", "fields", "parcel_no", "area_registered_m2", "area_computed_m2",
    "area_computed_crs", "boundary_points", "geom", "raw_geom", "verdict",
)  # fmt: skip
GOOD_SO_FAR = "ok"
TOLD = ("batch_id", "row_no", "level", "code", "field", "zh", "en")

Line = tuple[Any, ...]


NO_OUTLINE = frozenset({"geometry.missing", "geometry.empty"})
"""In an update a row need not have an outline; the catalogue tells where it must."""


def stage(
    session: Session, batch_id: int, result: ReadResult, mapper: Mapper, notes: Iterable[Note], *, update: bool = False
) -> None:
    """Write all rows of a file and what reading and mapping said of them."""
    told_later = SUPERSEDED | NO_OUTLINE if update else SUPERSEDED
    _open(session, "staged_row", STAGED)
    _open(session, "import_issue", TOLD)
    _copy(session, "import_issue", TOLD, _of_file(batch_id, result, notes))
    rows = numbered(result)
    while portion := [
        _line(batch_id, number, row, result, mapper, told_later) for number, row in islice(rows, PORTION)
    ]:
        _copy(session, "staged_row", STAGED, (line for line, _ in portion))
        _copy(session, "import_issue", TOLD, (told for _, issues in portion for told in issues))
    _close(session, "staged_row", STAGED)
    _close(session, "import_issue", TOLD)


KEEP_MENDS = (
    "drop table if exists pg_temp.import_mend",
    """create temp table import_mend on commit drop as
       select row_no, geom, area_computed_m2, area_computed_crs, boundary_points, fixes, original
         from staged_row where batch_id = :batch_id and original is not null""",
    "delete from import_issue where batch_id = :batch_id",
    "delete from staged_row where batch_id = :batch_id",
)

MEND_AGAIN = """
    update staged_row r
       set geom = m.geom, area_computed_m2 = m.area_computed_m2, area_computed_crs = m.area_computed_crs,
           boundary_points = m.boundary_points, fixes = m.fixes, original = m.original
      from pg_temp.import_mend m
     where r.batch_id = :batch_id and r.row_no = m.row_no
       and encode(st_asbinary(r.geom), 'hex') is not distinct from m.original ->> 'geom'"""

SETTLED = """
    delete from import_issue i using staged_row r
     where i.batch_id = :batch_id and r.batch_id = :batch_id and r.row_no = i.row_no and r.original is not null
       and i.source = 'read' and i.level = 'error' and i.code like 'geometry.%'"""
"""What reading said against an outline that was mended since."""


@contextmanager
def keeping_mends(session: Session, batch_id: int) -> Iterator[None]:
    """Clear a batch to be staged anew, and afterwards mend again what was mended and came the same way."""
    for statement in KEEP_MENDS:
        session.execute(text(statement), {"batch_id": batch_id})
    yield
    session.execute(text(MEND_AGAIN), {"batch_id": batch_id})
    session.execute(text(SETTLED), {"batch_id": batch_id})


def numbered(result: ReadResult) -> Iterator[tuple[int, Row]]:
    """Rows with a number that is theirs alone: the row in its layer, counted on from layer to layer."""
    layer, before, last = None, 0, 0
    for row in result.rows:
        if row.layer != layer:
            layer, before = row.layer, last
        last = before + row.row
        yield last, row


def _line(
    batch_id: int, number: int, row: Row, result: ReadResult, mapper: Mapper, told_later: frozenset[str]
) -> tuple[Line, list[Line]]:
    """A row as it is staged, and its issues."""
    mapped = mapper.row(
        number,
        row.attributes,
        parcel_no=row.parcel_no,
        parcel_name=row.parcel_name,
        area_m2=row.declared_area_m2,
    )
    refuse_classified(number, mapped.notes)
    kept = row.source_area_m2 is not None and row.source_area_m2 < MOST_M2
    issues = [_told(batch_id, issue, number) for issue in row.issues if issue.code not in told_later]
    issues += [_noted(batch_id, note, number) for note in mapped.notes]
    if row.geometry is not None and not kept:
        issues.append(_noted(batch_id, Note("geometry.too_large"), number))
    line = (
        batch_id,
        number,
        row.layer,
        Jsonb(row.attributes),
        Jsonb(mapped.fields | _way_of(row)),
        mapped.parcel_no,
        mapped.area_registered_m2,
        row.source_area_m2 if kept else None,
        row.source_area_crs,
        _points(row, row.points_crs or result.crs.epsg),
        row.geometry.hex() if row.geometry is not None and kept else None,
        row.raw.hex() if row.raw is not None else None,
        GOOD_SO_FAR,
    )
    return line, issues


def _way_of(row: Row) -> dict[str, Any]:
    """Where an outline comes from and how far it may be off, where reading converted it: more than the file can know."""
    told = {"geom_source": row.geom_source, "geom_accuracy_m": row.geom_accuracy_m}
    return {name: str(value) for name, value in told.items() if value is not None}


def refuse_classified(number: int, notes: list[Note]) -> None:
    """A row marked 秘密 or higher refuses the whole file."""
    for note in notes:
        if note.code == "secrecy.classified":
            _, zh, en = note.sentence
            raise Classified(row=number, sentence_zh=zh, sentence_en=en)


def _points(row: Row, epsg: int | None) -> Jsonb | None:
    """Boundary points with their texts, and the code of the system the texts are in."""
    if not row.boundary_points or epsg is None:
        return None
    return Jsonb([asdict(point) | {"source_crs": epsg} for point in row.boundary_points])


def _of_file(batch_id: int, result: ReadResult, notes: Iterable[Note]) -> list[Line]:
    told = [_told(batch_id, issue, issue.row) for issue in result.issues if issue.code not in SUPERSEDED]
    return told + [_noted(batch_id, note, None) for note in notes]


def note_of_file(session: Session, batch_id: int, notes: Iterable[Note]) -> None:
    """More to say of the file as a whole."""
    lines = [dict(zip(TOLD, _noted(batch_id, note, None), strict=True)) for note in notes]
    if lines:
        session.execute(insert(ImportIssue), lines)


def _told(batch_id: int, issue: Issue, number: int | None) -> Line:
    return (batch_id, number, issue.level, issue.code, issue.field, issue.message_zh, issue.message_en)


def _noted(batch_id: int, note: Note, number: int | None) -> Line:
    level, zh, en = note.sentence
    return (batch_id, number, level.value, note.code, note.column, zh, en)


def _open(session: Session, table: str, columns: tuple[str, ...]) -> None:
    """A temporary table with the columns of `table`."""
    named = ", ".join(columns)
    session.execute(text(f"drop table if exists pg_temp.incoming_{table}"))
    like = f"select {named} from {table} with no data"  # noqa: S608  (our own names)
    session.execute(text(f"create temp table incoming_{table} on commit drop as {like}"))


def _copy(session: Session, table: str, columns: tuple[str, ...], lines: Iterable[Line]) -> None:
    connection: Any = session.connection().connection.driver_connection
    order = f"copy pg_temp.incoming_{table} ({', '.join(columns)}) from stdin"
    with connection.cursor() as cursor, cursor.copy(order) as copy:
        for line in lines:
            copy.write_row(line)


def _close(session: Session, table: str, columns: tuple[str, ...]) -> None:
    named = ", ".join(columns)
    session.execute(text(f"insert into {table} ({named}) select {named} from pg_temp.incoming_{table}"))  # noqa: S608  (our own names)
    session.execute(text(f"drop table pg_temp.incoming_{table}"))
