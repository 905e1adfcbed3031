"""GDAL (through pyogrio) and OWSLib with a personal token: counts, extents, pages, boxes, and each reader's own land."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gis_service.maps.catalogue import Catalogue
from tests.maps import qgis
from tests.maps.desktop.conftest import ACROSS, ELSEWHERE, FENCES, ROWS, SIDE, SOUTH, STEP, WEST, Served

LAYER = "parcel-fence"
BOX = (WEST, SOUTH, WEST + 3 * STEP - 0.0001, SOUTH + 2 * STEP - 0.0001)
IN_BOX = [f"M-{n:05}" for n in (0, 1, 2, ACROSS, ACROSS + 1, ACROSS + 2)]
EXTENT = (WEST, SOUTH, WEST + (ACROSS - 1) * STEP + SIDE, SOUTH + (ROWS - 1) // ACROSS * STEP + SIDE)
LOGINS: dict[str, Callable[[str], dict[str, str]]] = {
    "bearer": lambda token: {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token},
    "password": lambda token: {"GDAL_HTTP_USERPWD": f"anybody:{token}", "GDAL_HTTP_AUTH": "BASIC"},
}
"""`GDAL_HTTP_HEADERS` is not among them: the OAPIF driver sends headers of its own in its place."""


def gdal(served: Served, call: str, options: dict[str, str], **more: Any) -> Any:
    """What GDAL finds at the service."""
    job = {"options": options, "source": f"OAPIF:{served.base}/ogc/", "call": call, "layer": LAYER, "more": more}
    program = Path(__file__).with_name("gdal_client.py")
    done = subprocess.run(
        [sys.executable, str(program)], input=json.dumps(job), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("login", LOGINS)
def test_gdal_reads_all_pages(served: Served, login: str) -> None:
    options = LOGINS[login](served.everything)
    assert set(gdal(served, "layers", options)) == set(Catalogue.load())
    assert gdal(served, "count", options) == ROWS
    found = gdal(served, "read", options)
    assert found["rows"] == len(set(found["numbers"])) == ROWS
    assert found["bounds"] == pytest.approx(EXTENT, abs=1e-7)
    assert set(found["fences"]) == set(FENCES)


def test_gdal_pages_may_be_small(served: Served) -> None:
    found = gdal(served, "read", LOGINS["bearer"](served.everything), PAGE_SIZE=700)
    assert found["rows"] == len(set(found["numbers"])) == ROWS


def test_gdal_asks_for_a_box(served: Served) -> None:
    found = gdal(served, "read", LOGINS["bearer"](served.everything), bbox=BOX)
    assert found["numbers"] == IN_BOX


def test_gdal_sees_what_its_reader_may_see(served: Served) -> None:
    found = gdal(served, "read", LOGINS["bearer"](served.second))
    assert (found["rows"], found["areas"]) == (ELSEWHERE, ["乙片区"])


def test_gdal_without_a_token_is_sent_away(served: Served) -> None:
    assert "refused" in gdal(served, "layers", {})


def test_owslib_walks_the_pages(served: Served, tmp_path: Path) -> None:
    job = {"base": served.base, "token": served.everything, "collection": LAYER, "box": BOX, "page": 1200}
    found = qgis.run("owslib_client.py", job, tmp_path / "home")
    assert set(found["collections"]) == set(Catalogue.load())
    assert found["title"] == "地块 · 围蔽情况"
    assert found["extent"] == pytest.approx(EXTENT, abs=1e-6)
    assert (found["matched"], found["ids"], found["different"]) == (ROWS, ROWS, ROWS)
    assert found["in_box"] == len(IN_BOX)
    assert found["one"] == "M-00000"
