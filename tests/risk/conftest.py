"""A small town: an open parcel at a road, a fenced one far from it, one in a unit's care; dumping told of as it came."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point, box
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.cases.clues.models import Clue
from gis_service.core import clock, db
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Ground
from gis_service.procedures.models import Proceeding, ProceedingParcel
from tests.factories import SOUTH, WEST, a_parcel, a_unit, an_area, land

DISTRICT = "440402"


@dataclass
class Town:
    """Keys of what is there."""

    area: int
    other_area: int
    unit: int
    open: int
    fenced: int
    cared: int
    numbers: list[str] = field(default_factory=list)


def spot(column: float, row: float = 0.5) -> Any:
    """A point so many parcels east and north of the corner."""
    return from_shape(Point(WEST + column * 0.001, SOUTH + row * 0.001), srid=STORAGE_SRID)


def make_town(session: Session) -> Town:
    area, other, unit = an_area(session), an_area(session, geom=None), a_unit(session, kind="custodian")
    open_ = a_parcel(session, shape=land(0), area_id=area.id, fence_status="none")
    fenced = a_parcel(session, shape=land(9), area_id=other.id, fence_status="full")
    cared = a_parcel(session, shape=land(4), custodian_unit_id=unit.id, fence_status="partial")
    road = MultiPolygon([box(WEST - 0.002, SOUTH - 0.0001, WEST + 0.0012, SOUTH)])
    session.add(Ground(kind="road", name="示例路", geom=from_shape(road, srid=STORAGE_SRID)))
    session.flush()
    return Town(area.id, other.id, unit.id, open_.id, fenced.id, cared.id)


@pytest.fixture
def town(app: FastAPI) -> Town:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return make_town(session)


def a_case(session: Session, at: datetime, *, parcel: int | None = None, place: Any = None, state: str = "clue") -> int:
    n = session.scalar(text("select count(*) from proceeding"))
    made = Proceeding(
        district_code=DISTRICT,
        noun="case",
        proceeding_no=f"案{n}",
        title="示例",
        state=state,
        opened_at=at,
        place=place,
    )
    session.add(made)
    session.flush()
    if parcel is not None:
        session.add(ProceedingParcel(proceeding_id=made.id, parcel_id=parcel))
        session.flush()
    return made.id


def a_clue(session: Session, at: datetime, place: Any, **facts: Any) -> int:
    n = session.scalar(text("select count(*) from clue"))
    told = {
        "district_code": DISTRICT,
        "tracking_no": f"线{n}",
        "source": "phone",
        "waste_kind": "mixed",
        "seen_at": at,
        "created_at": at,
    }
    made = Clue(**{**told, "place": place, **facts})
    session.add(made)
    session.flush()
    return made.id


def an_observation(session: Session, at: datetime, parcel: int, item: str = "NEW_WASTE", **facts: Any) -> int:
    """A finding on a walk of nobody's."""
    walk = session.scalar(text("select id from patrol limit 1")) or session.scalar(
        text(
            """with who as (insert into app_user (username, display_name, password_hash) values ('w', 'w', '-') returning id)
               insert into patrol (client_uuid, district_code, inspector_id, inspector_name, started_at)
               select gen_random_uuid(), '440402', id, 'w', :at from who returning id"""
        ),
        {"at": at},
    )
    columns = {"parcel_id": parcel, "item_code": item, "seen_at": at, "patrol_id": walk, "severity": "high", **facts}
    names = ", ".join(columns)
    made = text(
        f"insert into observation (client_uuid, {names}) values (gen_random_uuid(), {', '.join(':' + c for c in columns)}) returning id"
    )
    return int(session.scalar(made, columns) or 0)


def ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)
