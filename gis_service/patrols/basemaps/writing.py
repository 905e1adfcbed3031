"""A package of tiles is written: PMTiles, by the library of that name."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write as opened

from gis_service.patrols.basemaps.rules import Box

E7 = 10_000_000


@dataclass(frozen=True)
class Tile:
    """One tile; rows count from the north."""

    z: int
    x: int
    y: int
    content: bytes


def tile_id(z: int, x: int, y: int) -> int:
    """The place of a tile in the order in which PMTiles stores them."""
    return int(zxy_to_tileid(z, x, y))


def write(
    out: Path,
    tiles: Iterable[Tile],
    *,
    tile_type: TileType,
    compression: Compression,
    box: Box,
    zooms: tuple[int, int],
    facts: dict[str, Any],
) -> int:
    """Writes tiles, which should come in the order of their ids, as one file; gives their number."""
    west, south, east, north = (round(value * E7) for value in box)
    header = {
        "tile_type": tile_type, "tile_compression": compression,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2, "center_zoom": zooms[0],
    }  # fmt: skip
    count = 0
    with opened(str(out)) as writer:
        try:
            for tile in tiles:
                writer.write_tile(tile_id(tile.z, tile.x, tile.y), tile.content)
                count += 1
            writer.finalize(header, facts)
        finally:
            writer.tile_f.close()  # the library forgets it when the tiles break off
    return count
