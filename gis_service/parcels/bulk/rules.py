"""What a bulk change is and when it may be made or taken back. Pure: plain values in, plain values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    QUEUED = "queued"
    APPLIED = "applied"
    UNDOING = "undoing"
    PARTLY_UNDONE = "partly_undone"
    UNDONE = "undone"
    FAILED = "failed"


WORDS: dict[str, tuple[str, str]] = {
    State.QUEUED: ("排队中", "queued"),
    State.APPLIED: ("已修改", "applied"),
    State.UNDOING: ("撤销中", "being undone"),
    State.PARTLY_UNDONE: ("部分撤销", "partly undone"),
    State.UNDONE: ("已撤销", "undone"),
    State.FAILED: ("未成功", "failed"),
}

AT_ONCE = 2_000
"""More parcels than this are changed by a job."""

MOST = 50_000
"""More than this is not a bulk change but an import."""

MOST_SHOWN = 500
"""Parcels of a preview shown one by one; the rest is in the sums."""

REMARK = "remark_append"
"""Not a column: text put after what the remark says already."""

FIELDS = (
    "supply_status", "use_status", "fence_status", "survey_status", "disposal_status", "handover_status", "risk_level",
    "ownership", "right_holder_unit_id", "managing_unit_id", "custodian_unit_id", "source_type", "acquired_on",
    "current_class_system", "current_class_code", "planned_class_system", "planned_class_code", "is_undeveloped",
    "planned_supply_mode", "planned_supply_year", "soil_survey_status", "geom_source", "is_published",
)  # fmt: skip
"""Columns in which many parcels may be alike. Numbers, names, places and figures belong to one parcel alone."""

PAIRS = (("current_class_system", "current_class_code"), ("planned_class_system", "planned_class_code"))

NOT_EMPTY = frozenset(
    {
        "supply_status", "use_status", "fence_status", "survey_status", "disposal_status", "handover_status", "risk_level",
        "ownership", "geom_source", "is_published",
    }
)  # fmt: skip

REASONS: dict[str, tuple[str, str]] = {
    "not_found": ("不存在，或不在您的范围内", "there is none, or none in your scope"),
    "retired": ("已出库，不能修改", "struck off the register; it is not changed"),
    "no_custodian": ("移交情况为“已移交管护”须有管护单位", "handed over needs a custodian unit"),
    "leaves_scope": ("修改后不在您的范围内", "the change would take it out of your scope"),
    "supply_waits": (
        "查明有地下固废,处置未验收,也没有带病供地的批准,不能改为已公告供地或已供地",
        "waste is buried there, its removal is not accepted and nobody waived it; it can be neither announced nor supplied",
    ),
    "stale": ("预览之后被他人修改", "changed by somebody else since the preview"),
    "changed_since": ("这次批量修改之后又有改动", "changed again after the bulk change"),
}
"""Why a parcel is not changed or not taken back, as people are told."""


@dataclass(frozen=True)
class Ground:
    """Whose land somebody may change: all of it, or that of some areas and some custodian units."""

    everywhere: bool
    area_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()

    def holds(self, row: Mapping[str, Any]) -> bool:
        return self.everywhere or row["area_id"] in self.area_ids or row["custodian_unit_id"] in self.unit_ids


def refused(before: Mapping[str, Any], new: Mapping[str, Any], ground: Ground) -> str | None:
    """Why a parcel cannot be changed so; None where it can. `before` has all columns that are looked at here."""
    row = {**before, **new}
    if before["retired_on"] is not None:
        return "retired"
    if row["handover_status"] == "handed_over" and row["custodian_unit_id"] is None:
        return "no_custodian"
    offers = row["supply_status"] in OFFERED and before["supply_status"] != row["supply_status"]
    if offers and row["supply_waits"] and row["disposal_status"] not in ACCEPTED:
        return "supply_waits"
    return None if ground.holds(row) else "leaves_scope"


OFFERED, ACCEPTED = ("announced", "supplied"), ("audited", "closed_out")
"""Supply of land with buried waste, and disposal that it waits for; the database holds every change to it."""

LOOKED_AT = ("retired_on", "handover_status", "custodian_unit_id", "area_id", "supply_status", "disposal_status")


def faults(changes: Mapping[str, Any]) -> list[str]:
    """The columns of a change that do not hold together: emptied where they must say something, or half of a pair.

    >>> faults({"fence_status": None, "planned_class_code": "0701"})
    ['fence_status', 'planned_class_system']
    """
    emptied = [name for name, value in changes.items() if value is None and name in NOT_EMPTY | {REMARK}]
    halves = [
        one
        for pair in PAIRS
        for one, other in (pair, pair[::-1])
        if other in changes and (one not in changes or (changes[one] is None) is not (changes[other] is None))
    ]
    return [*emptied, *dict.fromkeys(halves)]


def columns(changes: Iterable[str]) -> list[str]:
    """The columns of a parcel that changes write.

    >>> columns(["fence_status", "remark_append"])
    ['fence_status', 'remark']
    """
    return [name.removesuffix("_append") if name == REMARK else name for name in changes]


def after(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a parcel's columns will be; the database computes the same for all at once.

    >>> after({"remark": "旧", "fence_status": "none"}, {"fence_status": "full", "remark_append": "新"})
    {'fence_status': 'full', 'remark': '旧;新'}
    >>> after({"remark": None}, {"remark_append": "新"})
    {'remark': '新'}
    """
    return {
        column: joined(before["remark"], value) if name == REMARK else value
        for (name, value), column in zip(changes.items(), columns(changes), strict=True)
    }


BETWEEN = ";"
"""Between what a remark said and what is added."""


def joined(old: str | None, added: str) -> str:
    return f"{old}{BETWEEN}{added}" if old else added
