"""Coordinates of an unknown grid brought onto a known one by points known in both (已知同名点配准).

The way out where no parameters are to be had: Xi'an 80, Beijing 54, local grids, drawings in coordinates of their own.
A similarity (four-parameter Helmert: shift, turn, scale) keeps shapes and needs two points; an affine fit also takes
up shear and unequal scales, and needs three. Both tell how far each point stays off: with no point to spare there is
nothing to judge the fit by, and it says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Model = Literal["similarity", "affine"]

FEWEST: dict[str, int] = {"similarity": 2, "affine": 3}
NAMES: dict[str, tuple[str, str]] = {
    "similarity": ("四参数(相似变换)", "similarity (four parameters)"),
    "affine": ("六参数(仿射变换)", "affine (six parameters)"),
}

MOST_RESIDUAL_M = 3.0
"""A control point that stays off by more is a blunder, or the grids are not related so simply (product default)."""

LEAST_SPREAD_M = 10.0
"""Control points closer together than this turn the land around at will (product default)."""

ACCURACY_CHECKED_M, ACCURACY_UNCHECKED_M = 0.5, 2.0
"""Fitted geometry is never said to be better than this: with points to spare, and without (product defaults)."""

THINNEST = 1e-3
"""Control points whose cloud is thinner than this share of its length lie on one line: no affine fit."""


class FitError(ValueError):
    """The points do not carry a fit; `zh` and `en` say why and what to do."""

    code = "fit"

    def __init__(self, zh: str, en: str, **facts: object) -> None:
        super().__init__(en)
        self.zh, self.en, self.facts = zh, en, facts


class TooFewPoints(FitError):
    code = "fit.too_few"


class Degenerate(FitError):
    code = "fit.degenerate"


class TooFarOff(FitError):
    code = "fit.residuals"


@dataclass(frozen=True)
class Fit:
    """A way from the grid of the points to that of their partners: x' = a + M (x - c), exact also for large numbers."""

    model: Model
    matrix: Floats
    center: Floats
    target: Floats
    residuals: Floats
    """How far each control point stays off, in metres, in the order they were given."""
    low: Floats
    high: Floats
    """The box around the control points in the known grid."""

    def apply(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        dx, dy = np.asarray(x, dtype=float) - self.center[0], np.asarray(y, dtype=float) - self.center[1]
        (a, b), (c, d) = self.matrix
        return self.target[0] + a * dx + b * dy, self.target[1] + c * dx + d * dy

    @property
    def spare(self) -> int:
        """Measurements beyond the unknowns: 0 leaves nothing to judge the fit by."""
        return 2 * len(self.residuals) - (4 if self.model == "similarity" else 6)

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals, over what is to spare."""
        return float(np.sqrt((self.residuals**2).sum() / self.spare * 2)) if self.spare else 0.0

    @property
    def accuracy_m(self) -> float:
        """How far fitted land may be off: the root mean square, never less than what such a fit can promise."""
        return max(self.rms_m, ACCURACY_CHECKED_M) if self.spare else ACCURACY_UNCHECKED_M

    @property
    def scale(self) -> float:
        """Metres of the known grid for one unit of the unknown one."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix))))

    @property
    def turn_degrees(self) -> float:
        """How far the grid is turned, counter-clockwise."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0] - self.matrix[0, 1], self.matrix.trace()))) + 0.0


def fit(pairs: Sequence[Sequence[float]], model: Model = "similarity") -> Fit:
    """The fit through pairs `(x, y, easting, northing)`: east before north in both.

    >>> found = fit([(0, 0, 1000, 2000), (100, 0, 1100, 2000), (0, 50, 1000, 2050)])
    >>> [round(float(v), 6) for v in found.apply(np.array(10.0), np.array(20.0))], found.accuracy_m
    ([1010.0, 2020.0], 0.5)
    """
    points = np.asarray(pairs, dtype=float).reshape(-1, 4)
    _require_enough(points, model)
    here, there = points[:, :2], points[:, 2:]
    center, target = here.mean(axis=0), there.mean(axis=0)
    matrix = _solved(here - center, there - target, model)
    residuals = np.hypot(*(target + (here - center) @ matrix.T - there).T)
    found = Fit(model, matrix, center, target, residuals, there.min(axis=0), there.max(axis=0))
    _require_close(found, here, there)
    return found


def _require_enough(points: Floats, model: Model) -> None:
    if len(points) < FEWEST[model]:
        zh, en = NAMES[model]
        raise TooFewPoints(
            f"控制点只有 {len(points)} 个，{zh}至少要 {FEWEST[model]} 个；多给一两个才能检查配准质量。",
            f"There are only {len(points)} control points; a {en} fit needs {FEWEST[model]}, and one or two more to be "
            "checked by.",
            points=len(points),
        )
    if not np.isfinite(points).all():
        raise Degenerate("控制点中有无效数值。", "Some control points are not finite numbers.")
    for half, zh, en in ((points[:, :2], "文件坐标", "the file"), (points[:, 2:], "EPSG:4547 坐标", "EPSG:4547")):
        _require_spread(half, zh, en, model, metres=half is not points[:, :2])


def _require_spread(half: Floats, zh: str, en: str, model: Model, *, metres: bool) -> None:
    spread = np.linalg.svd(half - half.mean(axis=0), compute_uv=False)
    longest = float(spread[0]) if len(spread) else 0.0
    scale = max(1.0, float(np.abs(half).max()))
    if longest <= 1e-12 * scale or (en == "EPSG:4547" and metres and longest < LEAST_SPREAD_M):
        raise Degenerate(
            f"控制点在{zh}中几乎重合，不能配准。请选分布在地块四周、相距较远的点。",
            f"The control points nearly coincide in {en}, so nothing can be fitted. Choose points far apart around the land.",
        )
    if model == "affine" and float(spread[1]) < THINNEST * longest:
        raise Degenerate(
            f"控制点在{zh}中几乎在一条直线上，不能做仿射配准。请加一个偏离该线的点，或用四参数。",
            f"The control points lie nearly on one line in {en}: no affine fit. Add one beside it, or fit four parameters.",
        )


def _solved(here: Floats, there: Floats, model: Model) -> Floats:
    """The least-squares matrix between centred points."""
    if model == "affine":
        solved, *_ = np.linalg.lstsq(here, there, rcond=None)
        return np.asarray(solved.T, dtype=float)
    size = float((here**2).sum())
    a = float((here * there).sum()) / size
    b = float((here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]).sum()) / size
    return np.array([[a, -b], [b, a]])


def _require_close(found: Fit, here: Floats, there: Floats) -> None:
    worst = int(np.argmax(found.residuals))
    off = float(found.residuals[worst])
    if off <= MOST_RESIDUAL_M:
        return
    hint_zh, hint_en = ("", "")
    if _fits_better_swapped(found, here, there):
        hint_zh = "把每个点的前两个数对调后可以吻合：请按(东, 北)的顺序写，即 x 是横坐标、y 是纵坐标。"
        hint_en = " They agree once the first two numbers of each are exchanged: write east before north."
    raise TooFarOff(
        f"控制点互不吻合：第 {worst + 1} 个点残差 {off:.3f} 米，超过 {MOST_RESIDUAL_M:g} 米。{hint_zh}请核对该点的两组坐标。",
        f"The control points do not agree: number {worst + 1} stays {off:.3f} m off, more than {MOST_RESIDUAL_M:g} m.{hint_en}"
        " Check both pairs of coordinates of that point.",
        point=worst + 1,
        residual_m=round(off, 3),
    )


def _fits_better_swapped(found: Fit, here: Floats, there: Floats) -> bool:
    turned = here[:, ::-1] - here[:, ::-1].mean(axis=0)
    goal = there - there.mean(axis=0)
    off = np.hypot(*(turned @ _solved(turned, goal, "similarity").T - goal).T)
    return found.model == "similarity" and float(off.max()) <= MOST_RESIDUAL_M
