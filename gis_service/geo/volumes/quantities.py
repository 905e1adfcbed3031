"""Four quantities that are not one: in place (自然方), loose (松方), tonnes, truckloads; each with low, best, high and its factor.

Factors are product defaults (`factors`) to be replaced by measured ones: weighbridge tonnes of manifests are the truth.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gis_service.geo.volumes import factors


class Range(NamedTuple):
    """Low, best and high of one quantity."""

    low: float
    best: float
    high: float


class Weighed(NamedTuple):
    """Tonnes for each m³ in place as a weighbridge found them, and in how many finished projects."""

    t_per_m3: float
    projects: int


@dataclass(frozen=True)
class Truck:
    """What one load can be: loose m³ and tonnes, whichever is reached first (product default: a four-axle tipper)."""

    loose_m3: float = 12.0
    payload_t: float = 15.5


@dataclass(frozen=True)
class Quantities:
    """One body in four quantities, with the factors they came from."""

    in_place_m3: Range
    loose_m3: Range
    tonnes: Range
    truckloads: Range
    bulking: Range
    density_t_m3: float
    truck: Truck


def quantities(
    in_place: Range,
    waste_class: str,
    *,
    densities: Mapping[str, float] | None = None,
    bulking: Range | None = None,
    truck: Truck | None = None,
) -> Quantities:
    """From m³ in place. Low goes with low bulking, high with high; the density is one figure. Raises `KeyError` for an unknown class.

    >>> quantities(Range(900, 1000, 1200), "mixed").tonnes.best
    1300.0
    """
    swell, density = bulking or Range(*map(float, factors.bulking())), (densities or usual_densities())[waste_class]
    lorry = truck or Truck()
    loose = Range(*(round(volume * factor, 1) for volume, factor in zip(in_place, swell, strict=True)))
    tonnes = Range(*(round(volume * density, 1) for volume in in_place))
    loads = Range(*(float(_loads(m3, t, lorry)) for m3, t in zip(loose, tonnes, strict=True)))
    return Quantities(Range(*in_place), loose, tonnes, loads, swell, density, lorry)


def _loads(loose_m3: float, tonnes: float, truck: Truck) -> int:
    return max(math.ceil(loose_m3 / truck.loose_m3), math.ceil(tonnes / truck.payload_t))


def usual_densities() -> dict[str, float]:
    """Tonnes per m³ in place, by class of waste, where nothing was weighed."""
    return {code: float(density) for code, density in factors.densities_t_m3().items()}
