"""Tables of a DOCX as plain data: widths, merged cells, borders, header rows, heights."""

from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from gis_service.papers.docx.styles import Properties, attribute, is_on, over, twips
from gis_service.papers.errors import fault

if TYPE_CHECKING:
    from gis_service.papers.docx.body import Reader

SIDES = ("top", "left", "bottom", "right")
VALIGN = {"center": "horizon", "bottom": "bottom"}
DASHED = {"dashed": "dashed", "dotted": "dotted", "dotDash": "dash-dotted"}
SIDE_MARGIN = 5.4
"""Word's space left and right in a cell, in points, where nothing is said."""

MAX_COLUMNS = 63
"""Word's own limit."""

Cell = dict[str, Any]


def table(reader: "Reader", element: Any, part: Any, width: float) -> dict[str, Any]:
    about = reader.styles.table(element)
    rows = _rows(element)
    columns = _columns(element, rows, width)
    cells: list[Cell] = []
    open_above: dict[int, Cell] = {}
    heads, heights, counting = 0, [], True
    for y, row in enumerate(rows):
        row_about = over(row.find(qn("w:trPr")))
        counting = counting and is_on(row_about, "tblHeader")
        heads += counting
        heights.append(twips(attribute(row_about, "trHeight")))
        for cell in _cells(reader, row, y, columns, about, part):
            if cell.pop("merge") == "continue" and cell["x"] in open_above:
                above = open_above[cell["x"]]
                above["rowspan"] += 1
                above["borders"]["bottom"] = cell["borders"]["bottom"]
            else:
                cell["whole"] = is_on(row_about, "cantSplit")
                cells.append(cell)
                open_above[cell["x"]] = cell
    for cell in cells:
        _close(cell, len(rows), len(columns))
    shift = attribute(about, "jc") or "left"
    return {
        "t": "table",
        "columns": columns,
        "rows": len(rows),
        "heads": 0 if any(cell["y"] < heads < cell["y"] + cell["rowspan"] for cell in cells) else heads,
        "heights": heights,
        "align": {"center": "center", "right": "right", "end": "right"}.get(shift, "left"),
        "indent": twips(attribute(about, "tblInd", "w")),
        "cells": cells,
        "keep_next": _kept(cells, len(rows)),
    }


def _kept(cells: list[Cell], rows: int) -> bool:
    """Whether a table stays with what follows: all paragraphs of its last row say so."""
    last = [block for cell in cells if cell["y"] + cell["rowspan"] == rows for block in cell["blocks"]]
    return bool(last) and all(block.get("keep_next") for block in last)


def _rows(element: Any) -> list[Any]:
    """Rows of a table, those in content controls too."""
    found: list[Any] = []
    for child in element:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name == "tr":
            found.append(child)
        elif name == "sdt":
            found += _rows(child.find(qn("w:sdtContent")))
    return found


def _columns(element: Any, rows: list[Any], width: float) -> list[float]:
    grid = [twips(column.get(qn("w:w"))) for column in element.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    needed = max((sum(_span(over(c.find(qn("w:tcPr")))) for c in row.findall(qn("w:tc"))) for row in rows), default=1)
    if max(needed, len(grid)) > MAX_COLUMNS:
        raise fault("unsupported", found=f"超过 {MAX_COLUMNS} 列的表格")
    grid += [0.0] * (needed - len(grid))
    empty = [column for column in grid if not column]
    rest = max(width - sum(grid), 0.0)
    return [column or rest / len(empty) for column in grid]


def _span(about: Properties) -> int:
    return int(attribute(about, "gridSpan") or 1)


def _cells(reader: "Reader", row: Any, y: int, columns: list[float], about: Properties, part: Any) -> list[Cell]:
    found, x = [], int(attribute(over(row.find(qn("w:trPr"))), "gridBefore") or 0)
    for element in row.findall(qn("w:tc")):
        own = over(element.find(qn("w:tcPr")))
        span = _span(own)
        margins = _margins(about.get("tblCellMar"), own.get("tcMar"))
        width = sum(columns[x : x + span]) - margins["left"] - margins["right"]
        merged = own.get("vMerge")
        fill = attribute(own, "shd", "fill")
        found.append(
            {
                "x": x,
                "y": y,
                "colspan": span,
                "rowspan": 1,
                "merge": "" if merged is None else merged.get(qn("w:val")) or "continue",
                "valign": VALIGN.get(attribute(own, "vAlign") or "", "top"),
                "inset": margins,
                "borders": {side: _border(about, own, side) for side in SIDES},
                "fill": f"#{fill}" if fill and fill != "auto" else None,
                "blocks": reader.blocks(list(element), part, width),
            }
        )
        x += span
    return found


def _margins(usual: Any, own: Any) -> dict[str, float]:
    found = {"top": 0.0, "bottom": 0.0, "left": SIDE_MARGIN, "right": SIDE_MARGIN}
    for said in (usual, own):
        for side in found:
            names = (side, {"left": "start", "right": "end"}.get(side, side))
            element = next(
                (said.find(qn(f"w:{n}")) for n in names if said is not None and said.find(qn(f"w:{n}")) is not None),
                None,
            )
            if element is not None:
                found[side] = twips(element.get(qn("w:w")))
    return found


def _border(about: Properties, own: Properties, side: str) -> dict[str, Any]:
    """The border of a cell on one side: its own, else the outer and inner ones of the table; `close` picks between these."""
    found: dict[str, Any] = {}
    for where, said, name in (
        ("own", own.get("tcBorders"), side),
        ("outer", about.get("tblBorders"), side),
        ("inner", about.get("tblBorders"), "insideH" if side in ("top", "bottom") else "insideV"),
    ):
        line = None if said is None else said.find(qn(f"w:{name}"))
        found[where] = None if line is None else _line(line)
    return found


def _line(line: Any) -> dict[str, Any]:
    kind = line.get(qn("w:val")) or "single"
    colour = line.get(qn("w:color")) or "auto"
    return {
        "width": 0.0 if kind in ("nil", "none") else int(line.get(qn("w:sz")) or 4) / 8,
        "color": "#000000" if colour == "auto" else f"#{colour}",
        "dash": DASHED.get(kind, "solid"),
    }


def _close(cell: Cell, rows: int, columns: int) -> None:
    """Choose each side's line now that it is known where the cell ends."""
    edge = {
        "top": cell["y"] == 0,
        "left": cell["x"] == 0,
        "bottom": cell["y"] + cell["rowspan"] == rows,
        "right": cell["x"] + cell["colspan"] == columns,
    }
    for side, offered in cell["borders"].items():
        chosen = offered["own"] or offered["outer" if edge[side] else "inner"]
        cell["borders"][side] = chosen if chosen and chosen["width"] else None
