"""剖面图: holes projected onto a line, drawn at their elevation, with the waste that may be inferred between them.

What is known is drawn solid (the holes), what is inferred dashed, what nobody knows is open with a "?". Holes without an elevation force
the whole drawing to depths below ground, and it says so.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from gis_service.surveys.drawing import pen, said
from gis_service.surveys.drawing.along import Line, compass, line_of
from gis_service.surveys.drawing.errors import BadFactor, NoHoleNear, NotALine, OtherSystem, TooManyHoles
from gis_service.surveys.drawing.pen import BODY, Sheet
from gis_service.surveys.drawing.said import Tongue
from gis_service.surveys.drawing.section_below import below_mm, legend_and_notes, notes_of
from gis_service.surveys.drawing.section_body import (
    axes,
    distances,
    ground_line,
    holes_drawn,
    inferred,
    labelled,
    names_above,
    stood_apart,
)
from gis_service.surveys.drawing.section_parts import (
    A3,
    AXIS_MM,
    GAP_MM,
    NARROWEST_MM,
    PAD_MM,
    PANE_PLOT_MM,
    Frame,
    Hole,
    Job,
)
from gis_service.surveys.logs import Log

HORIZONTAL = (50, 100, 200, 250, 300, 400, 500, 600, 750, 800, 1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 7500, 8000,
              10_000, 15_000, 20_000, 25_000, 50_000, 100_000)  # fmt: skip
VERTICAL = (
    10,
    20,
    25,
    50,
    75,
    100,
    125,
    150,
    200,
    250,
    300,
    400,
    500,
    600,
    750,
    800,
    1000,
    1500,
    2000,
    2500,
    5000,
    10_000,
    50_000,
    100_000,
)
MOST_EXAGGERATED = 20


def section(
    logs: Sequence[Log], line: Sequence[Sequence[float]], *, corridor_m: float, exaggeration: str | float = "auto",
    ground: Sequence[tuple[float, float]] = (), title: str = "", project: str = "", parcel_no: str = "", name: str = "A",
    sample: bool = False, as_of: date | None = None, lang: str = "zh", sheet: Sheet = A3,
) -> str:  # fmt: skip
    """The section along a polyline as SVG; the line in metres, in the system of the logs.

    `ground` are (chainage, elevation) in metres along the line, where a survey or a terrain model gives them. Raises `NotALine`,
    `NoHoleNear`, `TooManyHoles`, `OtherSystem`, `BadFactor`.
    """
    _checked(corridor_m, exaggeration)
    t = Tongue(lang)
    try:
        along = line_of(line)
    except (ValueError, TypeError, IndexError):
        raise NotALine from None
    holes = _near(logs, along, corridor_m)
    by_depth = any(hole.log.ground_elev_m is None for hole in holes)
    holes = [replace(hole, ground=0.0 if by_depth else float(hole.log.ground_elev_m or 0)) for hole in holes]
    within = tuple(sorted((float(at), float(z)) for at, z in ground if 0 <= at <= along.length_m))
    heading = pen.clean(title) or t(f"{name}—{name}′ 地质剖面图", f"Section {name}–{name}′")
    heads = tuple(pen.clean(each) for each in (project, parcel_no) if each)
    job = Job(
        tuple(holes), along, corridor_m, () if by_depth else within, by_depth, sheet, t, heading, heads, sample, as_of
    )
    room = (job.right - job.left - 2 * AXIS_MM) / (NARROWEST_MM + GAP_MM)
    if len(holes) > room:
        raise TooManyHoles(corridor_m=f"{corridor_m:g}", holes=len(holes), limit=int(room))
    return _drawn(job, name, exaggeration)


def _checked(corridor_m: float, exaggeration: str | float) -> None:
    if not (math.isfinite(corridor_m) and corridor_m > 0):
        raise BadFactor(what_zh="剖面线两侧的范围", what_en="corridor", value=str(corridor_m))
    if exaggeration != "auto" and not (
        isinstance(exaggeration, int | float) and math.isfinite(exaggeration) and exaggeration > 0
    ):
        raise BadFactor(what_zh="垂直放大倍数", what_en="exaggeration", value=str(exaggeration))


def _near(logs: Sequence[Log], line: Line, corridor_m: float) -> list[Hole]:
    """The holes within the corridor, in their order along the line."""
    placed = [Hole(log, line.place((float(log.easting), float(log.northing))), 0.0) for log in logs]
    found = [hole for hole in placed if abs(hole.place.offset_m) <= corridor_m]
    if not found:
        least = min((abs(hole.place.offset_m) for hole in placed), default=None)
        raise NoHoleNear(
            corridor_m=f"{corridor_m:g}", holes=len(placed),
            nearest="无" if least is None else f"在 {least:.1f} m 处", nearest_en="is none" if least is None else f"{least:.1f} m away",
        )  # fmt: skip
    systems = sorted({hole.log.crs for hole in found})
    if len(systems) > 1:
        raise OtherSystem(systems=", ".join(f"EPSG:{each}" for each in systems))
    return sorted(found, key=lambda hole: (hole.place.chainage_m, hole.place.offset_m, hole.log.point_no))


def _drawn(job: Job, name: str, exaggeration: str | float) -> str:
    head, y = _head(job, name)
    labels = labelled(job)
    top = y + labels.height_mm + 5
    wide = job.right - job.left - 2 * AXIS_MM - 2 * PAD_MM
    below = 16.0
    tail = below_mm(job)
    high = (
        PANE_PLOT_MM
        if job.sheet.height_mm is None
        else job.sheet.height_mm - job.sheet.margins_mm[2] - tail - below - top
    )
    horizontal, vertical = scales(job.line.length_m, job.highest - job.lowest, wide, high, exaggeration)
    drawn_wide = job.line.length_m * 1000 / horizontal
    x0 = (job.left + job.right - drawn_wide) / 2
    margin = (high * vertical / 1000 - (job.highest - job.lowest)) / 2
    if job.sheet.height_mm is None:  # a pane need not be higher than the drawing
        margin = min(margin, 5 * vertical / 1000)
        high = (job.highest - job.lowest + 2 * margin) * 1000 / vertical
    frame = Frame(x0, top, top + high, job.highest + margin, horizontal, vertical, job.line.length_m)
    middles, strip = stood_apart(job, frame)
    body = [
        *axes(job, frame), *inferred(job, frame, middles), *ground_line(job, frame), *holes_drawn(job, frame, middles, strip),
        *names_above(job, frame, labels, middles), *distances(job, frame),
    ]  # fmt: skip
    notes = notes_of(job, frame, labels, middles, strip)
    tail_parts, end = legend_and_notes(job, frame, notes, frame.low + below)
    height = job.sheet.height_mm or end + 2
    return pen.whole(job.sheet.width_mm, height, job.title, [*head, *body, *tail_parts])


def scales(
    length_m: float, range_m: float, wide_mm: float, high_mm: float, exaggeration: str | float = "auto"
) -> tuple[int, float]:
    """Denominators of the horizontal and the vertical scale: the largest that fit, the heights exaggerated at most twentyfold.

    >>> scales(180, 12, 350, 130), scales(180, 12, 350, 130, 5), scales(10, 60, 350, 120)
    ((600, 100), (600, 120.0), (500, 500))
    """
    range_m = max(range_m * 1.08, 0.5)
    for horizontal in HORIZONTAL:
        if length_m * 1000 / horizontal > wide_mm:
            continue
        if exaggeration != "auto":
            vertical = horizontal / float(exaggeration)
            if range_m * 1000 / vertical <= high_mm:
                return horizontal, vertical
            continue
        for each in VERTICAL:
            if horizontal / MOST_EXAGGERATED <= each <= horizontal and range_m * 1000 / each <= high_mm:
                return horizontal, each
    raise BadFactor(what_zh="剖面长度", what_en="length of the line", value=f"{length_m:g} m")


def _head(job: Job, name: str) -> tuple[list[str], float]:
    """Title, what it belongs to, and the directions of both ends. Returns where it ends."""
    t, top = job.t, job.sheet.margins_mm[0]
    drawn = []
    if job.is_sample:
        drawn.append(pen.stamp(job.right, top - 1, t("示例数据", "SAMPLE DATA")))
    size = 6.0 if job.sheet.height_mm else 4.2
    room = job.right - job.left - (2 * 26 if job.is_sample else 0)
    drawn.append(
        pen.text((job.left + job.right) / 2, top + 5, pen.cut(job.title, room, size), size, anchor="middle", bold=True)
    )
    y = top + 8
    azimuth = job.line.azimuth_deg
    facts = [
        *job.heads, said.system(job.holes[0].log.crs, t),
        t("深度自地面起算", "depths below ground") if job.by_depth else t("1985国家高程基准", "1985 National Height Datum"),
        t(f"方位角 {azimuth:.0f}°", f"azimuth {azimuth:.0f}°"),
    ]  # fmt: skip
    if job.as_of:
        facts.append(t(f"数据截止 {job.as_of}", f"as of {job.as_of}"))
    for each in _joined(facts, t.stop, job.right - job.left):
        drawn.append(pen.text((job.left + job.right) / 2, y + BODY, each, BODY, anchor="middle", fill=pen.SOFT))
        y += pen.height_mm(1)
    ends = (
        (job.left, "start", f"{name}  {compass(azimuth + 180, t.lang)}"),
        (job.right, "end", f"{compass(azimuth, t.lang)}  {name}′"),
    )
    drawn += [pen.text(x, y + 4.4, words, 4.0, anchor=anchor, bold=True) for x, anchor, words in ends]
    return drawn, y + 6


def _joined(facts: Sequence[str], stop: str, room: float) -> list[str]:
    """Facts in lines, none broken that fits a line by itself."""
    lines: list[str] = []
    for fact in facts:
        if lines and pen.width_mm(lines[-1] + stop + fact, BODY) <= room:
            lines[-1] += stop + fact
        else:
            lines += pen.wrapped(fact, room, BODY)
    return lines
