"""HTTP doors of the OGC API. All read through the reader role, in the scope of `map.read`."""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from psycopg import DataError, InternalError

from gis_service.access.edge import Look
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound
from gis_service.core.paging import cursor
from gis_service.core.reader import sight
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Layer
from gis_service.maps.cql2.terms import fault, shown
from gis_service.maps.crs import LONLAT, Crs, is_wide
from gis_service.maps.memory import memory_of
from gis_service.maps.ogc import ask, documents, items, openapi, pages, schemas
from gis_service.maps.ogc.edits import edits_of
from gis_service.maps.ogc.links import GEOJSON, JSON, OPENAPI, QUERYABLES_REL, SCHEMA, Site, link

READ = Look("map.read")
Reading = Annotated[Scope, Depends(READ)]


class ReadRoute(APIRoute):
    """A route whose answer is one call in one thread: `endpoint(request, scope, **words of the path)`.

    The framework would send the door and the endpoint to a thread each and check parameters that we check ourselves;
    on a small tile that was a third of the time.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[..., Response] = self.endpoint

        def answer(request: Request) -> Response:
            return endpoint(request, READ(request), **request.path_params)

        async def handler(request: Request) -> Response:
            return await run_in_threadpool(answer, request)

        return handler


router = APIRouter(prefix="/ogc", include_in_schema=False, route_class=ReadRoute)
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization, Accept, Accept-Encoding"}
"""Kept by the reader's own browser only, and asked about again: rights and parcels change."""
A_PAGE = {**PRIVATE, **pages.PAGES.headers}


@router.get("/")
def landing(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    return _document(request, documents.landing(Site.of(request), _title(request)))


@router.get("/conformance")
def conformance(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    return _document(request, {**documents.conformance(), "links": []}, "符合的标准 · Conformance")


@router.get("/functions")
def functions(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    return _document(request, documents.functions(), "筛选函数 · Functions of filters")


@router.get("/api")
def api(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    return _text(json.dumps(_api(request), ensure_ascii=False), OPENAPI)


@router.get("/api.html")
def api_page(request: Request, _scope: Reading) -> Response:
    ask.only(request)
    return HTMLResponse(pages.api(_api(request)), headers=A_PAGE)


@router.get("/collections")
def collections(request: Request, scope: Reading) -> Response:
    ask.only(request)
    catalogue = request.app.state.layers
    extents = {layer.id: memory_of(request).extent(scope, layer) for layer in catalogue.values()}
    return _document(request, documents.collections(Site.of(request), catalogue, extents), "图层 · Collections")


@router.get("/collections/{name}")
def collection(request: Request, scope: Reading, name: str) -> Response:
    layer = _layer(request, name)
    ask.only(request)
    extent = memory_of(request).extent(scope, layer)
    return _document(request, documents.collection(Site.of(request), layer, extent), layer.title)


@router.get("/collections/{name}/queryables")
def queryables(request: Request, _scope: Reading, name: str) -> Response:
    layer = _layer(request, name)
    ask.only(request)
    return _schema(request, schemas.queryables(Site.of(request), layer))


@router.get("/collections/{name}/schema")
def schema(request: Request, _scope: Reading, name: str) -> Response:
    layer = _layer(request, name)
    ask.only(request)
    return _schema(request, schemas.schema(Site.of(request), layer, edits_of(request, layer)))


@router.api_route("/collections/{name}/items", methods=["GET", "HEAD"])
def feature_collection(request: Request, scope: Reading, name: str) -> Response:
    layer = _layer(request, name)
    ask.only(request, ask.item_parameters(layer))
    html = ask.wants_html(request)
    asked, crs, page = ask.rows(request, layer), ask.output_crs(request), ask.page(request)
    if asked.window:
        asked = replace(asked, wide=is_wide(asked.window, memory_of(request).extent(scope, layer)))
    found = _counted(request, scope, layer, asked, LONLAT if html else crs, page)
    text = _collection_text(request, found, html=html)
    if html:
        headers = {**A_PAGE, "Link": _described(request, layer)}
        return HTMLResponse(pages.items(layer, json.loads(text)), headers=headers)
    return _text(text, GEOJSON, {"Content-Crs": f"<{crs.uri}>", "Link": _described(request, layer)})


@router.api_route("/collections/{name}/items/{key}", methods=["GET", "HEAD"])
def feature(request: Request, scope: Reading, name: str, key: str) -> Response:
    layer = _layer(request, name)
    ask.only(request, ("crs", "as_of"))
    html = ask.wants_html(request)
    crs = LONLAT if html else ask.output_crs(request)
    known, asked = items.key_of(key), Asked(as_of=ask.rows(request, layer).as_of)
    found = None if known is None else items.feature(request.app.state.reader, scope, layer, asked, crs, known)
    if found is None:
        raise NotFound(what=layer.title, key=key)
    if html:
        return HTMLResponse(pages.item(layer, json.loads(_linked(request, layer, found, html=True))), headers=A_PAGE)
    if asked.as_of:
        found = replace(found, version=None)  # nobody edits the past
    if found.etag and ask.is_known(request, found.etag):
        return Response(status_code=304, headers={**PRIVATE, "ETag": found.etag})
    return representation(request, layer, found, crs)


def representation(request: Request, layer: Layer, found: items.Feature, crs: Crs) -> Response:
    """A feature as GeoJSON, with its links and, where it has one, its tag."""
    headers = {"Content-Crs": f"<{crs.uri}>", "Link": _described(request, layer)}
    if found.etag:
        headers["ETag"] = found.etag
    return _text(_linked(request, layer, found, html=False), GEOJSON, headers)


def _linked(request: Request, layer: Layer, found: items.Feature, *, html: bool) -> str:
    site = Site.of(request)
    here = f"/collections/{layer.id}"
    links = site.both(request, html=html, kind=GEOJSON, path=f"{here}/items/{found.key}")
    links.append(link(site.to(here), "collection", JSON, layer.title))
    return f'{found.text[:-1]},"links":{_json(links)}}}'


def _counted(request: Request, scope: Scope, layer: Layer, asked: Asked, crs: Any, page: ask.Page) -> items.Features:
    """A page with the number of all matches: counted on the first page, handed on in the cursor. That there are more
    than are counted is remembered for a while, so that it is not found out by counting every time."""
    key = (layer.source, sight(scope), asked.shape, repr(asked.values()))
    uncounted = memory_of(request).uncounted
    count = page.after is None and uncounted.get(key) is None
    try:
        found = items.features(request.app.state.reader, scope, layer, asked, crs, page, count=count)
    except (DataError, InternalError) as error:  # a number out of range, a place that has no projection
        if asked.filter is None:
            raise
        said = shown(str(error).split("\n")[0])
        raise fault("filter", f"计算不出结果({said})", f"it cannot be computed ({said})") from error
    if count and found.matched is None:
        uncounted.put(key, fact=True)
    return found if count else found.with_matched(page.matched)


def _described(request: Request, layer: Layer) -> str:
    """Where a client learns what it may ask (requirement /req/queryables/queryables-link), and what the answer holds."""
    here = Site.of(request).to(f"/collections/{layer.id}")
    links = ((f"{here}/queryables", QUERYABLES_REL), (f"{here}/schema", "describedby"))
    return ", ".join(f'<{address}>; rel="{rel}"; type="{SCHEMA}"' for address, rel in links)


def _collection_text(request: Request, found: items.Features, *, html: bool) -> str:
    site = Site.of(request)
    links = site.both(request, html=html, kind=GEOJSON)
    if found.more:
        after = cursor([found.last, found.matched])
        links.append(link(site.here(request, after=after), "next", "text/html" if html else GEOJSON, "下一页 · Next"))
    parts = [
        '"type":"FeatureCollection"',
        f'"links":{_json(links)}',
        f'"timeStamp":"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"',
        f'"numberReturned":{found.returned}',
        *([] if found.matched is None else [f'"numberMatched":{found.matched}']),
        f'"features":[{found.text}]',
    ]
    return "{" + ",".join(parts) + "}"


def _layer(request: Request, name: str) -> Layer:
    return request.app.state.layers.named(name)  # type: ignore[no-any-return]


def _title(request: Request) -> str:
    return str(request.app.state.settings.title)


def _api(request: Request) -> dict[str, Any]:
    state = request.app.state
    return openapi.document(
        state.layers, state.edits, title=_title(request), version=request.app.version, server=Site.of(request).base
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _document(request: Request, content: dict[str, Any], title: str | None = None) -> Response:
    """A document in the format asked for, with the links to itself and to its other format."""
    html = ask.wants_html(request)
    own = [one for one in content["links"] if one["rel"] not in ("self", "alternate")]
    content = {**content, "links": [*Site.of(request).both(request, html=html), *own]}
    if html:
        return HTMLResponse(pages.document(title or content["title"], content), headers=A_PAGE)
    return _text(_json(content), JSON)


def _schema(request: Request, schema: dict[str, Any]) -> Response:
    """A JSON schema, or its page."""
    if ask.wants_html(request):
        links = Site.of(request).both(request, html=True, kind=SCHEMA)
        return HTMLResponse(pages.document(schema["title"], {**schema, "links": links}), headers=A_PAGE)
    return _text(_json(schema), SCHEMA)


def _text(text: str, kind: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, headers={**PRIVATE, **(headers or {})}, media_type=kind)
