"""The doors of base maps: packages in pieces, and 天地图 with its key kept on the server."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI

from gis_service.access.rules import Role
from gis_service.main import create_app
from gis_service.patrols.basemaps import tianditu
from gis_service.patrols.basemaps.errors import TiandituBusy, TiandituFailed
from gis_service.patrols.basemaps.rules import TiandituLayer
from gis_service.patrols.basemaps.shelf import Shelf
from gis_service.patrols.basemaps.taking import take
from gis_service.patrols.basemaps.tianditu import Tianditu
from tests.conftest import CloneServices, Person
from tests.live import Quiet, answering
from tests.patrols.basemaps.tiles import AT_17, mbtiles, picture, square

KEY = "5ecre7-key-of-the-office"
TILE = "/api/v1/field/tianditu/img/14/13359/7142"
SignIn = Callable[..., Person]


@dataclass
class Upstream:
    """A node of Tianditu as far as tests need one."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    media_type: str = "image/png"
    content: bytes = picture(side=8)
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    said = Upstream()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.asked.append(self.path)
            self.send_response(said.status)
            self.send_header("Content-Type", said.media_type)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.content)

    with answering(Handler) as address:
        said.url = f"{address}/node"
        yield said


@pytest.fixture
def with_key(services: CloneServices, upstream: Upstream) -> FastAPI:
    """The application of an office that has a key."""
    tianditu.node.cache_clear()
    changed = {"tianditu_key": KEY, "tianditu_url": upstream.url, "tianditu_note": "天地图 GS(2026)0001号"}
    services.settings = services.settings.model_copy(update=changed)
    return create_app(services.settings, services)


@pytest.fixture
def package(services: CloneServices, tmp_path: Path) -> tuple[str, bytes]:
    """An offered package: its hash and bytes."""
    shelf = Shelf(services.settings.var_dir / "basemaps")
    made, _ = take(shelf, mbtiles(tmp_path / "a.mbtiles", square(*AT_17, 3)), code="bw", name="北围航拍", area="北围")
    return made.sha256, shelf.file(made.sha256).read_bytes()


def test_packages_are_listed_with_what_a_phone_must_know(sign_in: SignIn, package: tuple[str, bytes]) -> None:
    (offered,) = sign_in(Role.INSPECTOR).get("/api/v1/field/basemaps").json()
    wanted = {"code": "bw", "name": "北围航拍", "area": "北围", "kind": "raster", "gcj02": False}
    assert {key: offered[key] for key in wanted} == wanted
    assert (offered["sha256"], offered["size_bytes"]) == (package[0], len(package[1]))
    assert hashlib.sha256(package[1]).hexdigest() == package[0]


def test_a_package_comes_in_pieces(sign_in: SignIn, package: tuple[str, bytes]) -> None:
    person, (sha256, content) = sign_in(Role.INSPECTOR), package
    whole = person.get(f"/api/v1/field/basemaps/{sha256}")
    assert (whole.status_code, whole.content, whole.headers["etag"]) == (200, content, f'"{sha256}"')
    rest = person.get(f"/api/v1/field/basemaps/{sha256}", headers={"Range": "bytes=100-", "If-Range": f'"{sha256}"'})
    assert (rest.status_code, rest.content) == (206, content[100:])
    assert rest.headers["content-range"] == f"bytes 100-{len(content) - 1}/{len(content)}"
    other = person.get(f"/api/v1/field/basemaps/{sha256}", headers={"Range": "bytes=100-", "If-Range": '"older"'})
    assert (other.status_code, other.content) == (200, content)
    assert (
        person.get(f"/api/v1/field/basemaps/{sha256}", headers={"Range": f"bytes={len(content)}-"}).status_code == 416
    )


@pytest.mark.parametrize("name", ["0" * 64, "..%2Fpg", "bw"])
def test_only_what_is_offered_is_given(sign_in: SignIn, package: tuple[str, bytes], name: str) -> None:
    assert package
    assert sign_in(Role.INSPECTOR).get(f"/api/v1/field/basemaps/{name}").status_code == 404


def test_base_maps_are_for_those_who_walk(sign_in: SignIn, package: tuple[str, bytes]) -> None:
    guest = sign_in(Role.GUEST)
    for path in ("/api/v1/field/basemaps", f"/api/v1/field/basemaps/{package[0]}", TILE, "/api/v1/field/tianditu"):
        assert guest.get(path).status_code == 403


def test_without_a_key_tianditu_is_not_offered(sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    assert person.get("/api/v1/field/tianditu").json()["layers"] == []
    assert person.get(TILE).json()["code"] == "tianditu.not_offered"


def test_a_tile_comes_through_with_the_key_added_on_the_way(
    with_key: FastAPI, sign_in: SignIn, upstream: Upstream
) -> None:
    person = sign_in(Role.INSPECTOR, on=with_key)
    assert person.get("/api/v1/field/tianditu").json() == {
        "layers": ["vec", "cva", "img", "cia"],
        "note": "天地图 GS(2026)0001号",
        "grid": "WebMercatorQuad",
    }
    answer = person.get(TILE)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, upstream.content, "image/png")
    asked = urlsplit(upstream.asked[0])
    words = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert asked.path == "/node/img_w/wmts"
    assert (words["TILEMATRIX"], words["TILECOL"], words["TILEROW"], words["tk"]) == ("14", "13359", "7142", KEY)
    assert KEY not in str(answer.headers)


def test_a_tile_looked_at_again_is_not_asked_for_again(with_key: FastAPI, sign_in: SignIn, upstream: Upstream) -> None:
    person = sign_in(Role.INSPECTOR, on=with_key)
    assert [person.get(TILE).status_code for _ in range(3)] == [200] * 3
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    "tile", ["ter/14/1/1", "img/0/0/0", "img/19/1/1", "img/3/8/0", "img/3/0/-1", "img_w%2F..%2Fvec/3/0/0"]
)
def test_only_known_layers_and_real_tiles_are_asked_for(
    with_key: FastAPI, sign_in: SignIn, upstream: Upstream, tile: str
) -> None:
    assert sign_in(Role.INSPECTOR, on=with_key).get(f"/api/v1/field/tianditu/{tile}").status_code == 404
    assert upstream.asked == []


def test_a_node_that_has_degrees_only_is_asked_for_its_c_matrices(
    with_key: FastAPI, services: CloneServices, sign_in: SignIn, upstream: Upstream
) -> None:
    services.settings = services.settings.model_copy(update={"tianditu_grid": "CGCS2000Quad"})
    person = sign_in(Role.INSPECTOR, on=create_app(services.settings, services))
    assert person.get("/api/v1/field/tianditu").json()["grid"] == "CGCS2000Quad"
    assert person.get("/api/v1/field/tianditu/img/14/13359/8192").status_code == 404, "half as many rows as columns"
    assert person.get("/api/v1/field/tianditu/img/14/13359/3171").status_code == 200
    (asked,) = map(urlsplit, upstream.asked)
    words = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert (asked.path, words["TILEMATRIXSET"], words["TILEROW"]) == ("/node/img_c/wmts", "c", "3171")


def failing(upstream: Upstream, how: str) -> None:
    if how == "forbidden":
        upstream.status, upstream.media_type, upstream.content = 403, "application/json", f'{{"tk":"{KEY}"}}'.encode()
    elif how == "no picture":
        upstream.media_type, upstream.content = "text/xml", f"<e>{KEY}</e>".encode()
    elif how == "elsewhere":
        upstream.status, upstream.headers = 302, {"Location": f"http://127.0.0.1:9/?tk={KEY}"}
    elif how == "huge":
        upstream.content = bytes(tianditu.LARGEST + 1)
    else:
        upstream.url = "http://127.0.0.1:9"


@pytest.mark.parametrize("how", ["forbidden", "no picture", "elsewhere", "huge"])
def test_a_failure_says_what_failed_and_never_the_key(
    with_key: FastAPI,
    sign_in: SignIn,
    upstream: Upstream,
    how: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    failing(upstream, how)
    answer = sign_in(Role.INSPECTOR, on=with_key).get(TILE)
    assert (answer.status_code, answer.json()["code"]) == (502, "tianditu.failed")
    assert len(upstream.asked) == 1
    for said in (answer.text, str(answer.headers), caplog.text, *capfd.readouterr(), repr(with_key.state.settings)):
        assert KEY not in said


def test_a_node_that_is_not_there_holds_no_key_in_its_error() -> None:
    node = Tianditu("http://127.0.0.1:9", KEY)
    with pytest.raises(TiandituFailed) as failed:
        node.tile(TiandituLayer.VEC, 3, 1, 1, person=1)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    assert KEY not in repr(node) + str(failed.value)


def test_a_node_that_fails_is_left_alone_for_a_while(upstream: Upstream) -> None:
    now = [0.0]
    node = Tianditu(upstream.url, KEY, now=lambda: now[0])
    upstream.status = 500

    def ask() -> None:
        with pytest.raises(TiandituFailed):
            node.tile(TiandituLayer.VEC, 3, 1, 1, person=1)

    for _ in range(tianditu.TIRED_AFTER + 3):
        ask()
    assert len(upstream.asked) == tianditu.TIRED_AFTER
    now[0] += tianditu.REST_S + 1
    upstream.status = 200
    assert node.tile(TiandituLayer.VEC, 3, 1, 1, person=1).content == upstream.content


def test_collecting_tiles_is_stopped_for_that_person_only(upstream: Upstream) -> None:
    now = [0.0]
    node = Tianditu(upstream.url, KEY, now=lambda: now[0])
    for _ in range(tianditu.PER_PERSON):
        node.tile(TiandituLayer.VEC, 3, 1, 1, person=1)
    with pytest.raises(TiandituBusy):
        node.tile(TiandituLayer.VEC, 3, 1, 1, person=1)
    node.tile(TiandituLayer.VEC, 3, 1, 1, person=2)
    now[0] += tianditu.WINDOW_S + 1
    node.tile(TiandituLayer.VEC, 3, 1, 1, person=1)


def test_what_is_remembered_is_little_and_not_for_long(upstream: Upstream) -> None:
    now = [0.0]
    node = Tianditu(upstream.url, KEY, now=lambda: now[0])
    for n in range(tianditu.REMEMBERED + 5):
        node.tile(TiandituLayer.VEC, 10, n, 1, person=n)
    assert len(node._known) == tianditu.REMEMBERED
    now[0] += tianditu.REMEMBERED_S + 1
    node.tile(TiandituLayer.VEC, 10, tianditu.REMEMBERED, 1, person=1)
    assert len(upstream.asked) == tianditu.REMEMBERED + 6
