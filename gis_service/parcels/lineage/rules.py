"""What may be done to a parcel in which state, what its children take over, and how figures are shared. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from gis_service.parcels.rules import HandoverStatus, RiskLevel


class Kind(StrEnum):
    SPLIT = "split"
    MERGE = "merge"
    ADJUST = "adjust"
    RETIRE = "retire"


WORDS: dict[Kind, tuple[str, str]] = {
    Kind.SPLIT: ("分割", "split"),
    Kind.MERGE: ("合并", "merge"),
    Kind.ADJUST: ("调整边界", "adjust the boundary"),
    Kind.RETIRE: ("出库", "strike off"),
}


class Said(NamedTuple):
    """Something the person should know before acting; `code` is stable."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class State:
    """What of a parcel's row decides whether it may be acted on."""

    parcel_no: str
    retired: bool
    handover: str
    guarded: bool = False
    """Whether fences, signs or cameras stand there."""


class Cause(StrEnum):
    """Why an act may not be done."""

    RETIRED = "retired"


BLOCKED: dict[tuple[Kind, Cause], bool] = {(kind, Cause.RETIRED): True for kind in Kind}
"""(act, cause) → whether it stops the act. Every act is stopped by retirement; what is only told is in `warnings`."""

UNDER_WAY = frozenset(
    {
        HandoverStatus.LISTED,
        HandoverStatus.PREPARED,
        HandoverStatus.CONSULTED,
        HandoverStatus.INSPECTION,
        HandoverStatus.ISSUES,
        HandoverStatus.SIGNING,
    }
)
"""A handover in these states has papers that name the parcel as it is."""


def blocker(kind: Kind, state: State) -> Cause | None:
    """What stops an act, or None.

    >>> blocker(Kind.SPLIT, State("BW-0001", retired=True, handover="not_planned"))
    <Cause.RETIRED: 'retired'>
    >>> blocker(Kind.SPLIT, State("BW-0001", retired=False, handover="signing"))
    """
    causes = [Cause.RETIRED] if state.retired else []
    return next((cause for cause in causes if BLOCKED.get((kind, cause))), None)


def warnings(states: Iterable[State]) -> Iterator[Said]:
    """What does not stop an act, but somebody will have to look after."""
    for state in states:
        if state.handover in UNDER_WAY:
            yield Said(
                "handover_under_way",
                f"{state.parcel_no} 正在移交,移交资料中的图和面积须随之更新。",
                f"{state.parcel_no} is being handed over: map and areas in the handover papers must follow.",
            )
        if state.guarded:
            yield Said(
                "facilities_follow",
                f"{state.parcel_no} 的围蔽、警示牌和监控随土地归入新地块；跨过新界线的围蔽归入占比大的一方，请核对。",
                f"Fences, signs and cameras of {state.parcel_no} go with the land; a fence across the new line goes where most "
                "of it runs: look after it.",
            )


# --- balance -----------------------------------------------------------------------------------------------------

CENT = Decimal("0.01")
TOLERANCE_M2, TOLERANCE_SHARE = 0.1, 1e-6
"""Children share the vertices of their cut, so that only the rounding of double numbers is left between the sums."""


def balanced(before_m2: float, after_m2: float) -> bool:
    """
    >>> balanced(90_000.0, 90_000.05), balanced(90_000.0, 90_000.2)
    (True, False)
    """
    return abs(after_m2 - before_m2) <= max(TOLERANCE_M2, TOLERANCE_SHARE * before_m2)


def distributed(total: Decimal, weights: Sequence[float]) -> list[Decimal]:
    """A figure of a document shared in proportion, to the hundredth; what rounding leaves goes to the largest (面积平差).

    >>> [str(share) for share in distributed(Decimal("100.00"), [1, 1, 1])]
    ['33.34', '33.33', '33.33']
    """
    whole = Decimal(str(sum(weights)))
    shares = [(total * Decimal(str(weight)) / whole).quantize(CENT) for weight in weights]
    largest = max(range(len(shares)), key=lambda n: weights[n])
    shares[largest] += total - sum(shares, Decimal(0))
    return shares


# --- numbers -----------------------------------------------------------------------------------------------------


def suggested_numbers(base: str, count: int, taken: Iterable[str]) -> list[str]:
    """Numbers for children: the parent's with 1, 2, 3 … behind it, leaving out any that somebody had before.

    >>> suggested_numbers("BW-0001", 2, {"BW-0001-1"})
    ['BW-0001-2', 'BW-0001-3']
    """
    known, suffix = set(taken), 0
    found: list[str] = []
    while len(found) < count:
        suffix += 1
        if (number := f"{base}-{suffix}") not in known:
            found.append(number)
    return found


# --- what is taken over --------------------------------------------------------------------------------------------

TAKEN_OVER = (
    "parcel_name", "area_id", "location_text", "plan_plot_no", "ownership", "right_holder_unit_id", "managing_unit_id",
    "custodian_unit_id", "current_class_system", "current_class_code", "planned_class_system", "planned_class_code",
    "plot_ratio", "building_density", "green_rate", "height_limit_m", "source_type", "acquired_on", "is_undeveloped",
    "planned_supply_mode", "planned_supply_year", "supply_status", "use_status", "fence_status", "survey_status",
    "disposal_status", "handover_status", "waste_found", "waste_class", "risk_level", "soil_survey_status",
    "handed_over_on", "geom_source", "geom_accuracy_m", "is_published", "secrecy_level", "remark",
)  # fmt: skip
"""Columns a child has from its parent. In a merge the largest parent leads where they differ."""

LEFT_BEHIND = ("parcel_code", "real_estate_unit_no", "certificate_no", "bounds_east", "bounds_south", "bounds_west", "bounds_north")  # fmt: skip
"""What names the old outline and nothing else: codes and certificates of the 宗地, and what lies on its sides."""

MERGED_BY: dict[str, str] = {
    "use_status": "all",
    "risk_level": "worst",
    "waste_found": "any",
    "waste_volume_m3": "sum",
    "is_published": "every",
}
"""Columns of a merge that are not simply the largest parent's."""

RISKS = (RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW)


def inherited(parents: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """What one child takes over, the largest parent standing first, and the columns in which the parents differ."""
    facts = {name: parents[0][name] for name in TAKEN_OVER}
    differing = [name for name in TAKEN_OVER if any(parent[name] != parents[0][name] for parent in parents)]
    if len(parents) > 1:
        facts |= {name: _merged(how, [parent[name] for parent in parents]) for name, how in MERGED_BY.items()}
    return facts, differing


def _merged(how: str, values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    match how:
        case "all":
            return list(dict.fromkeys(one for value in known for one in value))
        case "worst":
            return min(known, key=RISKS.index)
        case "any":
            return any(known) if known else None
        case "every":
            return all(known)
        case _:
            return sum(known, Decimal(0)) if known else None
