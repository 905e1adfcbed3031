"""巡查轨迹图: one walk, or all walks of an area in a period: where somebody went and when, what was reached and what was found.

A track is personal. It is on the sheet where it is the asker's own, or where they gave a reason and may open it; else the sheet shows
what the walk proves, without line and name.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import or_, select

from gis_service.core.clock import BEIJING
from gis_service.core.errors import BadRequest, NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.maps.catalogue import Look
from gis_service.parcels.models import Parcel
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import Patrol, PatrolCoverage
from gis_service.patrols.walks import queries
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.drawing.items import group
from gis_service.sheets.errors import NothingToShow, TooManyWalks
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.common import Scene, label_around, location, parcels_around, text_of
from gis_service.sheets.kinds.walking import Walk, clock, draw_track, lasted, walk
from gis_service.sheets.mapping.frame import Frame, areas_of, bounds_of
from gis_service.sheets.mapping.layers import Feature, area_items, look_of, point_items
from gis_service.sheets.mapping.placing import Label, Line, around

NEAREST_SCALE = 1_000
MOST_WALKS, MOST_DAYS = 300, 366
REACHED = Look(fill="#2E9E5B", stroke="#2E9E5B", stroke_width=1.5, hatch="dots")
VISITED = Look(fill="#2E9E5B", stroke="#2E9E5B", stroke_width=1.5)


# --- one walk ---------------------------------------------------------------------------------------------------------


def content(desk: Desk, patrol_id: str) -> Content:
    """The sheet of one walk. Raises `NotFound`."""
    patrol = desk.session.get(Patrol, int(patrol_id)) if patrol_id.isascii() and patrol_id.isdigit() else None
    if patrol is None or patrol.started_at > desk.moment:
        raise NotFound(what="巡查记录", key=patrol_id)
    mine, t = walk(desk, patrol), desk.t
    day = f"{patrol.started_at.astimezone(BEIJING):%Y-%m-%d}"
    area, unit, task = queries.names_of(desk.session, patrol)
    visits, findings = _visits(desk, [mine]), _findings(desk, [mine])
    return _content(
        desk, [mine],
        title=t(f"巡查轨迹图 {day}", f"Patrol track {day}"),
        subtitle=task or area or "",
        facts=[
            (t("巡查编号", "Patrol"), f"{patrol.id}"),
            (t("片区", "Area"), area or "—"),
            (t("单位", "Unit"), unit or "—"),
            (t("巡查人", "Walked by"), patrol.inspector_name if mine.is_open else t("不列姓名", "not named")),
            (t("时间", "Time"), f"{clock(patrol.started_at)}—{clock(patrol.ended_at) if patrol.ended_at else t('未结束', 'not ended')}"),
            *_measures(desk, [mine]),
        ],
        tables={"full": visits, "brief": visits},
        lists=tuple(each for each in (visits, findings, _photos(desk, mine)) if each.rows),
    )  # fmt: skip


def _measures(desk: Desk, walks: Sequence[Walk]) -> list[tuple[str, str]]:
    """Length, time and what was reached, of all walks together."""
    t = desk.t
    length = sum(float(each.patrol.length_m or 0) for each in walks)
    gap_s = sum(float(each.patrol.figures.get("gap_s", 0)) for each in walks)
    took = sum(((each.patrol.ended_at - each.patrol.started_at for each in walks if each.patrol.ended_at)), timedelta())
    visited = {visit.parcel_id for each in walks for visit, *_ in each.visits}
    reached = {row[0].parcel_id for each in walks for row in each.covered if row[0].proved}
    return [
        (t("轨迹长度", "Length"), f"{length / 1000:,.2f} km"),
        (t("用时", "Duration"), lasted(desk, took.total_seconds())),
        (t("无轨迹时间", "Time without track"), lasted(desk, gap_s)),
        (t("到点检查", "Parcels checked"), t(f"{len(visited)} 宗", f"{len(visited)}")),
        (t("轨迹到位", "Parcels reached"), t(f"{len(reached)} 宗", f"{len(reached)}")),
        (t("发现问题", "Findings"), t(f"{sum(len(each.seen) for each in walks)} 处", f"{sum(len(each.seen) for each in walks)}")),
    ]  # fmt: skip


# --- all walks of an area ---------------------------------------------------------------------------------------------


def of_area(desk: Desk, subject: str) -> Content:
    """The sheet of the walks of an area in a period, `北围/2026-11-01/2026-11-30`: days of Beijing, both within. Raises `BadRequest`,
    `NotFound`, `NothingToShow` and `TooManyWalks`."""
    name, first, last = _period(subject)
    area = desk.area(name)
    found = _walks_of(desk, int(area["id"]), first, last)
    if not found:
        raise NothingToShow(what=f"{area['name']} {first}—{last}")
    if len(found) > MOST_WALKS:
        raise TooManyWalks(what=area["name"], count=len(found), limit=MOST_WALKS)
    walks, t = [walk(desk, each, int(area["id"])) for each in found], desk.t
    listed, findings = _walks(desk, walks), _findings(desk, walks)
    return _content(
        desk, walks, area=area,
        title=t(f"{area['name']}片区巡查轨迹图", f"{area['name']}: tracks of patrols"),
        subtitle=t(f"{first} 至 {last}", f"{first} to {last}"),
        facts=[(t("片区", "Area"), area["name"]), (t("期间", "Period"), f"{first}—{last}"),
               (t("巡查次数", "Walks"), t(f"{len(walks)} 次", f"{len(walks)}")), *_measures(desk, walks)],
        tables={"full": findings, "brief": findings.only(0, 2, 3, 4)},
        lists=tuple(each for each in (findings, listed) if each.rows),
    )  # fmt: skip


def _period(subject: str) -> tuple[str, date, date]:
    try:
        name, first, last = subject.split("/")
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise BadRequest(parameter="subject", value=subject) from None
    if not timedelta(0) <= ends - begins <= timedelta(days=MOST_DAYS):
        raise BadRequest(parameter="subject", value=subject)
    return name, begins, ends


def _walks_of(desk: Desk, area_id: int, first: date, last: date) -> list[Patrol]:
    """Walks of the area, and those of units that came to a parcel of it."""
    since = datetime.combine(first, time(), BEIJING)
    until = min(datetime.combine(last + timedelta(days=1), time(), BEIJING), desk.moment)
    here = select(PatrolCoverage.patrol_id).join(Parcel, Parcel.id == PatrolCoverage.parcel_id)
    here = here.where(Parcel.area_id == area_id, PatrolCoverage.proved)
    asked = select(Patrol).where(Patrol.started_at >= since, Patrol.started_at < until)
    asked = asked.where(or_(Patrol.area_id == area_id, Patrol.id.in_(here))).order_by(Patrol.started_at, Patrol.id)
    return list(desk.session.scalars(asked.limit(MOST_WALKS + 1)))


# --- both -------------------------------------------------------------------------------------------------------------


def _content(desk: Desk, walks: Sequence[Walk], *, area: Any = None, **more: Any) -> Content:
    t = desk.t
    ids = sorted({row[0].parcel_id for each in walks for row in each.covered if row[0].proved} | {visit.parcel_id for each in walks for visit, *_ in each.visits})  # fmt: skip
    shapes = {key: crs.transform(shape, STORAGE_SRID, METRIC_SRID) for key, shape in queries.outlines(desk.session, ids).items()}  # fmt: skip
    lines = [shapely.MultiPoint(list(zip(each.track.x, each.track.y, strict=True))) for each in walks if each.track is not None and len(each.track)]  # fmt: skip
    if area is not None:
        extent = [area.geometry]
    else:
        extent = [
            *shapes.values(),
            *lines,
            *(place for each in walks for row in each.seen if (place := _place(row[0]))),
        ]
    if not extent:
        raise NothingToShow(what=more["title"])
    bounds = bounds_of(extent)
    closed = [each for each in walks if each.track is None]
    notes = [
        t(
            "到位指轨迹点落在地块及其外扩范围内;长度不含轨迹中断处。",
            "Reached: a fix lay in the parcel or its margin. Length without breaks of the track.",
        )
    ]
    if area is not None:
        notes.append(
            t(
                "跨片区的巡查,长度和用时按全程计;到点、发现只计本片区。",
                "Of walks through several areas, length and duration are those of the whole walk; parcels and findings are those of this area.",
            )
        )
    if any(each.patrol.thinned_at for each in closed):
        notes.append(
            t(
                "超过保存期的轨迹已删除,只留到位结论。",
                "Tracks beyond their time are deleted; what they proved is kept.",
            )
        )
    if any(not each.patrol.thinned_at for each in closed):
        notes.append(t("未说明事由,他人的轨迹和姓名不上图。", "Without a reason, tracks and names of others are not shown."))  # fmt: skip
    return Content(
        bounds=bounds,
        least_scale=NEAREST_SCALE,
        draw=lambda frame: _map(desk, walks, shapes, frame, many=area is not None),
        notes=notes,
        inset=location(desk, shapely.box(*bounds), text_of(area["name"]) if area is not None else None),
        cutoff=desk.cutoff,
        crs_note=desk.crs_note,
        sample=desk.sample,
        lang=desk.lang,
        **more,
    )  # fmt: skip


def _place(seen: Any) -> Any:
    """Where something was seen, in metres; None where nobody said."""
    if seen.geom is None or to_shape(seen.geom).is_empty:
        return None
    return crs.transform(to_shape(seen.geom).representative_point(), STORAGE_SRID, METRIC_SRID)


def _map(desk: Desk, walks: Sequence[Walk], shapes: dict[int, Any], frame: Frame, *, many: bool) -> Drawn:
    scene, t = Scene(desk, frame), desk.t
    scene.ground()
    numbers = {visit.parcel_id: no for each in walks for visit, no, _ in each.visits if no}
    numbers |= {row[0].parcel_id: row[1] for each in walks for row in each.covered if row[1]}
    others = parcels_around(scene, *(numbers[key] for key in shapes if key in numbers))
    counts = Counter(key for each in walks for key in {visit.parcel_id for visit, *_ in each.visits})
    features = []
    for key, shape in shapes.items():
        said = f"×{counts[key]}" if many and counts[key] else ""
        look = VISITED if counts[key] else REACHED
        forms = tuple(
            Label((Line(numbers.get(key, ""), size, bold=True), *([Line(said, 2.5)] if said else [])))
            for size in (2.9, 2.5)
        )
        features.append(Feature(shape, look, "visited" if counts[key] else "reached", forms, numbers.get(key, "")))
    scene.items.append(group("到位地块 · parcels", [group(each.name, area_items(scene.frame, each, tint=0.3)) for each in features]))  # fmt: skip
    words = {"visited": t("到点检查的地块", "Parcel checked"), "reached": t("轨迹到位的地块", "Parcel reached")}
    entries = [
        Entry(said, "polygon", mine[0].look, (str(len(mine)),))
        for key, said in words.items() if (mine := [each for each in features if each.key == key])
    ]  # fmt: skip
    if entries:
        scene.chapters.append(Chapter(t("地块", "Parcels"), tuple(entries), (t("宗数", "No."),)))
    tracks = [each.track for each in walks if each.track is not None and len(each.track) > 1]
    for n, track in enumerate(tracks):
        draw_track(scene, track, times=not many, width=0.25 if many else 0.45, opens=n == 0)
    _draw_findings(scene, walks)
    for each in features:
        paper = areas_of(frame.cut(each.shape))
        if (
            not paper.is_empty
            and not scene.board.inside(paper, each.labels)
            and not scene.board.beside(paper, each.labels[-1])
        ):
            scene.board.leave_out(each.name)
    label_around(scene, others)
    scene.label_ground()
    return scene.close()


def _draw_findings(scene: Scene, walks: Sequence[Walk]) -> None:
    """Triangles with the numbers of the table, in the colour of how bad it is."""
    layer, desk, frame = scene.desk.layers.named("observation"), scene.desk, scene.frame
    drawn: list[tuple[Feature, str]] = []
    for n, seen in enumerate((row[0] for each in walks for row in each.seen), 1):
        place = _place(seen)
        if place is None or not frame.box.contains(frame.paper(place)):
            continue
        key, look = look_of(layer, seen.severity)
        drawn.append((Feature(place, look, key, form="triangle"), str(n)))
    scene.items.append(group(layer.title, [item for each, _ in drawn for item in point_items(frame, each)]))
    papers = [frame.paper(each.shape) for each, _ in drawn]
    scene.board.wall(*[place.buffer(1.6) for place in papers])
    for (_, number), place in zip(drawn, papers, strict=True):
        label = Label((Line(number, 2.8, bold=True, fill="#B3261E"),))
        if not scene.board.put_best(label, around(place.x, place.y, label, from_mm=1.5), most_mm=8):
            scene.board.leave_out(desk.t(f"发现 {number}", f"finding {number}"))
    looks = {each.key: each.look for each, _ in drawn}
    counts = Counter(each.key for each, _ in drawn)
    entries = [
        Entry(desk.words("observation_severity", key), "point", looks[key], (str(counts[key]),), "triangle")
        for key in ("high", "medium", "low") if key in looks
    ]  # fmt: skip
    if entries:
        scene.chapters.append(
            Chapter(desk.t("发现问题(编号见表)", "Findings (numbers: table)"), tuple(entries), (desk.t("处数", "No."),))
        )


# --- tables -----------------------------------------------------------------------------------------------------------


def _visits(desk: Desk, walks: Sequence[Walk]) -> Table:
    """到点检查 in the order of time."""
    t = desk.t
    columns = (
        Column(t("序号", "No."), 8, "end"), Column(t("时间", "Time"), 12, "middle"), Column(t("地块编号", "Parcel"), 18),
        Column(t("停留(分)", "Stay (min)"), 12, "end"), Column(t("结论", "Result"), 16),
    )  # fmt: skip
    found = [row for each in walks for row in each.visits]
    return Table(t("到点检查", "Parcels checked"), columns, tuple(
        (
            str(n), clock(visit.came_at), number or "—",
            f"{(visit.left_at - visit.came_at).total_seconds() / 60:.0f}" if visit.left_at else "—",
            t("正常", "fine") if visit.all_fine else t("有发现", "findings"),
        )
        for n, (visit, number, _) in enumerate(found, 1)
    ), 0)  # fmt: skip


def _findings(desk: Desk, walks: Sequence[Walk]) -> Table:
    """发现 with their numbers on the map, and how many photos each has."""
    t = desk.t
    photos = Counter(photo.record_uuid for each in walks for photo in each.photos if photo.kind == "original")
    columns = (
        Column(t("编号", "No."), 8, "end"), Column(t("时间", "Time"), 20, "middle"), Column(t("地块编号", "Parcel"), 16), Column(t("问题", "Finding"), 24),
        Column(t("程度", "Severity"), 10), Column(t("照片", "Photos"), 8, "end"), Column(t("后续", "Followed by"), 20),
    )  # fmt: skip
    found = [row for each in walks for row in each.seen]
    return Table(t("发现一览", "Findings"), columns, tuple(
        (
            str(n), f"{seen.seen_at.astimezone(BEIJING):%m-%d %H:%M}", number or "—", _item(desk, seen.item_code),
            desk.words("observation_severity", seen.severity), str(photos[seen.client_uuid]), followed or "—",
        )
        for n, (seen, number, followed, _) in enumerate(found, 1)
    ))  # fmt: skip


def _item(desk: Desk, code: str) -> str:
    found = ITEMS.get(code)
    return desk.t.capital(found.zh, found.en) if found else code


def _photos(desk: Desk, mine: Walk) -> Table:
    """照片对照表: which photo belongs to what, told by the beginning of its checksum."""
    t = desk.t
    belongs: dict[Any, str] = {
        seen.client_uuid: t(f"发现 {n}", f"Finding {n}") for n, (seen, *_) in enumerate(mine.seen, 1)
    }
    belongs |= {visit.client_uuid: t(f"到点 {n}", f"Parcel {n}") for n, (visit, *_) in enumerate(mine.visits, 1)}
    columns = (
        Column(t("照片", "Photo"), 8, "end"), Column(t("拍摄时间", "Taken"), 16, "middle"), Column(t("对应", "Belongs to"), 20),
        Column(t("校验码(前 12 位)", "Checksum (first 12)"), 26), Column(t("说明", "Caption"), 40),
    )  # fmt: skip
    originals = [photo for photo in mine.photos if photo.kind == "original"]
    return Table(t("照片对照表", "Photos"), columns, tuple(
        (
            str(n), clock(photo.taken_at) if photo.taken_at else "—", belongs.get(photo.record_uuid, t("起止", "Start or end")),
            photo.sha256[:12], text_of(photo.caption) or "—",
        )
        for n, photo in enumerate(originals, 1)
    ))  # fmt: skip


def _walks(desk: Desk, walks: Sequence[Walk]) -> Table:
    """The walks of a period; whose they are only where the asker may know."""
    t = desk.t
    columns = (
        Column(t("序号", "No."), 8, "end"), Column(t("开始", "Began"), 22, "middle"), Column(t("用时", "Duration"), 20), Column(t("长度(km)", "Length (km)"), 14, "end"),
        Column(t("到点(宗)", "Checked"), 12, "end"), Column(t("发现(处)", "Findings"), 12, "end"), Column(t("巡查人", "Walked by"), 20),
    )  # fmt: skip
    return Table(t("巡查一览", "Walks"), columns, tuple(
        (
            str(n), f"{each.patrol.started_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
            lasted(desk, (each.patrol.ended_at - each.patrol.started_at).total_seconds()) if each.patrol.ended_at else "—",
            f"{float(each.patrol.length_m or 0) / 1000:.2f}", str(len({visit.parcel_id for visit, *_ in each.visits})), str(len(each.seen)),
            each.patrol.inspector_name if each.is_open else "—",
        )
        for n, each in enumerate(walks, 1)
    ))  # fmt: skip
