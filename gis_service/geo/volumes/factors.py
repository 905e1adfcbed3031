"""What turns m³ in place into m³ loose and tonnes, until a weighbridge says better: the one table (`factors.toml`). Pure."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "factors.toml"


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"), parse_float=Decimal)


def bulking() -> tuple[Decimal, Decimal, Decimal]:
    """Loose m³ per m³ in place: low, usual, high."""
    said = _said()["bulking"]
    return said["low"], said["usual"], said["high"]


def densities_t_m3() -> Mapping[str, Decimal]:
    """Tonnes per m³ in place, by class of waste."""
    found: Mapping[str, Decimal] = _said()["t_per_m3_in_place"]
    return found
