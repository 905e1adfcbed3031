"""HTTP doors of maps: the layers for the web map, the folium page, and the OGC API."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import text

from gis_service.access.edge import Look
from gis_service.core.db import Scope
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest
from gis_service.core.http import to_be_saved
from gis_service.maps import pointing
from gis_service.maps.asked import day
from gis_service.maps.basemaps import routes as basemaps
from gis_service.maps.catalogue import Layer
from gis_service.maps.desktop.project import LOGIN, LOGIN_PATTERN, Place, qgz
from gis_service.maps.handout import handout
from gis_service.maps.memory import memory_of
from gis_service.maps.ogc import routes as ogc
from gis_service.maps.ogc.links import Site
from gis_service.maps.orthophotos import routes as orthophotos
from gis_service.maps.styles.drawing import Drawn
from gis_service.maps.styles.maplibre import maplibre
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.sld import sld
from gis_service.maps.tilesets import routes as tilesets
from gis_service.maps.workshop import routes as workshop

router = APIRouter(prefix="/api/v1")

Reading = Annotated[Scope, Depends(Look("map.read"))]
QGZ, QML, SLD = "application/x-qgis-project", "application/xml", "application/vnd.ogc.sld+xml"


def routers() -> tuple[APIRouter, ...]:
    """Those first of which a map asks most."""
    of_layers = (router, workshop.checks, workshop.router, pointing.router)
    return (tilesets.router, ogc.router, *of_layers, basemaps.router, orthophotos.router)


@router.get("/layers")
def layers(request: Request, _scope: Reading) -> list[dict[str, Any]]:
    """Every layer: where its tiles and features are, how it looks, what its attributes are called."""
    return [_shown(layer) for layer in request.app.state.standing.fresh().values()]


Lang = Literal["zh", "en", "both"]


@router.get("/layers/{name}/style.sld", **sends(SLD))
def layer_sld(
    request: Request, _scope: Reading, name: str, lang: Lang = "both", marks: Literal["qgis", "geoserver"] = "qgis"
) -> Response:
    """A layer's style as SLD 1.0.0; its hatches for QGIS, or as the marks that GeoServer knows."""
    layer = request.app.state.layers.named(name)
    return _style(sld(Drawn.served(layer, lang), marks), f"{layer.id}.sld", SLD)


@router.get("/layers/{name}/style.qml", **sends(QML))
def layer_qml(request: Request, _scope: Reading, name: str, lang: Lang = "both") -> Response:
    """A layer's style as QGIS keeps it."""
    layer = request.app.state.layers.named(name)
    return _style(qml(Drawn.served(layer, lang)), f"{layer.id}.qml", QML)


@router.get("/layers/{name}/style.json")
def layer_json(
    request: Request, _scope: Reading, name: str, lang: Lang = "both", tilejson: str | None = None
) -> JSONResponse:
    """A layer's style for MapLibre, over our vector tiles or over a TileJSON document at another address."""
    layer = request.app.state.layers.named(name)
    if tilejson is not None and not tilejson.startswith(("http://", "https://", "/")):
        raise BadRequest(parameter="tilejson", value=tilejson)
    tiles = Site.of(request).to(f"/collections/{layer.id}/tiles/WebMercatorQuad") + "/{z}/{y}/{x}?f=mvt"
    document = maplibre(Drawn.served(layer, lang), tiles=tiles, tilejson=tilejson)
    return JSONResponse(document, headers={"Cache-Control": "private, no-cache"})


def _style(text: str, name: str, kind: str) -> Response:
    return Response(text, headers=to_be_saved(name, keep="private, no-cache"), media_type=kind)


@router.get("/maps/qgis-project", **sends(QGZ))
def qgis_project(
    request: Request,
    scope: Reading,
    lang: Literal["zh", "en"] = "zh",
    login: Annotated[str, Query(pattern=LOGIN_PATTERN)] = LOGIN,
) -> Response:
    """The main map as a QGIS project that reads this service. It holds no token: `login` names one that the reader keeps in QGIS."""
    state = request.app.state
    extent = memory_of(request).extent(scope, state.layers["area"])
    place = Place(Site.of(request).base, state.settings.title, extent, login, lang)
    headers = to_be_saved("gis-service.qgz", keep="private, no-cache")
    return Response(qgz(state.layers, place), headers=headers, media_type=QGZ)


@router.get("/map.html", response_class=HTMLResponse)
def map_page(request: Request, scope: Reading, area: str | None = None, as_of: str | None = None) -> HTMLResponse:
    """The map of an area as one file that opens without a network; saved from the browser it can be handed over."""
    state = request.app.state
    page = handout(state.reader, scope, state.layers, area=area, as_of=day(as_of), sample=_is_sample(request))
    return HTMLResponse(page, headers={"Content-Security-Policy": ALONE, "Cache-Control": "private, no-store"})


ALONE = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'"
)
"""A file that opens without a network carries its scripts and styles in itself, with the data in them, so no hash could be known beforehand.
Instead it is nobody's page while it is looked at here: in a sandbox it has no origin, so neither cookies nor doors of ours, and it
may load nothing at all."""


def _is_sample(request: Request) -> bool:
    """Whether this database holds the made-up district, which every page must say."""
    with request.app.state.sessions() as session:
        return session.scalar(text("select value from deployment where key = 'sample_data'")) is not None


def _shown(layer: Layer) -> dict[str, Any]:
    facts = layer.model_dump(
        include={
            "id", "title", "title_en", "group", "group_en", "geometry", "minzoom", "maxzoom", "visible", "source", "label",
            "attributes", "style",
        },
        exclude_none=True,
    )  # fmt: skip
    here = f"/ogc/collections/{layer.id}"
    return facts | {
        "tiles": f"{here}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt",
        "items": f"{here}/items",
        "legend": layer.legend(),
        "dated": layer.history is not None,
        "words": layer.description,
        "words_en": layer.description_en,
    }
