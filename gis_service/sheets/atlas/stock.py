"""A desk that reads each layer once for a run of parcels: forty sheets ask for the same land, one query answers.

What lies outside its windows, or is asked for otherwise than by a place, it reads as every desk does; so a sheet is the same
whichever desk it was drawn from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from gis_service.sheets.atlas.subjects import Subject
from gis_service.sheets.gather import Desk
from gis_service.sheets.mapping.frame import Bounds

AROUND, LEAST_M = 2.0, 1_000.0
"""How far from a parcel its sheets look, in its own size and in metres: the scale may be 2.5 times smaller than fits, on a page
1.5 times wider than high, and 地块位置示意图 shows half a kilometre each way."""
OWN = ("parcel-supply", "boundary-point")
"""Layers whose rows, asked for by their parcel, lie in that parcel's window."""
REMEMBERED = 16
"""Answers that are the same for many parcels: the areas, the ground of the little map."""


@dataclass(frozen=True)
class Stock(Desk):
    """The desk of one run."""

    windows: tuple[Bounds, ...] = ()
    ids: tuple[int, ...] = ()
    remembered: dict[tuple[Any, ...], GeoDataFrame] = field(default_factory=dict)
    """Shared by all runs."""
    _layers: dict[str, GeoDataFrame] = field(default_factory=dict)
    _sides: dict[int, dict[str, str]] = field(default_factory=dict)
    _covered: list[BaseGeometry] = field(default_factory=list)

    def rows(self, layer: str, within: Bounds | None = None, **equal: Any) -> GeoDataFrame:
        if layer not in self.layers:
            return super().rows(layer, within, **equal)
        if within is None and layer in OWN and equal:
            return _those(self._of(layer), equal)
        if within is not None and self._covers(within):
            stocked = self._of(layer)
            near = sorted(stocked.sindex.query(shapely.box(*within), predicate="intersects"))
            return _those(stocked.iloc[near], equal)
        return super().rows(layer, within, **equal) if equal else self._once(layer, within)

    def sides(self, parcel_id: int) -> dict[str, str]:
        if not self._sides:
            self._sides.update({each: {} for each in self.ids} | self.sides_of(self.ids))
        return self._sides[parcel_id] if parcel_id in self._sides else super().sides(parcel_id)

    def _of(self, layer: str) -> GeoDataFrame:
        if layer not in self._layers:
            self._layers[layer] = self.read(layer, self.windows, {})
        return self._layers[layer]

    def _covers(self, within: Bounds) -> bool:
        if not self._covered:
            self._covered.append(shapely.union_all(shapely.box(*zip(*self.windows, strict=True))))
            shapely.prepare(self._covered[0])
        return bool(shapely.contains(self._covered[0], shapely.box(*within)))

    def _once(self, layer: str, within: Bounds | None) -> GeoDataFrame:
        key = (layer, within)
        if key not in self.remembered:
            if len(self.remembered) >= REMEMBERED:
                self.remembered.pop(next(iter(self.remembered)))
            self.remembered[key] = super().rows(layer, within)
        return self.remembered[key]


def stocked(desk: Desk, run: Sequence[Subject], remembered: dict[tuple[Any, ...], GeoDataFrame]) -> Stock:
    """The desk of a run of parcels."""
    windows = tuple(_around(each.bounds) for each in run)
    ids = tuple(each.id for each in run)
    same = {each.name: getattr(desk, each.name) for each in fields(desk)}
    return Stock(**same, windows=windows, ids=ids, remembered=remembered)


def _around(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    more = max(LEAST_M, AROUND * max(east - west, north - south))
    return west - more, south - more, east + more, north + more


def _those(rows: GeoDataFrame, equal: dict[str, Any]) -> GeoDataFrame:
    for name, value in equal.items():
        rows = rows[rows[name] == value]
    return rows.reset_index(drop=True)
