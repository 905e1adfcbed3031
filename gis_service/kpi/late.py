"""What is late at a moment, with the unit and the person: rows of the figures themselves whose day has passed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.kpi.catalogue import CATALOGUE
from gis_service.kpi.figures import rows
from gis_service.kpi.telling import Sight

SOURCES = {
    "rectification.late": ("整改超期", "rectification late"),
    "survey.done": ("摸排逾期未完成", "survey not done in time"),
    "disposal.projects": ("处置超过计划日期", "disposal past its planned day"),
    "patrol.done": ("巡查任务逾期", "patrol task missed"),
}
"""Figures whose rows have a day, and what it means that it has passed."""


def late(session: Session, seen: list[Sight], as_of: datetime) -> list[dict[str, Any]]:
    """The rows whose day lies before the moment's and which are not done, the longest ago first."""
    today = as_of.astimezone(BEIJING).date()
    found: list[dict[str, Any]] = []
    for scope, codes in seen:
        db.enter(session, scope)
        for code in codes:
            if code not in SOURCES:
                continue
            zh, en = SOURCES[code]
            open_ = [row for row in rows(session, code, as_of) if _is_open(code, row)]
            found += [
                {**row, "code": code, "group": CATALOGUE[code].group, "why_zh": zh, "why_en": en, "days": (today - row["due_on"]).days}
                for row in open_ if row["due_on"] is not None and row["due_on"] < today
            ]  # fmt: skip
    return sorted(found, key=lambda row: (row["due_on"], row["code"], row["no"]))


def _is_open(code: str, row: dict[str, Any]) -> bool:
    """Of a ratio the rows not counted are not done; of a count, those counted."""
    counted: bool = row["counted"]
    return not counted if CATALOGUE[code].den is not None else counted
