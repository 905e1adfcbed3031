"""Parcels to divide and join, and short ways of asking."""

from typing import Any

from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon, box
from shapely.geometry import mapping

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from tests.conftest import Person
from tests.factories import SOUTH, WEST, an_area, land

API = "/api/v1"


def an_area_here(app: FastAPI) -> int:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return an_area(session, geom=from_shape(land(0, 0, 0.1), srid=STORAGE_SRID)).id


def made(person: Person, number: str, shape: MultiPolygon | Polygon | None = None, **facts: Any) -> dict[str, Any]:
    """A parcel entered through the door, with boundary points and areas of its own."""
    body = {"parcel_no": number, "geometry": mapping(shape or land()), "reason": "录入", **facts}
    answer = person.post(f"{API}/parcels", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def tag(*parcels: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": ", ".join(f'"p{parcel["id"]}.{parcel["row_version"]}"' for parcel in parcels)}


def read(person: Person, parcel_id: int, **query: str) -> dict[str, Any]:
    answer = person.get(f"{API}/parcels/{parcel_id}", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def across(column: float = 0.5, side: float = 0.001) -> list[list[float]]:
    """A line from south to north through the first square of land."""
    east = WEST + column * side
    return [[east, SOUTH - side / 4], [east, SOUTH + side * 1.25]]


def strip(west: float, east: float, side: float = 0.001) -> Polygon:
    return box(WEST + west * side, SOUTH, WEST + east * side, SOUTH + side)
