"""Two files of heights worked out to totals and heaps, as plain data. Pure: run in the child process that may do nothing else."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.geo.crs import Sentence
from gis_service.geo.elevation import reading
from gis_service.geo.elevation.comparing import Change, compare
from gis_service.geo.elevation.difference import difference
from gis_service.geo.elevation.heaps import Heap, heaps
from gis_service.geo.elevation.limits import LEAST_M3
from gis_service.geo.elevation.noise import LEAST_STABLE
from gis_service.geo.elevation.pairing import Pair, pair_up
from gis_service.geo.elevation.surface import Surface
from gis_service.surveys.heaps.rules import Stage

MOST_HEAPS = 500
"""The largest are offered; nobody looks at more of one flight."""
FRACTION = 4
"""Decimals of a figure that is kept: a tenth of a millimetre, or of a litre."""


@dataclass(frozen=True)
class Side:
    """One of the two files, and what a person says of it."""

    path: str
    crs: int | None = None
    vertical: str | None = None


@dataclass(frozen=True)
class Asked:
    """What is to be compared and how. `area`: west, south, east, north in metres of the metric system, if not the whole."""

    before: Side
    after: Side
    coregister: bool = True
    north_first: bool = False
    nodata: float | None = None
    least_m3: float = LEAST_M3
    area: tuple[float, float, float, float] | None = None

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Asked":
        return cls(**{**plain, "before": Side(**plain["before"]), "after": Side(**plain["after"])})


def worked_out(asked: Asked, told: Callable[[Stage], None]) -> dict[str, Any]:
    """Totals, heaps and the ground both cover. Raises `ElevationRefused` and `CrsError`."""
    told(Stage.READING)
    pair = pair_up(_read(asked.before, asked), _read(asked.after, asked))
    told(Stage.COMPARING)
    change = compare(pair, coregister=asked.coregister)
    totals = asdict(difference(change))
    told(Stage.FINDING)
    found, notes = _heaps(change, asked.least_m3)
    return {
        "result": {
            **{name: _figure(value) for name, value in totals.items()}, **_measured(change, pair),
            "heaps_found": len(found), "heaps_kept": min(len(found), MOST_HEAPS),
            "notes": [{"zh": each.zh, "en": each.en} for each in (*change.notes, *notes)],
        },
        "heaps": [_heap_out(heap) for heap in found[:MOST_HEAPS]],
        "extent": _written(_extent(change)),
    }  # fmt: skip


def _read(side: Side, asked: Asked) -> Surface:
    area = None if asked.area is None else box(*asked.area)
    return reading.read(
        Path(side.path), crs=side.crs, vertical_datum=side.vertical, area=area, area_epsg=METRIC_SRID, nodata=asked.nodata,
        north_first=asked.north_first,
    )  # fmt: skip


def _heaps(change: Change, least_m3: float) -> tuple[list[Heap], list[Sentence]]:
    """Heaps, and what is to be said of them."""
    if change.noise is None:
        zh = f"未变化的地面不足 {LEAST_STABLE} 格,看不出哪些变化大于误差,没有圈堆体;方量仍可用。"
        en = f"Less than {LEAST_STABLE} cells of unchanged ground: what is more than error cannot be told, and no heap was outlined."
        return [], [Sentence(zh, en)]
    found = heaps(change, least_m3=least_m3, holes=False)
    if len(found) <= MOST_HEAPS:
        return found, []
    zh = f"圈出 {len(found)} 处堆体,只列出最大的 {MOST_HEAPS} 处。请提高最小方量,或只比对要看的地块。"
    en = f"{len(found)} heaps were found, the largest {MOST_HEAPS} are listed. Raise the least volume, or compare around one parcel."
    return found, [Sentence(zh, en)]


def _measured(change: Change, pair: Pair) -> dict[str, Any]:
    """The grid, the noise and the shift."""
    grid, noise, shift = change.grid, change.noise, change.coregistration
    kept_of_noise = ("sigma_m", "level_m", "bias_m", "bias_sigma_m", "cells")
    return {
        "cell_m": _figure(grid.cell_m), "rows": grid.rows, "cols": grid.cols, "resampled": pair.resampled,
        "noise": None if noise is None else {name: _figure(getattr(noise, name)) for name in kept_of_noise},
        "shift": None if shift is None else {name: _figure(value) for name, value in asdict(shift).items()},
    }  # fmt: skip


def _figure(value: Any) -> Any:
    return round(float(value), FRACTION) if isinstance(value, float) else value


def _heap_out(heap: Heap) -> dict[str, Any]:
    return {
        "geom": _written(systems.transform(heap.outline, heap.epsg, STORAGE_SRID)),
        "low_m3": round(heap.low_m3, 1), "best_m3": round(heap.volume_m3, 1), "high_m3": round(heap.high_m3, 1),
        "area_m2": round(heap.area_m2, 1), "height_m": round(heap.height_m, 2), "vegetation_likely": heap.vegetation_likely,
    }  # fmt: skip


def _extent(change: Change) -> Polygon:
    """The rectangle of the cells both models have heights of, in the storage system; its edges bend there."""
    rows, cols = np.nonzero(np.isfinite(change.dh))
    part = change.grid.part(slice(rows.min(), rows.max() + 1), slice(cols.min(), cols.max() + 1))
    edges = shapely.segmentize(box(*part.bounds), max(part.rows * part.cell_north_m, part.cols * part.cell_east_m) / 8)
    return systems.transform(edges, part.epsg, STORAGE_SRID)


def _written(outline: Polygon) -> str:
    """As text to the millimetre, valid."""
    valid = shapely.make_valid(shapely.set_precision(outline, 1e-8, mode="pointwise"))
    parts = [part for part in shapely.get_parts(valid) if isinstance(part, Polygon) and part.area > 0]
    written: str = shapely.to_wkt(parts[0] if len(parts) == 1 else MultiPolygon(parts), rounding_precision=9)
    return written
