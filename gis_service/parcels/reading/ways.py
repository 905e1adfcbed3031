"""Ways out for coordinates that no system describes: a shift that a person told, or a fit through control points.

Both are taken only when they are asked for. What came by one of them says so: its evidence names the residuals, and
every row carries where its outline comes from and how far it may be off.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, get_args

import numpy as np

from gis_service.geo import crs as systems
from gis_service.geo import detect, shift
from gis_service.geo import fit as fitting
from gis_service.parcels.reading.request import Request
from gis_service.parcels.reading.result import Issue, Unreadable, issue, unreadable

KNOWN_GRID = 4547
"""The system control points are known in."""

EASTINGS, NORTHINGS = (100_000.0, 900_000.0), (1_500_000.0, 6_000_000.0)
"""Where a point of EPSG:4547 can be in China."""

ODD_TURN = 30.0
"""Degrees: a grid turned further is unusual, and with few points a sign of exchanged numbers."""

FAR = 1.0
"""Land further outside the control points than they are apart is carried there, not held (share of their extent)."""


@dataclass(frozen=True)
class Way:
    """What was asked for, ready to be taken: exactly one of `fit` and `shift`."""

    geom_source: str
    accuracy_m: float
    fit: fitting.Fit | None = None
    shift: detect.Shift | None = None


@lru_cache(maxsize=4)
def asked(request: Request) -> Way | None:
    """The way a person asked for, or None; refused where it leads nowhere."""
    if request.shift and request.control_points:
        raise unreadable("way.two")
    if request.shift:
        return _shift(request.shift)
    if request.control_points:
        if request.crs:
            raise unreadable("way.points_and_crs", crs=request.crs[:60])
        return _fit(request)
    return None


def _shift(name: str) -> Way:
    kind = next((kind for kind in get_args(detect.Shift) if kind == name.strip().lower()), None)
    if kind is None:
        raise unreadable("way.shift_unknown", shift=name[:40])
    return Way("gcj02_converted", shift.ACCURACY_M, shift=kind)


def _fit(request: Request) -> Way:
    points = request.control_points
    if any(len(point) != 4 for point in points):
        raise unreadable("way.points_malformed")
    for number, (_, _, easting, northing) in enumerate(points, start=1):
        _require_known_grid(number, easting, northing)
    try:
        found = fitting.fit(points, "affine" if request.affine else "similarity")
    except fitting.FitError as refusal:
        raise Unreadable(refusal.code, refusal.zh, refusal.en, refusal.facts) from None
    return Way("imported", round(found.accuracy_m, 3), fit=found)


def _require_known_grid(number: int, easting: float, northing: float) -> None:
    if _inside(easting, EASTINGS) and _inside(northing, NORTHINGS):
        return
    swapped = _inside(northing, EASTINGS) and _inside(easting, NORTHINGS)
    prefixed = _inside(easting % 1_000_000, EASTINGS) and easting > 1_000_000 and _inside(northing, NORTHINGS)
    hints = {
        (True, False): ("，东、北写反了", ": they are exchanged"),
        (False, True): ("，东坐标请去掉带号", ": leave out the zone number"),
    }
    zh, en = hints.get((swapped, prefixed), ("", ""))
    raise unreadable(
        "way.points_not_4547",
        point=number,
        easting=f"{easting:.10g}",
        northing=f"{northing:.10g}",
        hint_zh=zh,
        hint_en=en,
    )


def _inside(value: float, most: tuple[float, float]) -> bool:
    return most[0] <= value <= most[1]


# --- what is said of it ------------------------------------------------------------------------------------------


def by_points(way: Way, xy: detect.Floats, *, declared: str | None, layer: str, issues: list[Issue]) -> detect.Finding:
    """The finding for a layer whose own numbers are brought to EPSG:4547 by control points."""
    found = way.fit
    assert found is not None  # noqa: S101 - the caller looked
    model_zh, model_en = fitting.NAMES[found.model]
    off = ", ".join(f"{value:.3f}" for value in found.residuals[:20])
    finding = detect.Finding(systems.as_crs(KNOWN_GRID), source="given", fit=found)
    if declared:
        finding = finding.because(
            f"文件声明的坐标系：{declared}，未采用", f"The file declares {declared}, which was not used"
        )
    finding = finding.because(
        f"按 {len(found.residuals)} 个已知同名点配准到 EPSG:{KNOWN_GRID}，{model_zh}：比例 {found.scale:.8g}，旋转 "
        f"{found.turn_degrees:.5f}°",
        f"Fitted to EPSG:{KNOWN_GRID} by {len(found.residuals)} control points, {model_en}: scale {found.scale:.8g}, "
        f"turn {found.turn_degrees:.5f}°",
    ).because(
        f"各点残差(米)：{off}；中误差 {found.rms_m:.3f} 米；精度记为 {way.accuracy_m:g} 米"
        + ("" if found.spare else "(没有多余的点，无法检核)"),
        f"Residuals (m): {off}; RMS {found.rms_m:.3f} m; accuracy taken as {way.accuracy_m:g} m"
        + ("" if found.spare else " (no point to spare, so nothing checks it)"),
    )
    issues += _doubts(found, xy, layer)
    return finding


def _doubts(found: fitting.Fit, xy: detect.Floats, layer: str) -> list[Issue]:
    doubts = []
    if not found.spare:
        doubts.append(issue("fit.unchecked", layer=layer, points=len(found.residuals)))
    if abs(found.turn_degrees) > ODD_TURN:
        doubts.append(issue("fit.turned", layer=layer, degrees=f"{found.turn_degrees:.1f}"))
    values = detect.sample(xy)
    if len(values):
        placed = np.column_stack(found.apply(*values.T))
        extent = float(np.hypot(*(found.high - found.low)))
        beyond = np.maximum(found.low - placed, placed - found.high).max()
        if beyond > FAR * extent:
            facts: dict[str, Any] = {"beyond_m": f"{beyond:.0f}", "extent_m": f"{extent:.0f}"}
            doubts.append(issue("fit.extrapolated", layer=layer, **facts))
    return doubts


def by_shift(way: Way, finding: detect.Finding) -> detect.Finding:
    """The finding of a layer whose degrees are shifted, as a person told."""
    assert way.shift is not None  # noqa: S101 - the caller looked
    zh, en = shift.NAMES[way.shift]
    return replace(finding, shift=way.shift).because(
        f"导入时指明坐标是{zh}，已换算；换算本身的精度约 {shift.ACCURACY_M:g} 米，图形来源记为“火星坐标转换”",
        f"The coordinates were said to be {en} and were converted; that is good to some {shift.ACCURACY_M:g} m, and the "
        "source of the outlines says so",
    )


def require_taken(request: Request, geom_source: str | None) -> None:
    """A way that was asked for must have been taken: nothing a person told is passed over."""
    if asked(request) is not None and geom_source is None:
        raise unreadable("way.not_here")


def stamp(request: Request) -> dict[str, Any]:
    """What each row with an outline carries of the way."""
    way = asked(request)
    return {} if way is None else {"geom_source": way.geom_source, "geom_accuracy_m": way.accuracy_m}
