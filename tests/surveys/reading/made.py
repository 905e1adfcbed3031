"""Small files of boreholes, made as others make them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from gis_service.surveys.reading import reader
from gis_service.surveys.reading.result import Issue, Read

BOX = (113.45, 22.28, 113.72, 22.48)
"""The district, as in the settings."""

POINT_HEAD = ["点号", "类型", "东坐标", "北坐标", "孔口高程", "孔深", "是否见底"]
LAYER_HEAD = ["点号", "层顶", "层底", "土名", "是否固废", "固废类别"]
POINT = ["ZK01", "钻孔", 453649.888, 2473733.499, 3.25, 4.5, "是"]
LAYERS = [
    ["ZK01", 0, 0.8, "素填土", "否", None],
    ["ZK01", 0.8, 3.6, "建筑垃圾", "是", "拆除垃圾"],
    ["ZK01", 3.6, 4.5, "淤泥", "否", None],
]

Rows = Sequence[Sequence[Any]]


def workbook(sheets: Mapping[str, Rows], change: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook with these sheets, then changed as told."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def holes(*points: Sequence[Any], layers: Rows = LAYERS, **others: Rows) -> bytes:
    """A workbook of these holes, one like ZK01 where none is given; `head` and `layer_head` replace the usual heads."""
    sheets: dict[str, Rows] = {
        "钻孔": [others.pop("head", POINT_HEAD), *(points or (POINT,))],
        "地层": [others.pop("layer_head", LAYER_HEAD), *layers],
    }
    return workbook(sheets | others)


def text_zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"{name}.csv", content)
    return out.getvalue()


def lines(rows: Rows, separator: str = ",") -> str:
    """Rows as a spreadsheet writes them as text."""
    return "".join(separator.join("" if cell is None else str(cell) for cell in row) + "\r\n" for row in rows)


def read(content: bytes, name: str = "孔.xlsx", **given: Any) -> Read:
    return reader.read(content, name, **({"crs": 4547} | given))


def errors(found: Read) -> dict[str, Issue]:
    """Errors by code; there may be one of each only."""
    codes = [issue.code for issue in found.errors]
    assert len(codes) == len(set(codes)), codes
    return {issue.code: issue for issue in found.errors}


def warnings(found: Read) -> dict[str, Issue]:
    return {issue.code: issue for issue in found.warnings}
