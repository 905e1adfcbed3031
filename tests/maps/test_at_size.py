"""The map's doors on 5,000 parcels: tiles against items for six people, coordinates against pyproj, reading while twenty write."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import shapely
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pyproj import Transformer
from shapely.geometry import shape
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.main import create_app
from gis_service.maps.tiles import BUFFER, Tile
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.factories import SOUTH, WEST, a_unit, an_area
from tests.maps.district import (
    ALL_GRIDS,
    READERS,
    District,
    ids_of,
    items_within,
    layers_of,
    path,
    tile_around,
    with_token,
)

WIDE, HIGH, SIDE = 100, 50, 0.001
CHANCE = random.Random(5000)
ZOOMS = (*(9, 10, 11, 12, 13) * 2, *(14,) * 20, *(15,) * 50, *(16,) * 60, *(17,) * 60)
"""Of 200 tiles: few of the wide ones, which hold thousands; at all of these features are drawn, not squares."""
CRS = "http://www.opengis.net/def/crs/EPSG/0/{}"

MADE = """
insert into parcel (district_code, parcel_no, parcel_name, area_id, custodian_unit_id, area_computed_m2, area_computed_crs,
                    supply_status, fence_status, is_published, geom)
select '440402', 'Z-' || lpad((row * :wide + col)::text, 5, '0'), '示例地块' || row || '-' || col,
       case when col < 60 then :first else :second end, case when (row * :wide + col) % 7 = 0 then :unit end, 11000, 4547,
       (array['not_planned', 'planned', 'announced', 'supplied', 'withdrawn'])[1 + (row + col) % 5],
       (array['full', 'none', 'damaged'])[1 + (row * 2 + col) % 3], (row + col) % 50 = 0,
       st_multi(st_makepolygon(st_makeline(array[p(col, row), p(col, row + 1), p(col + 1, row + 1), p(col + 1, row), p(col, row)])))
  from generate_series(0, :wide - 1) col, generate_series(0, :high - 1) row
"""
CORNER = """
create function pg_temp.p(i int, j int) returns geometry immutable language sql as $$
    select st_point(113.52 + i * 0.001 + ((i * 7919 + j * 104729) % 1000) * 1.37e-7,
                    22.39 + j * 0.001 + ((i * 6101 + j * 3571) % 1000) * 1.91e-7, 4490)
$$
"""
"""Corners a little off the grid, and with more decimals than any system gives back."""


@dataclass(frozen=True)
class Land:
    services: CloneServices
    app: FastAPI
    district: District


@pytest.fixture(scope="module")
def scene(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Land]:
    """5,000 parcels that touch, in two areas; every seventh in a unit's care, every fiftieth published."""
    name = cluster.clone(f"size_{os.getpid()}_{time.monotonic_ns()}")
    settings = Settings(environment="test", var_dir=tmp_path_factory.mktemp("var"), threads=4)
    services = CloneServices(settings, cluster, name)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        first, second, unit = an_area(session), an_area(session), a_unit(session)
        session.execute(text(CORNER))
        about = {"first": first.id, "second": second.id, "unit": unit.id, "wide": WIDE, "high": HIGH}
        session.execute(text(MADE.replace("p(", "pg_temp.p(")), about)
        numbers = session.scalars(text("select id from parcel order by id")).all()
    with cluster.admin(name) as admin:
        admin.execute("vacuum analyze")
    yield Land(services, create_app(settings, services), District(first.id, second.id, unit.id, tuple(numbers)))
    services.close()
    cluster.drop(name)


def some_tiles() -> list[Tile]:
    """The same for everybody: places on the land, the three grids in turn."""
    return [
        tile_around(WEST + CHANCE.random() * WIDE * SIDE, SOUTH + CHANCE.random() * HIGH * SIDE, zoom, ALL_GRIDS[n % 3])
        for n, zoom in enumerate(ZOOMS)
    ]


TILES = some_tiles()


@pytest.mark.parametrize("name", READERS)
def test_two_hundred_tiles_have_the_parcels_that_items_have(scene: Land, name: str) -> None:
    """What lies within two units of the edge of the tile's buffer may fall to either side, for a tile counts in whole units."""
    reader, seen = READERS[name](scene.app, scene.district), Counter[int]()
    for tile in TILES:
        drawn = ids_of(reader.get(path(tile)).content)
        inside, around = (items_within(reader, tile.stored(BUFFER + by)) for by in (-2, 2))
        assert inside <= drawn <= around, tile
        seen.update(drawn)
    assert seen
    assert set(seen) <= everything(reader)
    if name in ("officer", "leader"):
        assert len(seen) > len(scene.district.parcels) / 2


@pytest.mark.parametrize("name", READERS)
def test_squares_of_low_zooms_count_what_items_have(scene: Land, name: str) -> None:
    reader = READERS[name](scene.app, scene.district)
    for grid in ALL_GRIDS:
        for zoom in (5, 7):
            # a tile that holds all of it: the land lies across an edge of none of these
            tile = tile_around(WEST + WIDE * SIDE / 2, SOUTH + HIGH * SIDE / 2, zoom, grid)
            squares = layers_of(reader.get(path(tile)).content).get("parcel-fence", [])
            assert sum(square["properties"]["count"] for square in squares) == len(everything(reader)), tile


def everything(reader: TestClient) -> set[int]:
    return items_within(reader, (-180, -90, 180, 90))


def walked(reader: TestClient, **query: str) -> Iterator[dict]:
    """All features, page after page, as `next` leads."""
    address: str | None = "/ogc/collections/parcel-fence/items"
    while address:
        answer = reader.get(address, params=query or None)
        assert answer.status_code == 200, answer.text
        page, query = answer.json(), {}
        yield from page["features"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


@pytest.mark.parametrize("srid", [4490, 4326, 3857, 4547, 4526])
def test_coordinates_are_those_of_pyproj_to_a_millimetre(scene: Land, srid: int) -> None:
    """In the order of axes that the authority gives: latitude first, northing first, but easting first in Web Mercator."""
    reader = with_token(scene.app, Role.LEADER)
    with scene.services.sessions() as session:
        db.enter(session, EVERYTHING)
        stored = {
            row.id: shapely.from_wkb(bytes(row.wkb))
            for row in session.execute(text("select id, st_asbinary(geom) as wkb from parcel"))
        }
    given = {f["id"]: shape(f["geometry"]) for f in walked(reader, crs=CRS.format(srid), limit="1500")}
    assert set(given) == set(stored) == set(scene.district.parcels)
    lon, lat = shapely.get_coordinates([stored[number] for number in sorted(stored)]).T
    expected = np.column_stack(Transformer.from_crs(4490, srid).transform(lat, lon))
    found = shapely.get_coordinates([given[number] for number in sorted(given)])
    assert found.shape == expected.shape == (5 * WIDE * HIGH, 2)
    metres = 111_320 if srid in (4490, 4326) else 1
    assert np.abs(found - expected).max() * metres < 0.001
    first = found[0]
    assert {
        4490: 22 < first[0] < 23,
        4326: 22 < first[0] < 23,
        3857: first[0] > 12e6,
        4547: 2e6 < first[0] < 3e6,
        4526: first[1] > 38e6,
    }[srid]


def test_a_reader_who_walks_while_twenty_write_misses_nothing_and_gets_nothing_twice(scene: Land) -> None:
    """Writers rename parcels, change their fences, and strike off and restore those of a small part."""
    numbers = scene.district.parcels
    coming_and_going = set(CHANCE.sample(numbers, 100))
    reader = with_token(scene.app, Role.LEADER)
    engine = db.engine_for(scene.services.url(db.APP_ROLE), pool_size=20)
    sessions, stop, done = db.sessions_for(engine), threading.Event(), Counter[str]()
    faults: list[Exception] = []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        while not stop.is_set():
            number = chance.choice(numbers)
            change = RETIRE if number in coming_and_going else chance.choice((RENAME, FENCE))
            try:
                with sessions.begin() as session:
                    db.enter(session, EVERYTHING)
                    session.execute(text(change), {"id": number, "n": chance.randrange(10**6)})
            except Exception as fault:
                faults.append(fault)
                return
            done[change] += 1
            stop.wait(0.02)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(20)]
    for thread in threads:
        thread.start()
    try:
        walks = [Counter(f["id"] for f in walked(reader, limit="250")) for _ in range(2)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        engine.dispose()
    assert faults == []
    assert sum(done.values()) > 100
    assert set(done) == {RENAME, FENCE, RETIRE}
    for walk in walks:
        assert max(walk.values()) == 1, "nothing twice"
        assert set(numbers) - coming_and_going <= set(walk) <= set(numbers)


RENAME = "update parcel set parcel_name = '改名' || :n where id = :id"
FENCE = "update parcel set fence_status = case when fence_status = 'full' then 'damaged' else 'full' end where id = :id and :n >= 0"
RETIRE = (
    "update parcel set retired_on = case when retired_on is null then date '2026-01-01' end where id = :id and :n >= 0"
)
