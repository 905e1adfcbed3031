"""How the files of a pack say things: titles, figures with their denominators, changes. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gis_service.reports import rules

Snapshot = Mapping[str, Any]
Row = Mapping[str, Any]
SAMPLE, DRAFT, INSIDE, NONE = "示例数据", "草稿", "内部资料 注意保管", "—"
SUBJECT = "国有空闲地管理"


def month_zh(snapshot: Snapshot) -> str:
    """
    >>> month_zh({"month": "2026-09"})
    '2026年9月'
    """
    month = rules.month_of(snapshot["month"])
    return f"{month.year}年{month.month}月"


def edition(snapshot: Snapshot) -> str:
    """草稿, or which edition where it is not the first."""
    if snapshot["is_draft"]:
        return DRAFT
    return "" if snapshot["edition"] == 1 else f"第{snapshot['edition']}版"


def title(snapshot: Snapshot, what: str) -> str:
    """
    >>> title({"month": "2026-09", "is_draft": False, "edition": 2}, "调度表")
    '国有空闲地管理2026年9月调度表(第2版)'
    """
    which = edition(snapshot)
    return f"{SUBJECT}{month_zh(snapshot)}{what}{f'({which})' if which else ''}"


def file_name(snapshot: Snapshot, what: str, ending: str) -> str:
    """The name of a file of the pack: what it is, of which month and edition; what is made up or not final says so."""
    number = "" if snapshot["is_draft"] or snapshot["edition"] == 1 else f"v{snapshot['edition']}"
    marks = [mark for mark in (number, DRAFT * snapshot["is_draft"], SAMPLE * snapshot["sample"]) if mark]
    return "_".join([what, snapshot["month"], *marks]) + f".{ending}"


def marks(snapshot: Snapshot) -> list[str]:
    """What every page must say of itself."""
    return [mark for mark, holds in ((SAMPLE, snapshot["sample"]), (DRAFT, snapshot["is_draft"])) if holds]


def cut_off(snapshot: Snapshot) -> str:
    """
    >>> cut_off({"cut_off": "2026-09-30T23:59:59+08:00"})
    '数据截止:2026-09-30 23:59'
    """
    return f"数据截止:{datetime.fromisoformat(snapshot['cut_off']):%Y-%m-%d %H:%M}"


def correction(snapshot: Snapshot) -> str:
    return f"更正说明:{snapshot['reason']}" if snapshot["reason"] else ""


# --- figures ----------------------------------------------------------------------------------------------------------


def number(value: str | None) -> str:
    """
    >>> number("12345.60"), number(None), number("-3")
    ('12,345.60', '—', '-3')
    """
    return NONE if value is None else f"{Decimal(value):,}"


def value(figure: Row, about: Row) -> str:
    """
    >>> value({"value": "85.0"}, {"unit": "%"}), value({"value": "120"}, {"unit": "宗"}), value({"value": None}, {"unit": "%"})
    ('85.0%', '120 宗', '—')
    """
    if figure["value"] is None:
        return NONE
    return f"{number(figure['value'])}%" if about["unit"] == "%" else f"{number(figure['value'])} {about['unit']}"


def plan(figure: Row, about: Row) -> str:
    """The year's plan for a figure as it was set at the cut-off.

    >>> plan({"plan": "95.0"}, {"unit": "%"}), plan({"plan": None}, {"unit": "宗"})
    ('95.0%', '—')
    """
    return value({"value": figure["plan"]}, about)


def parts(figure: Row, about: Row) -> str:
    """Numerator over denominator of a share; the spread of a volume; else nothing.

    >>> parts({"numerator": "34", "denominator": "40", "low": None, "high": None}, {"counted_in": "宗"})
    '34/40 宗'
    """
    if figure["denominator"] is not None:
        return f"{number(figure['numerator'])}/{number(figure['denominator'])} {about['counted_in']}"
    if figure["low"] is not None and figure["high"] is not None:
        return f"{number(figure['low'])}–{number(figure['high'])} {about['unit']}"
    return ""


def whole(figure: Row, about: Row) -> str:
    """A figure with what it is a share of: 85.0%(34/40 宗)."""
    beside = parts(figure, about)
    return value(figure, about) + (f"({beside})" if beside else "")


def change(figure: Row, about: Row) -> str:
    """Against the month before: 升 2.0 个百分点, 降 3 宗, 持平; — where one of the two has no value.

    >>> change({"change": "2.0"}, {"unit": "%"}), change({"change": "-3"}, {"unit": "宗"}), change({"change": "0.0"}, {"unit": "%"})
    ('升 2.0 个百分点', '降 3 宗', '持平')
    """
    if figure["change"] is None:
        return NONE
    by = Decimal(figure["change"])
    if not by:
        return "持平"
    unit = "个百分点" if about["unit"] == "%" else about["unit"]
    return f"{'升' if by > 0 else '降'} {abs(by):,} {unit}"


# --- cells of the table -----------------------------------------------------------------------------------------------


def problems(row: Row) -> str:
    """新增/整改/超期, always all three."""
    return "/".join(str(row["problems"][name]) for name in ("found", "corrected", "late"))


def day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def late_by(row: Row) -> str:
    return f"超期 {row['days_late']} 天" if row["days_late"] > 0 else ""
