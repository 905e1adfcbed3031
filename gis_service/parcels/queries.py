"""Every read of the register. Lists and details come as JSON built by the database: one row, no objects between."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import Text

from gis_service.access.models import Area, Unit
from gis_service.core.srid import STORAGE_SRID
from gis_service.core.versioning import VERSION_ONLY, held_at, is_current
from gis_service.parcels.models import BoundaryPointVersion, Document, LandClass, Parcel, ParcelVersion
from gis_service.parcels.rules import AXES
from gis_service.parcels.search.matching import matching

RightHolder, Managing, Custodian = aliased(Unit), aliased(Unit), aliased(Unit)

SORTS = (
    "parcel_no", "parcel_name", "area_code", "area_registered_m2", "area_computed_m2", "planned_supply_year", "risk_level",
    "updated_at", "right_holder", "managing_unit", "custodian_unit", *AXES,
)  # fmt: skip
"""What a list may be sorted by; a minus before it turns the order round."""

HIDDEN = {"geom", "district_code", "area_id", "right_holder_unit_id", "managing_unit_id", "custodian_unit_id"}
"""Columns of a parcel shown otherwise than as they are stored."""


def register(as_of: datetime | None) -> FromClause:
    """Parcels as they are now, or the versions that held at a moment; both have the columns of `parcel`."""
    if as_of is None:
        return Parcel.__table__
    return select(ParcelVersion).where(held_at(ParcelVersion, as_of)).subquery("parcel_then")


def _listed(table: FromClause) -> dict[str, Any]:
    """The columns of a list row by the name people sort and read them by."""
    c = table.c
    plain = (
        "id", "parcel_no", "parcel_name", "area_registered_m2", "area_computed_m2", "planned_class_system",
        "planned_class_code", "planned_supply_year", *AXES, "waste_found", "risk_level", "row_version", "updated_at",
    )  # fmt: skip
    sides = (getattr(func, f"st_{side}")(c.geom) for side in ("xmin", "ymin", "xmax", "ymax"))
    return {
        **{name: c[name] for name in plain},
        "area_code": Area.code,
        "area_name": Area.name,
        "right_holder": RightHolder.name,
        "managing_unit": Managing.name,
        "custodian_unit": Custodian.name,
        "planned_class_name": LandClass.name,
        "bbox": func.json_build_array(*sides),
    }


def joined(table: FromClause, statement: Select[Any]) -> Select[Any]:
    """A statement over parcels with the areas, units and planned classes that filters and columns name."""
    c = table.c
    return (
        statement.select_from(table)
        .outerjoin(Area, Area.id == c.area_id)
        .outerjoin(RightHolder, RightHolder.id == c.right_holder_unit_id)
        .outerjoin(Managing, Managing.id == c.managing_unit_id)
        .outerjoin(Custodian, Custodian.id == c.custodian_unit_id)
        .outerjoin(LandClass, and_(LandClass.system == c.planned_class_system, LandClass.code == c.planned_class_code))
    )


def conditions(
    table: FromClause, filters: Mapping[str, Any], *, with_retired: bool = False
) -> list[ColumnElement[bool]]:
    """The filters of list, map and export, written once. Unknown names have been refused before."""
    c = table.c
    found: list[ColumnElement[bool]] = [] if with_retired else [c.retired_on.is_(None)]
    for name, wanted in filters.items():
        match name:
            case "q":
                found.append(matching(table, wanted))
            case "area":
                found.append(or_(Area.name == wanted, Area.code == wanted))
            case "use_status":
                found.append(c.use_status.op("&&")(cast(wanted, ARRAY(Text))))
            case "custodian":
                found.append(Custodian.name == wanted)
            case "managing":
                found.append(Managing.name == wanted)
            case "planned_supply_year_max":
                found.append(c.planned_supply_year <= wanted)
            case "bbox":
                box = func.st_makeenvelope(*wanted, STORAGE_SRID)
                # the plain && is what the index and the row policies can work with
                found += [c.geom.op("&&")(box), func.st_intersects(c.geom, box)]
            case "parcel_no":
                found.append(c.parcel_no.in_([wanted, *wanted.split(",")]))  # one, or several with commas between
            case "ids":
                found.append(c.id == any_(cast(wanted, ARRAY(BigInteger))))
            case _:
                found.append(c[name].in_(wanted))
    return found


def page(
    session: Session,
    *,
    filters: Mapping[str, Any],
    as_of: datetime | None,
    sort: str,
    limit: int,
    after: list[Any] | None,
) -> tuple[str, list[Any] | None, int]:
    """A page as JSON text, the place where it ended (None at the end), and the count of all rows that match.

    Keyset paging: sorted by a column and the id, nulls last; the place is the last row's (value, id).
    """
    table = register(as_of)
    columns = _listed(table)
    descending = sort.startswith("-")
    key, row_id = columns[sort.removeprefix("-")], table.c.id
    where = conditions(table, filters)
    total = session.scalar(joined(table, select(func.count())).where(*where)) or 0
    if after is not None:
        where.append(_beyond(key, row_id, after, descending))
    order = (key.desc().nulls_last(), row_id) if descending else (key.asc().nulls_last(), row_id)
    rows = joined(table, select(*(column.label(name) for name, column in columns.items()), key.label("_key")))
    rows = rows.where(*where).order_by(*order).limit(limit + 1)
    r = rows.subquery("r")
    numbered = select(r, func.row_number().over().label("_n")).subquery("p")
    wanted = numbered.c["_n"] <= limit
    item = func.json_build_object(*(part for name in columns for part in (text(f"'{name}'"), numbered.c[name])))
    statement = select(
        func.coalesce(func.string_agg(cast(item, Text), ",").filter(wanted), ""),
        func.max(numbered.c["_n"]),
        func.to_jsonb(func.array_agg(numbered.c["_key"]).filter(numbered.c["_n"] == limit)),
        func.max(numbered.c.id).filter(numbered.c["_n"] == limit),
    )
    items, count, last_key, last_id = session.execute(statement).one()
    more = [last_key[0], last_id] if count is not None and count > limit else None
    return f"[{items}]", more, total


def matching_ids(session: Session, *, filters: Mapping[str, Any], as_of: datetime | None, most: int) -> list[int]:
    """The ids of the parcels that the filters let through, in the order of their numbers, at most so many."""
    table = register(as_of)
    chosen = joined(table, select(table.c.id)).where(*conditions(table, filters))
    return list(session.scalars(chosen.order_by(table.c.parcel_no, table.c.id).limit(most)))


def _beyond(
    key: ColumnElement[Any], row_id: ColumnElement[int], after: list[Any], descending: bool
) -> ColumnElement[bool]:
    """Rows after the place `after`, in an order that puts nulls last."""
    value, last = after
    if value is None:
        return and_(key.is_(None), row_id > last)
    bound = cast(literal(value), key.type)
    same = and_(key == bound, row_id > last)
    return or_(key < bound if descending else key > bound, same, key.is_(None))


def numbered(session: Session, district_code: str, parcel_no: str, as_of: datetime | None = None) -> int | None:
    c = register(as_of).c
    return session.scalar(select(c.id).where(c.district_code == district_code, c.parcel_no == parcel_no))


def version_at(session: Session, parcel_id: int, as_of: datetime | None) -> int | None:
    """The number of the version that held at a moment; None where the parcel did not exist for this reader."""
    holds = held_at(ParcelVersion, as_of, of_few=True) if as_of else is_current(ParcelVersion)
    return session.scalar(select(ParcelVersion.c.version_no).where(ParcelVersion.c.id == parcel_id, holds))


def snapshot(session: Session, parcel_id: int, version_no: int) -> dict[str, Any] | None:
    """One version of a parcel with names of units and area, geometry as GeoJSON, and its boundary points then."""
    v = ParcelVersion
    plain = [column for column in v.columns if column.name not in HIDDEN | VERSION_ONLY]
    statement = joined(
        v,
        select(
            *plain,
            func.st_asgeojson(v.c.geom, 9, 0).op("::")(text("json")).label("geometry"),
            func.round(v.c.area_computed_m2 * 3 / 2000, 2).label("area_mu"),
            func.st_perimeter(func.geography(v.c.geom)).label("perimeter_m"),
            v.c.district_code,
            LandClass.name.label("planned_class_name"),
            named(Area, code=True).label("area"),
            named(RightHolder).label("right_holder"),
            named(Managing).label("managing_unit"),
            named(Custodian).label("custodian_unit"),
            v.c.version_no,
            func.lower(v.c.valid).label("valid_from"),
            func.upper(v.c.valid).label("valid_to"),
        ),
    ).where(v.c.id == parcel_id, v.c.version_no == version_no)
    row = session.execute(statement).mappings().first()
    if row is None:
        return None
    return {**row, "boundary_points": boundary_points(session, parcel_id, row["valid_from"])}


def named(entity: Any, *, code: bool = False) -> ColumnElement[Any]:
    """A unit or area as an object; an empty one where there is none."""
    parts = ["id", entity.id, "name", entity.name, *(["code", entity.code] if code else [])]
    return func.jsonb_strip_nulls(func.jsonb_build_object(*parts))


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def boundary_points(session: Session, parcel_id: int, at: datetime) -> list[dict[str, Any]]:
    b = BoundaryPointVersion.c
    statement = (
        select(b.part_no, b.ring_no, b.seq, b.point_no, b.northing_text, b.easting_text, b.source_crs)
        .where(b.parcel_id == parcel_id, held_at(BoundaryPointVersion, at, of_few=True))
        .order_by(b.part_no, b.ring_no, b.seq)
    )
    return [dict(row) for row in session.execute(statement).mappings()]


def geometry_diff(session: Session, parcel_id: int, one: int, other: int) -> dict[str, Any]:
    """What an outline gained and lost between two versions, as GeoJSON, with the areas on the ellipsoid."""
    statement = text(
        """
        with pair as (
            select a.geom as before, b.geom as after from parcel_version a, parcel_version b
             where a.id = :id and a.version_no = :one and b.id = :id and b.version_no = :other),
        parts as (
            select before, after, st_multi(st_collectionextract(st_difference(after, before), 3)) as added,
                   st_multi(st_collectionextract(st_difference(before, after), 3)) as removed from pair)
        select st_asgeojson(before, 9, 0)::json as before, st_asgeojson(after, 9, 0)::json as after,
               case when not st_isempty(added) then st_asgeojson(added, 9, 0)::json end as added,
               case when not st_isempty(removed) then st_asgeojson(removed, 9, 0)::json end as removed,
               round(st_area(added::geography)::numeric, 2) as area_added_m2,
               round(st_area(removed::geography)::numeric, 2) as area_removed_m2
          from parts"""
    )
    return dict(session.execute(statement, {"id": parcel_id, "one": one, "other": other}).mappings().one())


def aliases(session: Session, parcel_id: int, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Other names of a parcel, as they were known at a moment."""
    rows = session.execute(
        text(
            "select kind, value from parcel_alias where parcel_id = :id and since <= coalesce(:at, now()) order by kind, value"
        ),
        {"id": parcel_id, "at": as_of},
    )
    return [dict(row) for row in rows.mappings()]


def documents_of(session: Session, parcel_id: int, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """The papers of a parcel, as far as they were named by a moment."""
    rows = session.execute(
        text(
            """select d.id, d.kind, d.doc_no, d.title, d.issued_on from document d
                 join parcel_document p on p.document_id = d.id where p.parcel_id = :id and p.since <= coalesce(:at, now())
                order by d.issued_on, d.id"""
        ),
        {"id": parcel_id, "at": as_of},
    )
    return [dict(row) for row in rows.mappings()]


def contact(session: Session, parcel_id: int) -> dict[str, Any] | None:
    """Person and phone; None where there is none, or none this reader may see."""
    row = (
        session.execute(text("select person, phone from parcel_contact where parcel_id = :id"), {"id": parcel_id})
        .mappings()
        .first()
    )
    return dict(row) if row else None


def documents(district_code: str) -> Select[Document]:
    return select(Document).where(Document.district_code == district_code).order_by(Document.id.desc()).limit(500)


def land_classes() -> Select[LandClass]:
    return select(LandClass).order_by(LandClass.system, LandClass.code)
