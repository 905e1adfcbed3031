"""The sample's surveys: programmes frozen on their days, land at every stage, holes with what they met, bodies with their volumes.

The register tells since when land stood where (`ways`); the logs told here have the same days, so that both agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import LineString, MultiPolygon, Point
from sqlalchemy import or_, select, update

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.attachments.picture_child import SIDE
from gis_service.parcels.models import Parcel
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.sample import assays, boreholes, pictures, surveys_plan, underground, ways
from gis_service.sample.proceedings import LEADER, Move, Teller, person
from gis_service.sample.register import SEED
from gis_service.sample.stories import WASTE
from gis_service.sample.surveys_plan import ProgrammeTold, SurveyTold
from gis_service.sample.underground import Underground
from gis_service.sample.ways import Way
from gis_service.surveys import conduct, queries
from gis_service.surveys.bodies import operations as bodies
from gis_service.surveys.conduct import SURVEYS
from gis_service.surveys.estimates import jobs
from gis_service.surveys.estimates import operations as estimates
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.laboratory import screening
from gis_service.surveys.logs import Log
from gis_service.surveys.models import GeophysicsLine, Survey, SurveyPoint
from gis_service.surveys.points import operations as points
from gis_service.surveys.points.operations import Source
from gis_service.surveys.programmes import operations as programmes
from gis_service.surveys.programmes.models import SurveyProgramme, SurveyTarget
from gis_service.surveys.programmes.rules import Rule
from gis_service.surveys.rules import PointKind, WasteClass

FIRM, REVIEWER = "示例岩土勘察有限公司(示例)", "固废专员 邓志强(示例)"
EXPERTS = ["何志明(示例)", "苏婉(示例)", "郑国安(示例)"]
TODAY = datetime(2026, 11, 20, 16, tzinfo=BEIJING)
"""Up to here work under way is told."""
SIMULATIONS, CELLS = 150, 150
"""Fewer and coarser than an officer's estimate, so that the sample is loaded soon."""
DRILLED_SO_FAR = 0.6
PHOTOS = 3
"""Holes of a survey that have photos."""
STEP_M = 3.0


@dataclass(frozen=True)
class Site:
    """A survey with its way through the stages, its land and what lies below."""

    told: SurveyTold
    way: Way
    outline: MultiPolygon
    ground: Underground
    seed: int


def tell(teller: Teller) -> dict[str, Proceeding]:
    """Programmes and surveys in the order of time; returns the surveys by parcel number."""
    due = sorted(_sites(teller), key=lambda site: site.way.came[0][1])
    waiting, frozen = list(surveys_plan.PROGRAMMES), list[SurveyProgramme]()
    made: dict[str, Proceeding] = {}
    for site in due:
        while waiting and waiting[0].frozen_on <= site.way.came[0][1].date():
            frozen.append(_programme(teller, waiting.pop(0)))
        made[site.told.parcel_no] = _survey(teller, site, made)
    frozen += [_programme(teller, each) for each in waiting]
    for programme, told in zip(frozen, surveys_plan.PROGRAMMES, strict=True):
        _take_over(teller, programme)
        if told.closed:
            programmes.close(teller.session, programme, programme.row_version)
    db.setting(teller.session, app_version_at="", app_reason="")
    return made


def _programme(teller: Teller, told: ProgrammeTold) -> SurveyProgramme:
    rule = Rule(undeveloped=False, supply_year_to=told.supply_year_to)
    made = programmes.make(
        teller.session,
        person(WASTE),
        teller.district_code,
        title=told.title,
        rule=rule,
        due_on=told.due_on,
        note="示例数据",
    )
    made.made_at = datetime(told.frozen_on.year, told.frozen_on.month, told.frozen_on.day, 9, tzinfo=BEIJING)
    programmes.freeze(teller.session, person(LEADER), made, made.row_version, told.frozen_on)
    return made


def _take_over(teller: Teller, programme: SurveyProgramme) -> None:
    """Surveys of its land that ran already when it was frozen became surveys of the programme."""
    mine = select(SurveyTarget.parcel_id).where(SurveyTarget.programme_id == programme.id)
    running = or_(Survey.approved_on.is_(None), Survey.approved_on > programme.frozen_on)
    surveys = update(Survey).where(Survey.parcel_id.in_(mine), Survey.programme_id.is_(None), running)
    teller.session.execute(surveys.values(programme_id=programme.id).execution_options(synchronize_session="fetch"))


def _sites(teller: Teller) -> list[Site]:
    session, told = teller.session, surveys_plan.SURVEYS
    numbers = sorted({no for each in told for no in each.land} | {each.parcel_no for each in told})
    found = session.execute(
        select(Parcel.parcel_no, Parcel.geom).where(Parcel.parcel_no.in_(numbers), Parcel.retired_on.is_(None))
    )
    land = {no: crs.transform(to_shape(geom), STORAGE_SRID, METRIC_SRID) for no, geom in found}
    until = {no: way.came[0][1] - ways.BEFORE for no, way in ways.disposals(session, numbers).items()}
    until |= {each.parcel_no: datetime.combine(each.approved_on, TODAY.timetz()) for each in told if each.approved_on}
    came = ways.surveys(session, numbers, until)
    return [
        Site(each, came[each.parcel_no], land[each.parcel_no], _ground(each, land), SEED + n)
        for n, each in enumerate(told)
    ]  # fmt: skip


def _ground(told: SurveyTold, land: dict[str, MultiPolygon]) -> Underground:
    """What lies below; surveys of the same ground find the same."""
    whole = shapely.union_all([land[no] for no in told.land])
    parts = MultiPolygon([each for each in shapely.get_parts(whole) if each.area > 0])
    return underground.below(parts, [SEED, *map(ord, told.land[0])], told.m3, told.spots, told.peak_m)


# --- one survey -------------------------------------------------------------------------------------------------------

ACTIONS = {
    ("pending", "desk_done"): "finish_desk", ("desk_done", "geophysics_done"): "finish_geophysics", ("geophysics_done", "drilling"): "start_drilling",
    ("drilling", "lab"): "send_samples", ("lab", "reported"): "report", ("reported", "resurvey"): "send_back", ("resurvey", "drilling"): "start_drilling",
    ("reported", "approved"): "approve",
}  # fmt: skip


def _survey(teller: Teller, site: Site, others: dict[str, Proceeding]) -> Proceeding:
    session, way = teller.session, site.way
    parcel = session.get_one(Parcel, way.parcel_id)
    title = f"{parcel.parcel_no} {parcel.parcel_name or ''}地下固废摸排".replace("  ", " ")
    facts = {"purpose": "供地前查明地下固废", "contractor": FIRM}
    made = teller.open(
        TOLD, WASTE, title, facts, way.came[0][1], parcel_ids=[parcel.id], place_text=parcel.location_text
    )
    logs, rounds = _logs(site), sum(1 for state, _ in way.came if state == "drilling")
    for n, ((before, _), (after, at)) in enumerate(zip(way.came, way.came[1:], strict=False)):
        if after == "geophysics_done":
            _lines(teller, site, made, at - timedelta(hours=3))
        if (before, after) == ("drilling", "lab") or (after, n) == ("drilling", len(way.came) - 2):
            share = 0.7 if rounds > 1 and not _points(teller, made) else 1.0
            _keep(teller, site, made, logs[: round(len(logs) * share)], at)
        if after == "reported" and not _goes_back(way, at):
            _bodies(teller, site, made, others, at - timedelta(hours=2))
        _step(teller, site, made, ACTIONS[before, after], at)
    return made


def _goes_back(way: Way, reported: datetime) -> bool:
    return any(state == "resurvey" and moment > reported for state, moment in way.came)


def _follows(session: Any, _actor: Any, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """The register knows already."""
    conduct.keep_row(session, proceeding, entry)


TOLD = replace(SURVEYS, follows=_follows)


def _step(teller: Teller, site: Site, made: Proceeding, action: str, at: datetime) -> None:
    if action in ("approve", "send_back"):
        verdict, note = (
            ("pass", "勘查工作量满足要求,结论可信,同意通过。")
            if action == "approve"
            else ("amend", "西侧边界控制不足,建议加密钻孔后再审。")
        )
        facts = {"experts": EXPERTS, "verdict": verdict, "review_note": note}
        teller.move(TOLD, made, Move("review", 0, REVIEWER, facts), at - timedelta(days=1))
    who = {"approve": LEADER, "send_back": REVIEWER}.get(action, WASTE)
    reason = "按评审意见加密西侧边界钻孔" if action == "send_back" else ""
    teller.move(TOLD, made, Move(action, 0, who, _facts(site, action), reason), at)


def _facts(site: Site, action: str) -> dict[str, Any]:
    told = site.told
    if action == "finish_desk":
        signs = "局部可见砖渣、塑料,低洼处有积水" if told.hint != "low" else "未见堆体、沉陷和异味"
        history = {
            "low": "历史影像显示 2012 年前为鱼塘,2014 年吹填成陆,此后未见堆填;走访未反映倾倒。",
            "medium": "历史影像显示 2013 年至 2016 年有车辆进出和堆土,走访居民反映曾有零星倾倒。",
            "high": "历史影像显示 2011 年至 2015 年为临时弃土场,走访反映曾大量倾倒建筑垃圾和生活垃圾。",
        }[told.hint]
        return {"suspicion": told.hint, "history": history, "surface_signs": signs}
    if action == "finish_geophysics":
        odd = round(site.ground.odd().area, -1)
        finding = (
            f"圈定异常区约 {odd:,.0f} ㎡,推断为填埋体,须钻探验证。"
            if told.positive
            else "未见明显异常;物探结果不作为未发现的依据,须钻探验证。"
        )
        return {"geophysics": ["ert", "gpr"] if told.reclaimed else ["ert"], "geophysics_finding": finding}
    if action == "start_drilling":
        spacing = round(float(np.sqrt(site.outline.area / max(told.holes, 1))))
        return {"spacing_m": str(spacing), "planned_points": told.holes, "contractor": FIRM}
    if action == "send_samples":
        return {"laboratory": assays.LABORATORY}
    if action == "report":
        words = "查明地下固废,范围和方量见填埋体和估算。" if told.positive else "各钻孔、探坑均未揭露固废。"
        return {"survey_result": "positive" if told.positive else "negative", "conclusion": words}
    return {}


# --- holes ------------------------------------------------------------------------------------------------------------


def _logs(site: Site) -> list[Log]:
    """The holes of a survey as far as they are made, with results as far as the laboratory is."""
    way = site.way
    if not site.told.holes or "drilling" not in dict(way.came):
        return []
    first = next(moment for state, moment in way.came if state == "drilling")
    last = next((moment for state, moment in reversed(way.came) if state == "lab"), TODAY)
    last = min(last, first + timedelta(days=45)) if not site.told.again else last
    made = boreholes.logs(site.told, site.ground, site.outline, site.seed, first.date(), last.date())
    if way.state == "drilling":
        return boreholes.without_results(made[: round(len(made) * DRILLED_SO_FAR)])
    half = len(made) // 2
    return [*made[:half], *boreholes.without_results(made[half:])] if way.state == "lab" else made


def _points(teller: Teller, made: Proceeding) -> list[SurveyPoint]:
    return queries.points(teller.session, made.id)


def _keep(teller: Teller, site: Site, made: Proceeding, logs: Sequence[Log], at: datetime) -> None:
    """The holes that are not kept yet, some with photos."""
    session, own = teller.session, queries.one(teller.session, made.id)
    there = {point.point_no for point in _points(teller, made)}
    new = [log for log in logs if log.point_no not in there]
    found = points.keep(session, person(WASTE), own, new, Source())
    for point in found:
        day = point.made_on or at.date()
        point.added_at = datetime(day.year, day.month, day.day, 17, 30, tzinfo=BEIJING)
    for point, log in [each for each in zip(found, new, strict=True) if each[1].waste][:PHOTOS]:
        _photo(teller, point, log, site.seed)
    session.flush()


def _photo(teller: Teller, point: SurveyPoint, log: Log, seed: int) -> None:
    dug = log.kind in (PointKind.PIT, PointKind.TRENCH)
    label, image = ("固废层", pictures.pit(log, seed)) if dug else ("岩芯箱", pictures.core_box(log, seed + point.id))
    kept = _picture(teller, image, f"{log.point_no} {label}(示例).jpg")
    made = points.add_photo(teller.session, teller.store, person(WASTE), point, kept, label)
    made.added_at = point.added_at


def _picture(teller: Teller, image: Any, name: str) -> Kept:
    """A drawing in the store with its small copy beside it: our own drawings need no cell to be decoded in."""
    sha256, size = _stored(teller, image)
    small = image.copy()
    small.thumbnail((SIDE, SIDE))
    return Kept(sha256, size, name, small_sha256=_stored(teller, small)[0])


def _stored(teller: Teller, image: Any) -> tuple[str, int]:
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    out.seek(0)
    return teller.store.put(out, limit_bytes=1 << 22)


# --- geophysics -------------------------------------------------------------------------------------------------------


def _lines(teller: Teller, site: Site, made: Proceeding, at: datetime) -> None:
    """Two or three lines across the land, with the ground they found odd."""
    odd = site.ground.odd().intersection(site.outline) if site.told.positive else MultiPolygon()
    for n, line in enumerate(_across(site.outline, 3 if site.outline.area > 15_000 else 2), 1):
        waste = _along(site.ground, line)
        image = pictures.resistivity(
            waste, line.length, low=site.told.waste_class == "domestic_waste", seed=site.seed + n
        )
        kept = _picture(teller, image, f"W{n} 反演断面(示例).jpg")
        met = odd.intersection(line.buffer(12)) if not odd.is_empty else odd
        parts = [each for each in shapely.get_parts(met) if each.geom_type == "Polygon" and each.area > 20]
        row = GeophysicsLine(
            survey_id=made.id, line_no=f"W{n}", method="ert", made_on=at.date(), geom=_stored_shape(line), spacing_m=2, depth_m=18,
            interpretation=_read(waste, line.length, n, low=site.told.waste_class == "domestic_waste"),
            anomaly=_stored_shape(MultiPolygon(parts)) if parts else None, added_by_name=person(WASTE).name, added_at=at,
        )  # fmt: skip
        row.small_sha256 = points.kept_picture(teller.session, teller.store, person(WASTE), kept)
        row.picture_sha256, row.picture_name = kept.sha256, kept.name
        teller.session.add(row)
    teller.session.flush()


def _across(outline: MultiPolygon, count: int) -> list[LineString]:
    """Lines along the longer side of the land, evenly apart."""
    box = shapely.minimum_rotated_rectangle(outline)
    a, b, c, d = (np.array(each) for each in box.exterior.coords[:4])
    if np.hypot(*(b - a)) < np.hypot(*(d - a)):
        a, b, c, d = b, c, d, a
    inner, found = outline.buffer(-4), []
    for n in range(count):
        share = (n + 1) / (count + 1)
        cut = LineString([a + (d - a) * share, b + (c - b) * share]).intersection(inner)
        pieces = [each for each in shapely.get_parts(cut) if isinstance(each, LineString)]
        if pieces:
            found.append(max(pieces, key=lambda each: each.length))
    return found


def _along(ground: Underground, line: LineString) -> list[float]:
    spots = [line.interpolate(metres) for metres in np.arange(0, line.length, STEP_M)]
    return [ground.thickness_m(spot.x, spot.y) for spot in spots]


def _read(waste: Sequence[float], length_m: float, number: int, *, low: bool) -> str:
    """What the interpreter wrote: where along the line it is odd."""
    odd = [n * STEP_M for n, thick in enumerate(waste) if thick >= 0.6]
    if not odd:
        return f"测线 W{number} 长 {length_m:.0f} m,电阻率成层分布,未见明显异常。"
    word = "低阻" if low else "高阻"
    return (
        f"测线 W{number} 长 {length_m:.0f} m,{odd[0]:.0f}～{odd[-1]:.0f} m 段浅部{word}异常,推断为填埋体,须钻探验证。"
    )


def _stored_shape(shape: shapely.Geometry) -> Any:
    return from_shape(crs.transform(shape, METRIC_SRID, STORAGE_SRID), srid=STORAGE_SRID)


# --- bodies and volumes -----------------------------------------------------------------------------------------------


def _bodies(teller: Teller, site: Site, made: Proceeding, others: dict[str, Proceeding], at: datetime) -> None:
    """An estimate and a body for each of what lies there, and what the laboratory says of them."""
    session, own = teller.session, queries.one(teller.session, made.id)
    db.setting(session, app_version_at=at.isoformat())
    drawn = []
    for name, spot in site.told.bodies:
        estimate = _estimate(teller, site, own, others, spot, at)
        kind = boreholes.WASTES[WasteClass(site.told.waste_class)]
        facts = {
            "name": name, "waste_class": site.told.waste_class, "composition_pct": {each: str(share) for each, share in kind.made_of.items()},
            **_depths(estimate), "note": kind.words,
        }  # fmt: skip
        drawn.append(bodies.draw(session, own, estimates.outline_of(estimate), facts, estimate=estimate))
    if drawn:
        found = screening.of_survey(session, own)["screening"]
        for body in drawn:
            body.hazard = found["hazard"]
            body.hazard_note = f"浸出样 {found['tested']} 件,超标 {found['exceeding']} 件" if found["tested"] else ""
    session.flush()


def _estimate(
    teller: Teller, site: Site, own: Survey, others: dict[str, Proceeding], spot: int, at: datetime
) -> VolumeEstimate:
    """Worked out at once, from the holes around a middle; those of the neighbour's survey too where the waste lies in both."""
    session, zone = teller.session, site.ground.zone(spot)
    step_m = round(float(np.sqrt(zone.area / CELLS)), 1)
    inputs = estimates.inputs_of(
        session, own, {"simulations": SIMULATIONS, "seed": site.seed, "simulation_step_m": step_m}
    )
    for no in site.told.land:
        if no in others and no != site.told.parcel_no:
            theirs = estimates.inputs_of(session, queries.one(session, others[no].id), {})["holes"]
            inputs["holes"] += [{**hole, "name": f"{no} {hole['name']}"} for hole in theirs]
    if len(site.ground.spots) > 1:
        inputs["parcel"] = shapely.to_wkt(zone, rounding_precision=3)
        inputs["holes"] = [hole for hole in inputs["holes"] if zone.covers(Point(hole["x_m"], hole["y_m"]))]
    made = VolumeEstimate(
        survey_id=own.proceeding_id, inputs=inputs, inputs_sha256=estimates.fingerprint(inputs), made_at=at, made_by_name=person(WASTE).name,
        **jobs.answer_to(inputs),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _depths(estimate: VolumeEstimate) -> dict[str, Any]:
    """Mean depth of top and bottom in the holes that met it."""
    met = [hole for hole in estimate.inputs["holes"] if hole["thickness_m"] > 0]
    return {f"{side}_m": round(float(np.mean([hole[f"{side}_m"] for hole in met])), 2) for side in ("top", "bottom")}
