"""The grids that tiles are cut by (tile matrix sets, OGC 17-083r4).

All three are quad trees: a level halves the side of the tiles of the level before. So a level of any of them shows as much
as one zoom of the Web Mercator tree, and a layer's zooms (`minzoom`, `grid_below`, `tiles_from`) mean the same in each.
"""

from dataclasses import dataclass
from math import pi
from typing import Any

EDGE_M = pi * 6378137.0
"""Half the side of the Web Mercator square, in metres."""
PIXELS = 256
PIXEL_M = 0.00028
"""The size of a pixel by which OGC counts scales."""
METRES_PER_DEGREE = 2 * pi * 6378137.0 / 360

Box = tuple[float, float, float, float]
Document = dict[str, Any]


@dataclass(frozen=True)
class Grid:
    """A tile matrix set: columns from the west, rows from the north."""

    id: str
    title: str
    crs: str
    srid: int
    axes: tuple[str, str]
    """In the order of the authority, which is the order of `pointOfOrigin`."""
    span: float
    """From west to east, in units of the CRS."""
    top: float
    """The northern edge; the southern is its opposite."""
    first: int
    last: int
    ahead: int
    """Zoom of the Web Mercator tree whose tiles are as wide as those of level 0."""
    uri: str | None = None
    """Where the set is registered with OGC."""

    @property
    def levels(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def degrees(self) -> bool:
        return self.span == 360

    def zoom(self, level: int) -> int:
        """The zoom of the Web Mercator tree that shows as much."""
        return level + self.ahead

    def side(self, level: int) -> float:
        """Of a tile, in units of the CRS."""
        return float(self.span / 2 ** self.zoom(level))

    def columns(self, level: int) -> int:
        return int(2 ** self.zoom(level))

    def rows(self, level: int) -> int:
        """As many as reach from the north to the south; at least one."""
        return max(1, round(2 * self.top / self.side(level)))

    def has(self, level: int, x: int, y: int) -> bool:
        """Whether there is such a tile: column `x` from the west, row `y` from the north.

        >>> CGCS2000_QUAD.has(1, 1, 0), CGCS2000_QUAD.has(1, 1, 1), QUAD.has(1, 1, 1)
        (True, False, True)
        """
        return level in self.levels and 0 <= x < self.columns(level) and 0 <= y < self.rows(level)

    def bounds(self, level: int, x: int, y: int) -> Box:
        """West, south, east, north of a tile in the CRS, east first."""
        side = self.side(level)
        west, north = x * side - self.span / 2, self.top - y * side
        return west, north - side, west + side, north

    def document(self) -> Document:
        """As OGC's JSON of a tile matrix set."""
        origin = [-self.span / 2, self.top] if self.axes[0] in ("E", "Lon") else [self.top, -self.span / 2]
        said = {"id": self.id, "title": self.title, "uri": self.uri, "crs": self.crs, "orderedAxes": list(self.axes)}
        return {
            **{name: value for name, value in said.items() if value is not None},
            "tileMatrices": [self._matrix(level, origin) for level in self.levels],
        }

    def _matrix(self, level: int, origin: list[float]) -> Document:
        cell = self.side(level) / PIXELS
        return {
            "id": str(level),
            "scaleDenominator": cell * (METRES_PER_DEGREE if self.degrees else 1) / PIXEL_M,
            "cellSize": cell,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": origin,
            "tileWidth": PIXELS,
            "tileHeight": PIXELS,
            "matrixWidth": self.columns(level),
            "matrixHeight": self.rows(level),
        }


REGISTERED = "http://www.opengis.net/def/tilematrixset/OGC/1.0/"

QUAD = Grid(
    id="WebMercatorQuad", title="Web 墨卡托 · Google Maps Compatible for the World",
    crs="http://www.opengis.net/def/crs/EPSG/0/3857", srid=3857, axes=("E", "N"), span=2 * EDGE_M, top=EDGE_M,
    first=0, last=24, ahead=0, uri=f"{REGISTERED}WebMercatorQuad",
)  # fmt: skip
CRS84_QUAD = Grid(
    id="WorldCRS84Quad", title="经纬度(WGS 84)· CRS84 for the World",
    crs="http://www.opengis.net/def/crs/OGC/1.3/CRS84", srid=4326, axes=("Lon", "Lat"), span=360, top=90,
    first=0, last=17, ahead=1, uri=f"{REGISTERED}WorldCRS84Quad",
)  # fmt: skip
# 天地图的 `c` 矩阵 (https://t0.tianditu.gov.cn/vec_c/wmts?SERVICE=WMTS&REQUEST=GetCapabilities): TopLeftCorner 90 -180,
# matrices "1" to "18" of 256 pixels, matrix n 2^n tiles wide and 2^(n-1) high, EPSG:4490. CH/Z 9011-2011 (公共地理信息通用地图符号
# and levels of electronic maps) counts 20 levels from 1 at 0.703125° a pixel, halving; its scale of level 1, 1:295829355.45, is
# for pixels of 1/96 inch, where OGC counts 0.28 mm and so 1:279541132.01.
CGCS2000_QUAD = Grid(
    id="CGCS2000Quad", title="国家 2000 经纬度(天地图 c)· CGCS2000 degrees, as Tianditu's c matrices",
    crs="http://www.opengis.net/def/crs/EPSG/0/4490", srid=4490, axes=("Lat", "Lon"), span=360, top=90,
    first=1, last=20, ahead=0,
)  # fmt: skip

GRIDS = {grid.id: grid for grid in (QUAD, CRS84_QUAD, CGCS2000_QUAD)}
