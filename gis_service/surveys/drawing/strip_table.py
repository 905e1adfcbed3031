"""The right of a strip log: cells above, headings, and the table of the layers."""

from collections.abc import Sequence

from gis_service.surveys.drawing import pen, said
from gis_service.surveys.drawing.pen import BODY, SMALL
from gis_service.surveys.drawing.spread import spread
from gis_service.surveys.drawing.strip_parts import A4, COLUMNS, HEADING, PAD, Job, Part, Row, y_at

TINTS = (
    "#7B3FA0",
    "#b79acb",
    "#5c646d",
    "#d9c8e4",
    "#9aa0a6",
    "#59307a",
    "#c9ccd0",
    "#8d6aa6",
    "#3d434a",
    "#e9e2ee",
    "#a78bb8",
)
"""Of the components, in their order; their names stand below the bar in the same order."""


def cells_drawn(job: Job, top: float) -> tuple[list[str], float]:
    """The cells above the log, their values wrapped; returns the parts and where they end."""
    across = 3 if job.sheet.height_mm else 2
    figures = [(name, value, False) for name, value in said.figures(job.log, job.t)]
    drawn: list[str] = []
    for line in _lined(job.cells, across):
        drawn, top = drawn + _line_of_cells(job, line, top, bold=False), top + _cells_mm(job, line)
    for line in _lined(figures, len(figures) if job.sheet.height_mm else across):
        drawn, top = drawn + _line_of_cells(job, line, top, bold=True), top + _cells_mm(job, line)
    return drawn, top


Cells = Sequence[tuple[str, str, bool]]


def _label_mm(job: Job, line: Cells) -> float:
    return 16.0 if len(line) > 3 else 17.0 if job.t.lang == "zh" else 19.0


def _wrapped_cells(job: Job, line: Cells) -> list[tuple[list[str], list[str]]]:
    """Label and value of each cell in lines."""
    label = _label_mm(job, line)
    wide = (job.right - job.left) / len(line)
    return [
        (pen.wrapped(name, label - 1.6, SMALL), pen.wrapped(value, wide - label - 1.6, BODY)) for name, value, _ in line
    ]


def _cells_mm(job: Job, line: Cells) -> float:
    return 1.8 + max(
        max(pen.height_mm(len(name), SMALL), pen.height_mm(len(value))) for name, value in _wrapped_cells(job, line)
    )


def _line_of_cells(job: Job, line: Cells, y: float, *, bold: bool) -> list[str]:
    label, high = _label_mm(job, line), _cells_mm(job, line)
    wide = (job.right - job.left) / len(line)
    drawn = []
    for n, (name, value) in enumerate(_wrapped_cells(job, line)):
        x = job.left + n * wide
        drawn.append(pen.box(x, y, label, high, fill="#f6f7f8", colour=pen.LINE))
        drawn.append(pen.box(x + label, y, wide - label, high, colour=pen.LINE))
        drawn.append(pen.lines(x + 0.8, y + 0.9, name, SMALL, fill=pen.SOFT))
        drawn.append(pen.lines(x + label + 0.8, y + 0.9, value, BODY, bold=bold))
    return drawn


def _lined(cells: Sequence[tuple[str, str, bool]], across: int) -> list[list[tuple[str, str, bool]]]:
    """Cells in lines of so many; a wide one has its own line. What is left over at the end is filled with empty cells."""
    found: list[list[tuple[str, str, bool]]] = [[]]
    for cell in cells:
        if cell[2] or len(found[-1]) == across or (found[-1] and found[-1][0][2]):
            found.append([])
        found[-1].append(cell)
    lines = [line for line in found if line]
    return [line if line[0][2] else [*line, *[("", "", False)] * (across - len(line))] for line in lines]


def headings(job: Job, top: float) -> list[str]:
    drawn = []
    high = HEADING + 1.5 if job.sheet is A4 else HEADING
    for column in COLUMNS[job.sheet.name]:
        left, right = job.x(column.key)
        found = job.t(column.zh, column.en).split("\n")
        start = top - high / 2 - pen.height_mm(len(found), SMALL) / 2
        drawn.append(pen.box(left, top - high, right - left, high, fill="#f6f7f8", colour=pen.LINE))
        drawn += [
            pen.text((left + right) / 2, start + SMALL * (0.98 + n * pen.LEADING), each, SMALL, anchor="middle")
            for n, each in enumerate(found)
        ]
    return drawn


def frame(job: Job, top: float, high: float) -> list[str]:
    drawn = []
    for column in COLUMNS[job.sheet.name]:
        right = job.x(column.key)[1]
        drawn.append(pen.line(right, top, right, top + high, pen.LINE))
    return [*drawn, pen.box(job.left, top, job.right - job.left, high, width=0.3)]


def table(job: Job, part: Part, top: float, high: float) -> list[str]:
    """A row for each layer, led to its boundaries."""
    start, end = job.x("leader")
    if not part.rows:
        left, right = job.x("words")
        return [
            pen.lines(
                left + 1,
                top + PAD,
                pen.wrapped(job.t("没有地层记录", "no layers are recorded"), right - left - 2, BODY),
                BODY,
            )
        ]
    tops = [max(float(row.layer.from_m), part.from_m) for row in part.rows]
    wanted = [y_at(job, part, top, depth) for depth in tops]
    at = spread(wanted, [row.height_mm for row in part.rows], top, top + high)
    at[0] = top
    foot = y_at(job, part, top, min(float(part.rows[-1].layer.to_m), part.to_m))
    low = max(foot, at[-1] + part.rows[-1].height_mm)
    drawn = []
    for n, row in enumerate(part.rows):
        drawn += _leader(job, start, end, wanted[n], at[n]) if n else []
        drawn += _row_drawn(job, row, at[n])
    drawn += _leader(job, start, end, foot, low) if foot < top + high - 0.05 or low < top + high - 0.05 else []
    return drawn


def _leader(job: Job, start: float, end: float, boundary: float, row: float) -> list[str]:
    return [pen.stroke(pen.path([(start, boundary), (end - 1, row), (job.right, row)]), pen.LINE)]


def _row_drawn(job: Job, row: Row, y: float) -> list[str]:
    drawn = []
    for key, value in row.cells:
        if job.has(key):
            left, right = job.x(key)
            x, anchor = ((left + right) / 2, "middle") if key == "no" else (right - 1, "end")
            drawn.append(pen.text(x, y + PAD + BODY * 0.95, value, BODY, anchor=anchor))
    left = job.x("words")[0] + 1
    drawn.append(pen.lines(left, y + PAD, row.name, BODY, bold=True, fill=pen.WASTE if row.layer.is_waste else pen.INK))
    drawn.append(pen.lines(left, y + PAD + pen.height_mm(len(row.name)), row.words, BODY))
    x0, x1 = job.x("words") if row.stacked else job.x("waste")
    down = y + PAD + (row.words_mm if row.stacked else 0)
    if row.shares:
        drawn += _bar(row, x0 + 1, down + 0.5, x1 - x0 - 2)
        down += 4.2
    return [*drawn, pen.lines(x0 + 1, down, row.waste, SMALL)]


def _bar(row: Row, x: float, y: float, wide: float) -> list[str]:
    """Shares side by side, in the order in which they are named below."""
    total = sum(share for _, _, share in row.shares)
    drawn, at = [], x
    for n, (_, _, share) in enumerate(row.shares):
        drawn.append(pen.box(at, y, wide * share / total, 2.6, fill=TINTS[n % len(TINTS)], colour=pen.PAPER, width=0.2))
        at += wide * share / total
    return [*drawn, pen.box(x, y, wide, 2.6, width=0.2)]
