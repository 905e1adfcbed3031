"""HTTP doors of maps: the layers for the web map, the folium page, and the OGC API."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import text

from gis_service.access.edge import Look
from gis_service.core.db import Scope
from gis_service.maps.asked import day
from gis_service.maps.catalogue import Layer
from gis_service.maps.handout import handout
from gis_service.maps.ogc import routes as ogc
from gis_service.maps.tilesets import routes as tilesets

router = APIRouter(prefix="/api/v1")

Reading = Annotated[Scope, Depends(Look("map.read"))]


def routers() -> tuple[APIRouter, ...]:
    return router, tilesets.router, ogc.router


@router.get("/layers")
def layers(request: Request, _scope: Reading) -> list[dict[str, Any]]:
    """Every layer: where its tiles and features are, how it looks, what its attributes are called."""
    return [_shown(layer) for layer in request.app.state.layers.values()]


@router.get("/map.html")
def map_page(request: Request, scope: Reading, area: str | None = None, as_of: str | None = None) -> HTMLResponse:
    """The map of an area as one file that opens without a network; saved from the browser it can be handed over."""
    state = request.app.state
    page = handout(state.reader, scope, state.layers, area=area, as_of=day(as_of), sample=_is_sample(request))
    return HTMLResponse(page, headers={"Content-Security-Policy": ALONE, "Cache-Control": "private, no-store"})


ALONE = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""The page carries its own scripts, and may load nothing at all."""


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
        "words": layer.description,
        "words_en": layer.description_en,
    }
