"""Shapes of plans and tasks on the wire."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gis_service.parcels.rules import RiskLevel
from gis_service.patrols.planning.generating import Outlook
from gis_service.patrols.planning.models import PatrolPlan
from gis_service.patrols.planning.operations import STATES
from gis_service.patrols.rules import ExtraReason, TaskState, Walker

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanIn(Told):
    """A regular plan: `times` rounds in every `per_days` days."""

    name: Text
    walker: Walker
    area_id: int | None = None
    risk_level: RiskLevel | None = None
    times: Annotated[int, Field(ge=1, le=10)]
    per_days: Annotated[int, Field(ge=1, le=366)]
    night: bool = False
    workdays_only: bool = False
    starts_on: date
    ends_on: date | None = None

    @model_validator(mode="after")
    def _days(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("结束日期不能早于开始日期 · a plan ends after it begins")
        return self


class UsualIn(Told):
    starts_on: date


class ExtraIn(Told):
    """An extra round for a day, before and (or) after it, over some areas or all land."""

    reason: ExtraReason
    day: date
    area_ids: Annotated[list[int], Field(max_length=200)] = []
    before: bool = True
    after: bool = True
    risk_level: RiskLevel | None = None

    @model_validator(mode="after")
    def _when(self) -> Self:
        if not (self.before or self.after):
            raise ValueError("请选择事前、事后,或两者 · before, after, or both")
        return self


class TaskIn(Told):
    """A task by hand."""

    title: Text
    parcel_ids: Annotated[list[int], Field(min_length=1, max_length=200)]
    unit_id: int | None = None
    assignee_id: int | None = None
    night: bool = False
    due_from: date
    due_on: date


class MoveIn(Told):
    id: int
    assignee_id: int | None
    due_from: date
    due_on: date


class MovesIn(Told):
    moves: Annotated[list[MoveIn], Field(min_length=1, max_length=500)]


class CancelIn(Told):
    reason: Reason


PLAN_FIELDS = (
    "id", "name", "kind", "reason", "walker", "area_id", "risk_level", "times", "per_days", "night", "workdays_only",
    "starts_on", "ends_on", "stopped_at", "generated_at", "row_version",
)  # fmt: skip


def plan_out(plan: PatrolPlan, **more: Any) -> dict[str, Any]:
    return {**{name: getattr(plan, name) for name in PLAN_FIELDS}, **more}


def outlook_out(found: Outlook) -> dict[str, Any]:
    return {**vars(found), "first_rounds": [vars(each) for each in found.first_rounds]}


def task_out(row: dict[str, Any], today: date) -> dict[str, Any]:
    """A line of the board; `late` where its last day went by and nobody came."""
    zh, en = STATES[TaskState(row["state"])]
    late = row["state"] == TaskState.MISSED or (
        row["state"] in (TaskState.OPEN, TaskState.STARTED) and row["due_on"] < today
    )
    return {**row, "state_zh": zh, "state_en": en, "late": late}
