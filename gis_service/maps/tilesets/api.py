"""What the API document says of tiles: paths to be put among those of the features.

Operations are named as the OGC suite looks for them: `….getTile`, `….getTileSet`, `….getTileSetsList`.
"""

from collections.abc import Sequence
from typing import Any

from gis_service.geo.tilegrids import GRIDS, QUAD
from gis_service.maps.catalogue import Layer
from gis_service.maps.ogc.links import HTML, JSON, MVT

Node = dict[str, Any]

PLACE = ("tileMatrix", "tileRow", "tileCol")


def paths_of_sets() -> Node:
    grid = {
        "name": "tileMatrixSetId", "in": "path", "required": True, "schema": {"type": "string", "enum": list(GRIDS)},
    }  # fmt: skip
    return {
        "/tileMatrixSets": {"get": _get("getTileMatrixSetsList", "瓦片矩阵集 · Tile matrix sets", ["f"])},
        "/tileMatrixSets/{tileMatrixSetId}": {
            "get": _get("getTileMatrixSet", "瓦片矩阵集 · Tile matrix set", [grid, "f"])
        },
    }


def paths_of_dataset(layers: Sequence[Layer]) -> Node:
    """Of all layers together."""
    chosen = {
        "name": "collections", "in": "query", "required": False, "style": "form", "explode": False,
        "description": "只要这些图层,以逗号分隔 · Only these layers, with commas",
        "schema": {"type": "array", "items": {"type": "string", "enum": [layer.id for layer in layers]}},
    }  # fmt: skip
    return _paths("/tiles", "dataset", "全部图层 · All layers", [chosen])


def paths_of_layer(layer: Layer, filters: Sequence[Node]) -> Node:
    """Of one layer; `filters` are the attributes that may be asked for."""
    paths = _paths(f"/collections/{layer.id}/tiles", f"{layer.id}.collection", layer.title, filters)
    return {path: {"get": {"tags": [layer.id], **each["get"]}} for path, each in paths.items()}


def _paths(here: str, named: str, title: str, more: Sequence[Node]) -> Node:
    operations: Node = {here: _get(f"{named}.vector.getTileSetsList", f"{title}:瓦片集 · Tilesets", ["f"])}
    for grid in GRIDS.values():
        # ids must be unique; the first grid has the plain names
        own = named if grid is QUAD else f"{named}.{grid.id}"
        set_of = _get(f"{own}.vector.getTileSet", f"{title}:瓦片集 · Tileset ({grid.id})", [_format(grid is QUAD)])
        tile = _get(
            f"{own}.vector.getTile",
            f"{title}:瓦片 · A tile ({grid.id})",
            [*PLACE, "datetime", "as_of", "tileFormat", *more],
        )
        tile["responses"]["200"]["content"] = {MVT: {"schema": {"$ref": "#/components/schemas/binary"}}}
        tile["responses"]["204"] = {"description": "空瓦片 · An empty tile"}
        tile["responses"]["304"] = {"description": "没有变化 · Not changed"}
        operations[f"{here}/{grid.id}"] = set_of
        operations[f"{here}/{grid.id}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = tile
    return {path: {"get": operation} for path, operation in operations.items()}


def _format(tilejson: bool) -> Node:
    formats = ["json", "html", *(["tilejson"] if tilejson else [])]
    return {
        "name": "f", "in": "query", "required": False, "style": "form", "explode": False,
        "description": "格式 · Format", "schema": {"type": "string", "enum": formats, "default": "json"},
    }  # fmt: skip


def _get(operation: str, summary: str, parameters: Sequence[str | Node]) -> Node:
    content = {JSON: {"schema": {"$ref": "#/components/schemas/object"}}, HTML: {"schema": {"type": "string"}}}
    refusals = {str(code): {"$ref": f"#/components/responses/{code}"} for code in (400, 401, 403, 404)}
    listed = [{"$ref": f"#/components/parameters/{one}"} if isinstance(one, str) else one for one in parameters]
    found = {"200": {"description": summary, "content": content}}
    return {"operationId": operation, "summary": summary, "parameters": listed, "responses": {**found, **refusals}}
