"""指标表: a sheet for each of 打 防 管 治 with a column for each figure, so that no column mixes units; and the catalogue in words."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from gis_service.core.clock import BEIJING
from gis_service.kpi.catalogue import CATALOGUE, DECIMALS, GROUPS, NOT_KNOWN_ZH, OWNERS, PERIODS, UNIT_ROLES, Indicator
from gis_service.kpi.figures import By
from gis_service.kpi.telling import Line
from gis_service.parcels.imports.report import safe

DASH = "—"
HEAD = 3
"""Rows above the lines: title, cut-off, names of the figures with what they are counted in."""
PARTS = {"area": "片区", "unit": "单位"}
WHOLE = "全区"


def workbook(whole: Sequence[Line], parts: Sequence[Line], by: By, as_of: datetime) -> bytes:
    """The figures of the district and of its areas or units as XLSX (A3 landscape, frozen head); no text becomes a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "指标表"})
        book.set_calc_mode("auto")
        looks = _Looks(book)
        codes = [line.figure.code for line in whole]
        for group, (zh, _) in GROUPS.items():
            those = [CATALOGUE[code] for code in codes if CATALOGUE[code].group == group]
            if those:
                _group(book.add_worksheet(group), looks, zh, those, whole, parts, by, as_of)
        _catalogue(book.add_worksheet("指标目录"), looks, [CATALOGUE[code] for code in codes])
    return out.getvalue()


class _Looks:
    def __init__(self, book: Any):
        line = {"border": 1, "border_color": "#9AA0A6", "valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.soft = book.add_format({"font_color": "#50575F"})
        self.head = book.add_format({**line, "bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "align": "center"})
        self.words = book.add_format({**line, "text_wrap": True})
        self.number = {
            digits: book.add_format({**line, "num_format": "#,##0" + ("." + "0" * digits if digits else ""), "align": "right"}) for digits in range(4)
        }  # fmt: skip


def columns(each: Indicator) -> list[tuple[str, str, int]]:
    """The columns of a figure: head, what of the figure it shows, digits. A ratio stands beside what it is made of."""
    plain = DECIMALS.get(each.counted_in, 0)
    if each.den is not None:
        return [
            (f"{each.zh}(%)", "value", 1),
            (f"{each.numerator_zh}({each.counted_in})", "numerator", plain),
            (f"{each.denominator_zh}({each.counted_in})", "denominator", plain),
        ]
    found = [(f"{each.zh}({each.unit})", "value", plain)]
    return (
        [*found, (f"下限({each.unit})", "low", plain), (f"上限({each.unit})", "high", plain)]
        if each.low is not None
        else found
    )


def _group(
    sheet: Any, looks: _Looks, title: str, those: Sequence[Indicator], whole: Sequence[Line], parts: Sequence[Line], by: By, as_of: datetime
) -> None:  # fmt: skip
    sheet.write_string(0, 0, f"{title}指标表", looks.title)
    sheet.write_string(
        1, 0, f"截止时间:{as_of.astimezone(BEIJING):%Y-%m-%d %H:%M}(北京时间);分母为 0 的记“{DASH}”。", looks.soft
    )
    sheet.set_row(HEAD - 1, 60)
    sheet.write_string(HEAD - 1, 0, PARTS.get(by, WHOLE), looks.head)
    of_whole = {line.figure.code: line for line in whole}
    of_part = {(line.figure.area or line.figure.unit, line.figure.code): line for line in parts}
    names = list(dict.fromkeys(name for name, _ in of_part))
    for y, label in enumerate((WHOLE, "上月末", "较上月", "本年计划", "与计划之差", *names), HEAD):
        sheet.write_string(y, 0, safe(label or ""), looks.words)
    x = 1
    for each in those:
        for head, what, digits in columns(each):
            sheet.write_string(HEAD - 1, x, head, looks.head)
            line = of_whole[each.code]
            told = [getattr(line.figure, what), *_against(line, what)]
            told += [_part(of_part.get((name, each.code)), what) for name in names]
            for y, value in enumerate(told, HEAD):
                _cell(sheet, y, x, value, looks.number[digits], looks.words)
            x += 1
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, x - 1, 14)
    sheet.freeze_panes(HEAD, 1)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD - 1)


def _against(line: Line, what: str) -> list[Decimal | str | None]:
    """The month before and the plan belong to the value, not to what it is made of."""
    return [line.before, line.change, line.plan, line.to_plan] if what == "value" else [""] * 4


def _part(line: Line | None, what: str) -> Decimal | str | None:
    return "" if line is None else getattr(line.figure, what)


def _cell(sheet: Any, y: int, x: int, value: Decimal | str | None, number: Any, words: Any) -> None:
    if isinstance(value, Decimal):
        sheet.write_number(y, x, value, number)
    else:
        sheet.write_string(y, x, DASH if value is None else value, number if value is None else words)


def _catalogue(sheet: Any, looks: _Looks, those: Sequence[Indicator]) -> None:
    heads = ("编号", "指标", "类", "口径", "分子", "分母", "单位", "期间", "按哪个单位统计", "责任部门")
    for x, (head, width) in enumerate(zip(heads, (22, 20, 12, 60, 28, 28, 8, 26, 26, 14), strict=True)):
        sheet.write_string(0, x, head, looks.head)
        sheet.set_column(x, x, width)
    for y, each in enumerate(those, 1):
        told = (
            each.code, each.zh, GROUPS[each.group][0], each.sentence_zh, each.numerator_zh, each.denominator_zh or DASH, each.unit,
            PERIODS[each.period][0], UNIT_ROLES[each.unit_role][0], OWNERS[each.owner][0],
        )  # fmt: skip
        for x, value in enumerate(told):
            sheet.write_string(y, x, value, looks.words)
    sheet.write_string(len(those) + 2, 0, NOT_KNOWN_ZH, looks.soft)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
