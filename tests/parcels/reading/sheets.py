"""Workbooks made for tests: as offices write them, and as nobody should."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

Rows = Iterable[Sequence[Any]]

#: A register as it comes: title, date and unit, two levels of names, sums between the rows, a note and a signature.
REGISTER: list[list[Any]] = [
    ["珠海高新区国有空闲地管理台账"],
    ["截止时间：2026年6月30日", None, None, None, None, None, None, "填报单位：土地管理科"],
    ["序号", "片区", "地块信息", None, "用地面积", None, "规划指标", "四至", None, "收储时间", "备注"],
    [None, None, "地块编号", "地块名称", "㎡", "亩", "容积率", "东", "西", None, None],
    [1, "北围", "BW-0001", "北围地块一", 90000, 135, 2.5, "港湾大道", "山边", "2024-05-02", None],
    [2, None, "BW-0002", "北围地块二", 1200.5, 1.8, None, "规划路", "排洪渠", "2024年5月", "有临时停车"],
    ["北围小计", None, "2宗", None, 91200.5, 136.8],
    [],
    [3, "后环", "HH-0001", "后环地块一", 12000, 18, 1.2, None, None, None, None],
    ["后环小计", None, "1宗", None, 12000, 18],
    ["合 计", None, "3宗", None, 103200.5, 154.8],
    ["注：1. 面积以勘测定界为准。"],
    ["2. 四至以现场为准。"],
    ["填报人：张三", None, None, "审核人：李四", None, None, None, "日期：2026年7月1日"],
]
REGISTER_MERGES = ("A1:K1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "H3:I3", "J3:J4", "K3:K4", "B5:B6")


def book(sheets: Mapping[str, Rows] | Rows, merges: Iterable[str] = (), **options: Any) -> bytes:
    """A workbook of some sheets, or of one; `formats` are number formats by cell, `hidden` the names of hidden sheets."""
    made = Workbook()
    made.remove(made.active)
    named = sheets if isinstance(sheets, Mapping) else {"台账": sheets}
    for name, rows in named.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in merges:
            sheet.merge_cells(area)
        for cell, code in options.get("formats", {}).items():
            sheet[cell].number_format = code
        if name in options.get("hidden", ()):
            sheet.sheet_state = "hidden"
    if options.get("epoch"):
        made.epoch = options["epoch"]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(content: bytes, parts: Mapping[str, bytes | tuple[str, str]]) -> bytes:
    """The workbook with some parts replaced whole, or in one place of their text; new ones are added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in [*source.namelist(), *(part for part in parts if part not in source.namelist())]:
            change = parts.get(name)
            if isinstance(change, tuple):
                before = source.read(name).decode()
                assert change[0] in before
                target.writestr(name, before.replace(*change))
            else:
                target.writestr(name, source.read(name) if change is None else change)
    return out.getvalue()


def raw_book(sheet_xml: str | bytes, shared: str | None = None) -> bytes:
    """The smallest workbook around the XML of one sheet."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="表" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        + (f'<Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/>' if shared else "")
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet_xml,
    }
    if shared:
        parts["xl/sharedStrings.xml"] = shared
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: str) -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{rows}</sheetData></worksheet>"
    )
