"""The rule of a survey programme, and completion by count and by area. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from gis_service.parcels.rules import SurveyStatus


class ProgrammeState(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    CLOSED = "closed"


STATE_WORDS = {
    ProgrammeState.DRAFT: ("拟定中", "draft"),
    ProgrammeState.FROZEN: ("进行中", "running"),
    ProgrammeState.CLOSED: ("已结束", "closed"),
}

UNDEVELOPED, SUPPLY_YEAR = "undeveloped", "supply_year"
BECAUSE = {
    UNDEVELOPED: ("未建设用地", "undeveloped"),
    SUPPLY_YEAR: ("拟出让年度在范围内", "planned supply year in range"),
}


@dataclass(frozen=True)
class Rule:
    """Land of some areas that is undeveloped, or planned to be supplied by a year. Any of the conditions is enough."""

    area_ids: tuple[int, ...] = ()
    """Empty: the whole district."""
    undeveloped: bool = True
    supply_year_to: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Rule":
        return cls(tuple(kept.get("area_ids", ())), bool(kept.get("undeveloped")), kept.get("supply_year_to"))

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return {"area_ids": list(self.area_ids), "undeveloped": self.undeveloped, "supply_year_to": self.supply_year_to}

    def because(self, *, is_undeveloped: bool | None, planned_supply_year: int | None) -> list[str]:
        """Which conditions hold for land of the areas; none: it is no target.

        >>> Rule(supply_year_to=2026).because(is_undeveloped=False, planned_supply_year=2025)
        ['supply_year']
        """
        found = [UNDEVELOPED] if self.undeveloped and is_undeveloped else []
        in_time = planned_supply_year is not None and self.supply_year_to is not None
        return [*found, SUPPLY_YEAR] if in_time and planned_supply_year <= self.supply_year_to else found  # type: ignore[operator]

    def words(self, areas: Mapping[int, str]) -> tuple[str, str]:
        """The rule as a sentence, in both languages."""
        where = "、".join(areas.get(each, str(each)) for each in self.area_ids)
        land_zh = [
            *(["未建设用地"] if self.undeveloped else []),
            *([f"拟出让年度不晚于 {self.supply_year_to} 年的用地"] if self.supply_year_to else []),
        ]
        land_en = [
            *(["undeveloped land"] if self.undeveloped else []),
            *([f"land planned for supply by {self.supply_year_to}"] if self.supply_year_to else []),
        ]
        return f"{where or '全区'}:{'或'.join(land_zh)}", f"{where or 'the whole district'}: {' or '.join(land_en)}"  # fmt: skip


DONE = frozenset({SurveyStatus.APPROVED, SurveyStatus.NOT_REQUIRED})


class Stand(StrEnum):
    """Where a target stands: searched, being searched, or nobody has begun."""

    DONE = "done"
    RUNNING = "running"
    WANTING = "wanting"


STAND_WORDS = {
    Stand.DONE: ("已完成", "done"),
    Stand.RUNNING: ("摸排中", "being surveyed"),
    Stand.WANTING: ("未开始", "not begun"),
}
ENDED = frozenset({"approved", "cancelled"})
"""States of a survey that search no more."""


def stand(survey_status: str | None, survey_state: str | None) -> Stand:
    """By the register, and by the newest survey where there is one.

    >>> stand("pending", None).value, stand("pending", "pending").value, stand("resurvey", "approved").value
    ('wanting', 'running', 'wanting')
    """
    if survey_status in DONE:
        return Stand.DONE
    return Stand.WANTING if survey_state is None or survey_state in ENDED else Stand.RUNNING


@dataclass(frozen=True)
class Target:
    """A target as it stands: its area when frozen, its status and whether waste was found."""

    area_m2: Decimal
    survey_status: str
    waste_found: bool | None = None


@dataclass(frozen=True)
class Completion:
    """How far a programme is. Shares are of all targets; land found to need no survey counts as done and is told apart."""

    targets: int
    done: int
    not_required: int
    positive: int
    area_m2: Decimal
    done_area_m2: Decimal

    @property
    def share(self) -> Decimal | None:
        return _share(Decimal(self.done), Decimal(self.targets))

    @property
    def area_share(self) -> Decimal | None:
        return _share(self.done_area_m2, self.area_m2)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return round(part / whole, 4) if whole else None


def completion(targets: Iterable[Target]) -> Completion:
    """Done by count and by area."""
    all_ = list(targets)
    done = [each for each in all_ if each.survey_status in DONE]
    return Completion(
        targets=len(all_), done=len(done), not_required=sum(each.survey_status == "not_required" for each in done),
        positive=sum(bool(each.waste_found) for each in done),
        area_m2=sum((each.area_m2 for each in all_), Decimal(0)), done_area_m2=sum((each.area_m2 for each in done), Decimal(0)),
    )  # fmt: skip
