"""The questions: the same to every server, in a few places in turn, and the bare statement of ours."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gis_service.core.paging import cursor
from gis_service.maps import tiles
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.crs import LONLAT, window
from gis_service.maps.ogc import items
from gis_service.maps.tiles import Tile
from tests.benchmarks.maps.servers import COLUMNS

LAYER = "parcel-fence"
CENTRE = (113.54, 22.43)
WARM_EDGE = (113.324, 22.335)
"""In the middle of what there is with 10,000 parcels already."""


@dataclass(frozen=True)
class Case:
    """One line of the table; a server without paths is not asked."""

    name: str
    paths: Mapping[str, Sequence[str]]
    bare: Sequence[str] = ()
    most: int = 1000
    """Connections at the most: what takes a tenth of a second or more is asked by two."""


def cases(parcels: int) -> Iterator[Case]:
    """Longest first."""
    layer = Catalogue.load()[LAYER]
    for z in (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15):
        yield tile_case(layer, z)
    yield box_case(layer)
    yield Case("first 100 items", _pages(0), [_page_sql(layer, Asked(), count=False)])
    far = parcels - 1000
    yield Case(f"100 items after {far:,}", _pages(far), [_page_sql(layer, Asked(), count=False, after=far)])
    yield Case("item by id", _by_id(parcels))


def tile_case(layer: Layer, z: int, centre: tuple[float, float] = CENTRE) -> Case:
    shown = places(z, centre)
    properties = ",".join(layer.tile_attributes(z))
    names = {
        "ours": f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}",
        "TiPg": f"/collections/public.parcel/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}?properties={properties}",
        "Martin": "/parcel/{z}/{x}/{y}",
        "MapServer": "/mapserv?map=parcel&mode=tile&tilemode=gmap&layers=tile&map.imagetype=mvt&tile={x}+{y}+{z}",
    }
    paths = {name: [pattern.format(z=t.z, x=t.x, y=t.y) for t in shown] for name, pattern in names.items()}
    return Case(f"tile z{z}", paths, [tile_sql(layer, tile) for tile in shown], most=2 if z < 12 else 1000)


def box_case(layer: Layer, corner: tuple[float, float] = (113.40, 22.30), step: float = 0.03, many: int = 8) -> Case:
    """Boxes of 0.03 degrees, some 400 parcels each; 100 are given."""
    lon, lat = corner
    boxes = [
        f"{lon + i * step:.3f},{lat + i * step * 2 / 3:.3f},{lon + i * step + 0.03:.3f},{lat + i * step * 2 / 3 + 0.03:.3f}"
        for i in range(many)
    ]
    paths = {name: [f"{page}&bbox={box}" for box in boxes] for name, (page,) in _pages(0).items()}
    bare = [_page_sql(layer, Asked(window=window(box, LONLAT)), count=True) for box in boxes]
    return Case("100 items in a box", paths, bare)


def _pages(after: int) -> dict[str, list[str]]:
    """The page that begins behind so many parcels; ids count from 1. The others know a page by its offset only."""
    ours = f"/ogc/collections/{LAYER}/items?limit=100"
    theirs = f"limit=100&offset={after}" if after else "limit=100"
    return {
        "ours": [f"{ours}&after={cursor([after, None])}" if after else ours],
        "TiPg": [f"/collections/public.parcel/items?{theirs}&properties={COLUMNS}"],
        "pygeoapi": [f"/collections/parcel/items?f=json&{theirs}"],
        "MapServer": [f"/mapserv/parcel/ogcapi/collections/parcel/items?f=json&{theirs}"],
    }


def _by_id(parcels: int) -> dict[str, list[str]]:
    ids = [1 + number * (parcels - 1) // 15 for number in range(16)]
    return {
        "ours": [f"/ogc/collections/{LAYER}/items/{number}" for number in ids],
        "TiPg": [f"/collections/public.parcel/items/{number}" for number in ids],
        "pygeoapi": [f"/collections/parcel/items/{number}?f=json" for number in ids],
        "MapServer": [f"/mapserv/parcel/ogcapi/collections/parcel/items/{number}?f=json" for number in ids],
    }


def places(z: int, centre: tuple[float, float] = CENTRE) -> list[Tile]:
    """A few tiles around a place in the middle of the land, all full."""
    middle = tile_over(*centre, z)
    around = itertools.product((-1, 0, 1), (0, 1)) if z > 12 else [(0, 0)]
    return [Tile(z, middle.x + dx, middle.y + dy) for dx, dy in around]


def tile_over(lon: float, lat: float, z: int) -> Tile:
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return Tile(z, int((lon + 180) / 360 * 2**z), int(y))


def tile_sql(layer: Layer, tile: Tile) -> str:
    asked = Asked()
    statement, _ = tiles._statement(((layer, asked.shape),), tile.z, tile.grid, None, counted=True)
    return _filled(statement, {**tiles._place(tile), "seen_by": "all", "seen_ids": "{0}"})


def _page_sql(layer: Layer, asked: Asked, *, count: bool, after: int = 0) -> str:
    statement = items._page_statement(layer, asked.shape, LONLAT, items._how(asked.shape, sees_all=False, count=count))
    return _filled(statement, {**asked.values(), "size": 100, "after": after})


def _filled(statement: bytes, values: Mapping[str, object]) -> str:
    """The statement with its values written in, on one line, as pgbench wants it."""
    text = " ".join(statement.decode().split())
    for name, value in values.items():
        text = text.replace(f"%({name})s", f"'{value}'" if isinstance(value, str) else repr(value))
    return text + ";\n"
