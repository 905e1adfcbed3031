"""A square of land, and somebody who walked there with a phone."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import shapely
from geoalchemy2.shape import from_shape
from PIL import Image
from shapely import MultiPoint, Point
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.models import StoredFile
from gis_service.files.store import FileStore
from gis_service.geo import crs
from gis_service.parcels.models import Parcel
from gis_service.patrols.models import FieldPhoto, Observation, Patrol, TrackPart, Visit
from gis_service.sample.walker import Leg, Phone, seen_by, true_places
from tests.conftest import CloneServices
from tests.factories import a_parcel, an_area

EAST, NORTH = 452_000.0, 2_478_000.0
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
Fix = list[float | None]


def outline(east: float = EAST, north: float = NORTH, side: float = 100) -> shapely.MultiPolygon:
    box = shapely.box(east - side / 2, north - side / 2, east + side / 2, north + side / 2)
    return shapely.MultiPolygon([crs.transform(box, 4547, STORAGE_SRID)])


def around(seed: int = 1, start: datetime = START, side: float = 100, offset: float = 0.0) -> list[Fix]:
    """Fixes of somebody who walks around the square."""
    rng, half = np.random.default_rng(seed), side / 2
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)])
    ring = corners + np.array([EAST + offset, NORTH])
    places = true_places(rng, [Leg(ring, 1.2, 60.0)])
    rows = seen_by(rng, places, Phone(every_s=2, drift_m=2.0), start.timestamp())
    lon, lat = crs.transform_xy(rows[:, 1], rows[:, 2], 4547, 4490)
    return [[round(float(a), 7), round(float(b), 7), round(t * 1000), acc, None, v, None]
            for a, b, t, acc, v in zip(lon, lat, rows[:, 0].tolist(), rows[:, 3].tolist(), rows[:, 4].tolist(), strict=True)]  # fmt: skip


def a_patrol(session: Session, inspector_id: int, **facts: Any) -> Patrol:
    told = {"client_uuid": uuid4(), "district_code": "440402", "inspector_name": "巡查员甲", "started_at": START,
            "ended_at": START + timedelta(hours=1), "clock_offset_s": 0.0, "state": "recorded"}  # fmt: skip
    patrol = Patrol(**{**told, "inspector_id": inspector_id, **facts})
    session.add(patrol)
    session.flush()
    return patrol


def a_part(session: Session, patrol: Patrol, fixes: Sequence[Fix], **facts: Any) -> TrackPart:
    times = [datetime.fromtimestamp((f[2] or 0) / 1000, UTC) for f in fixes]
    shape = MultiPoint([(f[0], f[1]) for f in fixes])
    part = TrackPart(
        client_uuid=uuid4(), patrol_id=patrol.id, began_at=min(times), ended_at=max(times), fixes=list(fixes),
        geom=_with_times(shape, fixes), **{"gaps": [], **facts},
    )  # fmt: skip
    session.add(part)
    session.flush()
    return part


def _with_times(_shape: MultiPoint, fixes: Sequence[Fix]) -> str:
    points = ", ".join(f"({f[0]} {f[1]} {(f[2] or 0) / 1000})" for f in fixes)
    return f"SRID={STORAGE_SRID};MULTIPOINTM({points})"


def a_visit(session: Session, patrol: Patrol, parcel: Parcel, **facts: Any) -> Visit:
    told = {"client_uuid": uuid4(), "came_at": START + timedelta(minutes=3), "all_fine": True, "form_code": "idle-land",
            "form_version": 1, "answers": {}}  # fmt: skip
    visit = Visit(**{**told, "patrol_id": patrol.id, "parcel_id": parcel.id, **facts})
    session.add(visit)
    session.flush()
    return visit


def an_observation(session: Session, patrol: Patrol, parcel: Parcel, **facts: Any) -> Observation:
    lon, lat = crs.transform_xy(np.array([EAST]), np.array([NORTH]), 4547, 4490)
    told = {"client_uuid": uuid4(), "item_code": "FENCE", "severity": "medium", "seen_at": START + timedelta(minutes=4),
            "description": "东侧围蔽缺口", "geom": from_shape(Point(lon[0], lat[0]), srid=STORAGE_SRID)}  # fmt: skip
    made = Observation(**{**told, "patrol_id": patrol.id, "parcel_id": parcel.id, "area_id": parcel.area_id, **facts})
    session.add(made)
    session.flush()
    return made


def a_photo(session: Session, store: FileStore, patrol: Patrol, record: Any, **facts: Any) -> FieldPhoto:
    out = BytesIO()
    Image.new("RGB", (60, 40), (90, 120, 90)).save(out, "JPEG")
    sha256, size = store.put(BytesIO(out.getvalue()), limit_bytes=1 << 20)
    if session.get(StoredFile, sha256) is None:
        session.add(StoredFile(sha256=sha256, name="photo.jpg", size_bytes=size))
        session.flush()
    told = {"record_uuid": record, "kind": "original", "sha256": sha256, "media_type": "image/jpeg", "taken_at": START}
    photo = FieldPhoto(**{**told, "patrol_id": patrol.id, **facts})
    session.add(photo)
    session.flush()
    return photo


@pytest.fixture
def as_service(services: CloneServices) -> Callable[[], Any]:
    """A transaction of the service itself."""

    def opened() -> Any:
        return _Opened(services)

    return opened


class _Opened:
    def __init__(self, services: CloneServices):
        self.services = services

    def __enter__(self) -> Session:
        self.begun = self.services.sessions.begin()
        session = self.begun.__enter__()
        db.enter(session, EVERYTHING)
        return session

    def __exit__(self, *told: Any) -> None:
        self.begun.__exit__(*told)


@pytest.fixture
def square(as_service: Callable[[], Any]) -> tuple[int, int]:
    """A parcel of 100 m by 100 m in an area; ids of both."""
    with as_service() as session:
        area = an_area(session)
        return a_parcel(session, shape=outline(), area_id=area.id).id, area.id
