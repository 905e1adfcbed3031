"""The left of a strip log, everything at its depth: scale, column, water, samples."""

from collections.abc import Sequence

from shapely import box

from gis_service.surveys.drawing import pen, said
from gis_service.surveys.drawing.patterns import filled, pattern_name
from gis_service.surveys.drawing.pen import SMALL
from gis_service.surveys.drawing.spread import spread
from gis_service.surveys.drawing.strip_parts import Job, Part, depth_of, y_at
from gis_service.surveys.logs import Log, Sample, is_open_ended


def ruler(job: Job, part: Part, top: float) -> list[str]:
    """A tick at every step of depth, named where there is room."""
    right = job.x("ruler")[1]
    step = next(each for each in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if each * 1000 / job.scale >= 8)
    drawn = []
    for n in range(int(part.from_m / step), int(part.to_m / step) + 1):
        y = y_at(job, part, top, n * step)
        if part.from_m <= n * step <= part.to_m:
            drawn.append(pen.line(right - 2, y, right, y))
            place = min(max(y + SMALL * 0.36, top + SMALL), y_at(job, part, top, part.to_m) + SMALL * 0.36)
            drawn.append(pen.text(right - 2.5, place, f"{n * step:.10g}", SMALL, anchor="end"))
        half = y + step * 500 / job.scale
        if half < y_at(job, part, top, part.to_m):
            drawn.append(pen.line(right - 1, half, right, half))
    return drawn


def soil_column(job: Job, part: Part, top: float) -> list[str]:
    """The layers at their depths. An open foot has no line but teeth."""
    left, right = job.x("column")
    drawn = []
    for layer in job.log.layers:
        from_m, to_m = max(float(layer.from_m), part.from_m), min(float(layer.to_m), part.to_m)
        if to_m <= from_m:
            continue
        a, b = y_at(job, part, top, from_m), y_at(job, part, top, to_m)
        drawn.append(filled(box(left, a, right, b), pattern_name(layer.soil_name, is_waste=layer.is_waste)))
        drawn.append(pen.line(left, a, right, a, width=0.25))
    a, b = y_at(job, part, top, part.from_m), y_at(job, part, top, part.to_m)
    drawn += [pen.line(x, a, x, b, width=0.3) for x in (left, right)]
    if part.to_m < depth_of(job.log) - 1e-9 or not is_open_ended(job.log):
        return [*drawn, pen.line(left, b, right, b, width=0.3)]
    teeth = [(left + (right - left) * n / 8, b + (1.2 if n % 2 else 0)) for n in range(9)]
    return [*drawn, pen.stroke(pen.path(teeth), pen.WASTE, 0.35)]


def water_levels(job: Job, part: Part, top: float, high: float) -> list[str]:
    """初见 ▽ hollow, 稳定 ▼ filled, each at its depth with its figures beside."""
    left, right = job.x("water")
    log, t = job.log, job.t
    marks = [
        (float(depth), name, is_stable)
        for depth, name, is_stable in (
            (log.water_first_m, t("初见", "first"), False),
            (log.water_stable_m, t("稳定", "stable"), True),
        )
        if depth is not None and part.from_m <= depth and (depth < part.to_m or part.to_m >= depth_of(log) - 1e-9)
    ]
    marks.sort()
    size = pen.height_mm(2, SMALL)
    at = spread(
        [y_at(job, part, top, depth) - size / 2 for depth, _, _ in marks], [size] * len(marks), top + 0.5, top + high
    )
    drawn = []
    for (depth, name, is_stable), y in zip(marks, at, strict=True):
        exact = y_at(job, part, top, depth)
        drawn.append(pen.water_sign(right - 1.8, exact, 2.0, is_filled=is_stable))
        drawn.append(pen.line(right - 3.4, exact, right, exact, pen.WATER, 0.25))
        drawn.append(pen.lines(left + 0.8, y, [name, f"{depth:.2f}"], SMALL, fill=pen.WATER))
    return drawn


def samples_taken(job: Job, part: Part, top: float, high: float) -> list[str]:
    """A bar from and to the depth of each sample, its number led to it."""
    left, right = job.x("samples")
    room = right - left - 6
    found = sorted(
        (each for each in job.log.samples if part.from_m <= float(each.from_m) and (float(each.from_m) < part.to_m or part.to_m >= depth_of(job.log) - 1e-9)),
        key=lambda each: (each.from_m, each.to_m, each.sample_no),
    )  # fmt: skip
    labels = [pen.wrapped(_short_no(each, job.log), room, SMALL)[:3] or [said.NONE] for each in found]
    sizes = [pen.height_mm(len(each), SMALL) + 0.3 for each in labels]
    kept = _most(sizes, high - 6)
    drawn = []
    middles = [(y_at(job, part, top, each.from_m) + y_at(job, part, top, each.to_m)) / 2 for each in found]
    order = sorted(range(kept), key=lambda n: middles[n])
    at = spread([middles[n] - sizes[n] / 2 for n in order], [sizes[n] for n in order], top + 0.5, top + high)
    for n, y in zip(order, at, strict=True):
        drawn.append(pen.lines(left + 0.8, y, labels[n], SMALL))
        drawn.append(pen.stroke(pen.path([(right - 5, y + sizes[n] / 2), (right - 3.2, middles[n])]), pen.LINE))
    for each in found:
        a, b = y_at(job, part, top, each.from_m), y_at(job, part, top, each.to_m)
        b = min(max(b, a + 0.8), top + high)
        drawn.append(pen.box(right - 3.2, a, 1.6, b - a, fill=pen.INK))
    if kept < len(found):
        more = job.t(f"另 {len(found) - kept} 个", f"{len(found) - kept} more")
        drawn.append(pen.text(left + 0.8, top + high - 1.2, more, SMALL, fill=pen.SOFT))
    return drawn


def _most(sizes: Sequence[float], room: float) -> int:
    """How many of the first fit. The last line is kept free for what is left out."""
    total = 0.0
    for n, size in enumerate(sizes):
        total += size
        if total > room:
            return n
    return len(sizes)


def _short_no(sample: Sample, log: Log) -> str:
    """A number that repeats the point's is shown without it."""
    return sample.sample_no.removeprefix(f"{log.point_no}-") or sample.sample_no
