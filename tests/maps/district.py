"""A small district of two areas side by side, for tests of tiles, and who looks at it."""

from collections.abc import Callable
from dataclasses import dataclass

import mapbox_vector_tile
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.geo.tilegrids import CGCS2000_QUAD, CRS84_QUAD, QUAD, Grid
from gis_service.maps.tiles import EXTENT, Tile
from tests.conftest import CloneServices
from tests.factories import a_parcel, a_unit, an_area, land

WIDE, HIGH = 18, 12
"""Parcels in a row and rows; the western 11 columns are the first area."""


@dataclass(frozen=True)
class District:
    first: int
    second: int
    unit: int
    parcels: tuple[int, ...]


def settled(services: CloneServices) -> District:
    """216 parcels: two areas, a custodian with every seventh parcel."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        first, second, unit = an_area(session), an_area(session), a_unit(session)
        parcels = [
            a_parcel(
                session,
                shape=land(column, row),
                area_id=(first if column < 11 else second).id,
                custodian_unit_id=unit.id if (column + row * WIDE) % 7 == 0 else None,
                fence_status=("none", "full", "damaged")[(column + row) % 3],
            ).id
            for row in range(HIGH)
            for column in range(WIDE)
        ]
        return District(first.id, second.id, unit.id, tuple(parcels))


def with_token(app: FastAPI, *roles: Role, area_id: int | None = None, unit_id: int | None = None) -> TestClient:
    """A GIS client of a new person."""
    with app.state.sessions.begin() as session:
        name = f"gis-{clock.now():%H%M%S%f}"
        user = access.create_user(
            session, SERVICE, username=name, display_name=name, password="Correct-horse-9", own_choice=True
        )
        for role in roles:
            access.grant_role(session, SERVICE, user.id, role, area_id=area_id, unit_id=unit_id)
        session.flush()
        person = queries.actor_named(session, name, at=clock.now())
        assert person
        token = access.make_token(session, person, "tiles", at=clock.now(), days=1)[0]
    return TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)


READERS: dict[str, Callable[[FastAPI, District], TestClient]] = {
    "officer": lambda app, _: with_token(app, Role.LAND_OFFICER),
    "leader": lambda app, _: with_token(app, Role.LEADER),
    "inspector of the first area": lambda app, d: with_token(app, Role.INSPECTOR, area_id=d.first),
    "officer of the second area": lambda app, d: with_token(app, Role.LAND_OFFICER, area_id=d.second),
    "custodian": lambda app, d: with_token(app, Role.UNIT_USER, unit_id=d.unit),
    "guest": lambda app, _: with_token(app, Role.GUEST),
}
"""Six kinds of sight: everything, everything again, an area, the other, a unit's parcels, what is published."""

ALL_GRIDS = (QUAD, CRS84_QUAD, CGCS2000_QUAD)


def tile_around(lon: float, lat: float, zoom: int, grid: Grid = QUAD) -> Tile:
    """The tile of the grid over a place, at the level that shows as much as `zoom`."""
    from pyproj import Transformer

    level = zoom - grid.ahead
    x, y = Transformer.from_crs(4326, grid.srid, always_xy=True).transform(lon, lat)
    side = grid.side(level)
    return Tile(level, int((x + grid.span / 2) // side), int((grid.top - y) // side), grid)


def path(tile: Tile, layer: str | None = "parcel-fence") -> str:
    home = f"/ogc/collections/{layer}/tiles" if layer else "/ogc/tiles"
    return f"{home}/{tile.grid.id}/{tile.z}/{tile.y}/{tile.x}"


def layers_of(content: bytes) -> dict[str, list[dict]]:
    """The features of each layer of a tile, y counting down as the tile has it."""
    if not content:
        return {}
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    assert all(layer["extent"] == EXTENT for layer in decoded.values())
    return {name: layer["features"] for name, layer in decoded.items()}


def ids_of(content: bytes, layer: str = "parcel-fence") -> set[int]:
    return {feature["id"] for feature in layers_of(content).get(layer, [])}


def items_within(client: TestClient, box: tuple[float, ...], layer: str = "parcel-fence", **query: str) -> set[int]:
    """Ids that the items of a box in storage degrees have."""
    words = {"limit": "5000", "bbox": ",".join(f"{side:.12f}" for side in box), **query}
    page = client.get(f"/ogc/collections/{layer}/items", params=words).json()
    assert page["numberMatched"] == page["numberReturned"]
    return {feature["id"] for feature in page["features"]}
