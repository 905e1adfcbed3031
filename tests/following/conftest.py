"""A walk with what was seen on it, and the deployment that follows it."""

import hashlib
import itertools
import uuid
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from geoalchemy2.shape import from_shape
from PIL import Image
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE, Actor
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.store import LocalStore
from gis_service.following.operations import House
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.models import Parcel
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import FieldPhoto, Observation, ObservationChange, Patrol
from gis_service.procedures.filing import remember
from tests.conftest import CloneServices
from tests.factories import a_parcel, a_unit, an_area
from tests.filing import somebody

_numbers = itertools.count(1)


class Walk:
    """One inspector's walk over one parcel in a unit's care."""

    def __init__(self, session: Session, store: LocalStore):
        self.session, self.store = session, store
        self.area, self.unit, self.office = an_area(session), a_unit(session), a_unit(session)
        self.parcel = a_parcel(
            session, area_id=self.area.id, custodian_unit_id=self.unit.id, managing_unit_id=self.office.id
        )
        self.inspector = somebody(session, Role.INSPECTOR)
        self.officer = somebody(session, Role.LAND_OFFICER, area_id=self.area.id)
        self.duty = somebody(session, Role.CASE_OFFICER, area_id=self.area.id)
        for person, role, area_id in (
            (self.inspector, Role.INSPECTOR, None), (self.officer, Role.LAND_OFFICER, self.area.id),
            (self.duty, Role.CASE_OFFICER, self.area.id),
        ):  # fmt: skip
            access.grant_role(session, SERVICE, person.id or 0, role, area_id=area_id)
        self.patrol = Patrol(
            client_uuid=uuid.uuid4(), district_code="440402", inspector_id=self.inspector.id, inspector_name=self.inspector.name,
            area_id=self.area.id, started_at=clock.now() - timedelta(hours=1),
        )  # fmt: skip
        session.add(self.patrol)
        session.flush()

    def sees(
        self, item: str = "FENCE", *, photos: int = 1, parcel: Parcel | None = None, shape: BaseGeometry | None = None,
        at: datetime | None = None, **facts: Any,
    ) -> Observation:  # fmt: skip
        land = parcel or self.parcel
        seen = Observation(
            **{
                "client_uuid": uuid.uuid4(), "patrol_id": self.patrol.id, "parcel_id": land.id, "area_id": self.area.id,
                "unit_id": self.unit.id, "item_code": item, "severity": ITEMS[item].severity, "description": "东侧破损 12 米",
                "geom": from_shape(shape, srid=STORAGE_SRID) if shape else None, "seen_at": at or clock.now(), **facts,
            }
        )  # fmt: skip
        self.session.add(seen)
        self.session.flush()
        for _ in range(photos):
            self.photographs(seen)
        return seen

    def photographs(self, seen: Observation, content: bytes | None = None) -> str:
        sha256 = keep(self.session, self.store, self.inspector, content or a_picture())
        self.session.add(
            FieldPhoto(
                record_uuid=seen.client_uuid, patrol_id=self.patrol.id, kind="original", sha256=sha256,
                media_type="image/jpeg", taken_at=seen.seen_at,
            )
        )  # fmt: skip
        self.session.flush()
        return sha256

    def corrects(self, seen: Observation, field: str, was: Any, now: Any) -> ObservationChange:
        change = ObservationChange(
            client_uuid=uuid.uuid4(), observation_id=seen.id, field=field, was=was, now=now, made_at=clock.now(),
            by_id=self.inspector.id, by_name=self.inspector.name,
        )  # fmt: skip
        self.session.add(change)
        self.session.flush()
        return change


def a_picture() -> bytes:
    """A small JPEG unlike every other."""
    out = BytesIO()
    digest = hashlib.sha256(str(next(_numbers)).encode()).digest()
    Image.new("RGB", (8, 6), tuple(digest[:3])).save(out, "JPEG", comment=digest.hex().encode())
    return out.getvalue()


def keep(session: Session, store: LocalStore, actor: Actor, content: bytes) -> str:
    sha256, size = store.put(BytesIO(content), limit_bytes=1 << 20)
    remember(session, actor, Kept(sha256, size, "照片.jpg"))
    return sha256


def near(east: float = 0.0) -> Point:
    """A place in 北围, `east` degrees beside it."""
    return Point(113.5205 + east, 22.3905)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(LocalStore(tmp_path / "files"), "440402")


@pytest.fixture
def walk(session: Session, house: House) -> Walk:
    return Walk(session, house.store)  # type: ignore[arg-type]


@pytest.fixture
def lasting(services: CloneServices) -> tuple[CloneServices, House, list[int]]:
    """Three observations of one broken fence, committed: for several connections at once."""
    house = House(services.store, "440402")
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        walk = Walk(session, services.store)
        ids = [walk.sees().id for _ in range(3)]
    return services, house, ids
