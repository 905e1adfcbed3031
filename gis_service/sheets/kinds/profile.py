"""剖面、柱状图和方量 of a survey, for the pages after its map. Only for whoever may read surveys."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core.srid import METRIC_SRID
from gis_service.geo import crs
from gis_service.geo.volumes.estimate import METHOD_WORDS
from gis_service.procedures.models import Proceeding
from gis_service.sheets.composing import tables
from gis_service.sheets.composing.content import Figure
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.drawing.items import Item, Text
from gis_service.sheets.drawing.letters import wrapped
from gis_service.sheets.drawing.reading import items_of, size_of
from gis_service.sheets.gather import Desk
from gis_service.sheets.tongue import Tongue
from gis_service.surveys import queries
from gis_service.surveys.bodies.models import WasteBody
from gis_service.surveys.bodies.operations import in_parcel
from gis_service.surveys.drawing import section, strip
from gis_service.surveys.drawing.errors import TooManyHoles
from gis_service.surveys.drawing.pen import Sheet
from gis_service.surveys.drawing.strip_parts import PANE
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.logs import Log, waste_thickness_m
from gis_service.surveys.points.operations import log_of

CORRIDORS_M = (15.0, 10.0, 6.0, 4.0)
"""Each side of the line; narrower where more holes lie there than a sheet takes."""
BEYOND_M = 4.0
"""The line reaches so far beyond its outermost holes."""
NARROWEST_MM, LOGS_GAP_MM = 105.0, 6.0


@dataclass(frozen=True)
class Profile:
    """The logs of the newest survey of a parcel, and the line its section is cut along, in the system of the logs."""

    logs: tuple[Log, ...]
    line: tuple[tuple[float, float], tuple[float, float]] | None
    srid: int
    title: str

    @property
    def on_the_map(self) -> shapely.LineString | None:
        """The line in the metric system of the deployment."""
        if self.line is None:
            return None
        drawn = shapely.LineString(self.line)
        return drawn if self.srid == METRIC_SRID else crs.transform(drawn, self.srid, METRIC_SRID)


def profile(desk: Desk, points: Any) -> Profile | None:
    """Of the survey with the most points that the map shows; None where the asker may not read surveys or there are none."""
    if "survey.read" not in desk.may or not len(points):
        return None
    survey_no = Counter(points["survey_no"]).most_common(1)[0][0]
    survey = desk.session.scalar(select(Proceeding).where(Proceeding.proceeding_no == survey_no, Proceeding.noun == "survey"))  # fmt: skip
    if survey is None:
        return None
    shown = set(points["point_no"][points["survey_no"] == survey_no])
    rows = [each for each in queries.points(desk.session, survey.id) if each.point_no in shown]
    strata = queries.strata_of(desk.session, [each.id for each in rows])
    logs = [log_of(each, strata[each.id]) for each in rows]
    if not logs:
        return None
    srid = Counter(log.crs for log in logs).most_common(1)[0][0]
    logs = [log for log in logs if log.crs == srid]
    return Profile(tuple(logs), _line(logs), srid, survey.title)


def _line(logs: Sequence[Log]) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Along the longest spread of the holes, through the middle of those with waste, where there are any: first the western end.

    The direction is the first principal axis of the places.
    """
    places = np.array([(float(log.easting), float(log.northing)) for log in logs])
    if len(places) < 2 or np.ptp(places, axis=0).max() < 1:
        return None
    waste = np.array([waste_thickness_m(log) > 0 for log in logs])
    middle = (places[waste] if waste.any() else places).mean(axis=0)
    _, _, axes = np.linalg.svd(places - places.mean(axis=0), full_matrices=False)
    axis = axes[0] if axes[0][0] > 0 or (axes[0][0] == 0 and axes[0][1] > 0) else -axes[0]
    along = (places - middle) @ axis
    a, b = (middle + axis * reach for reach in (along.min() - BEYOND_M, along.max() + BEYOND_M))
    return (round(float(a[0]), 3), round(float(a[1]), 3)), (round(float(b[0]), 3), round(float(b[1]), 3))


def figures(desk: Desk, found: Profile, parcel_no: str, parcel_id: int) -> tuple[Figure, ...]:
    """The section with the volumes under it, and a page of strip logs."""
    t = desk.t
    volumes = volume_tables(desk.session, parcel_id, desk.moment, t)

    def cut(left: float, top: float, wide: float, high: float) -> list[Item]:
        """The section, and the tables under it where they have room."""
        drawn = _section(desk, found, parcel_no, wide)
        below = size_of(drawn)[1] + 4
        fits = below + _high(volumes) <= high
        return [*items_of(drawn, left, top), *(_side_by_side(volumes, left, top + below, wide, t) if fits else [])]

    def amounts(left: float, top: float, wide: float, high: float) -> list[Item]:
        """The tables alone, where they had none."""
        if found.line is not None and size_of(_section(desk, found, parcel_no, wide))[1] + 4 + _high(volumes) <= high:
            return []
        return _side_by_side(volumes, left, top, wide, t)

    made = [Figure(t("剖面图", "Section"), cut)] if found.line is not None else []
    made += [Figure(t("方量", "Volumes"), amounts)] if volumes else []
    deep = sorted(found.logs, key=lambda log: (-waste_thickness_m(log), log.point_no))
    if deep:
        made.append(Figure(t("柱状图", "Strip logs"), lambda *box: _logs(desk, found, deep, parcel_no, *box)))
    return tuple(made)


def _section(desk: Desk, found: Profile, parcel_no: str, wide: float) -> str:
    """As wide as the page, as high as it becomes."""
    sheet = Sheet("figure", wide, None, (2, 0, 0, 0))
    assert found.line is not None  # noqa: S101  (asked before)
    fault: TooManyHoles | None = None
    for corridor_m in CORRIDORS_M:
        try:
            return section.section(
                found.logs, found.line, corridor_m=corridor_m, project=found.title, parcel_no=parcel_no,
                as_of=desk.moment.date(), lang=desk.lang, sheet=sheet,
            )  # fmt: skip
        except TooManyHoles as refused:
            fault = refused
    raise fault or AssertionError


def _logs(desk: Desk, found: Profile, deep: Sequence[Log], parcel_no: str, left: float, top: float, wide: float, high: float) -> list[Item]:  # fmt: skip
    """The logs with most waste beside each other, as many as there is room for; one that is too long is passed over, and none is no page."""
    count = max(1, int((wide + LOGS_GAP_MM) / (NARROWEST_MM + LOGS_GAP_MM)))
    each = (wide - LOGS_GAP_MM * (count - 1)) / count
    items: list[Item] = []
    x, shown = left, 0
    for log in deep:
        drawn = strip.strip_log(log, project=found.title, parcel_no=parcel_no, lang=desk.lang, sheet=PANE)
        if size_of(drawn)[1] > high:
            continue
        items += items_of(drawn, x, top)
        x, shown = x + each + LOGS_GAP_MM, shown + 1
        if shown == count:
            break
    return items


# --- volumes ----------------------------------------------------------------------------------------------------------


def volume_tables(session: Session, parcel_id: int, moment: datetime, t: Tongue) -> list[Table]:
    """方量 by body with its interval, and by method for the estimate that each body rests on."""
    bodies = [each for each in in_parcel(session, parcel_id) if each.state != "withdrawn" and each.created_at <= moment]
    if not bodies:
        return []
    asked = select(VolumeEstimate).where(VolumeEstimate.id.in_([each.estimate_id for each in bodies]))
    estimates = {each.id: each for each in session.scalars(asked)}
    columns = (
        Column(t("填埋体", "Body"), 22), Column(t("下限(m³)", "Low (m³)"), 16, "end"), Column(t("方量(m³)", "Best (m³)"), 16, "end"),
        Column(t("上限(m³)", "High (m³)"), 16, "end"),
    )  # fmt: skip
    rows = [
        (each.body_no, *((sign(each) if name == "best" else "") + _said(getattr(each, f"volume_{name}_m3")) for name in ("low", "best", "high")))
        for each in bodies
    ]  # fmt: skip
    made = [
        Table(t("填埋体方量(自然方,90% 区间)", "Volumes of bodies (in place, 90 % interval)"), columns, tuple(rows))
    ]
    by_method = Table(
        t("各方法的方量(m³)", "Volumes by method (m³)"),
        (Column(t("填埋体", "Body"), 22), *(Column(t.capital(*words), 18, "end") for words in METHOD_WORDS.values())),
        tuple(
            (each.body_no, *(_said((estimates[each.estimate_id].result or {}).get("volumes_m3", {}).get(name)) for name in METHOD_WORDS))
            for each in bodies if each.estimate_id in estimates
        ),
    )  # fmt: skip
    return [*made, *([by_method] if by_method.rows else [])]


def sign(body: WasteBody) -> str:
    """A hole that stopped inside a body makes its volume the least there is."""
    return "≥" if body.is_lower_bound else ""


def _said(value: Any) -> str:
    return "—" if value is None else f"{float(value):,.0f}"


def _high(found: Sequence[Table]) -> float:
    """How high the tables beside each other are, with their names and their note."""
    return 4.5 + max((len(each.rows) + 1 for each in found), default=0) * tables.ROW_MM + 12


def _side_by_side(found: Sequence[Table], left: float, top: float, wide: float, t: Tongue) -> list[Item]:
    """Tables beside each other, each under its name, and what the figures mean."""
    if not found:
        return []
    items: list[Item] = []
    widths = [tables.natural_mm(each) for each in found]
    spare = min(30.0, max(0.0, wide - sum(widths) - 6 * (len(found) - 1)) / len(found))
    x = left
    for table, natural in zip(found, widths, strict=True):
        items.append(Text(x, top + 3, table.name, 2.8, bold=True))
        items.append(tables.drawn(table, x, top + 4.5, natural + spare, math.inf)[0])
        x += natural + spare + 6
    note = t(
        "方量为自然方。区间由钻孔揭露情况的模拟得出(90%);各方法只给一个数,方法之间的差别也说明不确定程度。",
        "In place. The interval comes from simulations of what the holes found (90 %); each method gives one figure, and how far they "
        "differ tells of the uncertainty too.",
    )
    low = top + _high(found) - 8
    items += [Text(left, low + n * 3.2, said, 2.4) for n, said in enumerate(wrapped(note, wide, 2.4))]
    return items
