"""Two models subtracted: registered first where wanted, with the noise that is left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis_service.geo.crs import Sentence
from gis_service.geo.elevation import cells, coregistration
from gis_service.geo.elevation.coregistration import Coregistration
from gis_service.geo.elevation.cover import buried
from gis_service.geo.elevation.noise import LEAST_STABLE, Noise, measured, unchanged
from gis_service.geo.elevation.pairing import Pair
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import Floats, Grid, Mask

TELLING_M = 0.3
"""A height shift larger than this, found without stable ground being given, is pointed out."""


@dataclass(frozen=True)
class Change:
    """`dh` = after − before in metres, NaN where either is missing; `stable`: the unchanged ground by which the noise was measured.

    `cover_m`: how high plants of the first model may be that a change has buried or taken away (see `cover`).
    `noise` is None where too little unchanged ground is known: then volumes have no interval.
    """

    grid: Grid
    dh: Floats
    stable: Mask
    cover_m: Floats
    noise: Noise | None
    coregistration: Coregistration | None
    notes: tuple[Sentence, ...]


def compare(pair: Pair, *, stable: Sequence[BaseGeometry] | None = None, coregister: bool = True) -> Change:
    """What changed between two models. `stable`: polygons (in the system of the pair) of ground that did not change; else it is found.

    Without co-registration nothing is moved, and the bias of stable ground counts as uncertainty instead. Raises `ElevationRefused`.
    """
    given = cells.centred_in(pair.grid, stable) if stable is not None else None
    if not coregister:
        return _as_it_is(pair, given)
    _require_stable(pair.after - pair.before, given)
    told, moved, ground = coregistration.registered(pair.before, pair.after, pair.grid, given)
    dh = moved - pair.before
    ground = ground & np.isfinite(dh)
    _require_stable(dh, ground)
    noise = measured(dh, ground, (pair.grid.cell_east_m, pair.grid.cell_north_m), bias_removed=True)
    return Change(pair.grid, dh, ground, buried(pair.before, ground), noise, told, (*pair.notes, *_on_shift(told)))


def _as_it_is(pair: Pair, given: Mask | None) -> Change:
    dh = pair.after - pair.before
    ground = unchanged(dh) if given is None else given & np.isfinite(dh)
    noise, notes = None, pair.notes
    if ground.sum() >= LEAST_STABLE:
        noise = measured(dh, ground, (pair.grid.cell_east_m, pair.grid.cell_north_m), bias_removed=False)
    else:
        zh = f"未变化的地面只有 {int(ground.sum())} 格,误差无法估计,方量不带区间。"
        en = (
            f"Only {int(ground.sum())} cells of unchanged ground: the error is not known, and volumes have no interval."
        )
        notes = (*notes, Sentence(zh, en))
    return Change(pair.grid, dh, ground, buried(pair.before, ground), noise, None, notes)


def _require_stable(dh: Floats, given: Mask | None) -> None:
    count = int(((given if given is not None else True) & np.isfinite(dh)).sum())
    if count < LEAST_STABLE:
        raise ElevationRefused("elevation.too_little_stable", cells=count, least=LEAST_STABLE)


def _on_shift(told: Coregistration) -> list[Sentence]:
    """What a person should look at: a height shift that might be a fill of everything, and a sideways shift that could not be told."""
    notes = []
    if told.stable_ground == "found" and abs(told.up_m) > TELLING_M:
        zh = (
            f"按“大部分地面没有变化”消除了 {-told.up_m:+.2f} 米的整体高差。如果整片都被填高或挖低,这会把真实变化抹掉:"
            "请画出稳定地面(道路、硬化地),或关闭配准。"
        )
        en = (
            f"An overall difference of {-told.up_m:+.2f} m was removed, since most ground is taken to be unchanged. If all of it was "
            "filled or dug, that removes the change itself: draw stable ground (roads, paved yards), or switch co-registration off."
        )
        notes.append(Sentence(zh, en))
    if not told.horizontal:
        notes.append(
            Sentence(
                "地面太平或误差太大,看不出平面偏移,只校正了高程。",
                "Ground is too flat, or too noisy, to tell a sideways shift; only the height was registered.",
            )
        )
    return notes
