"""What a file says of parcels, read by the product's own readers, beside what the register says.

`mapped` takes rows that a library has read, as a second opinion on the file.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from shapely import MultiPolygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.parcels.imports import queries
from gis_service.parcels.imports.columns.mapping import GIVEN_BY_TXT, Mapped, mapper_for
from gis_service.parcels.imports.jobs import read
from gis_service.parcels.imports.landing import FIELDS
from gis_service.parcels.imports.operations import Options
from gis_service.parcels.models import Parcel

DISTRICT = "440402"


def read_back(session: Session, path: Path, **options: str) -> dict[str, tuple[Mapped, MultiPolygon]]:
    """Number → what the import would make of its row, and its outline in degrees."""
    with read(path, path.name, Options(**options)) as result:
        rows = list(result.rows)
    return mapped(session, [(row.attributes, row.shape) for row in rows])


def read_txt(session: Session, path: Path) -> dict[str, tuple[Mapped, MultiPolygon]]:
    """The same of a 国土 TXT, which has number, name and area at fixed places."""
    known = queries.known(session, DISTRICT)
    with read(path, "plots.txt", Options()) as result:
        rows = list(result.rows)
    mapper, _ = mapper_for(lambda: (row.attributes for row in rows), known, temporary="?", given=GIVEN_BY_TXT)
    found = [
        (
            mapper.row(n, r.attributes, parcel_no=r.parcel_no, parcel_name=r.parcel_name, area_m2=r.declared_area_m2),
            r.shape,
        )
        for n, r in enumerate(rows, start=1)
    ]
    return {row.parcel_no: (row, shape) for row, shape in found}


def mapped(session: Session, rows: list[tuple[dict[str, Any], Any]]) -> dict[str, tuple[Mapped, Any]]:
    """The same for rows that something else has read."""
    known = queries.known(session, DISTRICT)
    mapper, _ = mapper_for(lambda: (attributes for attributes, _ in rows), known, temporary="?")
    found = [(mapper.row(n, attributes), shape) for n, (attributes, shape) in enumerate(rows, start=1)]
    return {row.parcel_no: (row, shape) for row, shape in found}


def in_register(session: Session) -> dict[str, Parcel]:
    return {p.parcel_no: p for p in session.scalars(select(Parcel).where(Parcel.retired_on.is_(None)))}


def fields_of(parcel: Parcel, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The columns of a parcel as an import gives them: JSON values, nothing where nothing is said."""
    values = {name: _plain(getattr(parcel, name)) for name in (*FIELDS, "area_id") if name not in without}
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def said_of(row: Mapped, without: tuple[str, ...] = ()) -> dict[str, Any]:
    numbers = {name for name in row.fields if isinstance(row.fields[name], str) and _is_numeric(name)}
    return {n: float(v) if n in numbers else v for n, v in row.fields.items() if n not in without}


def _is_numeric(name: str) -> bool:
    column = Parcel.__table__.c.get(name)
    return column is not None and column.type.__class__.__name__ == "Numeric"


def apart_deg(one: MultiPolygon, other: MultiPolygon) -> float:
    """How far two outlines lie apart at most, corner by corner; they have the same parts with as many holes."""
    assert shapely.count_coordinates(one) == shapely.count_coordinates(other)
    assert sorted(len(part.interiors) for part in one.geoms) == sorted(len(part.interiors) for part in other.geoms)
    return float(shapely.hausdorff_distance(one.boundary, other.boundary))


def outline(parcel: Parcel) -> MultiPolygon:
    return to_shape(parcel.geom)
