"""The tiles of a wish are drawn and written: PMTiles by the library of that name, MBTiles by SQLite."""

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType

from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.maps import tiles
from gis_service.maps.packages import rules
from gis_service.maps.packages.asked import Wish
from gis_service.maps.packages.errors import NothingToPack
from gis_service.maps.tilesets.documents import vector_layers
from gis_service.patrols.basemaps import writing
from gis_service.patrols.basemaps.writing import Tile

Told = Callable[[int, int], None]
"""Hears how many tiles of how many are looked at; may raise to end the work."""

APPLICATION_ID = 0x4D504258
"""MBTiles 1.3: "MPBX"."""
MBTILES = """
create table metadata (name text, value text);
create unique index metadata_index on metadata (name);
create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
create unique index tile_index on tiles (zoom_level, tile_column, tile_row);
"""


def make(reader: Reader, scope: Scope, wish: Wish, out: Path, told: Told | None = None) -> int:
    """Draw a wish into `out`, as the scope sees it, all tiles at one moment; returns how many hold something.

    Raises `NothingToPack` where none does; what was begun of the file is then of no use.
    """
    drawn = _drawn(reader, scope, wish, clock.now(), told)
    first = next(drawn, None)
    if first is None:
        raise NothingToPack()
    write = {"pmtiles": _pmtiles, "mbtiles": _mbtiles}[wish.kind.name]
    return write(out, chain([first], drawn), wish)


def _drawn(reader: Reader, scope: Scope, wish: Wish, at: datetime, told: Told | None) -> Iterator[Tile]:
    asked = wish.asked(at)
    parts = [(layer, asked) for layer in wish.layers]
    outline = wish.outline if wish.place else None
    spots = rules.spots(wish.box, outline, wish.zooms)
    for done, (z, x, y) in enumerate(spots, 1):
        content, _ = tiles.draw_all(reader, scope, parts, tiles.Tile(z, x, y))
        if content:
            yield Tile(z, x, y, gzip.compress(content, 6, mtime=0))
        if told:
            told(done, len(spots))


def _about(wish: Wish) -> dict[str, Any]:
    moment = (wish.as_of or clock.now()).astimezone(BEIJING)
    return {
        "name": wish.title,
        "description": f"截至 {moment:%Y-%m-%d %H:%M}(北京时间),按申请人的数据范围。As of that moment, in the sight of who asked.",
        "type": "overlay",
        "format": "pbf",
    }


def _pmtiles(out: Path, drawn: Iterator[Tile], wish: Wish) -> int:
    return writing.write(
        out,
        drawn,
        tile_type=TileType.MVT,
        compression=Compression.GZIP,
        box=wish.box,
        zooms=(wish.zooms[0], wish.zooms[-1]),
        facts={**_about(wish), "vector_layers": vector_layers(wish.layers)},
    )


def _mbtiles(out: Path, drawn: Iterator[Tile], wish: Wish) -> int:
    """MBTiles 1.3. Rows count from the south there; a file that was not finished is thrown away, so it needs no journal."""
    west, south, east, north = wish.box
    first, last = wish.zooms[0], wish.zooms[-1]
    facts = {
        **_about(wish),
        "version": "1",
        "bounds": f"{west:.7f},{south:.7f},{east:.7f},{north:.7f}",
        "center": f"{(west + east) / 2:.7f},{(south + north) / 2:.7f},{first}",
        "minzoom": str(first),
        "maxzoom": str(last),
        "json": json.dumps({"vector_layers": vector_layers(wish.layers)}, ensure_ascii=False),
    }
    count = 0
    with closing(sqlite3.connect(out, isolation_level=None)) as base:
        base.execute("pragma journal_mode = off")
        base.execute("pragma synchronous = off")
        base.executescript(f"pragma application_id = {APPLICATION_ID};\n{MBTILES}")
        base.execute("begin")
        base.executemany("insert into metadata values (?, ?)", facts.items())
        for tile in drawn:
            row = (tile.z, tile.x, 2**tile.z - 1 - tile.y, tile.content)
            base.execute("insert into tiles values (?, ?, ?, ?)", row)
            count += 1
        base.execute("commit")
    return count
