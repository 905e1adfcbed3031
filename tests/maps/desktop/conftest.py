"""A register of 5,000 made parcels, served on a port of this machine to those who hold a token."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.cluster import Cluster
from gis_service.core.srid import STORAGE_SRID
from gis_service.main import create_app
from gis_service.parcels.facilities.models import Camera, FenceSegment, Sign
from gis_service.parcels.models import Parcel
from gis_service.services import Services
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.factories import an_area
from tests.live import serving

_numbers = itertools.count(1)
ROWS, ELSEWHERE = 5_000, 500
"""Parcels, and how many of them lie in an area of their own."""
WEST, SOUTH, STEP, SIDE = 113.52, 22.36, 0.0008, 0.0006
ACROSS = 100
FENCES = ("full", "partial", "none", "damaged", "not_required", "unknown")

MADE = f"""
    insert into parcel (district_code, parcel_no, parcel_name, area_id, area_computed_m2, area_computed_crs, fence_status, geom)
    select '440402', 'M-' || lpad(n::text, 5, '0'), '示例地块' || n, case when n < :elsewhere then :second else :first end, 4000, 4547,
           (array['full', 'partial', 'none', 'damaged', 'not_required', 'unknown'])[1 + n % 6],
           st_multi(st_makeenvelope({WEST} + (n % {ACROSS}) * {STEP}, {SOUTH} + (n / {ACROSS}) * {STEP},
                                    {WEST} + (n % {ACROSS}) * {STEP} + {SIDE}, {SOUTH} + (n / {ACROSS}) * {STEP} + {SIDE}, 4490))
      from generate_series(0, :rows - 1) n"""


@dataclass(frozen=True)
class Served:
    """The service on a port, and tokens: of an officer for all land, and of one for the second area."""

    base: str
    everything: str
    second: str
    services: Services


@pytest.fixture(scope="module")
def served(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    name = cluster.clone(f"desktop_{next(_numbers)}")
    settings = Settings(environment="test", var_dir=tmp_path_factory.mktemp("desktop"), threads=4)
    services = CloneServices(settings, cluster, name)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        first, second = an_area(session, name="甲片区"), an_area(session, name="乙片区")
        second_id = second.id
        facts = {"rows": ROWS, "elsewhere": ELSEWHERE, "first": first.id, "second": second.id}
        session.execute(text(MADE), facts)
        _facilities(session)
    app = create_app(settings, services)
    with serving(app) as port:
        everything = _token(services, "gis-all")
        limited = _token(services, "gis-second", area_id=second_id)
        yield Served(f"http://127.0.0.1:{port}", everything, limited, services)
    services.close()
    cluster.drop(name)


def _facilities(session: Session) -> None:
    """A fence, a sign and a camera of each condition, on the first parcels."""
    ids = session.scalars(select(Parcel.id).order_by(Parcel.parcel_no).limit(3)).all()
    for place, parcel in enumerate(ids):
        west = WEST + place * STEP
        line, point = shapely.LineString([(west, SOUTH), (west + SIDE, SOUTH)]), shapely.Point(west + SIDE / 2, SOUTH)
        session.add_all(
            [
                FenceSegment(
                    parcel_id=parcel,
                    fence_type="mesh",
                    condition=("good", "damaged", "good")[place],
                    geom=_stored(line),
                ),
                Sign(parcel_id=parcel, condition=("good", "damaged", "missing")[place], geom=_stored(point)),
                Camera(parcel_id=parcel, condition=("online", "offline", "online")[place], geom=_stored(point)),
            ]
        )
    session.flush()


def _stored(shape: BaseGeometry) -> WKBElement:
    return from_shape(shape, srid=STORAGE_SRID)


def _token(services: Services, name: str, *, area_id: int | None = None) -> str:
    """A new land officer's personal token."""
    with services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username=name, display_name=name, password="Correct-horse-9", own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, Role.LAND_OFFICER, area_id=area_id)
        session.flush()
        person = queries.actor_named(session, name, at=clock.now())
        assert person
        return access.make_token(session, person, "desktop", at=clock.now(), days=1)[0]
