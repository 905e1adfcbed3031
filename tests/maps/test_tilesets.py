"""OGC API Tiles: grids, tilesets, several layers in a tile, TileJSON, and what is refused."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV30SpecValidator

from gis_service.access.rules import Role
from gis_service.core.errors import BadRequest
from gis_service.geo.tilegrids import CGCS2000_QUAD, CRS84_QUAD, GRIDS, QUAD, Grid
from gis_service.maps import tiles
from tests.maps.district import (
    ALL_GRIDS,
    District,
    ids_of,
    items_within,
    layers_of,
    path,
    tile_around,
    with_token,
)

DOCUMENTS = [
    "/ogc/tileMatrixSets",
    *(f"/ogc/tileMatrixSets/{name}" for name in GRIDS),
    "/ogc/tiles",
    *(f"/ogc/tiles/{name}" for name in GRIDS),
    "/ogc/collections/parcel-fence/tiles",
    *(f"/ogc/collections/parcel-fence/tiles/{name}" for name in GRIDS),
]
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


# --- grids ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grid", "level", "columns", "rows", "scale", "cell"),
    [  # the registered definitions of OGC, and Tianditu's c
        (QUAD, 0, 1, 1, 559082264.0287178, 156543.03392804097),
        (QUAD, 24, 16777216, 16777216, 559082264.0287178 / 2**24, 156543.03392804097 / 2**24),
        (CRS84_QUAD, 0, 2, 1, 279541132.0143589, 0.703125),
        (CRS84_QUAD, 17, 262144, 131072, 2132.7295838497840, 0.00000536441802978515625),
        (CGCS2000_QUAD, 1, 2, 1, 279541132.0143589, 0.703125),
        (CGCS2000_QUAD, 18, 262144, 131072, 2132.7295838497840, 0.00000536441802978515625),
    ],
)  # fmt: skip
def test_the_grids_are_those_of_the_register(
    grid: Grid, level: int, columns: int, rows: int, scale: float, cell: float
) -> None:
    matrix = {m["id"]: m for m in grid.document()["tileMatrices"]}[str(level)]
    assert (matrix["matrixWidth"], matrix["matrixHeight"]) == (columns, rows)
    assert matrix["scaleDenominator"] == pytest.approx(scale, rel=1e-9)
    assert matrix["cellSize"] == pytest.approx(cell, rel=1e-9)
    origin = {QUAD: [-20037508.342789244, 20037508.342789244], CRS84_QUAD: [-180, 90], CGCS2000_QUAD: [90, -180]}
    assert matrix["pointOfOrigin"] == pytest.approx(origin[grid])


@given(st.sampled_from(ALL_GRIDS), st.integers(1, 18), st.floats(-179, 179), st.floats(-84, 84))
def test_a_place_lies_in_its_tile_in_every_grid(grid: Grid, zoom: int, lon: float, lat: float) -> None:
    tile = tile_around(lon, lat, zoom, grid)
    west, south, east, north = tile.stored()
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9
    assert tile.zoom == zoom


@given(st.sampled_from(ALL_GRIDS), st.tuples(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12)))
def test_words_are_a_tile_or_a_bad_request(grid: Grid, words: tuple[str, str, str]) -> None:
    try:
        tile = tiles.tile_at(*words, grid)
    except BadRequest:
        return
    assert tile.z in grid.levels


@pytest.mark.parametrize("grid", ALL_GRIDS)
@pytest.mark.parametrize("place", ["2147483647/2147483647", "-1/0", "0/-1", "a/0", f"{'9' * 5000}/0", "1.5/0", "٣/0"])
def test_a_tile_that_cannot_be_is_a_bad_request(client: TestClient, grid: Grid, place: str) -> None:
    for home in ("/ogc/tiles", "/ogc/collections/area/tiles"):
        assert client.get(f"{home}/{grid.id}/5/{place}").status_code == 400
        assert client.get(f"{home}/{grid.id}/{grid.last + 1}/0/0").status_code == 400
    below = tiles.Tile(grid.last, 0, grid.rows(grid.last), grid)
    assert client.get(path(below)).status_code == 400


# --- documents -----------------------------------------------------------------------------------------------------


def every_link(node: object) -> Iterator[dict]:
    if isinstance(node, dict):
        if "href" in node and "rel" in node:
            yield node
        for value in node.values():
            yield from every_link(value)
    if isinstance(node, list):
        for value in node:
            yield from every_link(value)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_answer_as_json_and_as_pages_and_their_links_lead_somewhere(
    client: TestClient, document: str
) -> None:
    content = client.get(document).json()
    page = client.get(document, params={"f": "html"})
    assert page.headers["content-type"].startswith("text/html")
    links = list(every_link(content))
    assert {"self", "alternate"} <= {one["rel"] for one in content["links"]}
    for one in {each["href"]: each for each in links if not each.get("templated")}.values():
        answer = client.get(one["href"])
        assert answer.status_code == 200, one
        assert answer.headers["content-type"].split("; ")[0] == one["type"], one
    assert client.get(document, params={"colour": "red"}).status_code == 400
    assert client.get(document, params={"f": "xml"}).status_code == 400


@pytest.mark.parametrize("document", [*DOCUMENTS, path(tile_around(113.53, 22.4, 14)), path(tile_around(113.53, 22.4, 14), None)])  # fmt: skip
def test_strangers_and_administrators_get_nothing(settled_app: FastAPI, district: District, document: str) -> None:
    assert TestClient(settled_app).get(document).status_code == 401
    assert with_token(settled_app, Role.SYSTEM_ADMIN).get(document).status_code == 403


def test_the_landing_page_and_the_collection_lead_to_the_tiles(client: TestClient) -> None:
    landing = {one["rel"]: one["href"] for one in client.get("/ogc/").json()["links"]}
    assert landing[f"{REL}tilesets-vector"].endswith("/ogc/tiles")
    assert landing[f"{REL}tiling-schemes"].endswith("/ogc/tileMatrixSets")
    collection = {one["rel"]: one["href"] for one in client.get("/ogc/collections/area").json()["links"]}
    assert collection[f"{REL}tilesets-vector"].endswith("/ogc/collections/area/tiles")


@pytest.mark.parametrize("home", ["/ogc/tiles", "/ogc/collections/parcel-fence/tiles"])
def test_a_tileset_names_its_grid_and_a_template_that_gives_tiles(
    client: TestClient, district: District, home: str
) -> None:
    listed = client.get(home).json()["tilesets"]
    assert [one["crs"].rsplit("/", 1)[1] for one in listed] == ["3857", "CRS84", "4490"]
    for one, grid in zip(listed, ALL_GRIDS, strict=True):
        alone = client.get(f"{home}/{grid.id}").json()
        assert {key: alone[key] for key in one if key != "links"} == {key: one[key] for key in one if key != "links"}
        assert alone.get("tileMatrixSetURI") == grid.uri
        assert client.get(alone["tileMatrixSetDefinition"]).json()["id"] == grid.id
        item = next(link for link in alone["links"] if link["rel"] == "item")
        tile = tile_around(113.535, 22.405, 13, grid)
        place = {"tileMatrix": tile.z, "tileRow": tile.y, "tileCol": tile.x}
        answer = client.get(item["href"].format(**place))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert "parcel-fence" in layers_of(answer.content)
        shown = next(layer for layer in alone["layers"] if layer["id"] == "parcel-fence")
        assert int(shown["minTileMatrix"]) in grid.levels
        assert shown["propertiesSchema"]["properties"]["fence_status"]["type"] == "string"


def test_every_grid_shows_the_same_parcels_at_the_same_place(client: TestClient, district: District) -> None:
    for grid in ALL_GRIDS:
        tile = tile_around(113.535, 22.405, 14, grid)
        drawn = ids_of(client.get(path(tile)).content)
        inside = items_within(client, tile.stored(-2))
        assert inside
        assert inside <= drawn <= items_within(client, tile.stored(tiles.BUFFER + 1))


def test_a_tile_of_all_layers_is_the_tiles_of_each(client: TestClient, district: District) -> None:
    for grid in ALL_GRIDS:
        for zoom in (6, 9, 13, 15):
            tile = tile_around(113.535, 22.405, zoom, grid)
            together = layers_of(client.get(path(tile, None)).content)
            assert {"parcel-fence", "parcel-use", "parcel-supply"} <= set(together)
            for layer, features in together.items():
                assert features == layers_of(client.get(path(tile, layer)).content)[layer]


def test_collections_choose_the_layers_of_a_tile(client: TestClient, district: District) -> None:
    tile = path(tile_around(113.535, 22.405, 13), None)
    chosen = client.get(f"{tile}?collections=parcel-use,parcel-fence")
    assert set(layers_of(chosen.content)) == {"parcel-use", "parcel-fence"}
    assert client.get(f"{tile}?collections=parcel-use,nothing").status_code == 400
    assert client.get(f"{tile}?collections=").status_code == 400
    assert client.get(f"{tile}?collections=boundary-point").status_code == 204
    assert client.get(f"{tile}?fence_status=full").status_code == 400
    assert client.get(f"{tile}?f=png").status_code == 400


def test_as_of_is_honoured_by_every_tile(client: TestClient, district: District) -> None:
    for layer, chosen in (("parcel-fence", {}), (None, {"collections": "parcel-fence,parcel-use"})):
        tile = path(tile_around(113.535, 22.405, 13), layer)

        def asked(tile: str = tile, chosen: dict[str, str] = chosen, **words: str) -> Response:
            return client.get(tile, params={**chosen, **words})

        assert asked(as_of="1990-01-01").status_code == 204
        assert ids_of(asked(as_of="2100-01-01").content) == ids_of(asked().content)
        assert asked(as_of="soon").status_code == 400
        assert asked(datetime="2100-01-01T00:00:00Z/..").status_code == 204


@pytest.mark.parametrize("home", ["/ogc/tiles", "/ogc/collections/parcel-fence/tiles"])
def test_tilejson_says_where_the_tiles_are_and_what_is_in_them(
    client: TestClient, district: District, home: str
) -> None:
    told = client.get(f"{home}/WebMercatorQuad", params={"f": "tilejson", "as_of": "2100-01-01"}).json()
    assert told["tilejson"] == "3.0.0"
    assert told["minzoom"] <= told["maxzoom"]
    west, south, east, north = told["bounds"]
    assert west <= told["center"][0] <= east
    assert south <= told["center"][1] <= north
    tile = tile_around(113.535, 22.405, 13)
    answer = client.get(told["tiles"][0].format(z=tile.z, x=tile.x, y=tile.y))
    assert "as_of=2100-01-01" in told["tiles"][0]
    drawn = layers_of(answer.content)
    described = {layer["id"]: layer["fields"] for layer in told["vector_layers"]}
    assert set(drawn) <= set(described)
    for layer, features in drawn.items():
        assert all(set(feature["properties"]) <= set(described[layer]) for feature in features)
    for words in ({"f": "tilejson", "colour": "red"}, {"f": "tilejson", "as_of": "soon"}):
        assert client.get(f"{home}/WebMercatorQuad", params=words).status_code == 400
    assert client.get(f"{home}/WorldCRS84Quad", params={"f": "tilejson"}).status_code == 400


def test_unknown_grids_and_layers_are_not_found(client: TestClient) -> None:
    for home in ("/ogc/tiles/Moon", "/ogc/tileMatrixSets/Moon", "/ogc/collections/area/tiles/Moon",
                 "/ogc/tiles/Moon/0/0/0", "/ogc/collections/moon/tiles"):  # fmt: skip
        assert client.get(home).status_code == 404


# --- the API document ----------------------------------------------------------------------------------------------


def test_the_api_document_has_every_route_of_tiles_and_is_valid(client: TestClient) -> None:
    from gis_service.maps.tilesets.routes import router

    document = client.get("/ogc/api").json()
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []
    documented = {re.sub(r"\{[^}]*\}", "{}", each) for each in document["paths"]}
    for route in router.routes:
        pattern = route.path.removeprefix("/ogc")  # type: ignore[attr-defined]
        for grid in GRIDS:
            own = pattern.replace("{name}", "parcel-fence")
            own = own if own.startswith("/tileMatrixSets") else own.replace("{grid}", grid)
            assert re.sub(r"\{[^}]*\}", "{}", own) in documented
    operations = [each["get"]["operationId"] for each in document["paths"].values()]
    assert len(operations) == len(set(operations))
    assert "parcel-fence.collection.vector.getTile" in operations
    assert "dataset.vector.getTile" in operations


def test_every_path_of_tiles_in_the_api_document_answers(client: TestClient, district: District) -> None:
    paths = [each for each in client.get("/ogc/api").json()["paths"] if "/tiles/" in each and "area" in each]
    assert paths
    for each in paths:
        filled = each.format(tileMatrix=1, tileRow=0, tileCol=1)
        assert client.get(f"/ogc{filled}").status_code in (200, 204), each
