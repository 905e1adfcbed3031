"""Columns that the register works out itself: known, so that nobody is told of unknown columns, and never read."""

import re
import tomllib
from functools import cache
from pathlib import Path

from gis_service.parcels.imports.columns.spelling import normal

_UNIT = re.compile(r"[(\[].*[)\]]$")


def derived(name: str) -> str | None:
    """The figure of the register that a header names; units in brackets and names of a level above make no difference.

    >>> derived("围蔽率(%)"), derived("围蔽与设施-监控数(个)"), derived("围蔽情况")
    ('fence_ratio', 'camera_count', None)
    """
    key = _UNIT.sub("", normal(name))
    return _names().get(key) or _names().get(key.rpartition("-")[2])


@cache
def _names() -> dict[str, str]:
    with Path(__file__).with_name("derived.toml").open("rb") as file:
        table = tomllib.load(file)
    return {normal(name): field for field, entry in table.items() for name in entry["names"]}
