"""HTTP doors of pointing at the map: what lies here, which parcels a shape touches, where a written coordinate is."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from gis_service.access.edge import Look
from gis_service.core.db import Scope
from gis_service.core.srid import METRIC_SRID
from gis_service.maps import identify, places
from gis_service.maps.asked import Asked, day
from gis_service.maps.catalogue import Layer

router = APIRouter(prefix="/api/v1/map", tags=["maps"])

Reading = Annotated[Scope, Depends(Look("map.read"))]
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Metres = Annotated[float, Query(ge=0, le=identify.LARGEST_M, allow_inf_nan=False)]


@router.get("/identify")
def identified(
    request: Request, scope: Reading, lon: Lon, lat: Lat, layers: str, tolerance_m: Metres = 0, as_of: str | None = None
) -> dict[str, Any]:
    """What lies within so many metres of a place (CGCS2000 degrees) in the layers named, in their order and in words."""
    named = _layers(request, layers)
    found = identify.at_place(request.app.state.reader, scope, named, lon, lat, tolerance_m, Asked(as_of=day(as_of)))
    return {"lon": lon, "lat": lat, "layers": [one.said() for one in found]}


@router.get("/parcels")
def parcels_in(
    request: Request, scope: Reading, ring: Annotated[str, Query(max_length=20_000)], as_of: str | None = None
) -> dict[str, Any]:
    """The ids of the parcels that a drawn ring (`lon,lat;lon,lat;…`, CGCS2000 degrees) touches."""
    parcels = next(layer for layer in request.app.state.layers.values() if layer.source == "layer.parcel")
    asked = Asked(as_of=day(as_of))
    ids, more = identify.parcels_in(request.app.state.reader, scope, parcels, identify.ring(ring), asked)
    return {"ids": ids, "more": more}


@router.get("/places")
def written(request: Request, _scope: Reading, text: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
    """Where a coordinate lies that somebody wrote in any notation: every reading that is possible, those in the district first."""
    west, south, east, north = request.app.state.settings.plausible_box
    found = [
        asdict(place) | {"in_district": west <= place.lon <= east and south <= place.lat <= north}
        for place in places.places(text, METRIC_SRID)
    ]
    return {"items": sorted(found, key=lambda place: not place["in_district"])}


def _layers(request: Request, ids: str) -> list[Layer]:
    """The layers named, each once; an unknown one is answered with 404."""
    return [request.app.state.layers.named(name) for name in dict.fromkeys(ids.split(",")) if name]
