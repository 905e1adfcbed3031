"""The figures of a month from the catalogue of indicators: of the district against the month before and the year's plan, by area, and over
half a year."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.rules import PERMISSIONS
from gis_service.kpi.catalogue import CATALOGUE, GROUPS, Indicator
from gis_service.kpi.figures import Figure, figures
from gis_service.kpi.targets import planned
from gis_service.reports import rules

SHOWN: tuple[str, ...] = tuple(
    code for code, each in CATALOGUE.items() if PERMISSIONS["report.read"] <= PERMISSIONS[each.needs]
)
"""Figures that everybody who may read the report may see on their own page too: the pack opens no other door."""
BY_AREA = ("land.count", "land.area", "survey.done", "waste.parcels", "disposal.progress", "handover.done", "fence.full", "patrol.coverage", "rectification.closed", "rectification.late")  # fmt: skip
TREND = ("survey.done", "handover.done", "fence.full", "patrol.coverage", "rectification.closed")
MONTHS = 6


def gathered(session: Session, month: date, at: datetime) -> dict[str, Any]:
    """All that the pack says in figures, each with numerator and denominator."""
    now = figures(session, at, codes=SHOWN)
    then = {each.code: each for each in figures(session, rules.ends(rules.before(month)), codes=SHOWN)}
    plan = planned(session, at, "district")
    by_area = [code for code in BY_AREA if code in SHOWN]
    return {
        "catalogue": {code: _about(CATALOGUE[code]) for code in SHOWN},
        "groups": [{"code": code, "zh": zh} for code, (zh, _en) in GROUPS.items()],
        "district": [{**told(each), "last": told(then[each.code]), "change": change(each, then[each.code]), "plan": _text(plan.get((each.code, None)))} for each in now],
        "by_area": [told(each) for each in figures(session, at, codes=by_area, by="area")],
        "trend": _trend(session, month, at, [code for code in TREND if code in SHOWN]),
    }  # fmt: skip


def _about(each: Indicator) -> dict[str, Any]:
    return {
        "zh": each.zh, "unit": each.unit, "counted_in": each.counted_in, "group": each.group, "up": each.up,
        "sentence": each.sentence_zh, "numerator": each.numerator_zh, "denominator": each.denominator_zh,
    }  # fmt: skip


def told(each: Figure) -> dict[str, Any]:
    """A figure as JSON can hold it: numbers as their digits, so that none is rounded on the way."""
    numbers: Mapping[str, Any] = {
        name: getattr(each, name) for name in ("numerator", "denominator", "value", "low", "high")
    }
    return {
        "code": each.code,
        "area": each.area,
        **{name: _text(value) for name, value in numbers.items()},
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def change(now: Figure, then: Figure) -> str | None:
    """Against the month before, in the figure's own unit: of shares in percentage points."""
    return None if now.value is None or then.value is None else str(now.value - then.value)


def _trend(session: Session, month: date, at: datetime, codes: Iterable[str]) -> list[dict[str, Any]]:
    """The last six months, each at its end, this one at its cut-off."""
    months = [rules.before(month, back) for back in range(MONTHS - 1, 0, -1)]
    moments = [*((each, rules.ends(each)) for each in months), (month, at)]
    return [
        {"month": rules.said(each), "figures": [told(one) for one in figures(session, moment, codes=list(codes))]}
        for each, moment in moments
    ]
