"""HTTP doors of maps: the layers for the web map, the folium page, and the OGC API."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from gis_service.access.edge import Look
from gis_service.core.db import Scope
from gis_service.maps.catalogue import Layer
from gis_service.maps.ogc import routes as ogc

router = APIRouter(prefix="/api/v1")

Reading = Annotated[Scope, Depends(Look("map.read"))]


def routers() -> tuple[APIRouter, ...]:
    return router, ogc.router


@router.get("/layers")
def layers(request: Request, _scope: Reading) -> list[dict[str, Any]]:
    """Every layer: where its tiles and features are, how it looks, what its attributes are called."""
    return [_shown(layer) for layer in request.app.state.layers.values()]


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
