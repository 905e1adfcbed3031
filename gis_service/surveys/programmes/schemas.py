"""Shapes of programmes, in and out."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from gis_service.procedures.schemas import Sent, Text
from gis_service.surveys.programmes.models import SurveyProgramme
from gis_service.surveys.programmes.rules import (
    BECAUSE,
    STAND_WORDS,
    STATE_WORDS,
    Completion,
    ProgrammeState,
    Rule,
    Stand,
)


class RuleIn(Sent):
    area_ids: Annotated[list[int], Field(max_length=200)] = Field(default_factory=list)
    undeveloped: bool = True
    supply_year_to: Annotated[int | None, Field(ge=1990, le=2100)] = None

    def rule(self) -> Rule:
        return Rule(tuple(self.area_ids), self.undeveloped, self.supply_year_to)


class ProgrammeIn(Sent):
    title: Annotated[Text, Field(min_length=1)]
    rule: RuleIn
    due_on: date | None = None
    note: Text = ""


class ProgrammeChange(Sent):
    title: Annotated[Text | None, Field(min_length=1)] = None
    rule: RuleIn | None = None
    due_on: date | None = None
    note: Text | None = None


class FreezeIn(Sent):
    on: date | None = None


def programme_out(programme: SurveyProgramme, done: Completion | None, areas: dict[int, str]) -> dict[str, Any]:
    zh, en = Rule.of(programme.rule).words(areas)
    state = STATE_WORDS[ProgrammeState(programme.state)]
    return {
        "id": programme.id, "title": programme.title, "rule": programme.rule, "rule_zh": zh, "rule_en": en, "due_on": programme.due_on,
        "state": programme.state, "state_zh": state[0], "state_en": state[1], "frozen_on": programme.frozen_on,
        "frozen_by": programme.frozen_by_name, "note": programme.note, "made_at": programme.made_at, "made_by": programme.made_by_name,
        "row_version": programme.row_version, "completion": completion_out(done) if done else None,
    }  # fmt: skip


def completion_out(done: Completion) -> dict[str, Any]:
    """Counts and areas with their denominators; shares are null where there is nothing to divide by."""
    return {
        "targets": done.targets, "done": done.done, "not_required": done.not_required, "positive": done.positive,
        "area_m2": done.area_m2, "done_area_m2": done.done_area_m2, "share": done.share, "area_share": done.area_share,
    }  # fmt: skip


def target_out(row: dict[str, Any]) -> dict[str, Any]:
    zh, en = STAND_WORDS[Stand(row["stand"])]
    return {
        **row,
        "stand_zh": zh,
        "stand_en": en,
        "because": [{"code": code, "zh": BECAUSE[code][0], "en": BECAUSE[code][1]} for code in row["because"]],
        "area_m2": Decimal(row["area_m2"]),
    }
