"""Inside the frame of a section: axes, ground, holes with their names, and the waste inferred between them."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from shapely import Polygon, box

from gis_service.surveys.drawing import pen
from gis_service.surveys.drawing.patterns import ZONE, filled, hatch, pattern_name
from gis_service.surveys.drawing.pen import HEAD, SMALL
from gis_service.surveys.drawing.section_parts import (
    AXIS_MM,
    GAP_MM,
    NARROWEST_MM,
    PAD_MM,
    TURNED_MM,
    Frame,
    Hole,
    Job,
    Labels,
    round_step,
)
from gis_service.surveys.drawing.spread import spread
from gis_service.surveys.drawing.zones import Stand, bodies_of, outer_doubts, zones
from gis_service.surveys.logs import is_open_ended


def stood_apart(job: Job, frame: Frame) -> tuple[list[float], float]:
    """The middle of each strip in mm, moved apart where they would cover each other, and how wide a strip is."""
    wanted = [frame.x(hole.place.chainage_m) for hole in job.holes]
    gaps = [b - a for a, b in pairwise(wanted) if b - a > 0.5]
    strip = min(6.0, max(2.4, 0.55 * min(gaps, default=12.0)))
    strip = max(NARROWEST_MM, min(strip, (wanted[-1] - wanted[0] + 2 * PAD_MM) / len(wanted) - GAP_MM))
    full = strip + GAP_MM
    at = spread([x - full / 2 for x in wanted], [full] * len(wanted), frame.left, frame.right)
    return [x + full / 2 for x in at], strip


def labelled(job: Job) -> Labels:
    """Three lines beside each other where they fit; else one line each, turned; else every second, third … of them."""
    found = []
    for hole in job.holes:
        side = _offset(job, hole)
        depth = job.t(f"深 {hole.log.total_depth_m:.2f}", f"d {hole.log.total_depth_m:.2f}")
        top = depth if hole.log.ground_elev_m is None else f"{hole.log.ground_elev_m:.2f} / {depth}"
        found.append((pen.clean(hole.log.point_no), top, side))
    room = job.right - job.left - 2 * AXIS_MM
    if sum(_label_mm(each) for each in found) <= room:
        return Labels(tuple(found), turned=False, every=1, height_mm=pen.height_mm(3, SMALL) + 1)
    turned = [(pen.cut(f"{no}  {side}", 34, SMALL),) for no, _, side in found]
    every = math.ceil(len(turned) * TURNED_MM / room)
    return Labels(
        tuple(turned), turned=True, every=every, height_mm=max(pen.width_mm(each[0], SMALL) for each in turned) + 1
    )


def _label_mm(said_lines: Sequence[str]) -> float:
    return max(pen.width_mm(each, SMALL) * (1.03 if n == 0 else 1) for n, each in enumerate(said_lines)) + 1.6


def _offset(job: Job, hole: Hole) -> str:
    """How far a hole lies beside the line, and on which side."""
    away = hole.place.offset_m
    if abs(away) < 0.05:
        return job.t("线上", "on line")
    side = job.t("偏左" if away > 0 else "偏右", "left" if away > 0 else "right")
    return f"{side} {abs(away):.1f}"


def axes(job: Job, frame: Frame) -> list[str]:
    """The frame, elevations on both sides, chainage below, bends as thin lines."""
    t = job.t
    drawn = [pen.box(frame.left, frame.top, frame.right - frame.left, frame.low - frame.top, width=0.3)]
    step = round_step(7 * frame.vertical / 1000)
    for n in range(
        math.ceil((frame.highest - (frame.low - frame.top) * frame.vertical / 1000) / step - 1e-9),
        math.floor(frame.highest / step + 1e-9) + 1,
    ):
        y = frame.y(n * step)
        if job.by_depth and n > 0:
            break
        words = f"{(-n if job.by_depth else n) * step + 0.0:.10g}"
        drawn.append(pen.line(frame.left, y, frame.right, y, pen.FAINT, 0.12))
        drawn += [pen.line(x, y, x + 1.5 * way, y) for x, way in ((frame.left, -1), (frame.right, 1))]
        drawn.append(pen.text(frame.left - 2.2, y + SMALL * 0.36, words, SMALL, anchor="end"))
        drawn.append(pen.text(frame.right + 2.2, y + SMALL * 0.36, words, SMALL))
    unit = t("深度(m)", "depth (m)") if job.by_depth else t("高程(m)", "elev. (m)")
    drawn.append(pen.text(frame.left - 1, frame.top - 1.7, unit, SMALL, anchor="end", fill=pen.SOFT))
    drawn.append(pen.text(frame.right + 1, frame.top - 1.7, unit, SMALL, fill=pen.SOFT))
    step = round_step(15 * frame.horizontal / 1000)
    for n in range(math.floor(frame.length_m / step + 1e-9) + 1):
        x = frame.x(n * step)
        drawn += [
            pen.line(x, frame.low, x, frame.low + 1.5),
            pen.text(x, frame.low + 4.4, f"{n * step:.10g}", SMALL, anchor="middle"),
        ]
    drawn += [
        pen.line(frame.x(at), frame.top, frame.x(at), frame.low, pen.LINE, 0.15, dash="3 1 0.5 1")
        for at in job.line.bends
    ]
    return drawn


def _stands(job: Job, middles: Sequence[float]) -> list[Stand]:
    return [
        Stand(
            x, hole.ground, bodies_of(hole.log, hole.ground), is_proof=bool(hole.log.layers) and hole.log.bottom_reached
        )
        for hole, x in zip(job.holes, middles, strict=True)
    ]


def inferred(job: Job, frame: Frame, middles: Sequence[float]) -> list[str]:
    """Hatched bodies, dashed edges, and a "?" where the drawing ends and the waste perhaps does not."""
    stands = _stands(job, middles)
    drawn, doubts = [], outer_doubts(stands, 5.5)
    for zone in zones(stands):
        ring = [(x, frame.y(z)) for x, z in zone.ring]
        if ring and Polygon(ring).area > 0.01:
            drawn.append(pen.area(ring, pen.WASTE_PALE))
            drawn.append(pen.stroke(hatch(Polygon(ring), ZONE), pen.WASTE, 0.16))
        for a, b in zone.edges:
            ends = [(a[0], frame.y(a[1])), (b[0], frame.y(b[1]))]
            drawn.append(pen.stroke(pen.path(ends), pen.WASTE, 0.35, dash="1.6 1"))
        doubts += zone.doubts
    return drawn + list(
        _question_marks([(min(max(x, frame.left + 1.6), frame.right - 1.6), frame.y(z)) for x, z in doubts])
    )


def _question_marks(spots: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Marks that would touch an earlier one say nothing more and are left out."""
    kept: list[tuple[float, float]] = []
    for x, y in spots:
        if all(abs(x - a) > 2.4 or abs(y - b) > 3.4 for a, b in kept):
            kept.append((x, y))
            yield pen.text(x, y + HEAD * 0.36, "?", HEAD, anchor="middle", bold=True, fill=pen.WASTE, halo=True)


def ground_line(job: Job, frame: Frame) -> list[str]:
    """The ground as surveyed, or dashed from hole to hole; in depths it is level."""
    if job.by_depth:
        return [pen.line(frame.x(0), frame.y(0), frame.x(frame.length_m), frame.y(0), width=0.35)]
    if len(job.ground) > 1:
        return [pen.stroke(pen.path([(frame.x(at), frame.y(z)) for at, z in job.ground]), width=0.35)]
    tops = [(frame.x(hole.place.chainage_m), frame.y(hole.ground)) for hole in job.holes]
    return [pen.stroke(pen.path(tops), width=0.3, dash="2 1")] if len(tops) > 1 else []


def holes_drawn(job: Job, frame: Frame, middles: Sequence[float], strip: float) -> list[str]:
    """Each hole as a strip of its soils; its water on the left; an open foot with teeth."""
    drawn = []
    k = 0.6 if strip > 4 else 0.5
    for hole, x in zip(job.holes, middles, strict=True):
        left, right, top, low = x - strip / 2, x + strip / 2, frame.y(hole.ground), frame.y(hole.foot)
        drawn.append(pen.box(left, top, strip, low - top, fill=pen.PAPER, width=0.1))
        for layer in hole.log.layers:
            a, b = frame.y(hole.ground - float(layer.from_m)), frame.y(hole.ground - float(layer.to_m))
            if b - a > 0.02:
                drawn.append(filled(box(left, a, right, b), pattern_name(layer.soil_name, is_waste=layer.is_waste), k))
                drawn.append(pen.line(left, b, right, b, width=0.15))
        drawn += [pen.line(each, top, each, low, width=0.25) for each in (left, right)]
        drawn.append(pen.line(left, top, right, top, width=0.4))
        if is_open_ended(hole.log):
            teeth = [(left + strip * n / 6, low + (0.9 if n % 2 else 0)) for n in range(7)]
            drawn.append(pen.stroke(pen.path(teeth), pen.WASTE, 0.35))
        else:
            drawn.append(pen.line(left, low, right, low, width=0.4))
        for depth, is_filled in ((hole.log.water_first_m, False), (hole.log.water_stable_m, True)):
            if depth is not None and strip >= 2:
                drawn.append(pen.water_sign(left - 1.2, frame.y(hole.ground - float(depth)), 1.5, is_filled=is_filled))
    return drawn


def names_above(job: Job, frame: Frame, labels: Labels, middles: Sequence[float]) -> list[str]:
    """Names above the frame, moved apart, each led to its hole."""
    low = frame.top - 5
    kept = [n for n in range(len(middles)) if n % labels.every == 0]
    sizes = [TURNED_MM if labels.turned else _label_mm(labels.said[n]) for n in kept]
    left, right = job.left + AXIS_MM, job.right - AXIS_MM
    at = spread([middles[n] - size / 2 for n, size in zip(kept, sizes, strict=True)], sizes, left, right)
    drawn = []
    for n, start, size in zip(kept, at, sizes, strict=True):
        x = start + size / 2
        if labels.turned:
            drawn.append(pen.text(x + SMALL * 0.36, low - 0.4, labels.said[n][0], SMALL, turn=-90))
        else:
            for k, each in enumerate(labels.said[n]):
                y = low - pen.height_mm(3 - k, SMALL) + SMALL * 0.95
                drawn.append(pen.text(x, y, each, SMALL, anchor="middle", bold=k == 0, fill=pen.SOFT if k else pen.INK))
        top = frame.y(job.holes[n].ground)
        drawn.append(
            pen.stroke(pen.path([(x, low), (x, low + 0.8), (middles[n], frame.top), (middles[n], top)]), pen.LINE, 0.15)
        )
    return drawn


def distances(job: Job, frame: Frame) -> list[str]:
    """Under the chainages a row of distances between neighbours; where one has no room it is left out."""
    y, t = frame.low + 6, job.t
    drawn = [pen.text(frame.left - 1, frame.low + 4.4, t("里程(m)", "chainage"), SMALL, anchor="end", fill=pen.SOFT)]
    drawn.append(pen.text(frame.left - 1, y + 4.4, t("孔距(m)", "distance"), SMALL, anchor="end", fill=pen.SOFT))
    drawn.append(pen.line(frame.left, y, frame.right, y, pen.LINE))
    drawn.append(pen.line(frame.left, y + 6, frame.right, y + 6, pen.LINE))
    for hole in job.holes:
        x = frame.x(hole.place.chainage_m)
        drawn.append(pen.line(x, y, x, y + 6, pen.LINE))
    for a, b in pairwise(job.holes):
        left, right = frame.x(a.place.chainage_m), frame.x(b.place.chainage_m)
        words = f"{b.place.chainage_m - a.place.chainage_m:.1f}"
        if pen.width_mm(words, SMALL) + 0.6 <= right - left:
            drawn.append(pen.text((left + right) / 2, y + 4.1, words, SMALL, anchor="middle"))
    return drawn
