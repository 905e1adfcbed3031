"""OGC API Features Part 2, asserted by numbers: the official suite computes these and throws the result away."""

import json
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient
from shapely.geometry import shape

from gis_service.core.errors import BadRequest
from gis_service.maps.crs import CRS84, SUPPORTED, Crs, window
from tests.conformance.conftest import Live

ITEMS = "/ogc/collections/parcel-survey/items"
OTHERS = [uri for uri in SUPPORTED if uri != CRS84]


def authority(uri: str) -> pyproj.CRS:
    return pyproj.CRS.from_epsg(int(uri.rsplit("/", 1)[1]))


def in_crs(lonlat: np.ndarray, uri: str) -> np.ndarray:
    """Longitude and latitude as the authority of `uri` orders and computes them."""
    if uri == CRS84:
        return lonlat
    move = pyproj.Transformer.from_crs(4490, authority(uri), always_xy=False)
    return np.column_stack(move.transform(lonlat[:, 1], lonlat[:, 0]))


def test_the_systems_promised_are_listed(officer: TestClient) -> None:
    collection = officer.get("/ogc/collections/parcel-survey").json()
    codes = [uri.rsplit("/", 1)[1] for uri in collection["crs"]]
    assert codes[0] == "CRS84"
    assert {"4326", "4490", "3857", "4547", "4526"} <= set(codes)
    assert collection["storageCrs"] in collection["crs"]


@pytest.mark.parametrize("uri", OTHERS)
def test_coordinates_agree_with_proj_in_value_and_axis_order(officer: TestClient, uri: str) -> None:
    plain = officer.get(f"{ITEMS}?limit=1000").json()["features"]
    moved = officer.get(ITEMS, params={"limit": 1000, "crs": uri}).json()["features"]
    close = 1e-9 if authority(uri).is_geographic else 1e-3
    assert len(plain) == len(moved) > 100
    for before, after in zip(plain, moved, strict=True):
        expected = in_crs(shapely.get_coordinates(shape(before["geometry"])), uri)
        found = shapely.get_coordinates(shape(after["geometry"]))
        assert np.abs(found - expected).max() <= close, before["id"]


@pytest.mark.parametrize("uri", SUPPORTED)
def test_the_header_names_the_system_of_the_coordinates(officer: TestClient, uri: str) -> None:
    assert officer.get(ITEMS, params={"crs": uri, "limit": 1}).headers["content-crs"] == f"<{uri}>"
    one = officer.get(ITEMS, params={"limit": 1}).json()["features"][0]["id"]
    assert officer.get(f"{ITEMS}/{one}", params={"crs": uri}).headers["content-crs"] == f"<{uri}>"


def test_without_a_parameter_it_is_longitude_latitude(officer: TestClient) -> None:
    answer = officer.get(f"{ITEMS}?limit=1")
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    lon, lat = shapely.get_coordinates(shape(answer.json()["features"][0]["geometry"]))[0]
    assert 113 < lon < 114
    assert 22 < lat < 23


def found_in(client: TestClient, uri: str, lonlat: np.ndarray) -> list[int]:
    """Ids of what meets the box of these corners, asked for in `uri`."""
    corners = in_crs(lonlat, uri)
    bbox = ",".join(repr(float(side)) for side in [*corners.min(axis=0), *corners.max(axis=0)])
    page = client.get(ITEMS, params={"bbox": bbox, "bbox-crs": uri, "limit": 1000}).json()
    return [feature["id"] for feature in page["features"]]


def test_a_box_finds_the_same_in_every_system(officer: TestClient) -> None:
    everything = officer.get(f"{ITEMS}?limit=1000").json()["features"]
    for feature in everything[:: len(everything) // 12]:
        middle = shapely.point_on_surface(shape(feature["geometry"]))
        # a tenth of a metre around a point inside: the curvature of the sides does not matter
        corners = np.array([[middle.x - 5e-7, middle.y - 5e-7], [middle.x + 5e-7, middle.y + 5e-7]])
        answers = {uri: found_in(officer, uri, corners) for uri in SUPPORTED}
        assert feature["id"] in answers[CRS84]
        assert set(map(tuple, answers.values())) == {tuple(answers[CRS84])}


def test_a_wide_box_finds_all_in_every_system(officer: TestClient) -> None:
    count = officer.get(ITEMS).json()["numberMatched"]
    corners = np.array([[113.2, 22.1], [113.2, 22.7], [113.9, 22.1], [113.9, 22.7]])
    assert {uri: len(found_in(officer, uri, corners)) for uri in SUPPORTED} == dict.fromkeys(SUPPORTED, count)


def test_a_box_means_the_land_not_the_box_around_it(officer: TestClient) -> None:
    """Points in the box around a parcel but outside the parcel do not find it."""
    checked = 0
    for feature in officer.get(f"{ITEMS}?limit=50").json()["features"]:
        land = shape(feature["geometry"])
        gap = shapely.box(*land.bounds).difference(land.buffer(1e-6))
        if gap.area > 1e-9:
            spot = shapely.point_on_surface(gap)
            corners = np.array([[spot.x - 1e-8, spot.y - 1e-8], [spot.x + 1e-8, spot.y + 1e-8]])
            assert feature["id"] not in found_in(officer, CRS84, corners)
            checked += 1
    assert checked > 10


def test_a_box_across_the_antimeridian(officer: TestClient) -> None:
    count = officer.get(ITEMS).json()["numberMatched"]
    assert officer.get(f"{ITEMS}?bbox=177,65,-177,70").json()["numberMatched"] == 0
    assert officer.get(f"{ITEMS}?bbox=100,20,-170,25").json()["numberMatched"] == count
    assert officer.get(f"{ITEMS}?bbox=-180,-90,180,90").json()["numberMatched"] == count
    assert officer.get(f"{ITEMS}?bbox=-180,-90,-5,180,90,9000").json()["numberMatched"] == count


@pytest.mark.parametrize("uri", OTHERS)
def test_a_box_outside_the_domain_is_empty_not_wrong(officer: TestClient, uri: str) -> None:
    """The official suite takes EPSG:4490 for longitude first and so asks for latitude 120."""
    answer = officer.get(ITEMS, params={"bbox": "120,30,121,31", "bbox-crs": uri})
    assert (answer.status_code, answer.json()["numberMatched"]) == (200, 0)
    assert officer.get(ITEMS, params={"bbox": "1e30,1e30,2e30,2e30", "bbox-crs": uri}).status_code == 200


def test_a_plane_has_no_antimeridian() -> None:
    plane = SUPPORTED["http://www.opengis.net/def/crs/EPSG/0/4547"]
    with pytest.raises(BadRequest):
        window("2480000,460000,2490000,450000", plane)


def test_no_box_is_no_window() -> None:
    assert window(None, Crs(CRS84, 4326, north_first=False, degrees=True)) is None


GDAL = """
import json, sys, pyogrio
address, token, crs = sys.argv[1:]
rows = pyogrio.read_dataframe(address, USERPWD=f"gis:{token}", **({"PREFERRED_CRS": crs} if crs else {}))
print(json.dumps([len(rows), rows.total_bounds.tolist(), rows.crs.to_epsg()]))
"""
"""In a process of its own: GDAL waits for the answer while holding the lock that the server here would need."""


@pytest.mark.slow
@pytest.mark.parametrize("epsg", ["", "4547"])
def test_gdal_puts_the_land_where_it_lies(live: Live, epsg: str) -> None:
    """GDAL expects the axis order of the authority and turns it round itself."""
    address = f"OAPIF:http://{live.host}:{live.port}/ogc/collections/parcel-survey"
    command = [sys.executable, "-c", GDAL, address, live.token, f"EPSG:{epsg}" if epsg else ""]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    count, bounds, found_epsg = json.loads(done.stdout)
    assert found_epsg == int(epsg or 4490)  # unasked, it takes the storage CRS
    west, south, east, north = gpd.GeoSeries([shapely.box(*bounds)], crs=found_epsg).to_crs(4326).total_bounds
    assert 113 < west < east < 114
    assert 22 < south < north < 23
    with live.client as client:
        assert count == client.get(ITEMS).json()["numberMatched"]
