"""案件位置图: where a dumping case happened, its evidence, what it is linked to, and how far roads and disposal sites are.

For whoever may read the case. Parties, reporters, phones and the numbers of clues are never on it; plates are whole only for those who
may see what is kept apart (`secret.reveal`).
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select

from gis_service.cases.clues import queries as clues
from gis_service.cases.clues.rules import KIND_WORDS, SOURCE_WORDS
from gis_service.cases.parties import queries as parties
from gis_service.cases.parties.rules import LinkKind
from gis_service.cases.rules import DUMPING_CASE
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.maps.catalogue import Look
from gis_service.patrols import findings
from gis_service.procedures import queries as proceedings
from gis_service.procedures.models import Proceeding
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.drawing.items import BOUNDARY, group
from gis_service.sheets.errors import NothingToShow
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.common import Scene, label_around, location, parcels_around
from gis_service.sheets.kinds.parcel import SUBJECT, subject_items
from gis_service.sheets.mapping.frame import Frame, bounds_of
from gis_service.sheets.mapping.layers import Feature, point_items
from gis_service.sheets.mapping.placing import Label, Line, around
from gis_service.surveys.drawing.along import compass

NEAREST_SCALE = 2_000
NEAR_M = 800.0
"""What lies further from the place is in the table, not on the map: else the place itself could not be seen."""
SITES = 3
"""So many disposal sites, the nearest."""
LOOKS = {
    "site": (("案发地点", "Place of the case"), Look(fill=BOUNDARY, stroke="#FFFFFF", radius=9), "triangle-down"),
    "clue": (("线索、巡查发现", "Clues and findings"), Look(fill="#F2A100", radius=6), "square"),
    "source": (("源头工地", "Building sites"), Look(fill="#7A4A1E", radius=6), "diamond"),
    "case": (("关联案件", "Linked cases"), Look(fill="#2F6FDE", radius=6), "triangle"),
    "disposal": (("消纳场所", "Disposal sites"), Look(fill="#2E9E5B", radius=6), "circle"),
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """Something with a line in the table; on the map where its place is known and near."""

    group: str
    kind: str
    said: str
    place: shapely.Point | None = None
    at: datetime | None = None


def content(desk: Desk, case_no: str) -> Content:
    """The sheet of a case, by its number. Raises `NotFound`, and `NothingToShow` where nobody said where it was."""
    case = desk.session.scalar(
        select(Proceeding).where(Proceeding.proceeding_no == case_no, Proceeding.noun == DUMPING_CASE.noun)
    )
    log = proceedings.log_of(desk.session, case.id) if case else []
    log = [entry for entry in log if entry.at <= desk.moment]
    if case is None or not log:
        raise NotFound(what="案件", key=case_no)
    t, site = desk.t, _metric(case.place)
    land = [
        (row["parcel_no"], crs.transform(shapely.from_geojson(row["outline"]), STORAGE_SRID, METRIC_SRID))
        for row in proceedings.parcels_of(desk.session, case.id)
    ]
    if site is None and not land:
        raise NothingToShow(what=case_no)
    middle = site or shapely.point_on_surface(land[0][1])
    marks = [*_clues(desk, case), *_links(desk, case), *_sites(desk, middle)]
    near = [mark.place for mark in marks if mark.place is not None and mark.group != "disposal" and mark.place.distance(middle) <= NEAR_M]  # fmt: skip
    bounds = bounds_of([middle, *(shape for _, shape in land), *near])
    listed = _table(desk, marks, middle)
    state = DUMPING_CASE.by_code[log[-1].after]
    return Content(
        title=t("案件位置图", "Place of a case"),
        subtitle=f"{case.proceeding_no} {case.title}",
        bounds=bounds,
        least_scale=NEAREST_SCALE,
        around=0.7,
        draw=lambda frame: _map(desk, site, land, marks, frame),
        facts=[
            (t("案件编号", "Case"), case.proceeding_no),
            (t("办理状态", "State"), t.capital(state.zh, state.en)),
            *_told(desk, case),
            (t("地点", "Place"), case.place_text or "—"),
            (t("坐标", "Coordinates"), f"X={middle.y:.1f} Y={middle.x:.1f}" if site else "—"),
            (t("涉及地块", "Parcels"), t.comma.join(number for number, _ in land) or "—"),
            (t("最近道路", "Nearest road"), _road(desk, middle)),
        ],
        tables={"full": listed, "brief": listed.only(0, 1, 2, 4)},
        lists=(listed,) if listed.rows else (),
        notes=[
            t("距离为至案发地点的直线距离;图外的地点只列表。", "Distances are straight lines from the place; what lies off the map is in the table only."),
            t("车辆无固定位置,列出同一车辆涉及的其他案件的地点。", "A vehicle has no place of its own: the places of other cases with the same vehicle are given."),
        ],
        inset=location(desk, middle, None),
        cutoff=desk.cutoff,
        crs_note=desk.crs_note,
        sample=desk.sample,
        lang=desk.lang,
    )  # fmt: skip


def _metric(place: Any) -> shapely.Point | None:
    return None if place is None else crs.transform(to_shape(place), STORAGE_SRID, METRIC_SRID)


def _told(desk: Desk, case: Proceeding) -> list[tuple[str, str]]:
    """Kind of waste, days and volume, as far as they are known."""
    t, facts = desk.t, case.facts
    kind = KIND_WORDS.get(facts.get("waste_kind", ""))
    days = dict.fromkeys(filter(None, (facts.get("happened_from"), facts.get("happened_to"))))
    return [
        (t("垃圾种类", "Waste"), t.capital(*kind) if kind else "—"),
        (t("行为日期", "Day"), t(" 至 ", " to ").join(days) or "—"),
        (t("估算方量", "Estimate"), f"{facts['quantity_m3']} m³" if facts.get("quantity_m3") else "—"),
    ]


# --- what has a place -------------------------------------------------------------------------------------------------


def _clues(desk: Desk, case: Proceeding) -> Iterator[Mark]:
    """Clues with their sources and how many files came with them, and the findings of patrols they came from."""
    t, found = desk.t, [each for each in clues.of_case(desk.session, case.id) if each.seen_at <= desk.moment]
    for each in found:
        files = len(clues.files_of(desk.session, each.id))
        kept = t(f",附件 {files} 件", f", {files} files") if files else ""
        yield Mark(
            "clue", t("线索", "Clue"), t.capital(*SOURCE_WORDS[each.source]) + kept, _metric(each.place), each.seen_at
        )
    for seen in findings.origins(desk.session, "clue", [each.id for each in found]):
        at = shapely.Point(seen["place"]) if seen["place"] else None
        place = crs.transform(at, STORAGE_SRID, METRIC_SRID) if at else None
        photos = t(f",照片 {seen['photos']} 张", f", {seen['photos']} photos") if seen["photos"] else ""
        said = t.capital(seen["item"]["zh"], seen["item"]["en"]) + photos
        yield Mark("clue", t("巡查发现", "Finding"), said, place, seen["seen_at"])


def _links(desk: Desk, case: Proceeding) -> Iterator[Mark]:
    """Building sites the waste came from, and other cases in sight with the same vehicle, haulier, site or party: what they share is said,
    a party never by name."""
    t = desk.t
    shared: dict[int, list[str]] = {}
    added = {link.id for link in parties.links_of(desk.session, [case.id]) if link.added_at <= desk.moment}
    for link in parties.of_case(desk.session, case.id):
        if link["link_id"] not in added and desk.as_of is not None:
            continue
        if link["kind"] is LinkKind.SITE:
            at = crs.transform(shapely.Point(link["place"]), STORAGE_SRID, METRIC_SRID) if link["place"] else None
            yield Mark("source", t("源头工地", "Building site"), link["label"], at)
        what = t(f"同{link['kind_zh']}", f"same {link['kind_en']}")
        label = {LinkKind.VEHICLE: f" {plate(desk, link['label'])}", LinkKind.PARTY: ""}.get(link["kind"], "")
        for other in link["also_in"]:
            shared.setdefault(other["id"], []).append(what + label)
    for other in desk.session.scalars(select(Proceeding).where(Proceeding.id.in_(shared)).order_by(Proceeding.id)):
        why = t(";", "; ").join(dict.fromkeys(shared[other.id]))
        yield Mark("case", t("关联案件", "Linked case"), f"{other.proceeding_no}({why})" if desk.lang == "zh" else f"{other.proceeding_no} ({why})", _metric(other.place))  # fmt: skip


def plate(desk: Desk, number: str) -> str:
    """A plate, masked in its middle for whoever may not see what is kept apart of a case.

    The place of registration and the last character stay: enough to tell two vehicles of one case apart.
    """
    return number if "secret.reveal" in desk.may else f"{number[:2]}{'*' * max(1, len(number) - 3)}{number[-1:]}"


def _sites(desk: Desk, middle: shapely.Point) -> Iterator[Mark]:
    rows = desk.rows("disposal-site")
    if rows.empty:
        return
    away = rows.geometry.distance(middle)
    for n in away.sort_values().index[:SITES]:
        yield Mark("disposal", desk.words("site_kind", rows["kind"][n]), str(rows["name"][n]), rows.geometry[n])


def _road(desk: Desk, middle: shapely.Point) -> str:
    """The nearest road with a name, and how far its edge is."""
    west, south, east, north = middle.buffer(NEAR_M).bounds
    rows = desk.rows("ground", (west, south, east, north))
    roads = rows[(rows["kind"] == "road") & rows["name"].notna()] if len(rows) else rows
    if roads.empty:
        return desk.t(f"{NEAR_M:,.0f} m 内没有", f"none within {NEAR_M:,.0f} m")
    away = roads.geometry.distance(middle)
    return f"{roads['name'][away.idxmin()]} {away.min():,.0f} m"


# --- table and map ----------------------------------------------------------------------------------------------------


def _table(desk: Desk, marks: Sequence[Mark], middle: shapely.Point) -> Table:
    t = desk.t
    columns = (
        Column(t("编号", "No."), 8, "end"), Column(t("类别", "Kind"), 14), Column(t("说明", "What"), 34), Column(t("时间", "Time"), 18, "middle"),
        Column(t("距离(m)", "Away (m)"), 12, "end"), Column(t("方位", "Towards"), 9, "middle"),
    )  # fmt: skip
    rows = []
    for n, mark in enumerate(marks, 1):
        at = f"{mark.at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if mark.at else "—"
        away = mark.place.distance(middle) if mark.place is not None else None
        towards = "—" if away is None or away < 1 else compass(_azimuth(middle, mark.place), desk.lang)
        rows.append((str(n), mark.kind, mark.said, at, "—" if away is None else f"{away:,.0f}", towards))
    return Table(t("相关地点", "Places"), columns, tuple(rows))


def _azimuth(a: Any, b: Any) -> float:
    return math.degrees(math.atan2(b.x - a.x, b.y - a.y)) % 360


def _map(desk: Desk, site: Any, land: Sequence[tuple[str, Any]], marks: Sequence[Mark], frame: Frame) -> Drawn:
    scene, t = Scene(desk, frame), desk.t
    scene.ground()
    others = parcels_around(scene, *(number for number, _ in land))
    for number, shape in land:
        scene.items.append(group(number, subject_items(scene.frame, shape)))
        scene.board.line(shapely.boundary(frame.paper(shape)))
    if land:
        scene.chapters.append(Chapter(t("地块", "Parcels"), (Entry(t("涉及地块", "Parcel of the case"), "polygon", SUBJECT),)))  # fmt: skip
    drawn = [("", Mark("site", "", "", site))] if site is not None else []
    drawn += [(str(n), mark) for n, mark in enumerate(marks, 1) if mark.place is not None]
    drawn = [(n, mark) for n, mark in drawn if frame.box.contains(frame.paper(mark.place))]
    for _, mark in reversed(drawn):  # the place itself above the others
        _, look, form = LOOKS[mark.group]
        scene.items += point_items(frame, Feature(mark.place, look, form=form))
    scene.board.wall(*[frame.paper(mark.place).buffer(_radius(mark)) for _, mark in drawn])
    for number, shape in land:
        forms = [Label((Line(number, size, bold=True),), turns=True) for size in (2.9, 2.5)]
        if not scene.board.inside(frame.cut(shape), forms) and not scene.board.beside(frame.cut(shape), forms[1]):
            scene.board.leave_out(number)
    for n, mark in drawn:
        place = frame.paper(mark.place)
        label = Label(
            (Line(n, 2.8, bold=True) if n else Line(t("案发地点", "Place of the case"), 3.0, bold=True, fill=BOUNDARY),)
        )
        if not scene.board.put_best(
            label, around(place.x, place.y, label, from_mm=_radius(mark) + 0.2, reach=6), most_mm=10
        ):
            scene.board.leave_out(n or t("案发地点", "Place of the case"))
    _explain(scene, [mark.group for _, mark in drawn])
    label_around(scene, others)
    scene.label_ground()
    return scene.close()


def _radius(mark: Mark) -> float:
    return (LOOKS[mark.group][1].radius or 6) * 0.2 * 1.25


def _explain(scene: Scene, groups: Sequence[str]) -> None:
    t, counts = scene.desk.t, Counter(groups)
    entries = [
        Entry(t.of(words), "point", look, (str(counts[name]),) if name != "site" else (), form)
        for name, (words, look, form) in LOOKS.items() if counts[name]
    ]  # fmt: skip
    scene.chapters.append(Chapter(t("地点(编号见表)", "Places (numbers: table)"), tuple(entries), (t("个数", "No."),)))
