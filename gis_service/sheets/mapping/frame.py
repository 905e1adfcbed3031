"""Where a piece of land lies on the page: true to scale, north of the grid up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.sheets.drawing.items import Path, Point
from gis_service.sheets.errors import TooLarge

SCALES = (500, 1_000, 2_000, 2_500, 5_000, 10_000, 15_000, 20_000, 25_000, 50_000, 100_000)
AROUND = 0.88
"""The share of the frame that the subject may fill: what stands around it gives it its place."""

Bounds = tuple[float, float, float, float]
Shape = TypeVar("Shape", bound=BaseGeometry)


@dataclass(frozen=True)
class Frame:
    """A box of the page (left, top, width, height in mm) and the land in it: the middle in metres, and the scale."""

    left: float
    top: float
    wide: float
    high: float
    east: float
    north: float
    scale: int
    covered: tuple[tuple[float, float, float, float], ...] = ()
    """Boxes of the page that lie over the map: no place for labels."""
    most_tint: float = 1.0
    """Fills of areas are no stronger: over a picture the ground must be seen through them."""

    @property
    def mm_per_m(self) -> float:
        return 1000 / self.scale

    def place(self, east: float, north: float) -> Point:
        """A point of the land on the page.

        >>> Frame(0, 0, 100, 80, 450_000, 2_480_000, 1000).place(450_010, 2_480_010)
        (60.0, 30.0)
        """
        return (
            self.left + self.wide / 2 + (east - self.east) * self.mm_per_m,
            self.top + self.high / 2 - (north - self.north) * self.mm_per_m,
        )

    def paper(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape of the land in millimetres of the page, whole."""
        x0, y0 = self.place(0, 0)
        k = self.mm_per_m
        return shapely.transform(shape, lambda points: np.column_stack([x0 + points[:, 0] * k, y0 - points[:, 1] * k]))

    def cut(self, shape: BaseGeometry) -> BaseGeometry:
        """The same, as far as it lies in the frame. It is cut on the land, where it is known to be valid; rounding on the way to
        millimetres may bring rings to cross or touch that did not."""
        paper = self.paper(shapely.intersection(shape, shapely.box(*self.land)))
        return paper if paper.is_valid else shapely.make_valid(paper)

    @property
    def box(self) -> Polygon:
        return shapely.box(self.left, self.top, self.left + self.wide, self.top + self.high)

    @property
    def land(self) -> Bounds:
        """West, south, east and north of the frame, in metres."""
        half_w, half_h = self.wide / 2 / self.mm_per_m, self.high / 2 / self.mm_per_m
        return self.east - half_w, self.north - half_h, self.east + half_w, self.north + half_h


def fitted(
    bounds: Bounds, place: tuple[float, float, float, float], *, around: float = AROUND, what: str = "", least: int = 0
) -> Frame:
    """The frame of the largest usual scale in which the bounds fit; raises `TooLarge` where none does.

    `least` is the largest scale that is wanted: a small parcel is then shown with more of its surroundings.
    """
    west, south, east, north = bounds
    left, top, wide, high = place
    needed = max((east - west) * 1000 / wide, (north - south) * 1000 / high, 1e-9) / around
    scale = next((scale for scale in SCALES if scale >= max(needed, least)), None)
    if scale is None:
        raise TooLarge(what=what, scale=SCALES[-1])
    return Frame(left, top, wide, high, (west + east) / 2, (south + north) / 2, scale)


def rings_of(shape: BaseGeometry) -> tuple[tuple[Point, ...], ...]:
    """Rings of areas, or the lines, of a shape of the page."""
    found: list[tuple[Point, ...]] = []
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon):
            found += [tuple((x, y) for x, y, *_ in ring.coords[:-1]) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type in ("LineString", "LinearRing"):
            found.append(tuple((x, y) for x, y, *_ in part.coords))
        elif part.geom_type.startswith(("Multi", "GeometryCollection")):
            found += rings_of(part)
    return tuple(found)


def areas_of(shape: BaseGeometry) -> BaseGeometry:
    """The areas of a shape that was cut, without lines and points where it only touched."""
    parts = [part for part in _parts(shape) if isinstance(part, Polygon)]
    return shapely.MultiPolygon(parts)


def _parts(shape: BaseGeometry) -> Iterable[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if part.geom_type.startswith(("Multi", "GeometryCollection")):
            yield from _parts(part)
        else:
            yield part


def area_path(shape: BaseGeometry, **look: object) -> Path:
    return Path(rings_of(areas_of(shape)), closed=True, **look)  # type: ignore[arg-type]


def edges(frame: Frame, shape: BaseGeometry) -> BaseGeometry:
    """The boundary of an area as far as it lies in the frame: the neatline itself is no boundary."""
    return shapely.intersection(shapely.boundary(frame.paper(shape)), frame.box)


def line_path(shape: BaseGeometry, **look: object) -> Path:
    return Path(rings_of(shape), **look)  # type: ignore[arg-type]


def bounds_of(shapes: Sequence[BaseGeometry]) -> Bounds:
    west, south, east, north = map(float, shapely.total_bounds(np.array(shapes, dtype=object)))
    return west, south, east, north
