"""Offline packages: what is in the files is what items have, in the sight of who asked; jobs are kept and cancelled."""

import contextlib
import gzip
import json
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyogrio
import pytest
import typer
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MemorySource, Reader, all_tiles
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import Refusal
from gis_service.exports.packages import cli, jobs, local
from gis_service.exports.packages.local import package_file, write
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.packages import asked, making, rules
from gis_service.maps.packages.asked import Said, understood
from gis_service.parcels.vocabulary import vocabulary, words
from tests.conftest import CloneServices, Person
from tests.factories import SOUTH, WEST
from tests.live import work_off
from tests.maps.district import District, ids_of, items_within, layers_of, tile_around, with_token

DOOR = "/api/v1/map-packages"
BOX = (WEST + 0.0045, SOUTH + 0.0025, WEST + 0.0125, SOUTH + 0.0085)
BBOX = ",".join(f"{side:.9f}" for side in BOX)
LAYERS = ("parcel-fence", "parcel-use")


def tiles_of_pmtiles(content: bytes) -> dict[tuple[int, int, int], bytes]:
    return {place: gzip.decompress(tile) for place, tile in all_tiles(MemorySource(content))}


def tiles_of_mbtiles(path: Path) -> dict[tuple[int, int, int], bytes]:
    with contextlib.closing(sqlite3.connect(path)) as base:
        rows = base.execute("select zoom_level, tile_column, tile_row, tile_data from tiles").fetchall()
    return {(z, x, 2**z - 1 - y): gzip.decompress(tile) for z, x, y, tile in rows}


def ids_at(tiles: dict[tuple[int, int, int], bytes], zoom: int, layer: str) -> set[int]:
    return set().union(*(ids_of(content, layer) for (z, _, _), content in tiles.items() if z == zoom))


def packed(services: CloneServices, scope: Scope, out: Path, **said: Any) -> dict[str, Any]:
    wish = understood(
        Said(format=out.suffix[1:], **{"layers": LAYERS, **said}), services.reader, scope, Catalogue.load()
    )
    write(services.reader, scope, wish, out)
    return wish.described()


@pytest.fixture
def officer(settled_app: FastAPI, district: District) -> Person:
    return signed_in(settled_app, Role.LAND_OFFICER)


def signed_in(app: FastAPI, role: Role, **grant: Any) -> Person:
    """A person in a browser: packages are ordered there, tokens only read."""
    name = f"pack-{clock.now():%H%M%S%f}"
    with app.state.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username=name, display_name=name, password="Correct-horse-9", own_choice=True
        )
        access.grant_role(session, SERVICE, user.id, role, **grant)
    person = Person(
        app, base_url="http://testserver", headers={"Sec-Fetch-Site": "same-origin"}, raise_server_exceptions=False
    )
    answer = person.post("/api/v1/sessions", json={"username": name, "password": "Correct-horse-9"})
    assert answer.status_code == 201
    return person


def test_the_three_kinds_hold_the_ids_that_items_have(
    settled_services: CloneServices, client: TestClient, district: District, tmp_path: Path
) -> None:
    expected = items_within(client, BOX)
    assert 0 < len(expected) < len(district.parcels)
    for kind in ("pmtiles", "mbtiles", "gpkg"):
        packed(settled_services, EVERYTHING, tmp_path / f"a.{kind}", bbox=BBOX, min_zoom=7, max_zoom=14)
    archive = tiles_of_pmtiles((tmp_path / "a.pmtiles").read_bytes())
    base = tiles_of_mbtiles(tmp_path / "a.mbtiles")
    assert archive == base
    assert {z for z, _, _ in archive} == set(range(7, 15))
    for layer in LAYERS:
        for zoom in (9, 12, 14):
            assert ids_at(archive, zoom, layer) == expected
        table = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer=layer, fid_as_index=True)
        assert set(table.index) == expected
        assert table.crs.to_epsg() == 4490
    fences = set(pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="parcel-fence")["围蔽情况"])
    assert fences == {words("fence_status", status, "zh") for status in ("none", "full", "damaged")}
    uses = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="parcel-use")["全部使用情况"]
    assert {use for text in uses for use in text.split("、")} <= {zh for zh, _ in vocabulary()["use_status"].values()}
    low = layers_of(archive[next(place for place in archive if place[0] == 8)])
    assert all(sum(f["properties"]["count"] for f in low[layer]) == len(expected) for layer in LAYERS)


def test_pmtiles_says_what_it_holds(settled_services: CloneServices, district: District, tmp_path: Path) -> None:
    packed(settled_services, EVERYTHING, tmp_path / "a.pmtiles", bbox=BBOX, min_zoom=9, max_zoom=13)
    reader = Reader(MemorySource((tmp_path / "a.pmtiles").read_bytes()))
    header, facts = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"]) == (9, 13)
    assert header["min_lon_e7"] == pytest.approx(BOX[0] * 1e7, abs=1)
    assert [layer["id"] for layer in facts["vector_layers"]] == list(LAYERS)
    tile = tile_around((BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2, 13)
    assert ids_of(gzip.decompress(reader.get(13, tile.x, tile.y)))


def test_mbtiles_opens_in_sqlite_and_in_gdal(
    settled_services: CloneServices, client: TestClient, district: District, tmp_path: Path
) -> None:
    path = tmp_path / "a.mbtiles"
    packed(settled_services, EVERYTHING, path, bbox=BBOX, min_zoom=11, max_zoom=14)
    with contextlib.closing(sqlite3.connect(path)) as base:
        facts = dict(base.execute("select name, value from metadata").fetchall())
        assert base.execute("pragma application_id").fetchone() == (0x4D504258,)
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
        assert base.execute("select count(*) from tiles where substr(hex(tile_data), 1, 4) <> '1F8B'").fetchone() == (
            0,
        )
    assert {"name", "format", "bounds", "center", "minzoom", "maxzoom", "json"} <= set(facts)
    assert (facts["format"], facts["minzoom"], facts["maxzoom"]) == ("pbf", "11", "14")
    assert [layer["id"] for layer in json.loads(facts["json"])["vector_layers"]] == list(LAYERS)
    assert [name for name, _ in pyogrio.list_layers(path)] == list(LAYERS)
    table = pyogrio.read_dataframe(path, layer="parcel-fence")
    numbers = {
        f["properties"]["parcel_no"]
        for f in client.get("/ogc/collections/parcel-fence/items", params={"bbox": BBOX, "limit": 5000}).json()[
            "features"
        ]
    }
    assert set(table["parcel_no"]) == numbers
    west, _, _, north = table.to_crs(4326).total_bounds
    assert west == pytest.approx(WEST + 0.004, abs=2e-5)
    assert north == pytest.approx(SOUTH + 0.009, abs=2e-5)


@pytest.mark.parametrize("kind", ["pmtiles", "gpkg"])
def test_a_package_shows_what_its_asker_may_see(
    settled_services: CloneServices, district: District, tmp_path: Path, kind: str
) -> None:
    def ids(scope: Scope, name: str) -> set[int]:
        path = tmp_path / f"{name}.{kind}"
        packed(settled_services, scope, path, layers=("parcel-fence",), min_zoom=12, max_zoom=12)
        if kind == "gpkg":
            return set(pyogrio.read_dataframe(path, layer="parcel-fence", fid_as_index=True).index)
        return ids_at(tiles_of_pmtiles(path.read_bytes()), 12, "parcel-fence")

    first, second = ids(Scope(area_ids=frozenset({district.first})), "a"), ids(Scope(area_ids=frozenset({district.second})), "b")  # fmt: skip
    assert first
    assert second
    assert first.isdisjoint(second)
    assert first | second == ids(EVERYTHING, "c") == set(district.parcels)
    with pytest.raises(Refusal) as refused:
        ids(Scope(), "d")
    assert refused.value.code == "package.empty"


def test_an_area_is_packed_by_its_outline_and_a_day_by_its_day(
    settled_services: CloneServices, district: District, tmp_path: Path
) -> None:
    with settled_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        outline = f"POLYGON(({WEST} {SOUTH}, {WEST + 0.0055} {SOUTH}, {WEST} {SOUTH + 0.0055}, {WEST} {SOUTH}))"
        session.execute(
            text("update area set name = '三角', geom = st_multi(st_geomfromtext(:w, 4490)) where id = :id"),
            {"w": outline, "id": district.second},
        )
        expected = set(
            session.scalars(
                text("select id from parcel where st_intersects(geom, st_geomfromtext(:w, 4490))"), {"w": outline}
            )
        )
    said = {"area": "三角", "min_zoom": 14, "max_zoom": 14, "layers": ("parcel-fence",)}
    packed(settled_services, EVERYTHING, tmp_path / "a.pmtiles", **said)
    assert ids_at(tiles_of_pmtiles((tmp_path / "a.pmtiles").read_bytes()), 14, "parcel-fence") == expected
    with pytest.raises(Refusal) as refused:
        packed(settled_services, EVERYTHING, tmp_path / "b.pmtiles", **said, as_of="1990-01-01")
    assert refused.value.code == "package.empty"


def test_a_package_is_ordered_made_and_fetched_by_who_asked_and_nobody_else(
    settled_services: CloneServices, settled_app: FastAPI, officer: Person, district: District
) -> None:
    other = signed_in(settled_app, Role.LAND_OFFICER)
    wish = {"layers": list(LAYERS), "bbox": BBOX, "min_zoom": 10, "max_zoom": 13, "as_of": "2100-01-01"}
    answer = officer.post(DOOR, json=wish)
    assert answer.status_code == 202, answer.text
    number = answer.json()["id"]
    assert officer.get(f"{DOOR}/{number}/file").status_code == 409
    work_off(settled_services)
    told = officer.get(f"{DOOR}/{number}").json()
    assert told["state"] == "done", told
    assert re.fullmatch(r"共 \d+ 块瓦片。", told["notes"][0])
    answer = officer.get(told["file"])
    assert answer.headers["content-type"] == "application/vnd.pmtiles"
    assert unquote(answer.headers["content-disposition"]).endswith("_2100-01-01.pmtiles")
    held = tiles_of_pmtiles(answer.content)
    assert ids_at(held, 13, "parcel-use") == items_within(officer, BOX, "parcel-use")
    assert other.get(f"{DOOR}/{number}").status_code == 404
    assert other.get(f"{DOOR}/{number}/file").status_code == 404
    assert other.get(DOOR).json()["items"] == []
    assert [each["id"] for each in officer.get(DOOR).json()["items"]] == [number]
    assert officer.get("/api/v1/exports").json()["items"] == [], "a package is no export of the register"
    assert officer.get(f"/api/v1/exports/{number}/file").status_code == 404
    with settled_services.sessions() as session:
        said = session.execute(
            text("select detail->>'sha256', detail->>'act' from audit_entry where action = 'parcel.export' order by id")
        ).all()
    assert (told["sha256"], None) in map(tuple, said)
    assert (told["sha256"], "fetch") in map(tuple, said)


def test_an_officer_of_an_area_packs_that_area_also_in_the_worker(
    settled_services: CloneServices, settled_app: FastAPI, district: District
) -> None:
    person = signed_in(settled_app, Role.LAND_OFFICER, area_id=district.first)
    answer = person.post(DOOR, json={"layers": ["parcel-use"], "min_zoom": 12, "max_zoom": 12})
    work_off(settled_services)
    told = person.get(f"{DOOR}/{answer.json()['id']}").json()
    held = tiles_of_pmtiles(person.get(told["file"]).content)
    assert ids_at(held, 12, "parcel-use") == items_within(person, (-180, -90, 180, 90), "parcel-use")


def test_who_may_not_and_what_is_wrong(
    settled_app: FastAPI, officer: Person, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in (Role.GUEST, Role.INSPECTOR, Role.SYSTEM_ADMIN):
        assert signed_in(settled_app, role).post(DOOR, json={"layers": ["area"]}).status_code == 403
    assert TestClient(settled_app).get(DOOR).status_code == 401
    reading = with_token(settled_app, Role.LAND_OFFICER)
    assert reading.post(DOOR, json={"layers": ["area"]}).status_code == 403, "a token only reads"

    def refused(**wish: Any) -> tuple[int, str]:
        answer = officer.post(DOOR, json={"layers": ["parcel-use"], **wish})
        return answer.status_code, answer.json()["code"]

    assert refused(layers=["nothing"])[0] == 404
    assert refused(layers=[])[0] == 400
    assert refused(area="没有")[0] == 404
    for wrong in (
        {"format": "zip"}, {"bbox": "1,2,3"}, {"bbox": "9,2,3,4"}, {"bbox": "nan,1,2,3"}, {"as_of": "soon"}, {"max_zoom": 17},
        {"min_zoom": 9, "max_zoom": 8}, {"min_zoom": -1}, {"bbox": BBOX, "area": "三角"},
    ):  # fmt: skip
        assert refused(**wrong)[0] == 400, wrong
    assert refused(bbox="112,21,116,24", max_zoom=16) == (422, "package.too_many")
    assert (
        officer.post(DOOR, json={"layers": ["parcel-use"], "bbox": "112,21,116,24", "format": "gpkg"}).status_code
        == 202
    )


def test_a_cancel_takes_effect_between_two_tiles(
    settled_services: CloneServices, officer: Person, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = officer.post(DOOR, json={"layers": ["parcel-use"], "min_zoom": 10, "max_zoom": 16}).json()["id"]
    seen: list[Any] = []
    draw = making.tiles.draw_all

    def cancelled_at_the_third(*args: Any, **named: Any) -> Any:
        seen.append(args)
        if len(seen) == 3:
            assert officer.post(f"{DOOR}/{number}/cancel").json()["state"] == "cancelled"
        return draw(*args, **named)

    monkeypatch.setattr(making.tiles, "draw_all", cancelled_at_the_third)
    monkeypatch.setattr(jobs, "TOLD_EVERY_S", 0)
    jobs.process(settled_services, number)
    assert len(seen) == 3
    told = officer.get(f"{DOOR}/{number}").json()
    assert (told["state"], told["file"], told["error"]["code"]) == ("cancelled", None, "package.cancelled")
    assert officer.post(f"{DOOR}/{number}/cancel").status_code == 409
    jobs.process(settled_services, number)
    assert len(seen) == 3, "what was cancelled is not taken up again"


def test_a_fault_is_told_in_a_sentence(
    settled_services: CloneServices, officer: Person, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = officer.post(DOOR, json={"layers": ["parcel-use"]}).json()["id"]

    def broken(*_args: Any) -> int:
        raise ValueError

    monkeypatch.setattr(jobs, "write", broken)
    with pytest.raises(ValueError, match=r"^$"):
        jobs.process(settled_services, number)
    told = officer.get(f"{DOOR}/{number}").json()
    assert (told["state"], told["error"]["code"]) == ("failed", "package.broke")
    assert str(number) in told["error"]["message"]


def test_a_file_for_who_owns_the_machine(
    settled_services: CloneServices, district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "地块.mbtiles"
    facts = package_file(settled_services, Said("mbtiles", ("parcel-use",), bbox=BBOX, min_zoom=12, max_zoom=13), out)
    assert facts["count"] == len(tiles_of_mbtiles(out))
    assert facts["bytes"] == out.stat().st_size
    before = out.read_bytes()
    monkeypatch.setattr(local, "write", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        package_file(settled_services, Said("mbtiles", ("parcel-use",), bbox=BBOX), out)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


def test_the_command_writes_a_package(
    settled_services: CloneServices, district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = typer.Typer()
    cli.install(group, lambda: contextlib.nullcontext(settled_services))
    out = tmp_path / "a.pmtiles"
    said = [
        "package",
        "--layers",
        "parcel-use, parcel-fence",
        "--bbox",
        BBOX,
        "--zooms",
        "12-13",
        "--out",
        str(out),
        "--json",
    ]
    done = CliRunner().invoke(group, said)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["count"] == len(tiles_of_pmtiles(out.read_bytes()))
    wrong = CliRunner().invoke(group, [*said[:6], "x-y", *said[7:]])
    assert isinstance(wrong.exception, Refusal)


@given(st.floats(-179, 179), st.floats(-84, 84), st.floats(0.0001, 0.4), st.floats(0.0001, 0.4), st.integers(0, 12))
def test_the_tiles_of_a_box_cover_it_and_are_counted_right(
    west: float, south: float, width: float, height: float, z: int
) -> None:
    box = (west, south, min(west + width, 179.9), min(south + height, 85))
    found = rules.spots(box, None, range(z, z + 1))
    assert len(found) == len(set(found)) == rules.count(box, range(z, z + 1))
    covered = [rules.degrees(spot) for spot in found]
    assert min(each[0] for each in covered) <= box[0] + 1e-9
    assert min(each[1] for each in covered) <= box[1] + 1e-9
    assert max(each[2] for each in covered) >= box[2] - 1e-9
    assert max(each[3] for each in covered) >= box[3] - 1e-9


def test_words_of_a_wish_come_back_from_the_record() -> None:
    said = Said("mbtiles", ("area",), "北围", None, 3, 9, "2026-01-01")
    assert asked.Said.of(said.kept()) == Said("mbtiles", ["area"], "北围", None, 3, 9, "2026-01-01")
