"""HTTP doors of base maps: what is offered, the files in pieces, and tiles of 天地图."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from gis_service.access.edge import Look, Route
from gis_service.core.db import Scope
from gis_service.core.described import sends
from gis_service.core.media import PHOTOS, PMTILES
from gis_service.patrols.basemaps import rules, tianditu
from gis_service.patrols.basemaps.shelf import Shelf

router = APIRouter(prefix="/api/v1/field", route_class=Route, tags=["patrols"])

Walking = Annotated[Scope, Depends(Look("patrol.record"))]


def _shelf(request: Request) -> Shelf:
    return Shelf(request.app.state.settings.var_dir / "basemaps")


@router.get("/basemaps")
def basemaps(request: Request, _scope: Walking) -> list[dict[str, Any]]:
    """The packages of tiles that a phone can take along, by area."""
    return [asdict(package) for package in _shelf(request).packages()]


@router.get("/basemaps/{sha256}", **sends(PMTILES))
def basemap(request: Request, _scope: Walking, sha256: str) -> FileResponse:
    """The file of a package; `Range` and `If-Range` are honoured, so that a broken download goes on where it broke."""
    return FileResponse(
        _shelf(request).file(sha256),
        media_type=PMTILES,
        headers={"ETag": f'"{sha256}"', "Cache-Control": "private, no-store", "Content-Encoding": "identity"},
    )


@router.get("/tianditu")
def tianditu_offer(request: Request, _scope: Walking) -> dict[str, Any]:
    """Which layers of 天地图 are offered (none without a key), and what must be written on the map."""
    settings = request.app.state.settings
    layers = list(rules.TiandituLayer) if settings.tianditu_key else []
    return {"layers": layers, "note": settings.tianditu_note, "grid": settings.tianditu_grid}


@router.get("/tianditu/{layer}/{z}/{x}/{y}", **sends(*PHOTOS))
def tianditu_tile(request: Request, _scope: Walking, layer: str, z: int, x: int, y: int) -> Response:
    """One tile of 天地图, of the grid of the settings; the key stays on the server."""
    picture = tianditu.node_of(request.app.state.settings).tile(layer, z, x, y, person=request.state.actor.id)
    return Response(picture.content, media_type=picture.media_type, headers={"Cache-Control": "private, max-age=3600"})
