"""Reads of lineage: the graph around a parcel, numbers that were ever used, and what an act found and left."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.boundary import Written
from gis_service.parcels.lineage.models import ParcelEventParcel
from gis_service.parcels.models import BoundaryPointVersion, Parcel, ParcelVersion

MOST_NODES = 300
"""A picture of more parcels than this is no picture."""

RESTORED = ("geom", "area_computed_m2", "area_computed_crs", "area_registered_m2", "area_id", "retired_on")
"""What an act changes of a parcel that was there before, and taking it back changes back."""

TAKE_OVER_NAMES = """
    insert into parcel_alias (parcel_id, kind, value)
    select distinct :child, kind, value from (
        select 'former_no' as kind, parcel_no as value from parcel where id = any (:parents)
        union all
        select kind, value from parcel_alias where parcel_id = any (:parents)) a
    on conflict do nothing"""
"""A child is also found by its parents' numbers and names."""

TAKE_OVER_PAPERS = """
    insert into parcel_document (parcel_id, document_id)
    select distinct :child, document_id from parcel_document where parcel_id = any (:parents)
    on conflict do nothing"""

TAKE_OVER_CONTACT = """
    insert into parcel_contact (parcel_id, person, phone)
    select :child, person, phone from parcel_contact where parcel_id = :parent
    on conflict do nothing"""


def numbers_like(session: Session, district_code: str, bases: Sequence[str]) -> set[str]:
    """All numbers, of whatever parcel and time, that begin with one of these; also of land the asker may not see."""
    starts = or_(*(Parcel.parcel_no.startswith(base, autoescape=True) for base in bases))
    with db.seeing_all(session):
        return set(session.scalars(select(Parcel.parcel_no).where(Parcel.district_code == district_code, starts)))


def taken(session: Session, district_code: str, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers some parcel has or had."""
    return numbers_like(session, district_code, numbers) & set(numbers)


def present_versions(session: Session, parcel_ids: Iterable[int]) -> dict[int, int]:
    v = ParcelVersion.c
    rows = session.execute(select(v.id, v.version_no).where(v.id.in_(list(parcel_ids)), func.upper_inf(v.valid)))
    return {row.id: row.version_no for row in rows}


def sides(session: Session, event_id: int) -> list[ParcelEventParcel]:
    return list(session.scalars(select(ParcelEventParcel).where(ParcelEventParcel.event_id == event_id)))


def version(session: Session, parcel_id: int, version_no: int) -> dict[str, Any]:
    v = ParcelVersion.c
    statement = select(*(v[name] for name in RESTORED)).where(v.id == parcel_id, v.version_no == version_no)
    return dict(session.execute(statement).mappings().one())


def points_then(session: Session, parcel_id: int, version_no: int) -> list[Written]:
    """The boundary points as they were when a version ended."""
    v, b = ParcelVersion.c, BoundaryPointVersion.c
    ended = select(func.upper(v.valid) - text("interval '1 microsecond'")).where(v.id == parcel_id, v.version_no == version_no)  # fmt: skip
    names = ("part_no", "ring_no", "seq", "point_no", "northing_text", "easting_text", "source_crs")
    statement = (
        select(*(b[name] for name in names), b.geom)
        .where(b.parcel_id == parcel_id, b.valid.op("@>")(ended.scalar_subquery()))
        .order_by(b.part_no, b.ring_no, b.seq)
    )
    return [
        Written(**{name: row[name] for name in names}, place=to_shape(row["geom"]))
        for row in session.execute(statement).mappings()
    ]


# --- the graph -----------------------------------------------------------------------------------------------------

GRAPH = """
    with recursive
    happened as (
        select * from parcel_event where cast(:at as timestamptz) is null or at <= :at),
    link as (
        select l.* from parcel_lineage l join happened e on e.id = l.event_id),
    reached (id) as (
        select cast(:id as bigint)
        union
        select case when l.parent_id = r.id then l.child_id else l.parent_id end
          from reached r join link l on r.id in (l.parent_id, l.child_id)),
    node as (
        select v.id, v.parcel_no, v.parcel_name, v.retired_on, v.area_computed_m2, v.area_registered_m2,
               json_build_array(st_xmin(v.geom), st_ymin(v.geom), st_xmax(v.geom), st_ymax(v.geom)) as bbox
          from parcel_version v
         where v.id in (select id from reached limit :most)
           and case when cast(:at as timestamptz) is null then upper_inf(v.valid) else v.valid @> cast(:at as timestamptz) end),
    act as (
        select e.*, d.doc_no, d.title,
               case when cast(:at as timestamptz) is null or e.undone_at <= :at then e.undone_at end as taken_back
          from happened e left join document d on d.id = e.document_id
         where exists (select from parcel_event_parcel p join node n on n.id = p.parcel_id where p.event_id = e.id)
            or exists (select from link l where l.event_id = e.id and l.parent_id in (select id from node)))
    select json_build_object(
        'id', cast(:id as bigint),
        'nodes', (select coalesce(json_agg(n order by n.parcel_no), '[]') from node n),
        'edges', (select coalesce(json_agg(json_build_object(
                      'event_id', l.event_id, 'kind', l.kind, 'parent_id', l.parent_id, 'child_id', l.child_id,
                      'on', l.happened_on, 'area_m2', l.area_m2) order by l.happened_on, l.event_id, l.parent_id, l.child_id), '[]')
                    from link l where l.parent_id in (select id from node) and l.child_id in (select id from node)),
        'events', (select coalesce(json_agg(json_build_object(
                       'id', a.id, 'kind', a.kind, 'on', a.happened_on, 'at', a.at, 'actor', a.actor_name, 'reason', a.reason,
                       'balance_m2', a.balance_m2,
                       'document', case when a.document_id is not null then json_build_object('id', a.document_id, 'doc_no', a.doc_no, 'title', a.title) end,
                       'undone_at', a.taken_back,
                       'undone_by', case when a.taken_back is not null then a.undone_by_name end,
                       'undone_reason', case when a.taken_back is not null then a.undone_reason end,
                       'parcels', (select json_agg(json_build_object(
                                       'id', p.parcel_id, 'parcel_no', q.parcel_no, 'side', p.side,
                                       'area_computed_m2', p.area_computed_m2, 'area_registered_m2', p.area_registered_m2)
                                       order by p.side desc, q.parcel_no)
                                     from parcel_event_parcel p join parcel q on q.id = p.parcel_id where p.event_id = a.id),
                       'untouched', a.taken_back is null and not exists (
                           select from parcel_event_parcel p join parcel q on q.id = p.parcel_id
                            where p.event_id = a.id and q.row_version <> p.row_version))
                       order by a.at, a.id), '[]') from act a),
        'truncated', (select count(*) > :most from reached))"""
"""One row of JSON. Policies hold: what the reader may not see is not in the graph, and a link is there with both ends."""


def graph(session: Session, parcel_id: int, at: datetime | None) -> dict[str, Any]:
    """Everything a parcel came from and became, in both directions, as it was known at a moment."""
    facts = {"id": parcel_id, "at": at, "most": MOST_NODES}
    return dict(session.execute(text(GRAPH), facts).scalar_one())


OUTLINES = """
    select '{"type":"FeatureCollection","features":[' || coalesce(string_agg(
               '{"type":"Feature","id":' || id || ',"geometry":' || st_asgeojson(geom, 15, 0)
               || ',"properties":' || json_build_object('parcel_no', parcel_no, 'row_version', row_version) || '}', ','
               order by id), '') || ']}'
      from (select id, parcel_no, row_version, geom from parcel
             where retired_on is null and geom && st_makeenvelope(:west, :south, :east, :north, :srid)
             order by id limit :most) p"""
"""Outlines as they are stored, to the last bit, for what is drawn to snap to."""


def outlines(session: Session, box: Sequence[float], most: int) -> str:
    west, south, east, north = box
    facts = {"west": west, "south": south, "east": east, "north": north, "srid": STORAGE_SRID, "most": most}
    return str(session.scalar(text(OUTLINES), facts))
