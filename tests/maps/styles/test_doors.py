"""The styles at their doors and in the command: who may have them, and that they are the ones the writers write."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from defusedxml import ElementTree
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from gis_service.access.rules import Role
from gis_service.maps import cli as maps_cli
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.styles.drawing import Drawn
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.sld import sld
from tests.commands import installed
from tests.conftest import CloneServices, Person

HERE = "/api/v1/layers/parcel-supply/style"
LAYER = Catalogue.load()["parcel-supply"]


@pytest.mark.parametrize("ending", ["sld", "qml", "json"])
def test_styles_are_for_those_who_may_read_maps(app: FastAPI, sign_in: Callable[..., Person], ending: str) -> None:
    stranger = TestClient(app, raise_server_exceptions=False)
    assert stranger.get(f"{HERE}.{ending}").status_code == 401
    assert sign_in(Role.SECURITY_ADMIN).get(f"{HERE}.{ending}").status_code == 403
    assert sign_in(Role.INSPECTOR).get(f"{HERE}.{ending}").status_code == 200


def test_styles_come_as_files_in_the_words_asked_for(sign_in: Callable[..., Person]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    answer = officer.get(f"{HERE}.qml")
    assert answer.text == qml(Drawn.served(LAYER))
    assert "parcel-supply.qml" in answer.headers["content-disposition"]
    assert officer.get(f"{HERE}.sld", params={"lang": "en"}).text == sld(Drawn.served(LAYER, "en"))
    geoserver = officer.get(f"{HERE}.sld", params={"marks": "geoserver"})
    assert geoserver.headers["content-type"].startswith("application/vnd.ogc.sld+xml")
    assert "shape://slash" in geoserver.text
    ElementTree.fromstring(geoserver.text)


def test_the_json_style_names_its_tiles(sign_in: Callable[..., Person]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    (tiles,) = officer.get(f"{HERE}.json").json()["sources"]["parcel-supply"]["tiles"]
    assert tiles == "http://testserver/ogc/collections/parcel-supply/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt"
    assert officer.get(tiles.format(z=14, y=7100, x=13357)).status_code in (200, 204)
    other = officer.get(f"{HERE}.json", params={"tilejson": "https://tiles.example/a.json"}).json()
    assert other["sources"]["parcel-supply"] == {"type": "vector", "url": "https://tiles.example/a.json"}
    assert officer.get(f"{HERE}.json", params={"tilejson": "javascript:alert(1)"}).status_code == 400


def test_no_such_layer_or_language(sign_in: Callable[..., Person]) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    assert officer.get("/api/v1/layers/nothing/style.qml").status_code == 404
    assert officer.get(f"{HERE}.qml", params={"lang": "fr"}).status_code in (400, 422)


@pytest.mark.parametrize("ending", ["sld", "qml", "json"])
def test_the_command_writes_the_same(services: CloneServices, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"style.{ending}"
    commands = installed(maps_cli.install, services)
    done = CliRunner().invoke(commands, ["style", "parcel-supply", "--format", ending, "--out", str(file)])
    assert done.exit_code == 0, done.output
    text = file.read_text("utf-8")
    if ending == "json":
        assert json.loads(text)["version"] == 8
    else:
        assert text == {"sld": sld, "qml": qml}[ending](Drawn.served(LAYER))
