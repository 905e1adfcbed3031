"""A tile shows what items show, to each reader, at once after a change; what is kept for one is never given to another."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shapely.geometry import shape
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.geo.tilegrids import QUAD
from gis_service.maps import kept as keeping
from gis_service.maps import tiles
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.kept import Kept
from gis_service.maps.tiles import BUFFER, EXTENT, Tile
from tests.conftest import CloneServices
from tests.factories import SOUTH, WEST, a_parcel, land
from tests.maps.district import (
    ALL_GRIDS,
    HIGH,
    READERS,
    WIDE,
    District,
    ids_of,
    items_within,
    layers_of,
    path,
    tile_around,
    with_token,
)

CHANCE = random.Random(49)
LAYERS = ("parcel-fence", "parcel-use", "parcel-supply")


def some_tile(zoom: int, grid: Any = QUAD) -> Tile:
    lon = WEST + CHANCE.random() * WIDE * 0.001
    lat = SOUTH + CHANCE.random() * HIGH * 0.001
    return tile_around(lon, lat, zoom, grid)


@pytest.fixture(scope="module")
def readers(settled_app: FastAPI, district: District) -> dict[str, TestClient]:
    return {name: make(settled_app, district) for name, make in READERS.items()}


@pytest.mark.parametrize("name", READERS)
def test_a_tile_has_exactly_the_parcels_that_items_have(
    readers: dict[str, TestClient], name: str, district: District
) -> None:
    """Of the box of the tile with its buffer. What lies within two units of that edge may fall to either side, for the
    tile counts in whole units; everything else must agree."""
    reader, seen = readers[name], set()
    for zoom in (9, 10, 11, 12, 13, 14, 15, 16, 17):
        for layer, grid in zip(LAYERS, ALL_GRIDS, strict=True):
            tile = some_tile(zoom, grid)
            answer = reader.get(path(tile, layer))
            drawn = ids_of(answer.content, layer)
            inside, around = (items_within(reader, tile.stored(BUFFER + by), layer) for by in (-2, 2))
            assert inside <= drawn <= around, (name, layer, tile)
            together = reader.get(path(tile, None), params={"collections": ",".join(LAYERS)})
            assert ids_of(together.content, layer) == drawn
            seen |= drawn
    if name == "guest":
        assert not seen, "nothing here is published"
    else:
        assert seen


def test_the_readers_see_different_land(readers: dict[str, TestClient], district: District) -> None:
    tile = path(tile_around(WEST + 0.009, SOUTH + 0.006, 10))
    seen = {name: ids_of(reader.get(tile).content) for name, reader in readers.items()}
    assert len(seen["officer"]) == WIDE * HIGH
    assert seen["leader"] == seen["officer"]
    assert seen["inspector of the first area"].isdisjoint(seen["officer of the second area"])
    assert seen["inspector of the first area"] | seen["officer of the second area"] == seen["officer"]
    assert len(seen["custodian"]) == len([n for n in range(WIDE * HIGH) if n % 7 == 0])
    assert seen["guest"] == set()


@pytest.mark.parametrize("name", READERS)
def test_low_zooms_count_what_items_have_and_never_carry_ids(
    readers: dict[str, TestClient], name: str, catalogue: Catalogue
) -> None:
    """Squares instead of parcels: how many there are says the same as the items, whatever the grid."""
    reader = readers[name]
    all_of_it = len(items_within(reader, (-180, -90, 180, 90)))
    assert catalogue["parcel-fence"].grid_below == 9
    for grid in ALL_GRIDS:
        for zoom in range(grid.zoom(grid.first), 9):
            tile = tile_around(WEST + 0.009, SOUTH + 0.006, zoom, grid)
            counted = 0
            for feature in layers_of(reader.get(path(tile)).content).get("parcel-fence", []):
                assert set(feature["properties"]) == {"fence_status", "count"}
                assert not feature.get("id")
                counted += feature["properties"]["count"]
            assert counted == all_of_it, (name, grid.id, zoom)


def test_many_parcels_make_a_small_tile_at_low_zoom(readers: dict[str, TestClient]) -> None:
    bytes_of = {
        zoom: len(readers["officer"].get(path(tile_around(WEST + 0.009, SOUTH + 0.006, zoom))).content)
        for zoom in (5, 8, 10)
    }
    assert bytes_of[5] < bytes_of[8] * 2 < 2 * bytes_of[10] / 10


# --- freshness -----------------------------------------------------------------------------------------------------


@pytest.fixture
def change(settled_services: CloneServices) -> Callable[[str], None]:
    def run(statement: str, **values: Any) -> None:
        with settled_services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            session.execute(text(statement), values)

    return run


def test_a_change_is_in_the_tile_and_in_the_items_at_once_and_the_old_etag_is_no_more(
    settled_app: FastAPI, client: TestClient, district: District, change: Callable[..., None]
) -> None:
    changed = district.parcels[0]
    tile = path(tile_around(WEST + 0.0005, SOUTH + 0.0005, 15))
    for status in ("full", "damaged", "none"):
        change("update parcel set fence_status = :status where id = :id", status=status, id=changed)
        first = client.get(tile)
        before = first.headers["etag"]
        assert client.get(tile, headers={"If-None-Match": before}).status_code == 304
        new = {"full": "damaged", "damaged": "none", "none": "full"}[status]
        change("update parcel set fence_status = :status where id = :id", status=new, id=changed)
        answer = client.get(tile, headers={"If-None-Match": before})
        assert answer.status_code == 200
        shown = {f["id"]: f["properties"]["fence_status"] for f in layers_of(answer.content)["parcel-fence"]}
        item = client.get(f"/ogc/collections/parcel-fence/items/{changed}").json()
        assert shown[changed] == item["properties"]["fence_status"] == new


def test_words_of_other_tables_are_fresh_too(
    client: TestClient, district: District, change: Callable[..., None]
) -> None:
    """A parcel that is retired, one that is added, an area that is renamed."""
    tile = path(tile_around(WEST + 0.0005, SOUTH + 0.0005, 15))
    areas = path(tile_around(WEST + 0.0005, SOUTH + 0.0005, 12), "area")
    client.get(tile), client.get(areas)
    change("update parcel set retired_on = '2026-01-01' where id = :id", id=district.parcels[0])
    assert district.parcels[0] not in ids_of(client.get(tile).content)
    change("update parcel set retired_on = null where id = :id", id=district.parcels[0])
    assert district.parcels[0] in ids_of(client.get(tile).content)
    change("update area set name = '新名' where id = :id", id=district.first)
    names = {f["properties"].get("name") for f in layers_of(client.get(areas).content)["area"]}
    assert "新名" in names


def test_a_change_that_was_taken_back_or_is_not_committed_changes_nothing(
    settled_services: CloneServices, client: TestClient, district: District
) -> None:
    tile = path(tile_around(WEST + 0.0005, SOUTH + 0.0005, 16))
    before = client.get(tile).headers["etag"]
    with settled_services.sessions() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set fence_status = 'none' where id = -1"))
        session.execute(text("update parcel set parcel_name = '未提交' where id = :id"), {"id": district.parcels[0]})
        assert client.get(tile).headers["etag"] == before
        session.rollback()
    assert client.get(tile, headers={"If-None-Match": before}).status_code == 304


def test_a_kept_tile_is_given_without_drawing_and_only_to_the_same_sight(
    settled_services: CloneServices, district: District, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Scope] = []
    draw = tiles.draw_all

    def counted(reader: Any, scope: Scope, *more: Any, **named: Any) -> Any:
        drawn.append(scope)
        return draw(reader, scope, *more, **named)

    monkeypatch.setattr(keeping, "draw_all", counted)
    kept = Kept(settled_services.reader)
    place, parts = tile_around(WEST + 0.009, SOUTH + 0.006, 12), [(catalogue["parcel-fence"], Asked())]
    scopes = [
        EVERYTHING,
        Scope(area_ids=frozenset({district.first})),
        Scope(area_ids=frozenset({district.second})),
        Scope(unit_ids=frozenset({district.unit})),
        Scope(see_published=True),
        Scope(),
        Scope(see_all=True, see_contacts=not EVERYTHING.see_contacts),
    ]
    seen = [ids_of(kept.tile(scope, parts, place, gzip_accepted=False).body) for scope in scopes]
    assert drawn == scopes
    assert [ids_of(kept.tile(scope, parts, place, gzip_accepted=False).body) for scope in scopes] == seen
    assert len(drawn) == len(scopes), "all came from what was kept"
    assert seen[1].isdisjoint(seen[2])
    assert seen[1] | seen[2] == seen[0] == seen[6]
    assert seen[4] == seen[5] == set()
    with_filter = [(catalogue["parcel-fence"], Asked(equal={"fence_status": "full"}))]
    assert ids_of(kept.tile(EVERYTHING, with_filter, place, gzip_accepted=False).body) < seen[0]


def test_what_is_kept_is_bounded(settled_services: CloneServices, district: District, catalogue: Catalogue) -> None:
    kept = Kept(settled_services.reader, largest=30_000)
    for _ in range(60):
        kept.tile(EVERYTHING, [(catalogue["parcel-use"], Asked())], some_tile(16), gzip_accepted=True)
        assert kept.bytes <= 30_000
    assert kept.bytes > 10_000
    tiny = Kept(settled_services.reader, largest=10)
    assert tiny.tile(EVERYTHING, [(catalogue["parcel-use"], Asked())], some_tile(12), gzip_accepted=True).body
    assert tiny.bytes == 0


def test_layers_that_ask_the_clock_are_drawn_each_time(settled_services: CloneServices) -> None:
    with settled_services.sessions() as session:
        told = {row[0] for row in session.execute(text("select view_name from layer.change"))}
    assert {"parcel", "parcel_history", "area", "ground", "boundary_point"} <= told
    assert told.isdisjoint({"patrol_overdue", "patrol_coverage", "patrol_coverage_history"})


def test_every_table_behind_a_kept_layer_tells_of_its_changes(settled_services: CloneServices) -> None:
    with settled_services.owner_session() as session:
        silent = session.scalars(
            text(
                "select distinct table_name from layer.reads where not exists (select from pg_trigger"
                " where tgrelid = to_regclass(table_name) and tgname = 'z_layer_told' and tgenabled = 'O')"
            )
        ).all()
    assert silent == []


def test_writers_at_the_same_time_neither_wait_nor_are_lost(
    settled_services: CloneServices, district: District
) -> None:
    """Two transactions hold changes of the same two tables, in opposite order, open at once."""

    def number() -> int:
        with settled_services.sessions() as session:
            return int(session.scalar(text("select n from layer.change where view_name = 'parcel'")) or 0)

    before = number()
    with settled_services.sessions() as one, settled_services.sessions() as other:
        for session in (one, other):
            db.enter(session, EVERYTHING)
            session.execute(text("set local lock_timeout = '2s'"))
        parcel = text("update parcel set parcel_name = 'x' || random() where id = :id")
        area = text("update area set name = 'x' || random() where id = :id")
        one.execute(parcel, {"id": district.parcels[1]})
        other.execute(area, {"id": district.second})
        one.execute(area, {"id": district.first})
        other.execute(parcel, {"id": district.parcels[2]})
        assert number() == before
        one.commit()
        middle = number()
        other.commit()
    assert before < middle < number()


def test_under_writes_no_reader_ever_sees_a_tile_older_than_the_items_it_saw_before(
    settled_app: FastAPI, settled_services: CloneServices, district: District
) -> None:
    """One writer renames a parcel in steps; readers ask items first and the tile next: it may be newer, never older."""
    reader = with_token(settled_app, Role.LEADER)
    changed = district.parcels[5]
    tile = path(tile_around(WEST + 0.0055, SOUTH + 0.0005, 16))
    steps = 25

    def write() -> None:
        for step in range(1, steps + 1):
            with settled_services.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                session.execute(
                    text("update parcel set parcel_name = :name where id = :id"), {"name": f"{step:03}", "id": changed}
                )

    def read() -> int:
        asked = 0
        while True:
            item = reader.get(f"/ogc/collections/parcel-use/items/{changed}").json()["properties"]["parcel_name"]
            drawn = layers_of(reader.get(tile.replace("parcel-fence", "parcel-use")).content)["parcel-use"]
            name = next(f["properties"].get("parcel_name") for f in drawn if f["id"] == changed)
            assert (name or "") >= (item or "")
            asked += 1
            if item == f"{steps:03}":
                assert name == item
                return asked

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read) for _ in range(2)]
        pool.submit(write).result()
        assert all(each.result() > 1 for each in reading)


def test_a_new_parcel_lies_in_the_tile_where_it_was_drawn(
    settled_services: CloneServices, client: TestClient, district: District
) -> None:
    tile = tile_around(WEST + 0.0305, SOUTH + 0.0005, 16)
    assert client.get(path(tile)).status_code == 204
    with settled_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        new = a_parcel(session, shape=land(30, 0), area_id=district.first).id
    (feature,) = [f for f in layers_of(client.get(path(tile)).content)["parcel-fence"] if f["id"] == new]
    west, _, east, north = tile.stored()
    size = (east - west) / EXTENT
    drawn = shape(feature["geometry"])
    assert west + drawn.bounds[0] * size == pytest.approx(max(WEST + 0.030, west - BUFFER * size), abs=2 * size)
    assert north > SOUTH
