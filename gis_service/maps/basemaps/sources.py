"""Sources of tiles that an operator declares in the settings."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from gis_service.geo.tilegrids import GRIDS
from gis_service.maps.basemaps.errors import BaseBusy, BaseFailed, NoSuchBase
from gis_service.patrols.basemaps.tianditu import Node, Picture
from gis_service.settings import BaseSource


class Source(Node):
    """The way to one declared source."""

    failed, busy = BaseFailed, BaseBusy


@lru_cache(maxsize=16)
def _node(url: str, key: str) -> Source:
    """One for each process, so that what it remembers is of use."""
    return Source(url, key)


def tile(source: BaseSource, z: int, x: int, y: int, *, person: int) -> Picture:
    """One tile of the grid of the source; raises `NoSuchBase`, `BaseFailed`, `BaseBusy`."""
    if z not in source.levels or not GRIDS[source.grid].has(z, x, y):
        raise NoSuchBase(key=f"{source.code}/{z}/{x}/{y}"[:60])
    node = _node(source.url, source.key or "")
    return node.picture((source.code, z, x, y), path(source, z, x, y), person=person)


def path(source: BaseSource, z: int, x: int, y: int) -> str:
    """The path and query of a tile on the host of the source.

    >>> path(BaseSource(code="a", name="甲", url="https://tiles.example/w/{z}/{y}/{x}?k={key}", key="a b"), 3, 6, 2)
    '/w/3/2/6?k=a%20b'
    """
    filled = source.url
    for name, value in (("{z}", str(z)), ("{x}", str(x)), ("{y}", str(y)), ("{key}", quote(source.key or "", safe=""))):
        filled = filled.replace(name, value)
    parts = urlsplit(filled)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def offered(source: BaseSource) -> dict[str, Any]:
    """What the page must know of it; nothing of its address."""
    return {
        "id": f"source-{source.code}",
        "kind": "tiles",
        "name": source.name,
        "name_en": source.name_en or source.name,
        "note": source.note,
        "gcj02": source.datum == "gcj02",
        "grid": source.grid,
        "min_zoom": source.levels.start,
        "max_zoom": source.levels.stop - 1,
        "urls": [f"/api/v1/map/bases/sources/{source.code}/{{z}}/{{x}}/{{y}}"],
    }
