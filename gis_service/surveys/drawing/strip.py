"""柱状图: the strip log of one hole, to scale, on as many sheets as it takes.

On the left what lies at its depth: the scale, water, samples, the column. On the right the table of the layers, a row as high as its
text. Between them a line leads each boundary to its row, so that a layer of a centimetre still has all its words.
"""

from collections.abc import Sequence
from dataclasses import replace

from gis_service.surveys.drawing import pen, said
from gis_service.surveys.drawing.errors import BadFactor, NoDepth
from gis_service.surveys.drawing.pen import BODY, SMALL, Sheet
from gis_service.surveys.drawing.said import Tongue
from gis_service.surveys.drawing.strip_column import ruler, samples_taken, soil_column, water_levels
from gis_service.surveys.drawing.strip_parts import A4, END, FOOT, HEADING, Job, Part, Row, depth_of
from gis_service.surveys.drawing.strip_rows import capped, cells_of, rows_of, shared_out
from gis_service.surveys.drawing.strip_table import cells_drawn, frame, headings, table
from gis_service.surveys.logs import Log, is_open_ended

SCALES = (10, 20, 25, 50, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000, 5000, 10000)
PANE_COLUMN_MM = 110.0


def strip_log(
    log: Log, *, scale: str | int = "auto", title: str = "", project: str = "", parcel_no: str = "", sample: bool = False,
    lang: str = "zh", sheet: Sheet = A4,
) -> str:  # fmt: skip
    """The log as one SVG; sheets follow each other downwards. For `PANE` it is one sheet as high as it needs to be.

    `scale` is the denominator (50 for 1:50) or `auto`: the largest at which the hole fits one sheet. Raises `NoDepth`, `BadScale`.
    """
    pages = _pages(log, scale, title, project, parcel_no, sample, lang, sheet)
    high = sum(height for _, height in pages)
    parts, down = [], 0.0
    for drawn, height in pages:
        parts.append(pen.moved(drawn, down) if down else "".join(drawn))
        down += height
    return pen.whole(sheet.width_mm, high, _label(log, lang), parts)


def strip_log_pages(
    log: Log, *, scale: str | int = "auto", title: str = "", project: str = "", parcel_no: str = "", sample: bool = False,
    lang: str = "zh", sheet: Sheet = A4,
) -> list[str]:  # fmt: skip
    """The same, an SVG for each sheet: what is printed."""
    pages = _pages(log, scale, title, project, parcel_no, sample, lang, sheet)
    return [pen.whole(sheet.width_mm, height, _label(log, lang), drawn) for drawn, height in pages]


def _label(log: Log, lang: str) -> str:
    t = Tongue(lang)
    return f"{log.point_no} {_headline(log, t)}"


def _headline(log: Log, t: Tongue) -> str:
    words = said.kind(log, t)
    return words + "柱状图" if t.lang == "zh" else words[0].upper() + words[1:] + " log"


def _pages(
    log: Log, scale: str | int, title: str, project: str, parcel_no: str, sample: bool, lang: str, sheet: Sheet
) -> list[tuple[list[str], float]]:
    """The parts of each sheet and its height."""
    if log.total_depth_m <= 0:
        raise NoDepth(point_no=log.point_no, depth_m=str(log.total_depth_m))
    if scale != "auto" and (not isinstance(scale, int) or scale <= 0):
        raise BadFactor(what_zh="比例尺分母", what_en="scale", value=str(scale))
    t = Tongue(lang)
    cells = tuple(cells_of(log, project, parcel_no, sheet, t))
    heading = pen.clean(title) or _headline(log, t)
    job = Job(log, sheet, 1, t, heading, cells, sample)
    rows = rows_of(job)
    top = _table_top(job)
    room = _room(sheet, top, rows)
    rows = rows if sheet.height_mm is None else [capped(row, room) for row in rows]
    chosen = int(scale) if scale != "auto" else _fitting(job, rows, room)
    job = replace(job, scale=chosen)
    if sheet.height_mm is None:
        high = max(depth_of(log) * 1000 / chosen, sum(row.height_mm for row in rows))
        drawn = _page(job, Part(0, depth_of(log), tuple(rows)), 1, 1, top, high)
        return [(drawn, top + high + END + FOOT / 2)]
    parts = shared_out(job, rows, room)
    return [(_page(job, part, n, len(parts), top, room), sheet.height_mm) for n, part in enumerate(parts, 1)]


def _room(sheet: Sheet, top: float, rows: Sequence[Row]) -> float:
    """How high the column may be."""
    if sheet.height_mm is None:
        return max(PANE_COLUMN_MM, sum(row.height_mm for row in rows))
    return sheet.height_mm - sheet.margins_mm[2] - FOOT - END - top


def _fitting(job: Job, rows: Sequence[Row], room: float) -> int:
    """The largest scale that takes no more sheets than the words take anyway."""
    fitting = [scale for scale in SCALES if depth_of(job.log) * 1000 / scale <= room] or [SCALES[-1]]
    if job.sheet.height_mm is None:
        return fitting[0]
    fewest = len(shared_out(replace(job, scale=fitting[0]), rows, room))
    larger = [scale for scale in SCALES if scale < fitting[0] and depth_of(job.log) * 1000 / scale <= fewest * room]
    return next(
        (each for each in larger if len(shared_out(replace(job, scale=each), rows, room)) <= fewest), fitting[0]
    )


def _table_top(job: Job) -> float:
    """Where the column begins: below title, cells and headings."""
    return cells_drawn(job, _grid_top(job))[1] + 2 + HEADING + (1.5 if job.sheet is A4 else 0)


def _grid_top(job: Job) -> float:
    return job.sheet.margins_mm[0] + 9


def _page(job: Job, part: Part, n: int, count: int, top: float, room: float) -> list[str]:
    high = room
    grid, _ = cells_drawn(job, _grid_top(job))
    drawn = [*_title(job), *grid, *headings(job, top)]
    drawn += frame(job, top, high)
    drawn += (
        ruler(job, part, top)
        + soil_column(job, part, top)
        + water_levels(job, part, top, high)
        + samples_taken(job, part, top, high)
    )
    drawn += table(job, part, top, high)
    return drawn + _foot(job, n, count, top + high)


def _title(job: Job) -> list[str]:
    top = job.sheet.margins_mm[0]
    middle = (job.left + job.right) / 2
    mark = pen.stamp(job.right, top - 1, job.t("示例数据", "SAMPLE DATA")) if job.is_sample else ""
    room = job.right - job.left - (50 if job.is_sample else 0)
    size = pen.TITLE if job.sheet.height_mm else 4.2
    return [pen.text(middle, top + 4.5, pen.cut(job.title, room, size), size, anchor="middle", bold=True), mark]


def _foot(job: Job, n: int, count: int, y: float) -> list[str]:
    t = job.t
    last = n == count
    open_ended = is_open_ended(job.log)
    end = said.ending(job.log, t) if last else t("(下页续)", "(continued)")
    drawn = [pen.box(job.left, y, job.right - job.left, END, width=0.3)] if job.sheet.height_mm else []
    size = pen.HEAD if job.sheet.height_mm else BODY
    told = pen.wrapped(end, job.right - job.left - 3, size)[:2]
    down = (END - pen.height_mm(len(told), size)) / 2
    colour = pen.WASTE if last and open_ended else pen.INK
    drawn += [pen.lines(job.left + 1.5, y + down, told, size, bold=last and open_ended, fill=colour)]
    scale = t(f"竖向比例尺 1:{job.scale}", f"Vertical scale 1:{job.scale}")
    if not job.sheet.height_mm:
        return [*drawn, pen.text(job.right, y + END + 4, scale, SMALL, anchor="end", fill=pen.SOFT)]
    y += END
    signs = t("编制: 校核: 审核: 日期:", "Drawn: Checked: Approved: Date:")
    for k, each in enumerate(signs.split()):
        drawn.append(pen.text(job.left + 1.5 + k * 28, y + 5.5, each, BODY))
    pages = t(f"第 {n} 页 共 {count} 页", f"page {n} of {count}")
    drawn.append(pen.text(job.right - 26, y + 5.5, scale, BODY, anchor="end"))
    drawn.append(pen.text(job.right, y + 5.5, pages, BODY, anchor="end"))
    if job.is_sample:
        mark = t(
            "示例数据:地块、单位和钻孔均为编造,不得用作依据",
            "Sample data: parcels, units and holes are invented and prove nothing",
        )
        drawn.append(pen.text(job.right, y + 10, mark, SMALL, anchor="end", fill=pen.SAMPLE_MARK))
    return [*drawn, *_signs(job, y + 10)]


def _signs(job: Job, y: float) -> list[str]:
    """What the two signs of water mean."""
    x = job.left + 2.7
    return [
        pen.water_sign(x, y, 2.0, is_filled=False), pen.text(x + 2, y, job.t("初见水位", "water first seen"), SMALL, fill=pen.SOFT),
        pen.water_sign(x + 28, y, 2.0, is_filled=True), pen.text(x + 30, y, job.t("稳定水位", "stable water"), SMALL, fill=pen.SOFT),
    ]  # fmt: skip
