"""Values of the laboratory against the limits that held on the day, and what they say of a body. Pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from gis_service.surveys.bodies.rules import Hazard
from gis_service.surveys.rules import Medium

FILE = Path(__file__).parent / "standards.toml"
PER_UNIT = {("μg/L", "mg/L"): Decimal("0.001"), ("ug/L", "mg/L"): Decimal("0.001"), ("g/kg", "mg/kg"): Decimal(1000), ("μg/kg", "mg/kg"): Decimal("0.001")}  # fmt: skip
"""Factors between units the laboratory may write and the standard's."""
HOUSING_AND_PUBLIC = ("07", "08")
"""First digits of planned land classes that count as 第一类用地: housing, public services."""


@dataclass(frozen=True)
class Standard:
    """A table of limits, when it holds, and where its values were read."""

    code: str
    title: str
    title_en: str
    medium: Medium
    holds_from: date
    holds_to: date | None
    unit: str
    kind: str
    land_class: str | None
    limits: dict[str, Decimal]
    source: str
    confirmed: bool

    def holds(self, on: date) -> bool:
        return self.holds_from <= on and (self.holds_to is None or on < self.holds_to)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"), parse_float=Decimal)


@cache
def standards() -> tuple[Standard, ...]:
    """Every table of limits, in the order of the file."""
    return tuple(
        Standard(
            each["code"], each["title"], each["title_en"], Medium(each["medium"]), each["from"], each.get("to"), each["unit"],
            each["kind"], each.get("land_class"), {name: Decimal(limit) for name, limit in each["limits"].items()},
            each["source"], each["confirmed"],
        )
        for each in _file()["standard"]
    )  # fmt: skip


def analyte(name: str) -> str:
    """The standard's name of what was measured.

    >>> analyte("Cr6+"), analyte("砷")
    ('六价铬', '砷')
    """
    written = name.strip().replace("(", "(").replace(")", ")")
    return str(_file()["aka"].get(written, written))


def analytes() -> dict[str, dict[str, str]]:
    """What there are limits for, by medium: analyte and the unit it is written in."""
    found: dict[str, dict[str, str]] = {}
    for standard in standards():
        found.setdefault(standard.medium.value, {}).update(dict.fromkeys(standard.limits, standard.unit))
    return found


@dataclass(frozen=True)
class Measured:
    """A value with where it belongs."""

    sample_no: str
    medium: Medium
    analyte: str
    value: Decimal
    unit: str
    qualifier: str
    on: date


@dataclass(frozen=True)
class Compared:
    """A value beside a limit. `exceeds` is None where the units cannot be compared."""

    measured: Measured
    standard: Standard
    limit: Decimal
    exceeds: bool | None


def land_class_of(planned_code: str | None) -> str:
    """第一类用地 or 第二类用地, by the planned land class; unknown use is taken for the stricter first.

    >>> land_class_of("0701"), land_class_of("1001"), land_class_of(None)
    ('1', '2', '1')
    """
    return "1" if not planned_code or planned_code.startswith(HOUSING_AND_PUBLIC) else "2"


def compared(values: Sequence[Measured], land_class: str) -> list[Compared]:
    """Every value beside each limit that held on its day. Below the limit of detection nothing exceeds."""
    found = []
    for each in values:
        for standard in standards():
            limit = standard.limits.get(analyte(each.analyte))
            fits = (
                standard.medium == each.medium and standard.land_class in (None, land_class) and standard.holds(each.on)
            )
            if fits and limit is not None:
                found.append(Compared(each, standard, limit, _exceeds(each, standard, limit)))
    return found


def _exceeds(each: Measured, standard: Standard, limit: Decimal) -> bool | None:
    if each.qualifier == "<":
        return False
    factor = Decimal(1) if each.unit == standard.unit else PER_UNIT.get((each.unit, standard.unit))
    return None if factor is None else each.value * factor > limit


@dataclass(frozen=True)
class Screening:
    """What leaching tests say: samples tested, samples that exceed, how many are needed by mass, how many make it hazardous."""

    hazard: Hazard
    tested: int
    exceeding: int
    needed: int
    limit: int
    confirmed: bool


def screened(found: Sequence[Compared], tonnes: float) -> Screening:
    """The screening of a mass of waste by its leaching tests (HJ 298-2019 §7.1). Too few samples decide nothing but an excess.

    >>> screened([], 40).needed
    13
    """
    tests = [each for each in found if each.standard.kind == "leaching"]
    tested = {each.measured.sample_no for each in tests}
    exceeding = {each.measured.sample_no for each in tests if each.exceeds}
    said = _file()["hj298"]
    _, needed, limit = next(band for band in said["bands"] if tonnes <= band[0])
    if not tested:
        hazard = Hazard.NOT_SCREENED
    elif len(exceeding) >= limit:
        hazard = Hazard.HAZARDOUS
    else:
        hazard = Hazard.EXCEEDED if exceeding else Hazard.NOT_EXCEEDED
    return Screening(hazard, len(tested), len(exceeding), int(needed), int(limit), bool(said["confirmed"]))
