"""Tile matrix sets, tilesets and TileJSON, as plain dictionaries."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_service.geo.tilegrids import GRIDS, QUAD, Grid
from gis_service.maps import crs
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.memory import BBox
from gis_service.maps.ogc.links import HTML, JSON, MVT, Site, link
from gis_service.maps.ogc.schemas import TYPES

Document = dict[str, Any]

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TILESETS, SCHEMES, SCHEME, GEODATA = (
    f"{REL}{name}" for name in ("tilesets-vector", "tiling-schemes", "tiling-scheme", "geodata")
)
TILEJSON_TYPES = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
"""What TileJSON 3.0 calls the types; everything else is a String."""


def links_of_landing(site: Site) -> list[Document]:
    """What the landing page says of tiles."""
    return [
        link(site.to("/tiles"), TILESETS, JSON, "矢量瓦片(全部图层)· Vector tiles of all layers"),
        link(site.to("/tileMatrixSets"), SCHEMES, JSON, "瓦片矩阵集 · Tile matrix sets"),
    ]


def matrix_sets(site: Site) -> Document:
    sets = [
        {
            "id": grid.id,
            "title": grid.title,
            "crs": grid.crs,
            **({"uri": grid.uri} if grid.uri else {}),
            "links": [link(site.to(f"/tileMatrixSets/{grid.id}"), "self", JSON, grid.title)],
        }
        for grid in GRIDS.values()
    ]
    return {"tileMatrixSets": sets, "links": []}


def matrix_set(grid: Grid) -> Document:
    return {**grid.document(), "links": []}


def home(layers: Sequence[Layer], *, dataset: bool) -> str:
    """Where the tilesets of a layer, or of all, lie."""
    return "/tiles" if dataset else f"/collections/{layers[0].id}/tiles"


def title_of(layers: Sequence[Layer], *, dataset: bool) -> str:
    return "全部图层 · All layers" if dataset else layers[0].title


def tilesets(site: Site, layers: Sequence[Layer], *, dataset: bool) -> Document:
    """One tileset per grid."""
    return {"tilesets": [_tileset(site, layers, grid, dataset=dataset) for grid in GRIDS.values()], "links": []}


def tileset(site: Site, layers: Sequence[Layer], grid: Grid, extents: Mapping[str, BBox], *, dataset: bool) -> Document:
    """With the template by which a client asks for tiles, and what it will find in them."""
    west, south, east, north = around(extents.values())
    return {
        **_tileset(site, layers, grid, dataset=dataset),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": crs.CRS84},
        "layers": [_layer(layer, grid, extents[layer.id]) for layer in layers],
    }


def around(boxes: Any) -> BBox:
    """The box around boxes."""
    sides = list(zip(*boxes, strict=True))
    return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])


def _tileset(site: Site, layers: Sequence[Layer], grid: Grid, *, dataset: bool) -> Document:
    here = f"{home(layers, dataset=dataset)}/{grid.id}"
    title = title_of(layers, dataset=dataset)
    scheme = site.to(f"/tileMatrixSets/{grid.id}")
    links = [
        link(site.to(here), "self", JSON, title),
        link(site.to(here, f="html"), "alternate", HTML, title),
        link(template(site, here), "item", MVT, "瓦片 · Tiles", templated=True),
        link(scheme, SCHEME, JSON, grid.title),
    ]
    if grid is QUAD:
        links.append(link(site.to(here, f="tilejson"), "describedby", JSON, "TileJSON 3.0"))
    if not dataset:
        links.append(link(site.to(f"/collections/{layers[0].id}"), GEODATA, JSON, title))
    return {
        "title": title,
        "dataType": "vector",
        "crs": grid.crs,
        **({"tileMatrixSetURI": grid.uri} if grid.uri else {}),
        "tileMatrixSetDefinition": scheme,
        "links": links,
    }


def template(site: Site, here: str) -> str:
    return site.to(here) + "/{tileMatrix}/{tileRow}/{tileCol}"


def _layer(layer: Layer, grid: Grid, extent: BBox) -> Document:
    shown = [layer.by_name[name] for name in layer.tile_attributes(layer.maxzoom)]
    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "dataType": "vector",
        "geometryDimension": {"point": 0, "line": 1, "polygon": 2}[layer.geometry],
        "minTileMatrix": str(level_of(grid, layer.minzoom)),
        "maxTileMatrix": str(level_of(grid, layer.maxzoom)),
        "boundingBox": {"lowerLeft": list(extent[:2]), "upperRight": list(extent[2:]), "crs": crs.CRS84},
        "propertiesSchema": {"type": "object", "properties": {a.name: _property(a) for a in shown}},
        "links": [],
    }


def level_of(grid: Grid, zoom: int) -> int:
    """The level of a grid that shows as much as a zoom of the Web Mercator tree, or its nearest."""
    return min(max(zoom - grid.ahead, grid.first), grid.last)


def _property(attribute: Attribute) -> Document:
    unit = {"x-ogc-unit": attribute.unit} if attribute.unit else {}
    return {"title": attribute.zh, "description": attribute.en, **TYPES[attribute.type], **unit}


def tilejson(
    site: Site, layers: Sequence[Layer], extents: Mapping[str, BBox], *, dataset: bool, query: Mapping[str, str]
) -> Document:
    """TileJSON 3.0.0; its tiles are Web Mercator by definition. What was asked of it (a day) is asked of the tiles too."""
    here = f"{home(layers, dataset=dataset)}/{QUAD.id}"
    asked = {name: value for name, value in query.items() if name != "f"}
    words = site.to(**asked).partition("?")[2]
    west, south, east, north = around(extents.values())
    deepest = max(layer.maxzoom for layer in layers)
    return {
        "tilejson": "3.0.0",
        "name": title_of(layers, dataset=dataset),
        "scheme": "xyz",
        "tiles": [site.to(here) + "/{z}/{y}/{x}" + (f"?{words}" if words else "")],
        "minzoom": min(layer.minzoom for layer in layers),
        "maxzoom": deepest,
        "bounds": [max(west, -180), max(south, -85.0511), min(east, 180), min(north, 85.0511)],
        "center": [(west + east) / 2, (south + north) / 2, min(12, deepest)],
        "vector_layers": vector_layers(layers),
    }


def vector_layers(layers: Sequence[Layer]) -> list[Document]:
    """As TileJSON and MBTiles describe what is in the tiles."""
    return [
        {
            "id": layer.id,
            "description": layer.title,
            "minzoom": layer.minzoom,
            "maxzoom": layer.maxzoom,
            "fields": {
                name: TILEJSON_TYPES.get(layer.by_name[name].type, "String")
                for name in layer.tile_attributes(layer.maxzoom)
            },
        }
        for layer in layers
    ]
