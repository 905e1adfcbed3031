"""Below the frame of a section: legend, bars of scale, notes and the foot."""

from collections.abc import Sequence

from shapely import box

from gis_service.surveys.drawing import pen
from gis_service.surveys.drawing.patterns import ZONE, filled, hatch, pattern_name
from gis_service.surveys.drawing.pen import BODY, HEAD, SMALL
from gis_service.surveys.drawing.section_parts import Frame, Job, Labels, round_step
from gis_service.surveys.words import soil, soils


def notes_of(job: Job, frame: Frame, labels: Labels, middles: Sequence[float], strip: float) -> list[str]:
    """What the reader must know to read the drawing rightly."""
    t, factor = job.t, frame.horizontal / frame.vertical
    found = [
        t(f"水平 1:{frame.horizontal},垂直 1:{frame.vertical:g},垂直放大 {factor:.3g} 倍,图上坡度不是真实坡度。" if factor != 1 else f"水平、垂直 1:{frame.horizontal},未放大。",
          f"Horizontal 1:{frame.horizontal}, vertical 1:{frame.vertical:g}, exaggerated {factor:.3g} times: slopes are not true." if factor != 1 else f"Horizontal and vertical 1:{frame.horizontal}, not exaggerated."),
        t(f"剖面线两侧各 {job.corridor_m:g} m 以内的 {len(job.holes)} 个孔垂直投影到剖面线;孔号{'旁' if labels.turned else '下'}为{'' if labels.turned else '孔口高程、孔深和'}偏距(m),左右按前进方向。",
          f"The {len(job.holes)} holes within {job.corridor_m:g} m of the line are projected onto it; with their names stand {'' if labels.turned else 'ground, depth and '}offset in metres, left and right looking forward."),
        t("孔间固废由相邻孔推断,以虚线为界;有固废的孔与无固废的孔之间取中点。“?”处未见底或未查明。",
          "Waste between holes is inferred, its edges dashed; half-way to a hole without. A ? marks where the bottom or the extent is not known."),
    ]  # fmt: skip
    lacking = [hole.log.point_no for hole in job.holes if hole.log.ground_elev_m is None]
    if job.by_depth:
        some = "、".join(lacking[:4]) if t.lang == "zh" else ", ".join(lacking[:4])
        found.append(t(f"{len(lacking)} 个孔没有孔口高程({some}{' 等' if len(lacking) > 4 else ''}),全部按地面以下深度绘制,不反映地面起伏。",
                       f"{len(lacking)} holes have no ground elevation ({some}{' …' if len(lacking) > 4 else ''}); all are drawn in depths below ground, the relief is not shown."))  # fmt: skip
    elif not job.ground:
        found.append(t("地面线为孔口连线。", "The ground is drawn from hole to hole."))
    moved = sum(abs(frame.x(hole.place.chainage_m) - x) > 0.3 for hole, x in zip(job.holes, middles, strict=True))
    if moved:
        found.append(
            t(
                f"{moved} 个孔过于靠近,图上略有移动;里程和孔距为实际值。",
                f"{moved} holes stand too close and are moved a little; chainages and distances are true.",
            )
        )
    if strip < 2:
        found.append(t("孔太密,不标水位。", "The holes stand too close for the signs of water."))
    if labels.every > 1:
        shown = len(range(0, len(job.holes), labels.every))
        found.append(t(f"孔号只标注 {shown} / {len(job.holes)} 个。", f"{shown} of {len(job.holes)} holes are named."))
    return found


def _entries(job: Job) -> list[tuple[str, str]]:
    """The legend of the soils used: pattern and name, in the order of the words, unknown names behind."""
    order = {name: n for n, name in enumerate(soils())}
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for hole in job.holes:
        for layer in hole.log.layers:
            known = soil(layer.soil_name)
            name = (known.zh if job.t.lang == "zh" else known.en) if known else pen.clean(layer.soil_name)
            pattern = pattern_name(layer.soil_name, is_waste=layer.is_waste)
            if pattern == "waste_other":
                name += job.t("(固废)", " (waste)")
            found[pattern, name] = (order.get(known.zh, 999) if known else 999, name)
    return [key for key, _ in sorted(found.items(), key=lambda each: (each[1], each[0]))]


def _legend(job: Job, left: float, right: float, top: float) -> tuple[list[str], float]:
    """Swatches with their names in lines."""
    drawn = [pen.text(left, top + HEAD, job.t("图例", "Legend"), HEAD, bold=True)]
    x, y = left, top + 5.5
    signs = [("zone", job.t("推断的固废", "inferred waste")), ("first", job.t("初见水位", "water first seen")),
             ("stable", job.t("稳定水位", "stable water")), ("open", job.t("孔底未见底", "ends in waste"))]  # fmt: skip
    if job.line.bends:
        signs.append(("bend", job.t("折点", "bend")))
    for key, words in [*_entries(job), *signs]:
        words = pen.cut(words, right - left - 12, SMALL)  # noqa: PLW2901
        wide = 10 + pen.width_mm(words, SMALL) + 4
        if x + wide - 4 > right and x > left:
            x, y = left, y + 6.2
        drawn.append(_swatch(key, x, y))
        drawn.append(pen.text(x + 9.5, y + 3.3, words, SMALL))
        x += wide
    return drawn, y + 6.2


def _swatch(key: str, x: float, y: float) -> str:
    shape = box(x, y, x + 8, y + 4.6)
    if key == "zone":
        inner = pen.area(list(shape.exterior.coords)[:-1], pen.WASTE_PALE) + pen.stroke(
            hatch(shape, ZONE), pen.WASTE, 0.16
        )
        return inner + pen.stroke(
            pen.path([(x, y), (x + 8, y), (x + 8, y + 4.6), (x, y + 4.6)], closed=True), pen.WASTE, 0.3, dash="1.6 1"
        )
    if key in {"first", "stable"}:
        return pen.water_sign(x + 4, y + 3.2, 1.5, is_filled=key == "stable")
    if key == "open":
        return pen.stroke(pen.path([(x + n, y + (3.2 if n % 2 else 2.2)) for n in range(1, 8)]), pen.WASTE, 0.35)
    if key == "bend":
        return pen.line(x + 4, y, x + 4, y + 4.6, pen.LINE, 0.15, dash="3 1 0.5 1")
    return filled(shape, key, 0.75) + pen.box(x, y, 8, 4.6, width=0.2)


def _bars(job: Job, frame: Frame, left: float, top: float) -> list[str]:
    """A bar for each scale."""
    t = job.t
    along_m = round_step(14 * frame.horizontal / 1000)
    wide = along_m * 1000 / frame.horizontal
    up_m = round_step(4.1 * frame.vertical / 1000)
    high = up_m * 1000 / frame.vertical
    y = top + 12
    return [
        pen.line(left, y, left + wide, y, width=0.5), pen.line(left, y - 1, left, y + 1, width=0.3), pen.line(left + wide, y - 1, left + wide, y + 1, width=0.3),
        pen.text(left, y - 2, t(f"水平 {along_m:g} m", f"horizontal {along_m:g} m"), SMALL),
        pen.line(left + 42, y + 1 - high, left + 42, y + 1, width=0.5), pen.line(left + 41, y + 1, left + 43, y + 1, width=0.3),
        pen.line(left + 41, y + 1 - high, left + 43, y + 1 - high, width=0.3),
        pen.text(left + 44.5, y - high / 2 + 1, t(f"垂直 {up_m:g} m", f"vertical {up_m:g} m"), SMALL),
    ]  # fmt: skip


def _split(job: Job) -> float:
    """Where the legend ends and the bars begin; in a narrow pane they stand below each other."""
    return job.right - 72 if job.sheet.width_mm > 150 else job.right


def below_mm(job: Job) -> float:
    """How much the legend, the notes and the foot take; notes are counted at their longest."""
    side_by_side = _split(job) < job.right
    legend = _legend(job, job.left, _split(job) - 4, 0)[1]
    notes = 0.0 if side_by_side and job.sheet.height_mm is None else pen.height_mm(9, SMALL)
    return max(legend, 18) + notes + (8 if job.sheet.height_mm else 0)


def legend_and_notes(job: Job, frame: Frame, notes: Sequence[str], top: float) -> tuple[list[str], float]:
    """Legend, bars, notes and the foot; returns where it ends."""
    t = job.t
    split = _split(job)
    drawn, y = _legend(job, job.left, split - 4 if split < job.right else job.right, top)
    if split < job.right:
        drawn += _bars(job, frame, split, top)
        y = max(y, top + 16)
    else:
        drawn += _bars(job, frame, job.left, y - 4)
        y += 12
    drawn.append(pen.text(job.left, y + HEAD, t("说明", "Notes"), HEAD, bold=True))
    y += 5
    for n, note in enumerate(notes, 1):
        found = pen.wrapped(f"{n}. {note}", job.right - job.left, SMALL)
        drawn.append(pen.lines(job.left, y, found, SMALL))
        y += pen.height_mm(len(found), SMALL)
    if job.sheet.height_mm:
        y = job.sheet.height_mm - job.sheet.margins_mm[2] - 2
        for k, each in enumerate(t("编制: 校核: 审核: 日期:", "Drawn: Checked: Approved: Date:").split()):
            drawn.append(pen.text(job.left + k * 40, y, each, BODY))
    if job.is_sample:
        mark = t(
            "示例数据:地块、单位和钻孔均为编造,不得用作依据",
            "Sample data: parcels, units and holes are invented and prove nothing",
        )
        y += 0 if job.sheet.height_mm else 4
        drawn.append(pen.text(job.right, y, mark, SMALL, anchor="end", fill=pen.SAMPLE_MARK))
    return drawn, y
