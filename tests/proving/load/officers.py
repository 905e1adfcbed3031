"""Officers who pan: five of fifty at a time ask for 20 tiles and 2 lists a second together (what was reckoned for one district)."""

import math
import random

import httpx2 as httpx

from tests.factories import SOUTH, WEST
from tests.proving.load.arrivals import Act, word
from tests.proving.premises import Somebody

TILES_PER_S, LISTS_PER_S = 20, 2
PER_S = TILES_PER_S + LISTS_PER_S


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Row and column of the Web Mercator tile."""
    count = 2**zoom
    up = math.asinh(math.tan(math.radians(lat)))
    return int((1 - up / math.pi) / 2 * count), int((lon + 180) / 360 * count)


def panning(client: httpx.AsyncClient, people: list[Somebody]) -> Act:
    chance = random.Random(24)

    async def act(number: int) -> str:
        who = people[number % len(people)]
        lon, lat = WEST + chance.uniform(0, 0.04), SOUTH + chance.uniform(0, 0.012)
        if number % PER_S < LISTS_PER_S:
            box = f"{lon},{lat},{lon + 0.02},{lat + 0.01}"
            return await word(
                client.get(f"/ogc/collections/parcel-use/items?bbox={box}&limit=100", headers=who.headers)
            )
        zoom = chance.choice((13, 14, 15, 16))
        row, column = tile_at(lon, lat, zoom)
        path = f"/ogc/collections/parcel-use/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
        return await word(client.get(path, headers=who.headers))

    return act
