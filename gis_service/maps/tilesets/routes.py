"""HTTP doors of OGC API Tiles. All read through the reader role, in the scope of `map.read`."""

import json
from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest, NotFound
from gis_service.geo.tilegrids import GRIDS, QUAD, Grid
from gis_service.maps import asked, tiles
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Layer
from gis_service.maps.kept import Kept
from gis_service.maps.memory import BBox, memory_of
from gis_service.maps.ogc import ask, pages
from gis_service.maps.ogc.links import JSON, MVT, Site
from gis_service.maps.ogc.routes import A_PAGE, PRIVATE, Reading, ReadRoute
from gis_service.maps.tiles import Part, Tile
from gis_service.maps.tilesets import documents
from gis_service.maps.tilesets.documents import Document

router = APIRouter(prefix="/ogc", include_in_schema=False, route_class=ReadRoute)


@router.get("/tileMatrixSets")
def matrix_sets(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    return _document(request, documents.matrix_sets(Site.of(request)), "瓦片矩阵集 · Tile matrix sets")


@router.get("/tileMatrixSets/{grid}")
def matrix_set(request: Request, _scope: Reading, grid: str) -> Response:
    found = _grid(grid)
    ask.only(request)
    return _document(request, documents.matrix_set(found), found.title)


def _grid(name: str) -> Grid:
    """The grid with this id; an unknown one is answered with 404."""
    if name not in GRIDS:
        raise NotFound(what="瓦片矩阵集", key=name)
    return GRIDS[name]


@router.get("/tiles")
def dataset_tilesets(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    layers = tuple(request.app.state.layers.values())
    return _document(
        request, documents.tilesets(Site.of(request), layers, dataset=True), "全部图层 · 瓦片集 · Tilesets"
    )


@router.get("/tiles/{grid}")
def dataset_tileset(request: Request, scope: Reading, grid: str) -> Response:
    return _tileset(request, scope, tuple(request.app.state.layers.values()), grid, dataset=True)


@router.get("/tiles/{grid}/{z}/{y}/{x}")
def dataset_tile(request: Request, scope: Reading, grid: str, z: str, y: str, x: str) -> Response:
    """Several layers in one tile; all of them, or those that `collections` names."""
    place = tiles.tile_at(z, x, y, _grid(grid))
    _only_tile_parameters(request, ("collections",))
    since, until = asked.instants(request.query_params.get("datetime"))
    question = Asked(since=since, until=until, as_of=asked.day(request.query_params.get("as_of")))
    return _tile(request, scope, [(layer, question) for layer in _chosen(request)], place)


@router.get("/collections/{name}/tiles")
def tilesets(request: Request, _scope: Reading, name: str) -> Response:
    layer = request.app.state.layers.named(name)
    ask.only(request)
    return _document(request, documents.tilesets(Site.of(request), (layer,), dataset=False), f"{layer.title} · 瓦片集")


@router.get("/collections/{name}/tiles/{grid}")
def tileset(request: Request, scope: Reading, name: str, grid: str) -> Response:
    return _tileset(request, scope, (request.app.state.layers.named(name),), grid, dataset=False)


@router.get("/collections/{name}/tiles/{grid}/{z}/{y}/{x}")
def tile(request: Request, scope: Reading, name: str, grid: str, z: str, y: str, x: str) -> Response:
    layer: Layer = request.app.state.layers.named(name)
    place = tiles.tile_at(z, x, y, _grid(grid))
    question = Asked()
    if request.query_params:
        _only_tile_parameters(request, [a.name for a in layer.attributes if a.filter])
        question = ask.rows(request, layer)
    return _tile(request, scope, [(layer, question)], place)


def _tileset(request: Request, scope: Scope, layers: Sequence[Layer], grid: str, *, dataset: bool) -> Response:
    found, wants_tilejson = _grid(grid), request.query_params.get("f") == "tilejson"
    ask.only(request, (*(("collections",) if dataset else ()), "as_of") if wants_tilejson else ())
    site = Site.of(request)
    if not wants_tilejson:
        content = documents.tileset(site, layers, found, _extents(request, scope, layers), dataset=dataset)
        return _document(request, content, f"{content['title']} · {found.title}")
    if found is not QUAD:
        raise BadRequest(parameter="f", value="tilejson")
    asked.day(request.query_params.get("as_of"))  # refused here rather than at every tile
    layers = _chosen(request) if dataset else layers
    extents = _extents(request, scope, layers)
    content = documents.tilejson(site, layers, extents, dataset=dataset, query=request.query_params)
    return _text(content)


def _extents(request: Request, scope: Scope, layers: Sequence[Layer]) -> dict[str, BBox]:
    return {layer.id: memory_of(request).extent(scope, layer) for layer in layers}


def _chosen(request: Request) -> Sequence[Layer]:
    """The layers that the parameter `collections` names (requirement class collections-selection); all by default."""
    catalogue = request.app.state.layers
    said = request.query_params.get("collections")
    if said is None:
        return tuple(catalogue.values())
    names = list(dict.fromkeys(said.split(",")))
    if not all(name in catalogue for name in names):
        raise BadRequest(parameter="collections", value=said)
    return tuple(catalogue[name] for name in names)


def _tile(request: Request, scope: Scope, parts: Sequence[Part], place: Tile) -> Response:
    parts = [(layer, _with_width(request, scope, layer, question, place)) for layer, question in parts]
    squeezable = "gzip" in request.headers.get("accept-encoding", "")
    answer = _kept(request).tile(scope, parts, place, gzip_accepted=squeezable)
    headers = {**PRIVATE, "ETag": answer.etag}
    if ask.is_known(request, answer.etag):
        return Response(status_code=304, headers=headers)
    if answer.encoding:
        headers["Content-Encoding"] = answer.encoding
    return Response(answer.body, 200 if answer.body else 204, headers, MVT if answer.body else None)


def _kept(request: Request) -> Kept:
    """The tiles that this web process keeps, made at the first question."""
    state = request.app.state
    if not hasattr(state, "map_tiles"):
        state.map_tiles = Kept(state.reader, state.settings.tiles_kept_mb * 1024 * 1024)
    return state.map_tiles  # type: ignore[no-any-return]


def _with_width(request: Request, scope: Scope, layer: Layer, question: Asked, place: Tile) -> Asked:
    if question.as_of and layer.history:
        return replace(question, wide=tiles.holds_much(place, memory_of(request).extent(scope, layer)))
    return question


def _only_tile_parameters(request: Request, more: Sequence[str]) -> None:
    ask.only(request, ("datetime", "as_of", *more))
    if request.query_params.get("f", "mvt") != "mvt":
        raise BadRequest(parameter="f", value=request.query_params["f"])


def _document(request: Request, content: Document, title: str) -> Response:
    """A document in the format asked for, with the links to itself and to its other format."""
    html = ask.wants_html(request)
    own = [one for one in content["links"] if one["rel"] not in ("self", "alternate")]
    content = {**content, "links": [*Site.of(request).both(request, html=html), *own]}
    if html:
        return HTMLResponse(pages.document(title, content), headers=A_PAGE)
    return _text(content)


def _text(content: Document) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text, headers=PRIVATE, media_type=JSON)
