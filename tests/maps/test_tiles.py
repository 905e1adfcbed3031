import gzip
import math

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from gis_service.access.actor import EVERYTHING
from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest
from gis_service.core.reader import Reader
from gis_service.maps import tiles
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.tiles import Tile
from tests.conftest import CloneServices

HERE = (113.5301, 22.4001)  # among the parcels of the factories


def at(z: int, lon: float = HERE[0], lat: float = HERE[1]) -> Tile:
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return Tile(z, int((lon + 180) / 360 * n), int(y))


def features(tile: bytes) -> list[dict]:
    return [f for layer in mapbox_vector_tile.decode(tile).values() for f in layer["features"]] if tile else []


@given(st.integers(0, 24), st.floats(-179, 179), st.floats(-85, 85))
def test_a_place_lies_within_the_bounds_of_its_tile(z: int, lon: float, lat: float) -> None:
    west, south, east, north = at(z, lon, lat).bounds()
    x = math.radians(lon) * 6378137
    y = math.asinh(math.tan(math.radians(lat))) * 6378137
    assert west - 1e-6 <= x <= east + 1e-6
    assert south - 1e-6 <= y <= north + 1e-6


@pytest.mark.parametrize("words", [("a", "0", "0"), ("1", "-1", "0"), ("1", "2", "0"), ("1", "0", "2"), ("25", "0", "0"),
                                   ("14", "2147483647", "2147483647"), ("²", "0", "0"), ("1.5", "0", "0")])  # fmt: skip
def test_a_tile_that_cannot_be_is_a_bad_request(words: tuple[str, str, str]) -> None:
    with pytest.raises(BadRequest):
        tiles.tile_at(*words)


def test_a_tile_shows_only_what_the_scope_sees(
    reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int]
) -> None:
    layer = catalogue["parcel-fence"]
    for z in (6, 10):
        drawn = [
            tiles.draw(reader, scope, layer, at(z), Asked())
            for scope in (EVERYTHING, Scope(area_ids=frozenset({two_areas[1]})), Scope())
        ]
        assert drawn[2] == b""
        counted = [sum(f["properties"].get("count", 1) for f in features(tile)) for tile in drawn]
        assert counted == [15, 5, 0]


def test_a_filter_and_the_fence_reach_the_tile(
    reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int]
) -> None:
    drawn = tiles.draw(reader, EVERYTHING, catalogue["parcel-fence"], at(13), Asked(equal={"fence_status": "full"}))
    assert {f["properties"]["fence_status"] for f in features(drawn)} == {"full"}
    assert len(features(drawn)) == 5


def test_below_the_zoom_of_a_layer_its_tiles_are_empty(reader: Reader, catalogue: Catalogue) -> None:
    points = catalogue["boundary-point"]
    assert tiles.draw(reader, EVERYTHING, points, at(points.minzoom - 1), Asked()) == b""


@pytest.mark.parametrize("z", [12, 13, 14, 16])
def test_straight_tiles_differ_from_exact_ones_by_less_than_a_unit(
    reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int], z: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = catalogue["parcel-fence"]
    straight = features(tiles.draw(reader, EVERYTHING, layer, at(z), Asked()))
    monkeypatch.setattr(tiles, "STRAIGHT_FROM", 99)
    tiles._statement.cache_clear()
    exact = {f["id"]: f for f in features(tiles.draw(reader, EVERYTHING, layer, at(z), Asked()))}
    tiles._statement.cache_clear()
    assert {f["id"] for f in straight} == set(exact)
    for feature in straight:
        assert shape(feature["geometry"]).hausdorff_distance(shape(exact[feature["id"]]["geometry"])) <= math.sqrt(2)


def test_squeezing_pays_only_for_tiles_of_some_size() -> None:
    small, large = b"x" * 100, b"x" * 10_000
    assert tiles.answer(small, gzip_accepted=True).encoding is None
    assert tiles.answer(large, gzip_accepted=False).encoding is None
    squeezed = tiles.answer(large, gzip_accepted=True)
    assert gzip.decompress(squeezed.body) == large
    assert squeezed.etag == tiles.answer(large, gzip_accepted=False).etag


def path(tile: Tile, layer: str = "parcel-fence") -> str:
    return f"/ogc/collections/{layer}/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"


def ids_of_items(client: TestClient, layer: str, bbox: tuple[float, ...]) -> set[int]:
    words = ",".join(map(repr, bbox))
    page = client.get(f"/ogc/collections/{layer}/items?limit=5000&bbox={words}").json()
    assert page["numberMatched"] == page["numberReturned"]
    return {feature["id"] for feature in page["features"]}


def box_of(tile: Tile, buffer: int) -> tuple[float, ...]:
    """The tile in degrees, widened by `buffer` units."""
    west, south, east, north = (metres / 6378137 for metres in tile.bounds(buffer))
    sides = (west, math.atan(math.sinh(south)), east, math.atan(math.sinh(north)))
    return tuple(math.degrees(side) for side in sides)


def test_a_tile_and_the_items_of_its_box_are_the_same_features(officer: TestClient) -> None:
    """What only grazes the edge of the buffer may be less than a unit wide in the tile, and then is not drawn."""
    extent = officer.get("/ogc/collections/parcel-use").json()["extent"]["spatial"]["bbox"][0]
    for z in (10, 12, 14):
        tile = at(z, (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
        drawn = {f["id"] for f in features(officer.get(path(tile, "parcel-use")).content)}
        inside, around = (ids_of_items(officer, "parcel-use", box_of(tile, by)) for by in (0, tiles.BUFFER))
        assert inside
        assert inside <= drawn <= around


def test_a_tile_that_the_browser_has_is_not_sent_again(officer: TestClient) -> None:
    tile = path(at(13))
    first = officer.get(tile)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert first.headers["cache-control"].startswith("private")
    again = officer.get(tile, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_empty_tile_is_no_content_and_a_wrong_one_is_refused(officer: TestClient) -> None:
    assert officer.get(path(at(14, -30, 0))).status_code == 204
    assert officer.get("/ogc/collections/parcel-fence/tiles/WebMercatorQuad/3/8/0").status_code == 400
    assert officer.get("/ogc/collections/parcels/tiles/WebMercatorQuad/3/0/0").status_code == 404
    assert officer.get(path(at(14)) + "?colour=red").status_code == 400
    assert officer.get(path(at(14)) + "?f=png").status_code == 400


def test_a_tile_of_a_past_day_shows_that_day(officer: TestClient) -> None:
    today, before = officer.get(path(at(11))), officer.get(path(at(11)) + "?as_of=1990-01-01")
    assert today.status_code == 200
    assert before.status_code == 204


def test_tiles_of_all_zooms_answer(officer: TestClient, sample_services: CloneServices, catalogue: Catalogue) -> None:
    for layer in catalogue:
        for z in range(0, 19, 2):
            assert officer.get(path(at(z), layer)).status_code in (200, 204)


def test_a_tile_holds_much_of_a_layer_from_a_fifth_on() -> None:
    tile = at(12)
    w, s, e, n = tiles._to_storage().transform_bounds(*tile.bounds())
    assert tiles.holds_much(tile, (w, s, e, n))
    assert tiles.holds_much(tile, (w, s, w + 4 * (e - w), n))
    assert not tiles.holds_much(tile, (w, s, w + 6 * (e - w), n))
    assert not tiles.holds_much(tile, (e + 1, s, e + 2, n))
