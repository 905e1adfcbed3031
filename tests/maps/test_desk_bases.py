"""Base maps of the desk: nothing from outside by default; what is declared comes through the server, and only that."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from fastapi import FastAPI

from gis_service import settings as configuration
from gis_service.access.rules import Role
from gis_service.main import create_app
from gis_service.maps.basemaps import sources
from gis_service.patrols.basemaps import tianditu
from gis_service.patrols.basemaps.shelf import Shelf
from gis_service.patrols.basemaps.taking import take
from gis_service.settings import BaseSource
from tests.conftest import CloneServices, Person
from tests.patrols.basemaps.test_doors import KEY, Upstream, upstream
from tests.patrols.basemaps.tiles import AT_17, mbtiles, picture, square

__all__ = ["upstream"]

SignIn = Callable[..., Person]
DEGREES: dict[str, Literal["CGCS2000Quad", "WorldCRS84Quad"]] = {"c": "CGCS2000Quad", "crs84": "WorldCRS84Quad"}
TILE = "/api/v1/map/bases/sources/shifted/14/13359/7142"


@pytest.fixture
def declared(services: CloneServices, upstream: Upstream) -> FastAPI:
    """The application of an office that has a key of 天地图 and two sources of its own."""
    tianditu.node.cache_clear()
    sources._node.cache_clear()
    own = (
        BaseSource(
            code="shifted", name="网图", url=upstream.url + "/xyz/{z}/{x}/{y}.png?k={key}", key=KEY, datum="gcj02"
        ),
        BaseSource(
            code="wmts", name="省级影像", url=upstream.url + "/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}", max_zoom=16
        ),
        *(BaseSource(code=code, name=code, url=upstream.url + "/{z}/{y}/{x}", grid=grid) for code, grid in DEGREES.items()),
    )  # fmt: skip
    changed = {"tianditu_key": KEY, "tianditu_url": upstream.url, "tianditu_grid": "CGCS2000Quad", "base_sources": own}
    services.settings = services.settings.model_copy(update=changed)
    return create_app(services.settings, services)


def test_nothing_from_outside_is_offered_by_default(sign_in: SignIn) -> None:
    person = sign_in(Role.LEADER)
    assert person.get("/api/v1/map/bases").json() == []
    assert person.get("/api/v1/map/bases/tianditu/img/14/13359/7142").json()["code"] == "tianditu.not_offered"
    assert person.get(TILE).json()["code"] == "base.unknown"


def test_what_is_declared_is_offered_without_its_address(
    declared: FastAPI, sign_in: SignIn, upstream: Upstream
) -> None:
    answer = sign_in(Role.LEADER, on=declared).get("/api/v1/map/bases")
    found = {one["id"]: one for one in answer.json()}
    assert list(found) == [
        "tianditu-vec",
        "tianditu-img",
        "source-shifted",
        "source-wmts",
        *(f"source-{code}" for code in DEGREES),
    ]
    told = [(one["grid"], one["min_zoom"], one["max_zoom"]) for one in found.values()]
    assert told[1:] == [
        ("CGCS2000Quad", 1, 18), ("WebMercatorQuad", 1, 18), ("WebMercatorQuad", 1, 16), ("CGCS2000Quad", 1, 18),
        ("WorldCRS84Quad", 1, 17),
    ]  # fmt: skip
    assert (found["source-shifted"]["gcj02"], found["source-wmts"]["gcj02"]) == (True, False)
    assert KEY not in answer.text
    assert upstream.url not in answer.text
    assert upstream.asked == [], "the list itself asks nobody"


def test_a_tile_comes_through_once_with_the_key_added_on_the_way(
    declared: FastAPI, sign_in: SignIn, upstream: Upstream
) -> None:
    person = sign_in(Role.LEADER, on=declared)
    for _ in range(2):
        answer = person.get(TILE)
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (
            200,
            picture(side=8),
            "image/png",
        )
    person.get("/api/v1/map/bases/sources/wmts/10/837/446")
    person.get("/api/v1/map/bases/tianditu/img/14/13359/3171")
    assert upstream.asked[:2] == [
        f"/node/xyz/14/13359/7142.png?k={KEY}",
        "/node/wmts?TILEMATRIX=10&TILEROW=446&TILECOL=837",
    ]
    assert len(upstream.asked) == 3


@pytest.mark.parametrize("path", [
    "sources/other/1/0/0", "sources/wmts/17/0/0", "sources/wmts/2/4/0", "sources/wmts/0/0/0", "sources/wmts/999999/0/0", "tianditu/ter/14/1/1",
    "packages/" + "0" * 64, "tianditu/img/14/13359/8192", "sources/c/14/13359/8192", "sources/crs84/14/13359/16384", "sources/crs84/14/32768/1",
    "sources/crs84/18/1/1",
])  # fmt: skip
def test_only_what_is_declared_is_asked_for(declared: FastAPI, sign_in: SignIn, upstream: Upstream, path: str) -> None:
    assert sign_in(Role.LEADER, on=declared).get(f"/api/v1/map/bases/{path}").status_code == 404
    assert upstream.asked == []


@pytest.mark.parametrize("change", [
    {"status": 302, "headers": {"Location": "http://127.0.0.1:9/elsewhere"}}, {"status": 403}, {"media_type": "text/html"},
    {"content": bytes(tianditu.LARGEST + 1)},
])  # fmt: skip
def test_a_failure_says_what_failed_and_never_the_key(
    declared: FastAPI, sign_in: SignIn, upstream: Upstream, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(upstream, name, value)
    answer = sign_in(Role.LEADER, on=declared).get(TILE)
    assert (answer.status_code, answer.json()["code"]) == (502, "base.failed")
    assert KEY not in answer.text
    assert len(upstream.asked) == 1, "a redirection is not followed"


@pytest.mark.parametrize(("tile", "row"), [("c/14/16383/8191", "14/8191/16383"), ("crs84/14/32767/16383", "14/16383/32767")])  # fmt: skip
def test_a_grid_in_degrees_has_half_as_many_rows_as_columns(
    declared: FastAPI, sign_in: SignIn, upstream: Upstream, tile: str, row: str
) -> None:
    assert sign_in(Role.LEADER, on=declared).get(f"/api/v1/map/bases/sources/{tile}").status_code == 200
    assert upstream.asked == [f"/node/{row}"]


def test_collecting_is_stopped(declared: FastAPI, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tianditu, "PER_PERSON", 2)
    person = sign_in(Role.LEADER, on=declared)
    assert [person.get(TILE).status_code for _ in range(3)] == [200, 200, 429]


def test_a_package_is_read_in_pieces(services: CloneServices, sign_in: SignIn, tmp_path: Path) -> None:
    shelf = Shelf(services.settings.var_dir / "basemaps")
    made, _ = take(shelf, mbtiles(tmp_path / "a.mbtiles", square(*AT_17, 2)), code="own", name="自有影像", area=None)
    person = sign_in(Role.LEADER)
    (one,) = person.get("/api/v1/map/bases").json()
    assert (one["id"], one["kind"], one["urls"]) == (
        "package-own",
        "package-raster",
        [f"/api/v1/map/bases/packages/{made.sha256}"],
    )
    piece = person.get(one["urls"][0], headers={"Range": "bytes=0-6"})
    assert (piece.status_code, piece.content) == (206, b"PMTiles")
    guest = sign_in(Role.GUEST)
    assert guest.get("/api/v1/map/bases").json() == [], "a guest sees the map, not the office's imagery"
    assert guest.get(one["urls"][0]).status_code == 403


@pytest.mark.parametrize("wrong", [
    {"url": "https://{x}.example/{z}/{y}"}, {"url": "https://tiles.example/{z}/{x}"}, {"url": "file:///{z}/{x}/{y}"},
    {"url": "https://user:pw@tiles.example/{z}/{x}/{y}"}, {"url": "https://tiles.example/{z}/{x}/{y}?{key}"}, {"datum": "bd09"},
    {"min_zoom": 9, "max_zoom": 3}, {"code": "A b"}, {"grid": "EPSG:4490"}, {"grid": "CGCS2000Quad", "min_zoom": 0},
    {"grid": "WorldCRS84Quad", "min_zoom": 18},
])  # fmt: skip
def test_a_source_that_cannot_be_stops_the_start_without_telling_its_key(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object]
) -> None:
    source = {"code": "a", "name": "甲", "url": "https://tiles.example/{z}/{x}/{y}", **wrong}
    monkeypatch.setenv("GIS_BASE_SOURCES", json.dumps([source]))
    with pytest.raises(configuration.WrongSetting) as refusal:
        configuration.load()
    assert "base_sources" in str(refusal.value).lower()
    assert "tiles.example" not in str(refusal.value)
