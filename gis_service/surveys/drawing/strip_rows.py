"""The words of a strip log: the block above it, a row for each layer, and how rows are shared out to sheets."""

from collections.abc import Sequence

from gis_service.surveys.drawing import pen, said
from gis_service.surveys.drawing.errors import BadScale
from gis_service.surveys.drawing.pen import BODY, SMALL, Sheet
from gis_service.surveys.drawing.said import Tongue
from gis_service.surveys.drawing.strip_parts import PAD, Job, Part, Row, depth_of
from gis_service.surveys.logs import Layer, Log, is_open_ended

MOST_PAGES = 40


def cells_of(log: Log, project: str, parcel_no: str, sheet: Sheet, t: Tongue) -> list[tuple[str, str, bool]]:
    """The block above the log: label, value, and whether it takes a whole line."""
    crew = t("、", ", ").join(pen.clean(each) for each in (log.driller, log.logger) if each)
    datum = t("(1985国家高程基准)", " (1985 National Height Datum)") if log.ground_elev_m is not None else ""
    backfilled = t(f"(回填 {log.backfilled_on})", f" (backfilled {log.backfilled_on})") if log.backfilled_on else ""
    found = [
        (t("工程名称", "Project"), project, True),
        (t("点号", "Point"), log.point_no, False),
        (t("类型", "Kind"), said.kind(log, t), False),
        (t("地块编号", "Parcel"), parcel_no, False),
        (t("北坐标 X", "X (north)"), f"{log.northing:.3f}", False),
        (t("东坐标 Y", "Y (east)"), f"{log.easting:.3f}", False),
        (t("坐标系", "System"), said.system(log.crs, t), False),
        (t("孔口高程", "Ground"), said.metres(log.ground_elev_m) + datum, False),
        (t("孔深", "Depth"), said.metres(log.total_depth_m), False),
        (t("孔径", "Diameter"), f"{log.diameter_mm:g} mm" if log.diameter_mm is not None else "", False),
        (t("日期", "Date"), (log.made_on.isoformat() if log.made_on else "") + backfilled, False),
        (t("施工单位", "Contractor"), log.contractor, False),
        (t("施工、记录", "Crew"), crew, False),
        (t("初见水位", "Water first"), said.at_elevation(log, log.water_first_m, t), False),
        (t("稳定水位", "Water stable"), said.at_elevation(log, log.water_stable_m, t), False),
        (t("定位方式", "Position by"), said.position(log, t), False),
        (t("现场读数", "Readings"), said.readings(log, t), True),
    ]
    if sheet.height_mm or log.remark:
        found.append((t("备注", "Remark"), log.remark, True))
    return [(label, pen.clean(value) or said.NONE, wide) for label, value, wide in found]


def rows_of(job: Job) -> list[Row]:
    return [_row(job, layer, n) for n, layer in enumerate(job.log.layers, 1)]


def _row(job: Job, layer: Layer, n: int) -> Row:
    t, log = job.t, job.log
    left, right = job.x("words")
    room = right - left - 2
    stacked = not job.has("waste")
    waste_room = room if stacked else job.x("waste")[1] - job.x("waste")[0] - 2
    shares = said.shares(layer, t)
    listed = t("、", ", ").join(words for _, words, _ in shares)
    bound = "≥ " if is_open_ended(log) and layer is log.layers[-1] else ""
    elevation = said.metres(None if log.ground_elev_m is None else log.ground_elev_m - layer.to_m, unit=False)
    name = said.soil_word(layer.soil_name, t) or said.NONE
    more = said.described(layer, t)
    if stacked:
        more = t(f"厚 {bound}{layer.thickness_m:.2f} m", f"{bound}{layer.thickness_m:.2f} m thick") + (
            t.stop + more if more else ""
        )
    return Row(
        layer,
        tuple(pen.wrapped(name, room, BODY)),
        tuple(pen.wrapped(more, room, BODY)),
        (*pen.wrapped(said.classed(layer, t), waste_room, SMALL), *pen.wrapped(listed, waste_room, SMALL)),
        tuple(shares),
        (("no", str(n)), ("depth", said.metres(layer.to_m, unit=False)), ("elevation", elevation),
         ("thickness", f"{bound}{layer.thickness_m:.2f}")),
        stacked,
    )  # fmt: skip


def capped(row: Row, room: float) -> Row:
    """A row that would not fit a sheet by itself loses the end of its text, and says so by an ellipsis."""
    if row.height_mm <= room:
        return row
    most = max(1, int((room - 2 * PAD - (4.2 if row.shares else 0)) / (BODY * pen.LEADING)) - 1)
    name = row.name[: max(1, min(len(row.name), most // 2))]
    words = _shortened(row.words, most - len(name))
    return Row(row.layer, name, words, _shortened(row.waste, most), row.shares, row.cells, row.stacked)


def _shortened(lines: tuple[str, ...], most: int) -> tuple[str, ...]:
    return lines if len(lines) <= most else (*lines[: most - 1], lines[most - 1][:-1] + "…")


def shared_out(job: Job, rows: Sequence[Row], room: float) -> list[Part]:
    """The hole cut into sheets: as deep as the scale allows, and no deeper than the rows have room."""
    depth, top = depth_of(job.log), 0.0
    parts: list[Part] = []
    least = depth * 1000 / job.scale / room
    if least > MOST_PAGES:
        raise BadScale(
            scale=job.scale, point_no=job.log.point_no, depth_m=f"{depth:g}", pages=int(least) + 1, limit=MOST_PAGES
        )
    while not parts or top < depth - 1e-9:
        low = min(depth, top + room * job.scale / 1000)
        here = [row for row in rows if float(row.layer.to_m) > top + 1e-9 and float(row.layer.from_m) < low - 1e-9]
        fitting = [_continued(job, row) if float(row.layer.from_m) < top - 1e-9 else row for row in here]
        while len(fitting) > 1 and sum(row.height_mm for row in fitting) > room:
            low = float(fitting.pop().layer.from_m)
        parts.append(Part(top, low, tuple(fitting)))
        top = low
    return parts


def _continued(job: Job, row: Row) -> Row:
    """The row of a layer that began on an earlier sheet: its name only."""
    left, right = job.x("words")
    name = pen.cut(row.name[0] + job.t("(续)", " (cont.)"), right - left - 2, BODY)
    return Row(row.layer, (name,), (), (), (), row.cells, row.stacked)
