"""The project: what stands in it, who may have it, and that QGIS opens it and finds every layer."""

import contextlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import typer
from defusedxml import ElementTree
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from gis_service.access.rules import Role
from gis_service.core.errors import BadRequest
from gis_service.maps import cli as maps_cli
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.desktop.project import LOGIN, Place, drawing_order, qgs, qgz
from gis_service.maps.styles.drawing import Drawn
from tests.conftest import CloneServices, Person
from tests.maps import qgis
from tests.maps.desktop.conftest import ACROSS, ELSEWHERE, ROWS, SIDE, SOUTH, STEP, WEST, Served

CATALOGUE = Catalogue.load()
HERE = "/api/v1/maps/qgis-project"
PLACE = Place("http://127.0.0.1:8000/ogc", "示例 & <服务>", (113.52, 22.36, 113.6, 22.4))
PARCELS = "地块 · 围蔽情况"
FILLED = {
    "area",
    "fence",
    "sign",
    "camera",
    *(name for name, layer in CATALOGUE.items() if layer.source == "layer.parcel"),
}
"""Layers in which the served register has rows."""


def test_every_layer_is_there_in_its_group() -> None:
    root = ElementTree.fromstring(qgs(CATALOGUE, PLACE))
    assert root.findtext("title") == PLACE.title
    groups: dict[str, list[str]] = {}
    for layer in CATALOGUE.values():
        groups.setdefault(layer.group, []).append(layer.title)
    tree = root.findall("layer-tree-group/layer-tree-group")
    assert {
        group.get("name"): [each.get("name") for each in group.findall("layer-tree-layer")] for group in tree
    } == groups
    assert [group.get("name") for group in tree] == list(groups)
    assert [layer.findtext("layername") for layer in root.iter("maplayer")] == [x.title for x in CATALOGUE.values()]
    checked = {each.get("name") for each in root.iter("layer-tree-layer") if each.get("checked") == "Qt::Checked"}
    assert checked == {layer.title for layer in CATALOGUE.values() if layer.visible}


def test_points_lie_over_parcels_and_the_ground_under_all() -> None:
    order = drawing_order(CATALOGUE.values())
    ids = [layer.id for layer in order]
    assert sorted(ids) == sorted(CATALOGUE)
    assert order[0].geometry != "polygon"
    assert ids[-1] == "ground"
    assert ids.index("camera") < ids.index("parcel-supply") < ids.index("area")


def test_equal_facts_make_equal_files() -> None:
    assert qgz(CATALOGUE, PLACE) == qgz(CATALOGUE, PLACE)


def test_the_project_is_for_those_who_may_read_maps(app: FastAPI, sign_in: Callable[..., Person]) -> None:
    assert TestClient(app, raise_server_exceptions=False).get(HERE).status_code == 401
    assert sign_in(Role.SECURITY_ADMIN).get(HERE).status_code == 403
    officer = sign_in(Role.LAND_OFFICER)
    answer = officer.get(HERE)
    assert answer.status_code == 200
    assert "gis-service.qgz" in answer.headers["content-disposition"]
    assert officer.get(HERE, params={"login": "x' url='http://evil"}).status_code in (400, 422)


def test_no_token_is_in_the_file(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.everything}"}
    answer = httpx.get(f"{served.base}{HERE}", headers=headers)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["gis-service.qgs"]
        text = archive.read("gis-service.qgs").decode()
    assert served.everything not in text
    assert "gis_service" in text
    assert "password" not in text.lower()
    assert f"authcfg='{LOGIN}'" in text
    assert f"url='{served.base}/ogc/'" in text


# --- opened ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """`opened(token)`: the project as QGIS opens it for the holder of a token; None for nobody."""
    qgis.need()
    here = tmp_path_factory.mktemp("opened")

    def open_(token: str | None, **more: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {served.everything}"}
        file = here / "map.qgz"
        file.write_bytes(httpx.get(f"{served.base}{HERE}", headers=headers).content)
        job = {"project": str(file), "login": LOGIN, "user": "anybody", "token": token, **more}
        answer: dict[str, Any] = qgis.run("project.py", job, here / f"home-{len(list(here.iterdir()))}")
        return answer

    return open_


def test_qgis_opens_it_and_every_layer_is_valid(
    served: Served, opened: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    cell = (WEST, SOUTH, WEST + 3 * STEP - 0.0001, SOUTH + 2 * STEP - 0.0001)
    view = (WEST, SOUTH, WEST + 12 * STEP, SOUTH + 8 * STEP)
    found = opened(
        served.everything, count=[PARCELS], boxes={PARCELS: [cell]}, picture=str(tmp_path / "map.png"), view=view
    )
    assert (found["read"], found["error"]) == (True, "")
    assert (found["crs"], found["log"]) == ("EPSG:4547", [])
    layers = {layer["name"]: layer for layer in found["layers"]}
    assert set(layers) == {layer.title for layer in CATALOGUE.values()}
    assert [name for name, layer in layers.items() if not layer["valid"]] == []
    for layer in CATALOGUE.values():
        told, drawn = layers[layer.title], Drawn.served(layer, "zh")
        assert told["provider"] == "OAPIF"
        if layer.id not in FILLED:
            continue  # QGIS learns from the first feature of a layer what it is made of
        assert told["geometry"] == ["point", "line", "polygon"].index(layer.geometry)
        assert told["labels"] == (drawn.lettering is not None)
        assert told["scale"] == (pytest.approx(drawn.scale, abs=1) if drawn.scale else None)
        if drawn.column:
            assert told["looks"] == [[rule.value or "", rule.label] for rule in drawn.rules]
    parcels = layers[PARCELS]
    assert parcels["count"] == ROWS
    down = (ROWS - 1) // ACROSS
    box = [WEST, SOUTH, WEST + (ACROSS - 1) * STEP + SIDE, SOUTH + down * STEP + SIDE]
    assert parcels["box"] == pytest.approx(box, abs=1e-7)
    assert parcels["in_box"] == [6]
    wanted = [layer.title for layer in drawing_order(CATALOGUE.values())]
    assert found["order"] == [name for name in wanted if name in found["order"]]
    assert {CATALOGUE[name].title for name in FILLED} <= set(found["order"])
    west, south, east, north = found["home"]
    assert 400_000 < west < east < 600_000
    assert 2_400_000 < south < north < 2_600_000


def test_qgis_shows_each_reader_their_own_land(served: Served, opened: Callable[..., dict[str, Any]]) -> None:
    found = opened(served.second, count=[PARCELS])
    parcels = next(layer for layer in found["layers"] if layer["name"] == PARCELS)
    assert parcels["count"] == ELSEWHERE


def test_without_a_login_no_layer_opens(opened: Callable[..., dict[str, Any]]) -> None:
    found = opened(None)
    assert not any(layer["valid"] for layer in found["layers"])


def test_the_command_writes_a_project(services: CloneServices, tmp_path: Path) -> None:
    """With the address it is told; the land is that of the areas, or the district's where there are none."""

    @contextlib.contextmanager
    def here() -> Iterator[CloneServices]:
        yield services

    commands = typer.Typer()
    maps_cli.install(commands, here)
    file = tmp_path / "map.qgz"
    arguments = ["project", "--out", str(file), "--url", "https://land.example/"]
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(file) as archive:
        text = archive.read("gis-service.qgs").decode()
    assert "url='https://land.example/ogc/'" in text
    assert isinstance(CliRunner().invoke(commands, [*arguments, "--login", "x' y"]).exception, BadRequest)
