"""What is late at a moment, with the unit and the person: rows of the figures themselves whose day has passed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.kpi.catalogue import CATALOGUE
from gis_service.kpi.figures import late_rows
from gis_service.kpi.telling import Sight

SOURCES = {
    "rectification.late": ("整改超期", "rectification late"),
    "survey.done": ("摸排逾期未完成", "survey not done in time"),
    "disposal.projects": ("处置超过计划日期", "disposal past its planned day"),
    "patrol.done": ("巡查任务逾期", "patrol task missed"),
}
"""Figures whose rows have a day, and what it means that it has passed."""


def late(session: Session, seen: list[Sight], as_of: datetime, most: int) -> tuple[int, list[dict[str, Any]]]:
    """How many rows are not done though their day lies before the moment's, and the longest overdue of them."""
    today = as_of.astimezone(BEIJING).date()
    total, found = 0, []
    for scope, codes in seen:
        db.enter(session, scope)
        for code in sorted(SOURCES.keys() & set(codes)):
            zh, en = SOURCES[code]
            count, rows = late_rows(session, code, as_of, most)
            total += count
            found += [
                {**row, "code": code, "group": CATALOGUE[code].group, "why_zh": zh, "why_en": en, "days": (today - row["due_on"]).days}
                for row in rows
            ]  # fmt: skip
    return total, sorted(found, key=lambda row: (row["due_on"], row["code"], row["no"]))[:most]
