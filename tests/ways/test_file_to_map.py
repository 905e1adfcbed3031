"""The whole way of one parcel: a file, staging, checks, a register row with a version, then layer, tile, GIS feature, folium page.

At each door the same parcel is found, with the area that the handbook prints, and after the undo it is gone from all of them.
"""

import gzip
from collections.abc import Callable

import mapbox_vector_tile
import pytest
from fastapi import FastAPI

from gis_service.access.rules import Role
from tests.conftest import CloneServices, Person
from tests.examples import TXT_A
from tests.live import work_off

PLOT = TXT_A.replace("BW-0001", "BW-9001")  # a number the sample does not have
TILE = "/ogc/collections/parcel-fence/tiles/WebMercatorQuad/15/14290/26718?f=mvt"
ITEMS = "/ogc/collections/parcel-fence/items?f=json&parcel_no=BW-9001"


@pytest.fixture
def app(sample_services: CloneServices) -> FastAPI:
    from gis_service.main import create_app

    return create_app(sample_services.settings, sample_services)


def numbers_in_tile(person: Person) -> set[str]:
    content = person.get(TILE).content
    raw = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    return {
        feature["properties"]["parcel_no"] for feature in mapbox_vector_tile.decode(raw)["parcel-fence"]["features"]
    }


def test_a_file_becomes_a_parcel_on_every_map_and_can_be_taken_back(
    app: FastAPI, sample_services: CloneServices, sign_in: Callable[..., Person]
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    batch = officer.post("/api/v1/imports", files={"file": ("北围.txt", PLOT.encode("gb18030"))}).json()
    assert batch["state"] == "queued"
    work_off(sample_services)

    read = officer.get(f"/api/v1/imports/{batch['id']}").json()
    assert (read["state"], read["crs"]["epsg"], read["encoding"]["name"]) == ("staged", 4526, "GB18030")
    (row,) = officer.get(f"/api/v1/imports/{batch['id']}/rows").json()["items"]
    assert (row["parcel_no"], row["area_computed_m2"]) == ("BW-9001", 90_000.0)
    assert "BW-9001" not in numbers_in_tile(officer)

    accepted = officer.post(f"/api/v1/imports/{batch['id']}/accept", json={"reason": "勘测定界成果入库"}).json()
    assert accepted["state"] == "accepted"

    parcel = officer.get("/api/v1/parcels/by-no/BW-9001").json()
    assert (parcel["area_computed_m2"], parcel["area_registered_m2"], parcel["area_mu"]) == (90_000.0, 90_000.0, 135.0)
    assert parcel["area"]["name"] == "北围"
    first = parcel["boundary_points"][0]
    assert (first["point_no"], first["northing_text"], first["easting_text"]) == ("J1", "2478700.000", "38452100.000")
    (version,) = officer.get(f"/api/v1/parcels/{parcel['id']}/versions").json()["items"]
    assert version["reason"] == "勘测定界成果入库"

    (feature,) = officer.get(ITEMS).json()["features"]
    assert (feature["id"], feature["properties"]["area_mu"]) == (parcel["id"], 135.0)
    assert len(feature["geometry"]["coordinates"][0]) == 2  # shell and hole
    assert "BW-9001" in numbers_in_tile(officer)
    assert "BW-9001" in officer.get("/api/v1/map.html", params={"area": "北围"}).text

    undone = officer.post(f"/api/v1/imports/{batch['id']}/undo", json={"reason": "文件有误"}).json()
    assert undone["state"] == "undone"
    assert officer.get(ITEMS).json()["features"] == []
    assert "BW-9001" not in numbers_in_tile(officer)
    assert "BW-9001" not in officer.get("/api/v1/map.html", params={"area": "北围"}).text
    newest, _ = officer.get(f"/api/v1/parcels/{parcel['id']}/versions").json()["items"]
    assert newest["reason"] == "文件有误"
