"""m³ in place (自然方), m³ loose (松方) and tonnes: three quantities, and what turns one into another. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gis_service.geo.volumes import factors
from gis_service.surveys.rules import WasteClass

ZERO = Decimal(0)


def bulking() -> Decimal:
    """m³ loose for each m³ in place."""
    return factors.bulking()[1]


def defaults() -> dict[str, Decimal]:
    """t for each m³ in place, by class of waste."""
    return {code.value: factors.densities_t_m3()[code] for code in WasteClass}


@dataclass(frozen=True)
class Observation:
    """What a finished project weighed: one class of waste, its tonnes, its m³ loose and, where measured alone, in place."""

    waste_class: str
    net_t: Decimal
    loose_m3: Decimal | None
    in_place_m3: Decimal | None


@dataclass(frozen=True)
class Density:
    """t for each m³ of a class of waste: the default, and the mean of `n` finished projects, weighed by their volume."""

    waste_class: str
    default_in_place: Decimal
    default_loose: Decimal
    measured_in_place: Decimal | None
    n_in_place: int
    measured_loose: Decimal | None
    n_loose: int

    @property
    def in_place(self) -> Decimal:
        """The one to be used: measured in place, else measured loose by the bulking factor, else the default."""
        if self.measured_in_place is not None:
            return self.measured_in_place
        return self.default_in_place if self.measured_loose is None else self.measured_loose * bulking()


def table(observed: Iterable[Observation]) -> dict[str, Density]:
    """The densities of every class of waste."""
    seen = list(observed)
    found = {}
    for waste_class, default in defaults().items():
        of_class = [each for each in seen if each.waste_class == waste_class]
        in_place, n_in_place = _mean((each.net_t, each.in_place_m3) for each in of_class)
        loose, n_loose = _mean((each.net_t, each.loose_m3) for each in of_class)
        found[waste_class] = Density(waste_class, default, default / bulking(), in_place, n_in_place, loose, n_loose)
    return found


def _mean(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> tuple[Decimal | None, int]:
    """Σt ÷ Σm³ over those whose volume is known, and how many they are."""
    known = [(t, m3) for t, m3 in pairs if m3]
    volume = sum((m3 for _, m3 in known), ZERO)
    return (sum((t for t, _ in known), ZERO) / volume, len(known)) if volume else (None, 0)


@dataclass(frozen=True)
class Load:
    """A load that was received and counts: m³ loose, t net. One of the two may be unknown."""

    waste_class: str
    on: date
    loose_m3: Decimal | None
    net_t: Decimal | None


@dataclass(frozen=True)
class Removed:
    """What some loads make together. `in_place_m3` is by the factors: from tonnes where they were weighed, else from m³ loose."""

    trucks: int = 0
    loose_m3: Decimal = ZERO
    net_t: Decimal = ZERO
    in_place_m3: Decimal = ZERO
    unweighed: int = 0
    """Loads without tonnes."""


def in_place(load: Load, t_per_m3: Mapping[str, Decimal]) -> Decimal:
    """m³ in place of a load: tonnes are the truth, a truck's measure is the next best."""
    if load.net_t is not None:
        return load.net_t / t_per_m3[load.waste_class]
    return (load.loose_m3 or ZERO) / bulking()


def total(loads: Iterable[Load], t_per_m3: Mapping[str, Decimal]) -> Removed:
    """
    >>> loads = [Load("mixed", date(2026, 9, 1), Decimal(20), Decimal(26)), Load("mixed", date(2026, 9, 1), Decimal(25), None)]
    >>> made = total(loads, {"mixed": Decimal("1.3")})
    >>> made.trucks, made.loose_m3, made.net_t, made.in_place_m3, made.unweighed
    (2, Decimal('45'), Decimal('26'), Decimal('40'), 1)
    """
    found = list(loads)
    return Removed(
        len(found),
        sum((each.loose_m3 or ZERO for each in found), ZERO),
        sum((each.net_t or ZERO for each in found), ZERO),
        sum((in_place(each, t_per_m3) for each in found), ZERO),
        sum(each.net_t is None for each in found),
    )


def grouped(loads: Iterable[Load], by: str, t_per_m3: Mapping[str, Decimal]) -> dict[Any, Removed]:
    """Totals by `waste_class` or by day (`on`), in order."""
    groups: dict[Any, list[Load]] = {}
    for load in loads:
        groups.setdefault(getattr(load, by), []).append(load)
    return {key: total(groups[key], t_per_m3) for key in sorted(groups)}


def against(
    removed_m3: Decimal, low_m3: Decimal | None, best_m3: Decimal | None, high_m3: Decimal | None
) -> dict[str, Any]:
    """What was removed against what was estimated, both m³ in place; `inside` is None where there is no interval.

    >>> against(Decimal(90), Decimal(80), Decimal(100), Decimal(120))["inside"]
    True
    """
    inside = None if low_m3 is None or high_m3 is None else low_m3 <= removed_m3 <= high_m3
    off = None if not best_m3 else round(removed_m3 / best_m3 - 1, 4)
    return {
        "low_m3": low_m3,
        "best_m3": best_m3,
        "high_m3": high_m3,
        "removed_m3": removed_m3,
        "inside": inside,
        "off_share": off,
    }
