"""Small pictures and vector tiles for tests of base maps."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from io import BytesIO
from pathlib import Path

from PIL import Image

Spot = tuple[int, int, int]


def picture(colour: tuple[int, int, int] = (210, 60, 40), side: int = 256) -> bytes:
    made = BytesIO()
    Image.new("RGB", (side, side), colour).save(made, "PNG")
    return made.getvalue()


def mbtiles(path: Path, spots: Iterable[Spot], content: bytes | None = None) -> Path:
    """An MBTiles file of one picture everywhere; `spots` count rows from the north."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("create table tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        rows = [(z, x, 2**z - 1 - y, content or picture()) for z, x, y in spots]
        base.executemany("insert into tiles values (?, ?, ?, ?)", rows)
        base.commit()
    return path


def folder(path: Path, spots: Iterable[Spot], content: bytes | None = None) -> Path:
    for z, x, y in spots:
        file = path / str(z) / str(x) / f"{y}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content or picture())
    return path


def square(z: int, x: int, y: int, side: int) -> list[Spot]:
    return [(z, x + i, y + j) for i in range(side) for j in range(side)]


AT_17 = (17, 106878, 57136)
"""A tile in 北围."""
