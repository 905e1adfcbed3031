"""How the check catalogue works; the checks themselves are in `checks`.

A check is one function that returns a `Select` of the rows at fault; its sentences name columns of that select as
facts. Each runs as one INSERT … SELECT, so its cost grows with the rows and not with their square. `row_no` is the row
at fault (no such column: the fault is the file's), `field` and `place` are taken where a select has them.

The checks look at `import_shape`, a temporary table with the valid geometries of one batch and what follows from them.
They see the whole register; what lies outside the importer's own scope is counted, not named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.orm import Session

from gis_service.core.db import Scope
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.imports import updating
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.models import ImportIssue


@dataclass(frozen=True)
class Frame:
    """What a batch is checked against. `box` is west, south, east, north in degrees; `scope` is the importer's."""

    batch_id: int
    district_code: str
    box: tuple[float, float, float, float]
    scope: Scope
    update: bool = False
    """Whether rows may change registered parcels."""


Ask = Callable[[Frame], Select[Any]]


@dataclass(frozen=True)
class Check:
    """One entry of the catalogue. `again` marks those whose answer may change until the batch is accepted."""

    code: str
    level: Level
    zh: str
    en: str
    ask: Ask
    again: bool = False
    title: tuple[str, str] | None = None
    """What was looked at, in a few words of each language: said of a check that found nothing."""

    def titled(self, lang: str) -> str:
        return self.title[0 if lang == "zh" else 1] if self.title else self.code


CATALOGUE: dict[str, Check] = {}

FOUND = "check"
"""The source of issues that checks find; those found on reading are said once and stay."""


def check(
    code: str, level: Level, *, zh: str, en: str, again: bool = False, title: tuple[str, str] | None = None
) -> Callable[[Ask], Ask]:
    """Put a function into the catalogue; its sentences name columns of its select in braces."""

    def enter(ask: Ask) -> Ask:
        CATALOGUE[code] = Check(code, level, zh, en, ask, again, title)
        return ask

    return enter


# --- running -----------------------------------------------------------------------------------------------------

SHAPES = Table(
    "import_shape",
    MetaData(),
    Column("row_no", Integer, primary_key=True, autoincrement=False),
    Column("parcel_no", Text),
    Column("known_id", BigInteger, doc="the parcel of the register that has this number, living or struck off"),
    Column("shape", Geometry("MULTIPOLYGON", srid=STORAGE_SRID, spatial_index=False)),
    Column("plane", Geometry("MULTIPOLYGON", spatial_index=False), doc="the outline where its edges are straight"),
    Column("area_m2", Numeric, doc="on the ellipsoid"),
    Column("area_id", BigInteger, doc="the area (片区) it lies in, else the one the file names"),
    Column("located_id", BigInteger, doc="the area its inner point lies in"),
    Column("custodian_unit_id", BigInteger),
    Column("digest", Text, doc="the same for the same outline, however it is drawn"),
    Column("twin_of", Integer, doc="the first row with the very same outline; empty for that one"),
    Column("fault", Text, doc="why the outline is not valid; then `shape` is empty"),
    Column("fault_place", Geometry("POINT", srid=STORAGE_SRID, spatial_index=False)),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
OVERLAPS = Table(
    "import_overlap",
    SHAPES.metadata,
    Column("row_no", Integer),
    Column("other_row", Integer, doc="the earlier row of the file; empty where the other is a registered parcel"),
    Column("other", Text, doc="the other's number"),
    Column("area_m2", Numeric, doc="shared area on the ellipsoid"),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)

NOISE_M2 = 1e-5
"""Shared area that is nothing but the rounding of floating-point numbers along a common edge."""

MOST_OVERLAPS = 20_000
"""Overlaps looked for in one batch; a file with thousands of copies of one outline has millions."""

FILL = text(
    """
    insert into import_shape (row_no, parcel_no, known_id, shape, plane, area_m2, area_id, located_id, custodian_unit_id, digest,
                              fault, fault_place)
    select r.row_no, r.parcel_no,
           (select p.id from parcel p where p.district_code = :district_code and p.parcel_no = r.parcel_no), v.shape, case when st_isvalid(p.plane) then p.plane end, st_area(v.shape::geography),
           coalesce(l.id, (r.fields ->> 'area_id')::bigint), l.id, (r.fields ->> 'custodian_unit_id')::bigint,
           md5(st_asbinary(st_normalize(v.shape))), (v.fault).reason, st_setsrid((v.fault).location, st_srid(r.geom))
      from staged_row r
     cross join lateral (
            select case when valid then r.geom end as shape,
                   case when valid then st_pointonsurface(r.geom) end as inside,
                   case when not valid then st_isvaliddetail(r.geom) end as fault
              from (select st_isvalid(r.geom) and not st_isempty(r.geom) as valid offset 0) s offset 0) v
     cross join lateral (
            select (select st_transform(v.shape, srid) from spatial_ref_sys where srid = r.area_computed_crs) as plane
            offset 0) p
      left join lateral (
            select a.id from area a
             where a.district_code = :district_code and a.geom && v.inside and st_covers(a.geom, v.inside)
             order by a.id limit 1) l on true
     where r.batch_id = :batch_id"""
)
"""Lays out the rows of a batch. OFFSET 0 keeps the planner from computing the inner columns more than once; what is looked
up row by row stays quick where a table was just filled and has no statistics yet (a join was planned quadratic there)."""

TWINS = text(
    """
    update import_shape s set twin_of = f.row_no
      from (select digest, min(row_no) as row_no from import_shape where shape is not null
             group by digest having count(*) > 1) f
     where s.digest = f.digest and s.row_no <> f.row_no"""
)

MARK = text(
    """
    update import_issue i set place = s.fault_place from import_shape s
     where i.batch_id = :batch_id and i.row_no = s.row_no and i.code = 'geometry.invalid' and i.place is null"""
)
"""The reader says that an outline is invalid; the place of the fault goes beside it."""


OVERLAPS_IN_FILE = text(
    """
    insert into import_overlap (row_no, other_row, other, area_m2)
    select s.row_no, o.row_no, o.parcel_no, a.area_m2
      from import_shape s
      join import_shape o on o.shape && s.shape and o.row_no < s.row_no and o.twin_of is null
     cross join lateral (
            select case when st_srid(s.plane) = st_srid(o.plane)
                        then st_transform(st_intersection(s.plane, o.plane), st_srid(s.shape))
                        else st_intersection(s.shape, o.shape) end as part offset 0) x
     cross join lateral (select st_area(x.part::geography) as area_m2 offset 0) a
     where s.twin_of is null and a.area_m2 > :noise limit :most"""
)
"""Each pair once, at the later row. Of rows with the very same outline only the first is compared: a thousand copies would
be half a million pairs, and that they are copies is told anyway.

Edges are straight in the plane they were surveyed in, and slightly bent in degrees: on a kilometre of common edge that
alone would make some 5 m² of overlap where only one neighbour has a point in between. So the parts that overlap are
cut out in the plane of the file, and measured on the ellipsoid.
"""

OVERLAPS_WITH_REGISTER = text(
    """
    insert into import_overlap (row_no, other, area_m2)
    select s.row_no, p.name, a.area_m2
      from import_shape s
     cross join lateral (
            select geom, st_transform(geom, st_srid(s.plane)) as plane,
                   case when :see_all or area_id = any(:area_ids) or custodian_unit_id = any(:unit_ids)
                        then parcel_no end as name
              from parcel where geom && s.shape and retired_on is null
               and not (:update and id in (select known_id from import_shape where shape is not null and known_id is not null))
            offset 0) p
     cross join lateral (
            select case when st_isvalid(p.plane) then st_transform(st_intersection(s.plane, p.plane), st_srid(s.shape))
                        else st_intersection(s.shape, p.geom) end as part offset 0) x
     cross join lateral (select st_area(x.part::geography) as area_m2 offset 0) a
     where a.area_m2 > :noise limit :most"""
)
"""The other's number is given only where the importer may see that parcel; an update is not compared with outlines that it
replaces. Looked up row by row: a register without
statistics was planned as small, and walked through once for every row."""


def prepare(session: Session, frame: Frame) -> None:
    """Lay out the batch for the checks: valid outlines with an index, ellipsoid areas, the area each lies in."""
    session.execute(text("drop table if exists pg_temp.import_shape"))
    SHAPES.create(session.connection())
    session.execute(FILL, {"batch_id": frame.batch_id, "district_code": frame.district_code})
    session.execute(MARK, {"batch_id": frame.batch_id})
    session.execute(TWINS)
    session.execute(text("create index on pg_temp.import_shape using gist (shape) where twin_of is null"))
    session.execute(text("analyze pg_temp.import_shape"))


def pair(session: Session, frame: Frame) -> None:
    """Find what lies on what: in the file, and between the file and the register. The plain && is what uses the indexes."""
    session.execute(text("drop table if exists pg_temp.import_overlap"))
    OVERLAPS.create(session.connection())
    bounds = {"noise": NOISE_M2, "most": MOST_OVERLAPS}
    session.execute(OVERLAPS_IN_FILE, bounds)
    scope = {
        "see_all": frame.scope.see_all,
        "area_ids": sorted(frame.scope.area_ids),
        "unit_ids": sorted(frame.scope.unit_ids),
    }
    session.execute(OVERLAPS_WITH_REGISTER, bounds | scope | {"update": frame.update})


def run(session: Session, frame: Frame, *, again: bool = False) -> dict[str, int]:
    """Ask every check (or, `again`, only those that may have changed); code → number of faults, passed ones too."""
    prepare(session, frame)
    if frame.update:
        updating.compare(session, frame.batch_id)
    if not again:
        pair(session, frame)
    return {entry.code: _ask(session, entry, frame) for entry in CATALOGUE.values() if entry.again or not again}


def _ask(session: Session, entry: Check, frame: Frame) -> int:
    found = entry.ask(frame).subquery("found")
    at_fault = select(
        literal(frame.batch_id, BigInteger),
        _column(found, "row_no", Integer()),
        literal(entry.level.value),
        literal(entry.code),
        _column(found, "field", Text()),
        _sentence(entry.zh, found),
        _sentence(entry.en, found),
        _column(found, "place", Geometry("POINT", srid=STORAGE_SRID)),
        literal(FOUND),
    )
    columns = ("batch_id", "row_no", "level", "code", "field", "zh", "en", "place", "source")
    told = insert(ImportIssue).from_select(columns, at_fault)
    done: Any = session.execute(told, execution_options={"preserve_rowcount": True})
    return int(done.rowcount)


def _column(found: FromClause, name: str, kind: Any) -> ColumnElement[Any]:
    return found.c[name] if name in found.c else cast(null(), kind)


def _sentence(template: str, found: FromClause) -> ColumnElement[str]:
    """The template with its facts filled in from columns, as an expression of the database."""
    parts: list[Any] = []
    for words, name, _format, _conversion in Formatter().parse(template):
        parts += [literal(words)] if words else []
        parts += [cast(found.c[name], Text)] if name else []
    return func.concat(*parts)


JUDGE = text(
    """
    update staged_row r set verdict = j.verdict
      from (select s.id, case when bool_or(i.level = 'error') then 'error' when bool_or(i.level = 'warning') then 'warning'
                              else 'ok' end as verdict
              from staged_row s left join import_issue i on i.batch_id = s.batch_id and i.row_no = s.row_no
             where s.batch_id = :batch_id group by s.id) j
     where r.id = j.id and r.verdict is distinct from j.verdict"""
)


def judge(session: Session, batch_id: int) -> None:
    """Give every row its verdict: the worst that was said of it."""
    session.execute(JUDGE, {"batch_id": batch_id})
