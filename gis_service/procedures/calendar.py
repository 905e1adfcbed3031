"""The working-day calendar: imported a year at a time from the yearly notice; every open deadline follows, since none is stored."""

import csv
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete, extract, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.procedures.errors import CalendarRefused
from gis_service.procedures.models import CalendarDay

BUILT_IN = Path(__file__).with_name("calendar.toml")


def built_in() -> list[tuple[str, list[CalendarDay]]]:
    """The years that come with the service: source and days of each."""
    years = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))["year"]
    return [
        (year["source"], [*_days(year, "off", working=False), *_days(year, "worked", working=True)]) for year in years
    ]


def _days(year: dict[str, Any], key: str, *, working: bool) -> list[CalendarDay]:
    return [
        CalendarDay(day=day, is_working=working, name=name, source=year["source"])
        for name, days in year[key].items()
        for day in days
    ]


WORKED, FREE = frozenset({"班", "上班", "调休", "work"}), frozenset({"休", "放假", "off"})


def read_csv(text: str) -> list[tuple[date, bool, str]]:
    """Days from a CSV file of three columns — 日期, 休 or 班, 名称 — with or without a heading.

    Raises `CalendarRefused` naming the row that cannot be understood.
    """
    found = []
    for row, cells in enumerate(csv.reader(text.removeprefix("\ufeff").splitlines()), 1):
        day, kind, name = (cell.strip() for cell in [*cells, "", "", ""][:3])
        if not day or (row == 1 and not day[0].isdigit()):
            continue
        if kind not in WORKED | FREE:
            raise CalendarRefused(
                row=row,
                reason_zh=f"第二列应为“休”或“班”,现为“{kind}”",
                reason_en=f"says '{kind}', not 休 (off) or 班 (work)",
            )
        found.append((_date(row, day), kind in WORKED, name))
    if not found:
        raise CalendarRefused(row=1, reason_zh="没有日期", reason_en="holds no dates")
    return found


def _date(row: int, text: str) -> date:
    try:
        return date(*(int(part) for part in text.replace("/", "-").split("-")))
    except (ValueError, TypeError, OverflowError):
        raise CalendarRefused(row=row, reason_zh=f"日期“{text}”无法理解", reason_en=f"has no date: '{text}'") from None


def replace(session: Session, days: Sequence[tuple[date, bool, str]], source: str) -> list[int]:
    """The exceptions of whole years, instead of what was known of those years; returns the years.

    Raises `CalendarRefused` for a day twice, or a weekday called a weekend day worked; a holiday may fall on a weekend.
    """
    _require_sense(days)
    years = sorted({day.year for day, _, _ in days})
    session.execute(delete(CalendarDay).where(extract("year", CalendarDay.day).in_(years)))
    rows = [{"day": day, "is_working": working, "name": name, "source": source} for day, working, name in days]
    session.execute(insert(CalendarDay).values(rows))
    return years


def _require_sense(days: Sequence[tuple[date, bool, str]]) -> None:
    times = Counter(day for day, _, _ in days)
    for row, (day, working, _) in enumerate(days, 1):
        if times[day] > 1:
            raise CalendarRefused(row=row, reason_zh=f"{day} 出现了两次", reason_en=f"gives {day} twice")
        if working and day.weekday() < 5:
            raise CalendarRefused(
                row=row,
                reason_zh=f"{day} 是工作日,不能作为调休上班的周末",
                reason_en=f"calls {day} a weekend day worked, but it is a weekday",
            )


def fill(session: Session) -> None:
    """Put in the built-in years of which nothing is known yet; an imported year stays as it was imported."""
    known = set(session.scalars(select(extract("year", CalendarDay.day)).distinct()))
    for source, days in built_in():
        rows = [{"day": d.day, "is_working": d.is_working, "name": d.name, "source": source} for d in days]
        if days[0].day.year not in known:
            session.execute(insert(CalendarDay).values(rows))
