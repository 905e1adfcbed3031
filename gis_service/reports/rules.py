"""Months, editions, and the form of the 调度表. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from gis_service.core.clock import BEIJING


class ReportState(StrEnum):
    CLOSED = "closed"
    CORRECTED = "corrected"
    """A later edition stands in its place."""


class PackState(StrEnum):
    QUEUED = "queued"
    MAKING = "making"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset({PackState.QUEUED, PackState.MAKING})


def month_of(said: str) -> date:
    """The first day of a month; raises `ValueError`.

    >>> month_of("2026-10")
    datetime.date(2026, 10, 1)
    """
    if len(said) != len("2026-10"):
        raise ValueError(said)
    return date.fromisoformat(f"{said}-01")


def said(month: date) -> str:
    """
    >>> said(date(2026, 10, 1))
    '2026-10'
    """
    return f"{month:%Y-%m}"


def before(month: date, count: int = 1) -> date:
    """
    >>> before(date(2026, 1, 1)), before(date(2026, 10, 1), 5)
    (datetime.date(2025, 12, 1), datetime.date(2026, 5, 1))
    """
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def begins(month: date) -> datetime:
    """The first moment of a month in Beijing."""
    return datetime(month.year, month.month, 1, tzinfo=BEIJING)


def ends(month: date) -> datetime:
    """数据截止 of a month that is over: its last second in Beijing."""
    return begins(last_day(month) + timedelta(days=1)) - timedelta(seconds=1)


def is_over(month: date, now: datetime) -> bool:
    return now > ends(month)


def cut_off(month: date, now: datetime) -> datetime:
    """The end of a month that is over, else the present, to the second."""
    return ends(month) if is_over(month, now) else now.astimezone(BEIJING).replace(microsecond=0)


def has_begun(month: date, now: datetime) -> bool:
    return now >= begins(month)


@dataclass(frozen=True)
class Column:
    """A column of the 调度表. `name` is its key in a row of the snapshot."""

    name: str
    zh: str
    en: str
    width: float
    """In characters, for workbooks."""
    form: Literal["text", "count", "mu", "m3", "date", "problems"] = "text"


COLUMNS: tuple[Column, ...] = (
    Column("seq", "序号", "No.", 5, "count"),
    Column("area", "片区", "Area", 8),
    Column("parcel_no", "地块编号", "Parcel no.", 12),
    Column("parcel_name", "地块名称", "Name", 20),
    Column("area_mu", "面积(亩)", "Area (mu)", 10, "mu"),
    Column("right_holder", "权属单位", "Right holder", 22),
    Column("custodian", "管护单位", "Custodian", 22),
    Column("survey", "摸排", "Survey", 9),
    Column("waste_m3", "固废方量(m³)", "Buried waste (m³)", 22, "m3"),
    Column("disposal", "处置进度", "Disposal", 18),
    Column("handover", "移交", "Handover", 9),
    Column("fence", "围蔽", "Fence", 9),
    Column("patrols", "本月巡查次数", "Visits in the month", 8, "count"),
    Column("problems", "问题(新增/整改/超期)", "Problems (new/corrected/late)", 11, "problems"),
    Column("unit", "责任单位", "Unit in charge", 22),
    Column("person", "责任人", "Person in charge", 10),
    Column("due_on", "完成时限", "Due", 11, "date"),
    Column("difficulty", "存在困难", "Difficulties", 24),
    Column("next_step", "下一步措施", "Next steps", 24),
)
"""The form of domain 8.3, in its order."""
