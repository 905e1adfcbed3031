"""One factory per table, with sensible land."""

import itertools
from typing import Any

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Document, Parcel

_numbers = itertools.count(1)
WEST, SOUTH = 113.52, 22.39  # a corner of 北围


def land(column: int = 0, row: int = 0, side: float = 0.001) -> MultiPolygon:
    """A square of land, `side` degrees wide, in a grid of squares that touch."""
    west, south = WEST + column * side, SOUTH + row * side
    return MultiPolygon([box(west, south, west + side, south + side)])


def a_unit(session: Session, **facts: Any) -> Unit:
    n = next(_numbers)
    unit = Unit(**{"code": f"U{n}", "name": f"示例单位{n}", **facts})
    session.add(unit)
    session.flush()
    return unit


def an_area(session: Session, **facts: Any) -> Area:
    n = next(_numbers)
    outline = from_shape(land(-1, -1, 0.05), srid=STORAGE_SRID)
    area = Area(**{"district_code": "440402", "code": f"A{n}", "name": f"片区{n}", "geom": outline, **facts})
    session.add(area)
    session.flush()
    return area


def a_document(session: Session, **facts: Any) -> Document:
    n = next(_numbers)
    document = Document(
        **{"district_code": "440402", "kind": "批复", "doc_no": f"示例〔2026〕{n}号", "title": "示例批复", **facts}
    )
    session.add(document)
    session.flush()
    return document


def a_parcel(session: Session, *, shape: MultiPolygon | None = None, **facts: Any) -> Parcel:
    n = next(_numbers)
    outline = from_shape(shape or land(n % 20, n // 20 % 20), srid=STORAGE_SRID)
    parcel = Parcel(
        **{
            "district_code": "440402",
            "parcel_no": f"T-{n:04}",
            "area_computed_m2": 11_400,
            "area_computed_crs": 4547,
            "geom": outline,
            **facts,
        }
    )
    session.add(parcel)
    session.flush()
    return parcel
