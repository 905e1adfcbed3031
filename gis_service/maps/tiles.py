"""Vector tiles: one statement per tile, under the scope of the asker.

A tile belongs to a grid (`geo/tilegrids.py`); zooms below are those of the Web Mercator tree, whatever the grid.
Three ways to draw, by zoom. From 14 on parcels are exact to the unit of the tile. Below they are generalised by a
quarter of a pixel. Below a zoom that the layer names (`grid_below`) a district is a few pixels wide: a grid of squares,
each with the most frequent value and the number of parcels in it; in between (`crowded_below`) only where a tile holds
more than anybody can tell apart. What is asked of squares most often is counted already (`squares.py`).
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import LiteralString

from psycopg import sql
from pyproj import Transformer

from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest
from gis_service.core.reader import Reader
from gis_service.core.srid import STORAGE_SRID
from gis_service.geo.tilegrids import QUAD, Box, Grid
from gis_service.maps import squares
from gis_service.maps.asked import Asked, Shape, conditions, source
from gis_service.maps.catalogue import Layer
from gis_service.maps.crs import SAME_DEGREES, STORED

EXTENT, BUFFER = 4096, 64
EXACT_FROM = 14
STRAIGHT_FROM = 12
"""From here on a tile is so low that the Mercator grid is straight in it: taking degrees for tile units shifts a point
by less than 0.3 of a unit in our latitude (0.8 at worst, 0.1 of a pixel; nothing at the edges, so that tiles still
join), and saves the transformation, a fifth of the time."""
PIXELS = 512  # what a client draws a tile on at most without overzoom
CROWD = 5_000
"""Parcels in a tile that is crowded: a whole district (some 5,000) is still drawn parcel by parcel, which takes some 20 ms
(4 µs a parcel, as at zoom 12 on a quiet machine)."""
WORTH_GZIP = 2048  # bytes; below it the header and the time cost more than the wire
LONGEST = 10  # digits of a level, row or column; more cannot be a place, and is not made a number of


@dataclass(frozen=True)
class Tile:
    """A tile of a grid: `z` is the level of that grid, y counts from the north.

    >>> Tile(1, 1, 0).bounds()
    (0.0, 0.0, 20037508.342789244, 20037508.342789244)
    """

    z: int
    x: int
    y: int
    grid: Grid = QUAD

    @property
    def zoom(self) -> int:
        """Of the Web Mercator tree, for what depends on how much a tile shows."""
        return self.grid.zoom(self.z)

    def bounds(self, buffer: int = 0) -> Box:
        """West, south, east, north in the grid's CRS, widened by `buffer` units of the tile."""
        west, south, east, north = self.grid.bounds(self.z, self.x, self.y)
        more = self.grid.side(self.z) * buffer / EXTENT
        return west - more, south - more, east + more, north + more

    def stored(self, buffer: int = 0) -> Box:
        """The same in the storage CRS, not beyond the edge of the world: there degrees would begin again from the other side."""
        west, south, east, north = self.bounds(buffer)
        edge, top = self.grid.span / 2, self.grid.top
        box = max(west, -edge), max(south, -top), min(east, edge), min(north, top)
        return box if _is_stored(self.grid) else _to_storage(self.grid.srid).transform_bounds(*box)


def tile_at(z: str, x: str, y: str, grid: Grid = QUAD) -> Tile:
    """The tile that three words of a path name."""
    for name, word in (("tileMatrix", z), ("tileRow", y), ("tileCol", x)):
        if not (word.isascii() and word.isdigit() and len(word) <= LONGEST):
            raise BadRequest(parameter=name, value=word[:50])
    tile = Tile(int(z), int(x), int(y), grid)
    if tile.z not in grid.levels:
        raise BadRequest(parameter="tileMatrix", value=z)
    if not (tile.x < grid.columns(tile.z) and tile.y < grid.rows(tile.z)):
        raise BadRequest(parameter="tileRow/tileCol", value=f"{y}/{x}")
    return tile


def _is_stored(grid: Grid) -> bool:
    """Whether stored coordinates are those of the grid."""
    return grid.srid == STORAGE_SRID or {grid.srid, STORAGE_SRID} <= SAME_DEGREES


def holds_much(tile: Tile, extent: Box) -> bool:
    """Whether a tile holds a fifth or more of an extent in the storage CRS."""
    west, south, east, north = extent
    w, s, e, n = tile.stored()
    inside = max(0.0, min(e, east) - max(w, west)) * max(0.0, min(n, north) - max(s, south))
    return inside >= (east - west) * (north - south) / 5


Part = tuple[Layer, Asked]
"""A layer of a tile, and which of its rows are asked for."""


Beside = tuple[LiteralString, Mapping[str, object]]
"""A question put in the statement that draws a tile, hence to the same snapshot: it gives one word or null."""


def draw(reader: Reader, scope: Scope, layer: Layer, tile: Tile, asked: Asked) -> bytes:
    """The tile as MVT; empty bytes where the scope sees nothing."""
    return draw_all(reader, scope, [(layer, asked)], tile)[0]


def draw_all(
    reader: Reader, scope: Scope, parts: Sequence[Part], tile: Tile, beside: Beside | None = None
) -> tuple[bytes, str | None]:
    """A tile of several layers, drawn by one statement, and the answer to what is asked beside it. The questions about
    the layers may differ in nothing but `wide`."""
    shown = [(layer, asked) for layer, asked in parts if tile.zoom >= layer.minzoom]
    if not shown:
        return b"", None
    shapes = tuple((layer, asked.shape) for layer, asked in shown)
    question, about = beside or (None, {})
    sight = squares.sight(scope)
    statement, needs = _statement(shapes, tile.zoom, tile.grid, question, counted=sight is not None)
    facts = _place(tile) | (squares.bound(sight) if sight else {})
    values: dict[str, object] = {name: facts[name] for name in needs} | dict(about)
    for _, asked in shown:
        values |= asked.values()
    row = reader.row(scope, statement, values)
    assert row is not None  # noqa: S101  (an aggregate always gives a row)
    return bytes(row[0]), row[1]


@lru_cache(maxsize=4096)
def _place(tile: Tile) -> dict[str, object]:
    """Where the tile lies, in its grid and in the storage CRS: what the statements want to know."""
    west, south, east, north = tile.bounds()
    w, s, e, n = tile.stored(BUFFER)
    return {
        "own": f"BOX({west} {south},{east} {north})",
        "stored": "BOX({} {},{} {})".format(*tile.stored()),
        "bounds": f"SRID={STORAGE_SRID};POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))",
        "tolerance": (e - w) / PIXELS / 4,
        "column": tile.x * squares.ACROSS,
        "row": tile.y * squares.ACROSS,
    }


@lru_cache(maxsize=8)
def _to_storage(srid: int = QUAD.srid) -> Transformer:
    return Transformer.from_crs(srid, STORAGE_SRID, always_xy=True)


@lru_cache(maxsize=512)
def _statement(
    parts: tuple[tuple[Layer, Shape], ...], z: int, grid: Grid, beside: LiteralString | None, *, counted: bool
) -> tuple[bytes, tuple[str, ...]]:
    """The statement for a zoom, and the facts about the tile that it needs. MVT layers lie one after the other.
    `counted`: the asker's sight is one that squares are counted for."""
    drawn = [_one(layer, shape, z, grid, counted and squares.counted(layer, shape, z)) for layer, shape in parts]
    needs = dict.fromkeys(name for _, names in drawn for name in names)
    together = sql.SQL(" || ").join(sql.SQL("({})").format(one) for one, _ in drawn)
    also = sql.SQL("({})").format(sql.SQL(beside)) if beside else sql.SQL("null::text")
    return sql.SQL("select {}, {}").format(together, also).as_bytes(None), tuple(needs)


def _one(layer: Layer, shape: Shape, z: int, grid: Grid, counted: bool) -> tuple[sql.Composed, tuple[str, ...]]:
    if z < layer.grid_below and layer.category:
        if counted:
            return _overview(layer, squares.summed(layer, z, grid)), squares.NEEDS
        return _overview(layer, _counted_now(layer, shape, z, grid)), ("bounds", "column", "row")
    simpler = z < EXACT_FROM and layer.geometry != "point"
    straight = _is_stored(grid) or (z >= STRAIGHT_FROM and STORED.degrees)
    features = _features(layer, z, shape, grid, simpler=simpler, straight=straight)
    needs = ("bounds", "stored" if straight else "own", *(["tolerance"] if simpler else []))
    if not (counted and z < layer.crowded_below):
        return features, needs
    crowded = sql.SQL("select case when ({}) > {} then ({}) else ({}) end").format(
        squares.number(layer, z, grid), sql.Literal(CROWD), _overview(layer, squares.summed(layer, z, grid)), features
    )
    return crowded, (*needs, *squares.NEEDS)


def _features(layer: Layer, z: int, shape: Shape, grid: Grid, *, simpler: bool, straight: bool) -> sql.Composed:
    """One feature per row. SRIDs are integers: the text form of ST_Transform builds a pipeline per row (6 ms). Rows
    whose geometry becomes null are dropped by ST_AsMVT itself: a condition would compute each geometry twice."""
    shown = sql.SQL("st_simplify(geom, %(tolerance)s, true)" if simpler else "geom")
    return _composed(
        """
        select st_asmvt(q, {name}, {extent}, 'geom', 'id') from (
            select {id} as id, {columns} st_asmvtgeom({geometry}, {tile}::box2d, {extent}, {buffer}) as geom
              from {source} where {here} and {conditions}) q""",
        layer,
        shape,
        id=sql.Identifier(layer.id_column),
        columns=sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(name)) for name in layer.tile_attributes(z)),
        geometry=shown if straight else _moved(shown, grid),
        tile=sql.Placeholder("stored" if straight else "own"),
    )


def _moved(geometry: sql.Composable, grid: Grid) -> sql.Composable:
    """Stored coordinates in the grid's CRS."""
    if _is_stored(grid):
        return geometry
    return sql.SQL("st_transform({}, {})").format(geometry, sql.Literal(grid.srid))


def _overview(layer: Layer, found: sql.Composed) -> sql.Composed:
    """Squares (`i`, `j`) with their most frequent value and the number of features whose middle they hold."""
    return sql.SQL(
        """
        select st_asmvt(q, {name}, {extent}, 'geom') from (
            select value as {value}, n::int as count,
                   st_makeenvelope(i * {side}, j * {side}, (i + 1) * {side}, (j + 1) * {side}) as geom
              from ({found}) found order by i, j) q"""
    ).format(
        name=sql.Literal(layer.id),
        extent=sql.Literal(EXTENT),
        value=sql.Identifier(layer.category or ""),
        side=sql.Literal(EXTENT // squares.ACROSS),
        found=found,
    )


def _counted_now(layer: Layer, shape: Shape, z: int, grid: Grid) -> sql.Composed:
    """Squares counted in the rows themselves. `offset 0` keeps the middle from being computed once for each use of it."""
    return _composed(
        """
        select distinct on (i, j) i, j, value, sum(many) over (partition by i, j) as n
          from (select value, i - %(column)s as i, j - %(row)s as j, count(*) as many
                  from (select value, {square}
                          from (select {value} as value, {middle} as middle
                                  from {source} where {here} and {conditions} offset 0) m) s
                 group by 1, 2, 3) c
         where i between 0 and {last} and j between 0 and {last}
         order by i, j, many desc, value collate "C"
        """,
        layer,
        shape,
        value=sql.Identifier(layer.category or ""),
        square=squares.in_grid(grid, z, sql.SQL("middle")),
        last=sql.Literal(squares.ACROSS - 1),
        middle=_moved(
            sql.SQL(
                "st_setsrid(st_point((st_xmin(geom) + st_xmax(geom)) / 2, (st_ymin(geom) + st_ymax(geom)) / 2), {})"
            ).format(sql.Literal(STORAGE_SRID)),
            grid,
        ),
    )


def _composed(statement: LiteralString, layer: Layer, shape: Shape, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(statement).format(
        name=sql.Literal(layer.id),
        extent=sql.Literal(EXTENT),
        buffer=sql.Literal(BUFFER),
        source=source(layer, shape),
        conditions=conditions(layer, shape, of_few=not shape.wide),
        # `is true` hides the place from its index: much of the layer is found sooner by the time alone
        here=sql.SQL("(geom && %(bounds)s::geometry) is true" if shape.wide else "geom && %(bounds)s::geometry"),
        **parts,
    )


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
