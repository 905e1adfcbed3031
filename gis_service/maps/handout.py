"""The map to hand over: one area, or all that the scope sees, as a folium page."""

from datetime import datetime

from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound
from gis_service.core.reader import Reader
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.errors import TooManyForMap
from gis_service.maps.folium_map import MOST, area_map
from gis_service.maps.frames import count, frame

PARCELS = "layer.parcel"
BACKGROUND = ("ground", "area")
"""Layers drawn beneath, lowest first; a deployment without one of them does without."""

OVERLAYS = ("topology-fault-area", "topology-fault")
"""Layers that may be switched on over the parcels. They are of today: a map of a past day has none."""


def handout(
    reader: Reader,
    scope: Scope,
    catalogue: Catalogue,
    *,
    area: str | None = None,
    as_of: datetime | None = None,
    sample: bool = False,
) -> str:
    """The page, as HTML. `area` is a name or a code; an unknown one raises `NotFound`, one without parcels `EmptyMap`,
    one with more than a map may hold `TooManyForMap`."""
    axes = [layer for layer in catalogue.values() if layer.source == PARCELS]
    areas = frame(reader, scope, catalogue["area"])
    if area is not None:
        areas = areas[(areas["name"] == area) | (areas["code"] == area)]
        if areas.empty:
            raise NotFound(what="片区", key=area)
        area = str(areas["name"].iloc[0])
    asked = Asked(equal={} if area is None else {"area_name": area}, as_of=as_of)
    if (many := count(reader, scope, axes[0], asked)) > MOST:
        raise TooManyForMap(what=area or "全部片区", count=many, most=MOST)
    background = [
        (catalogue[name], areas if name == "area" else frame(reader, scope, catalogue[name]))
        for name in BACKGROUND
        if name in catalogue
    ]
    here = Asked(equal={} if area is None else {"area_name": area})
    found = [(catalogue[name], frame(reader, scope, catalogue[name], here)) for name in OVERLAYS if name in catalogue]
    return area_map(
        frame(reader, scope, axes[0], asked),
        axes,
        title=f"{area or '全部片区'}国有空闲地分布图",
        as_of=as_of or clock.now(),
        background=background,
        overlays=[] if as_of else [each for each in found if not each[1].empty],
        sample=sample,
    )
