"""Vector tiles: one statement per tile, under the scope of the asker.

Three ways to draw, by zoom. From 14 on parcels are exact to the unit of the tile. Below they are generalised by a
quarter of a pixel. Below a zoom that the layer names (`grid_below`) a district is a few pixels wide: a grid of squares,
each with the most frequent value and the number of parcels in it.
"""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import pi
from typing import LiteralString

from psycopg import sql
from pyproj import Transformer

from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest
from gis_service.core.reader import Reader
from gis_service.core.srid import STORAGE_SRID
from gis_service.maps.asked import Asked, Shape, conditions, source
from gis_service.maps.catalogue import Layer
from gis_service.maps.crs import STORED

EXTENT, BUFFER = 4096, 64
DEEPEST = 24
EXACT_FROM = 14
STRAIGHT_FROM = 12
"""From here on a tile is so low that the Mercator grid is straight in it: taking degrees for tile units shifts a point
by less than 0.3 of a unit in our latitude (0.8 at worst, 0.1 of a pixel; nothing at the edges, so that tiles still
join), and saves the transformation, a fifth of the time."""
PIXELS = 512  # what a client draws a tile on at most without overzoom
CELLS = 64  # squares across a tile of the overview
WORTH_GZIP = 2048  # bytes; below it the header and the time cost more than the wire
EDGE_M = pi * 6378137.0  # half the side of the Web Mercator square


@dataclass(frozen=True)
class Tile:
    """A tile of the Web Mercator quad tree; y counts from the north.

    >>> Tile(1, 1, 0).bounds()
    (0.0, 0.0, 20037508.342789244, 20037508.342789244)
    """

    z: int
    x: int
    y: int

    def bounds(self, buffer: int = 0) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857, widened by `buffer` units of the tile."""
        size = 2 * EDGE_M / 2**self.z
        more = size * buffer / EXTENT
        west, north = self.x * size - EDGE_M, EDGE_M - self.y * size
        return west - more, north - size - more, west + size + more, north + more


def tile_at(z: str, x: str, y: str) -> Tile:
    """The tile that three words of a path name."""
    for name, word in (("tileMatrix", z), ("tileRow", y), ("tileCol", x)):
        if not (word.isascii() and word.isdigit()):
            raise BadRequest(parameter=name, value=word)
    tile = Tile(int(z), int(x), int(y))
    if tile.z > DEEPEST:
        raise BadRequest(parameter="tileMatrix", value=z)
    if not (tile.x < 2**tile.z and tile.y < 2**tile.z):
        raise BadRequest(parameter="tileRow/tileCol", value=f"{y}/{x}")
    return tile


def holds_much(tile: Tile, extent: tuple[float, float, float, float]) -> bool:
    """Whether a tile holds a fifth or more of an extent in the storage CRS."""
    west, south, east, north = extent
    w, s, e, n = _to_storage().transform_bounds(*tile.bounds())
    inside = max(0.0, min(e, east) - max(w, west)) * max(0.0, min(n, north) - max(s, south))
    return inside >= (east - west) * (north - south) / 5


def draw(reader: Reader, scope: Scope, layer: Layer, tile: Tile, asked: Asked) -> bytes:
    """The tile as MVT; empty bytes where the scope sees nothing."""
    if tile.z < layer.minzoom:
        return b""
    statement, needs = _statement(layer, tile.z, asked.shape)
    place = _place(tile)
    row = reader.row(scope, statement, {name: place[name] for name in needs} | asked.values())
    return bytes(row[0]) if row else b""


@lru_cache(maxsize=4096)
def _place(tile: Tile) -> dict[str, str | float]:
    """Where the tile lies, in metres and in the storage CRS: what the statements want to know."""
    west, south, east, north = tile.bounds()
    w, s, e, n = _to_storage().transform_bounds(*tile.bounds(BUFFER))
    return {
        "metres": f"BOX({west} {south},{east} {north})",
        "stored": "BOX({} {},{} {})".format(*_to_storage().transform_bounds(west, south, east, north)),
        "bounds": f"SRID={STORAGE_SRID};POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))",
        "tolerance": (e - w) / PIXELS / 4,
        "west": west,
        "north": north,
        "cell": (east - west) / CELLS,
    }


@lru_cache(maxsize=1)
def _to_storage() -> Transformer:
    return Transformer.from_crs(3857, STORAGE_SRID, always_xy=True)


@lru_cache(maxsize=512)
def _statement(layer: Layer, z: int, shape: Shape) -> tuple[bytes, tuple[str, ...]]:
    """The statement for a zoom, and the facts about the tile that it needs."""
    if z < layer.grid_below and layer.category:
        return _overview(layer, shape), ("metres", "bounds", "west", "north", "cell")
    simpler = z < EXACT_FROM and layer.geometry != "point"
    straight = z >= STRAIGHT_FROM and STORED.degrees
    needs = ["bounds", "stored" if straight else "metres", *(["tolerance"] if simpler else [])]
    return _features(layer, z, shape, simpler=simpler, straight=straight), tuple(needs)


def _features(layer: Layer, z: int, shape: Shape, *, simpler: bool, straight: bool) -> bytes:
    """One feature per row. SRIDs are integers: the text form of ST_Transform builds a pipeline per row (6 ms). Rows
    whose geometry becomes null are dropped by ST_AsMVT itself: a condition would compute each geometry twice."""
    shown = sql.SQL("st_simplify(geom, %(tolerance)s, true)" if simpler else "geom")
    return _bytes(
        """
        select st_asmvt(q, {name}, {extent}, 'geom', 'id') from (
            select {id} as id, {columns} st_asmvtgeom({geometry}, {tile}::box2d, {extent}, {buffer}) as geom
              from {source} where {here} and {conditions}) q""",
        layer,
        shape,
        id=sql.Identifier(layer.id_column),
        columns=sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(name)) for name in layer.tile_attributes(z)),
        geometry=shown if straight else sql.SQL("st_transform({}, 3857)").format(shown),
        tile=sql.Placeholder("stored" if straight else "metres"),
    )


def _overview(layer: Layer, shape: Shape) -> bytes:
    """Squares of 1/64 of the tile with the most frequent value and the number of features whose middle they hold.
    `offset 0` keeps the middle from being computed once for each use of it."""
    return _bytes(
        """
        select st_asmvt(q, {name}, {extent}, 'geom') from (
            select distinct on (i, j) value as {value}, (sum(n) over (partition by i, j))::int as count,
                   st_makeenvelope(i * {side}, j * {side}, (i + 1) * {side}, (j + 1) * {side}) as geom
              from (select value, floor((st_x(middle) - %(west)s) / %(cell)s)::int as i,
                           floor((%(north)s - st_y(middle)) / %(cell)s)::int as j, count(*) as n
                      from (select {value} as value, st_transform(st_setsrid(st_point(
                                   (st_xmin(geom) + st_xmax(geom)) / 2, (st_ymin(geom) + st_ymax(geom)) / 2), {srid}), 3857) as middle
                              from {source} where {here} and {conditions} offset 0) m
                     group by 1, 2, 3) c
             where i between 0 and {last} and j between 0 and {last} order by i, j, n desc, value) q""",
        layer,
        shape,
        value=sql.Identifier(layer.category or ""),
        side=sql.Literal(EXTENT // CELLS),
        last=sql.Literal(CELLS - 1),
        srid=sql.Literal(STORAGE_SRID),
    )


def _bytes(statement: LiteralString, layer: Layer, shape: Shape, **parts: sql.Composable) -> bytes:
    composed = sql.SQL(statement).format(
        name=sql.Literal(layer.id),
        extent=sql.Literal(EXTENT),
        buffer=sql.Literal(BUFFER),
        source=source(layer, shape),
        conditions=conditions(layer, shape, of_few=not shape.wide),
        # `is true` hides the place from its index: much of the layer is found sooner by the time alone
        here=sql.SQL("(geom && %(bounds)s::geometry) is true" if shape.wide else "geom && %(bounds)s::geometry"),
        **parts,
    )
    return composed.as_bytes(None)


@dataclass(frozen=True)
class Answer:
    """A tile as it goes over the wire."""

    body: bytes
    etag: str
    encoding: str | None = None


def answer(tile: bytes, *, gzip_accepted: bool) -> Answer:
    """Named by its content, and squeezed where that pays: level 1, as level 6 takes 2.5 times as long for 6 %."""
    etag = f'"{blake2b(tile, digest_size=12).hexdigest()}"'
    if gzip_accepted and len(tile) >= WORTH_GZIP:
        return Answer(gzip.compress(tile, 1, mtime=0), etag, "gzip")
    return Answer(tile, etag)
