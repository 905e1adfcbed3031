"""Squares of low zooms from counts that the database keeps, instead of from the parcels (ADR 0063).

`layer.parcel_square` holds, for each square of each level and for each kind of sight, how many parcels of each status lie in it;
`layer.parcel_square_change` what has not been folded into it yet (`migrations/objects/140_parcel_squares.sql`). The sum of both is, in the
snapshot of the statement, what the same statement would count in the parcels. Whatever else is asked (a past day, a filter, an
interval), and a scope of several kinds, is for the parcels themselves.
"""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from gis_service.core.db import Scope
from gis_service.geo.tilegrids import QUAD, Grid
from gis_service.maps.asked import Asked, Shape
from gis_service.maps.catalogue import Layer
from gis_service.parcels.rules import AXES

ACROSS = 64
"""Squares across a tile."""
DEEPER = 6
"""Levels between a tile and its squares: 2⁶ is 64."""
FINEST = 15
"""The deepest level that is counted: the squares of zoom 9."""

Sight = tuple[str, Sequence[int]]
"""Rows of which kind, and of which areas or units; 0 where there is no choice."""


def sight(scope: Scope) -> Sight | None:
    """The one kind by which a scope sees; None where there are several, whose counts would overlap."""
    if scope.see_all:
        return "all", (0,)
    kinds: list[Sight] = [
        ("area", sorted(scope.area_ids)),
        ("unit", sorted(scope.unit_ids)),
        ("published", (0,) if scope.see_published else ()),
    ]
    open_ = [(kind, ids) for kind, ids in kinds if ids]
    return open_[0] if len(open_) == 1 else None


NEEDS = ("column", "row", "seen_by", "seen_ids")
"""What is bound where counts are read: the first square of the tile, and the kind of sight."""


def bound(sight: Sight) -> dict[str, object]:
    kind, ids = sight
    return {"seen_by": kind, "seen_ids": list(ids)}


def counted(layer: Layer, shape: Shape, zoom: int) -> bool:
    """Whether the kept counts answer a question about a layer at a zoom."""
    everything = shape._replace(wide=False) == Asked().shape
    return everything and layer.source == "layer.parcel" and layer.category in AXES and zoom + DEEPER <= FINEST


def in_grid(grid: Grid, zoom: int, middle: sql.Composable) -> sql.Composed:
    """Column and row of the square that holds a place in the grid's CRS, counted from the corner of the grid. Halving a
    side is exact, so that a square of a coarser level holds exactly those that `squares_of` of the database puts in it."""
    return sql.SQL(
        "floor((st_x({middle}) + {west}) / {side})::int as i, floor(({north} - st_y({middle})) / {side})::int as j"
    ).format(
        middle=middle,
        west=sql.Literal(grid.span / 2),
        north=sql.Literal(grid.top),
        side=sql.Literal(grid.span / 2 ** (zoom + DEEPER)),
    )


def summed(layer: Layer, zoom: int, grid: Grid) -> sql.Composed:
    """`i`, `j`, `value`, `n` of each square of a tile that holds something; as the parcels would be counted."""
    columns = _columns(layer)
    return sql.SQL(
        """
        select i, j, n, case greatest({most}) {cases} end as value
          from (select x - %(column)s as i, y - %(row)s as j, sum(n) as n, {sums} from ({rows}) s group by x, y) t
         where n > 0"""
    ).format(
        most=sql.SQL(", ").join(columns.values()),
        # of several that are as frequent the first in the order of the alphabet, as in `tiles._overview`
        cases=sql.SQL(" ").join(
            sql.SQL("when {} then {}").format(column, sql.Literal(value)) for value, column in sorted(columns.items())
        ),
        sums=sql.SQL(", ").join(sql.SQL("sum({0}) as {0}").format(column) for column in columns.values()),
        rows=_rows(
            layer, zoom + DEEPER, grid, "between %(column)s and %(column)s + 63", "between %(row)s and %(row)s + 63"
        ),
    )


def number(layer: Layer, zoom: int, grid: Grid) -> sql.Composed:
    """How many features have their middle in a tile, which is itself a square of the level that is its zoom."""
    rows = _rows(layer, zoom, grid, "= %(column)s::int / 64", "= %(row)s::int / 64")
    return sql.SQL("select coalesce(sum(n), 0) from ({}) s").format(rows)


def _rows(layer: Layer, level: int, grid: Grid, across: LiteralString, down: LiteralString) -> sql.Composed:
    """Counts of squares of a level: those that are folded, for one kind of sight, and the changes, which the row policy chooses."""
    columns, of = _columns(layer), "mercator" if grid is QUAD else "degrees"
    return sql.SQL(
        """
        select x, y, n, {counts} from layer.parcel_square
         where grid = {grid} and level = {level} and seen_by = %(seen_by)s and seen_id = any(%(seen_ids)s::bigint[])
           and x {across} and y {down}
        union all
        select x, y, n, {signed}
          from (select {x} >> {coarser} as x, {y} >> {coarser} as y, n, {axis} as value from layer.parcel_square_change) c
         where x {across} and y {down}"""
    ).format(
        counts=sql.SQL(", ").join(columns.values()),
        signed=sql.SQL(", ").join(sql.SQL("case value when {} then n end").format(value) for value in columns),
        grid=sql.Literal(of),
        level=sql.Literal(level),
        x=sql.Identifier(f"x_{of}"),
        y=sql.Identifier(f"y_{of}"),
        coarser=sql.Literal(FINEST - level),
        axis=sql.Identifier(layer.category or ""),
        across=sql.SQL(across),
        down=sql.SQL(down),
    )


def _columns(layer: Layer) -> dict[str, sql.Identifier]:
    """The column that counts it, for each value."""
    axis = layer.category or ""
    return {str(value): sql.Identifier(f"{axis}_{value}") for value in AXES[axis]}
