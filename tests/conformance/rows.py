"""A handful of land of our own making for the tests of filters, schemas and edits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from geoalchemy2.shape import from_shape
from shapely import LineString, Point

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.cluster import Cluster
from gis_service.core.srid import STORAGE_SRID
from gis_service.main import create_app
from gis_service.parcels.facilities.models import Camera, FenceSegment
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.factories import SOUTH, WEST, a_parcel, an_area, land

USES = [["idle"], ["parking"], ["parking", "planted"], ["stockpile", "planted", "parking"]]
NAMES = ["北围一号", "O'Brien", "100%", "Café", "café", None, "后环_2", '"quoted"', "北围二号", "a\\b"]


@dataclass(frozen=True)
class Land:
    """A served register of twelve parcels in two areas, three fences and a camera."""

    app: FastAPI
    services: CloneServices
    areas: tuple[int, int]
    parcels: list[int]

    def client(self, role: Role, name: str, area_id: int | None = None, reason: str | None = None) -> TestClient:
        """The GIS client of a new person with this role (within an area, if one is named); with a reason, an editor's."""
        with self.app.state.sessions.begin() as session:
            user = access.create_user(
                session, SERVICE, username=name, display_name=name, password="Correct-horse-9", own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, role, area_id=area_id)
            session.flush()
            person = queries.actor_named(session, name, at=clock.now())
            assert person
            token = access.make_token(session, person, "gis", at=clock.now(), days=1, reason=reason)[0]
        return TestClient(self.app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)


@contextmanager
def served(cluster: Cluster, name: str, folder: Path) -> Iterator[Land]:
    """The land in a database of its own."""
    services = CloneServices(Settings(environment="test", var_dir=folder, threads=4), cluster, cluster.clone(name))
    try:
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            areas = (an_area(session, name="北围").id, an_area(session, name="后环").id)
            parcels = [
                a_parcel(
                    session, area_id=areas[n // 10], shape=land(n % 4, n // 4), parcel_no=f"P-{n:02}",
                    parcel_name=NAMES[n % len(NAMES)], area_registered_m2=1000 * n + 0.5 if n % 3 else None,
                    planned_supply_year=2024 + n % 4 if n % 5 else None, fence_status=("full", "none", "damaged")[n % 3],
                    waste_found=(True, False, None)[n % 3], use_status=USES[n % 4], risk_level=("low", "medium", "high")[n % 3],
                ).id
                for n in range(12)
            ]  # fmt: skip
            for n in range(3):
                line = LineString([(WEST + 0.001 * n, SOUTH), (WEST + 0.001 * (n + 1), SOUTH)])
                session.add(
                    FenceSegment(
                        parcel_id=parcels[n], fence_type="wall", geom=from_shape(line, srid=STORAGE_SRID), height_m=2 + n,
                        built_on=date(2025, 1 + n, 1), inspected_on=date(2026, 1, 1 + n) if n else None,
                    )
                )  # fmt: skip
            spot = from_shape(Point(WEST + 0.0005, SOUTH + 0.0005), srid=STORAGE_SRID)
            session.add(Camera(parcel_id=parcels[0], camera_no="C-1", geom=spot, installed_on=date(2025, 5, 1)))
        yield Land(create_app(services.settings, services), services, areas, parcels)
    finally:
        services.close()
        cluster.drop(name)
