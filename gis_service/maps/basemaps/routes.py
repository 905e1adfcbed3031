"""HTTP doors of the desk's base maps: which there are, packages in pieces, and tiles from elsewhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from gis_service.access.edge import Look
from gis_service.core.db import Scope
from gis_service.core.described import sends
from gis_service.core.media import PHOTOS, PMTILES
from gis_service.geo.tilegrids import QUAD
from gis_service.maps.basemaps import sources
from gis_service.maps.basemaps.errors import NoSuchBase
from gis_service.patrols.basemaps import rules, tianditu
from gis_service.patrols.basemaps.shelf import Package, Shelf
from gis_service.patrols.basemaps.tianditu import Picture
from gis_service.settings import Settings

router = APIRouter(prefix="/api/v1/map/bases", tags=["maps"])

Reading = Annotated[Scope, Depends(Look("map.read"))]
Walking = Annotated[Scope, Depends(Look("patrol.record"))]
"""What phones are offered is offered here to the same people: a guest sees the map, not the office's imagery."""

TIANDITU = {
    "tianditu-vec": (("vec", "cva"), "天地图 矢量", "Tianditu map"),
    "tianditu-img": (("img", "cia"), "天地图 影像", "Tianditu imagery"),
}
"""Each picture with its labels."""


@router.get("")
def bases(request: Request, _scope: Reading) -> list[dict[str, Any]]:
    """The base maps that may be chosen: own packages first, then what comes from elsewhere (nothing unless it is set up)."""
    settings: Settings = request.app.state.settings
    declared = [sources.offered(one) for one in settings.base_sources]
    if not request.state.actor.may("patrol.record"):
        return declared
    online = _tianditu(settings) if settings.tianditu_key else []
    return [*map(_of_package, _shelf(settings).packages()), *online, *declared]


@router.get("/packages/{sha256}", **sends(PMTILES))
def package(request: Request, _scope: Walking, sha256: str) -> FileResponse:
    """The file of a package; `Range` is honoured, so that a map reads only what it shows."""
    return FileResponse(
        _shelf(request.app.state.settings).file(sha256),
        media_type=PMTILES,
        headers={"ETag": f'"{sha256}"', "Cache-Control": "private, max-age=86400", "Content-Encoding": "identity"},
    )


@router.get("/tianditu/{layer}/{z}/{x}/{y}", **sends(*PHOTOS))
def tianditu_tile(request: Request, _scope: Walking, layer: str, z: int, x: int, y: int) -> Response:
    """One tile of 天地图, of the grid of the settings; the key stays on the server."""
    node = tianditu.node_of(request.app.state.settings)
    return _answered(node.tile(layer, z, x, y, person=request.state.actor.id))


@router.get("/sources/{code}/{z}/{x}/{y}", **sends(*PHOTOS))
def source_tile(request: Request, _scope: Reading, code: str, z: int, x: int, y: int) -> Response:
    """One tile of a source that the settings declare."""
    found = next((one for one in request.app.state.settings.base_sources if one.code == code), None)
    if found is None:
        raise NoSuchBase(key=code[:40])
    return _answered(sources.tile(found, z, x, y, person=request.state.actor.id))


def _answered(picture: Picture) -> Response:
    return Response(picture.content, media_type=picture.media_type, headers={"Cache-Control": "private, max-age=3600"})


def _shelf(settings: Settings) -> Shelf:
    return Shelf(settings.var_dir / "basemaps")


def _of_package(one: Package) -> dict[str, Any]:
    return {
        "id": f"package-{one.code}",
        "kind": f"package-{one.kind.value}",
        "name": one.name,
        "name_en": one.name,
        "note": f"{one.name} {one.made_on}",
        "gcj02": one.gcj02,
        "grid": QUAD.id,
        "min_zoom": one.min_zoom,
        "max_zoom": one.max_zoom,
        "box": one.box,
        "urls": [f"/api/v1/map/bases/packages/{one.sha256}"],
    }


def _tianditu(settings: Settings) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "kind": "tiles",
            "name": zh,
            "name_en": en,
            "note": settings.tianditu_note,
            "gcj02": False,
            "grid": settings.tianditu_grid,
            "min_zoom": rules.TIANDITU_ZOOMS.start,
            "max_zoom": rules.TIANDITU_ZOOMS.stop - 1,
            "urls": [f"/api/v1/map/bases/tianditu/{layer}/{{z}}/{{x}}/{{y}}" for layer in layers],
        }
        for name, (layers, zh, en) in TIANDITU.items()
    ]
