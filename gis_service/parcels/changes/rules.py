"""What counts as a change, and what taking one back means. Pure: plain values in, plain values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class Kind(StrEnum):
    """What became of a parcel from one day to another, for one reader."""

    NEW = "new"
    RETIRED = "retired"
    ENTERED = "entered"
    """It was in the register before, and came within what the reader may see."""
    LEFT = "left"
    OUTLINE = "outline"
    CHANGED = "changed"


STAMPS = frozenset({"id", "row_version", "created_at", "updated_at", "area_ellipsoid_m2"})
"""Columns that say nothing of their own: keys, stamps, and what is computed from the outline."""

NAMED = {
    "area_id": "area",
    "right_holder_unit_id": "right_holder",
    "managing_unit_id": "managing_unit",
    "custodian_unit_id": "custodian_unit",
    "geom": "geometry",
}
"""Column → the name under which people read it."""

TOGETHER = (
    frozenset({"geom", "area_computed_m2", "area_computed_crs", "area_id", "boundary_points"}),
    frozenset({"current_class_system", "current_class_code"}),
    frozenset({"planned_class_system", "planned_class_code"}),
)
"""Columns that make sense only together: if one of them is taken back, all are."""


def differing(before: Row, after: Row) -> list[str]:
    """The columns whose values differ, in the order of the register.

    >>> differing({"fence_status": "full", "remark": None}, {"fence_status": "none", "remark": None})
    ['fence_status']
    """
    return [name for name in after if before.get(name) != after[name]]


@dataclass(frozen=True)
class Undoing:
    """What has to be written to take a version back, and which of it somebody changed since."""

    restore: dict[str, Any]
    clashes: tuple[str, ...]


def undoing(history: Sequence[Row]) -> Undoing:
    """How to take a change back: `history` is the state before it, the state it made, and every later one.

    A column changed later counts as a clash even where it has come back to the same value: somebody decided it.

    >>> undoing([{"fence": "full", "risk": "low"}, {"fence": "none", "risk": "low"}, {"fence": "none", "risk": "high"}])
    Undoing(restore={'fence': 'full'}, clashes=())
    >>> undoing([{"fence": "full"}, {"fence": "none"}, {"fence": "damaged"}]).clashes
    ('fence',)
    """
    before, made, *later = history
    changed = _with_companions(differing(before, made), before)
    touched = {name for one, next_ in zip([made, *later], later, strict=False) for name in differing(one, next_)}
    return Undoing({name: before[name] for name in changed}, tuple(name for name in changed if name in touched))


def _with_companions(changed: list[str], row: Row) -> list[str]:
    wanted = set(changed).union(*(group for group in TOGETHER if group & set(changed)))
    return [name for name in row if name in wanted]
