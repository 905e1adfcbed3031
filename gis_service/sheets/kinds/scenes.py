"""One parcel and what is around or in it: 地块位置示意图, 地块现状图."""

from typing import Any

import shapely

from gis_service.maps.catalogue import Look
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.drawing.items import BOUNDARY, group
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import photos
from gis_service.sheets.kinds.common import Scene, label_around, location, parcels_around, text_of
from gis_service.sheets.kinds.overlays import overlay
from gis_service.sheets.kinds.parcel import SUBJECT, said_area, subject_items
from gis_service.sheets.mapping.frame import Frame, line_path
from gis_service.sheets.mapping.placing import Label, Line

PLACE_SCALE, STATUS_SCALE = 5_000, 1_000
AXES = ("supply_status", "use_status", "fence_status", "survey_status", "disposal_status", "handover_status")
PLAIN = Look(fill="#FFFDF3", stroke=BOUNDARY, stroke_width=1.5)
"""The parcel where what lies in it matters."""


def facts_of(desk: Desk, row: Any) -> list[tuple[str, str]]:
    t = desk.t
    return [
        (t("地块编号", "Parcel"), str(row.parcel_no)),
        (t("地块名称", "Name"), text_of(row.parcel_name) or "—"),
        (t("面积", "Area"), said_area(float(row.area_computed_m2), t)),
        (t("权属单位", "Right holder"), text_of(row.right_holder) or "—"),
        (t("管护单位", "Custodian"), text_of(row.custodian_unit) or "—"),
        (t("规划用途", "Planned use"), text_of(row.planned_class_name) or "—"),
        (t("坐落", "Lies at"), text_of(row.location_text) or "—"),
    ]


def content_of(desk: Desk, row: Any, title: str, **more: Any) -> Content:
    return Content(
        title=f"{row.parcel_no} {title}",
        bounds=row.geometry.bounds,
        inset=location(desk, row.geometry, text_of(row.area_name)),
        cutoff=desk.cutoff,
        crs_note=desk.crs_note,
        sample=desk.sample,
        lang=desk.lang,
        **{"facts": facts_of(desk, row), "around": 0.8, **more},
    )


def subject(scene: Scene, row: Any, *, name: bool = True) -> None:
    """The parcel with its number; its boundary is no place for labels."""
    shape = scene.frame.paper(row.geometry)
    scene.items.append(group(str(row.parcel_no), subject_items(scene.frame, row.geometry)))
    scene.board.line(shapely.boundary(shape))
    t = scene.desk.t
    scene.chapters.append(Chapter(t("地块", "Parcel"), (Entry(t("本地块", "This parcel"), "polygon", SUBJECT),)))
    if name:
        forms = [Label((Line(str(row.parcel_no), size, bold=True),), turns=True) for size in (3.6, 2.9, 2.5)]
        if not scene.board.inside(shape, forms) and not scene.board.beside(shape, forms[1]):
            scene.board.leave_out(str(row.parcel_no))


def place(desk: Desk, parcel_no: str) -> Content:
    """地块位置示意图: the parcel among roads, water and its neighbours."""
    row = desk.parcel(parcel_no)

    def draw(frame: Frame) -> Drawn:
        scene = Scene(desk, frame)
        scene.ground()
        neighbours = parcels_around(scene, str(row.parcel_no))
        subject(scene, row)
        if neighbours:
            others = Entry(desk.t("其他登记地块", "Other registered parcels"), "polygon", neighbours[0].look)
            scene.chapters.append(Chapter(desk.t("周边", "Around"), (others,)))
        _area_outline(scene)
        scene.label_ground()
        label_around(scene, neighbours)
        return scene.close()

    note = desk.t("本图为示意图,边界以登记成果为准。", "A sketch: the registered boundary counts.")
    return content_of(
        desk, row, desk.t("地块位置示意图", "Location map"), draw=draw, least_scale=PLACE_SCALE, notes=[note]
    )


def _area_outline(scene: Scene) -> None:
    layer = scene.desk.layers.get("area")
    rows = scene.desk.rows("area", scene.frame.land)
    if layer is None or rows.empty:
        return
    look = layer.style.default
    outline = shapely.intersection(scene.frame.paper(shapely.boundary(shapely.union_all(rows.geometry.to_numpy()))), scene.frame.box)  # fmt: skip
    if outline.is_empty:
        return
    dash = tuple(0.2 * length for length in look.dash or ())
    scene.items.append(line_path(outline, stroke=look.stroke, width=0.4, dash=dash))
    t, drawn = scene.desk.t, Look(stroke=look.stroke, stroke_width=2, dash=look.dash)
    scene.chapters.append(Chapter(t("范围", "Extent"), (Entry(t("片区范围", "Outline of the area"), "line", drawn),)))


def status(desk: Desk, parcel_no: str) -> Content:
    """地块现状图: how it is used and fenced, what stands there and what was found, with the six status axes and the latest photos."""
    row = desk.parcel(parcel_no)
    taken = photos.latest(desk, int(row.id))

    def draw(frame: Frame) -> Drawn:
        scene = Scene(desk, frame)
        scene.ground()
        neighbours = parcels_around(scene, str(row.parcel_no))
        subject(scene, row, name=False)
        own: dict[str, Any] = {"parcel_no": str(row.parcel_no)}
        overlay(scene, "fence", **own)
        for name in ("sign", "camera", "observation"):
            overlay(scene, name, **own)
        overlay(scene, "heap", **own)
        photos.draw(scene, taken)
        forms = [Label((Line(str(row.parcel_no), size, bold=True),)) for size in (3.6, 2.9)]
        if not scene.board.inside(frame.paper(row.geometry), forms):
            scene.board.leave_out(str(row.parcel_no))
        label_around(scene, neighbours)
        scene.label_ground()
        return scene.close()

    facts = [*facts_of(desk, row)[:3], *[(desk.axis(axis), said_status(desk, row, axis)) for axis in AXES]]
    notes = [desk.t("巡查发现为尚可看到的记录;现状以巡查和登记为准。", "Findings are the records still in sight; patrols and register say how the land is now.")]  # fmt: skip
    return content_of(
        desk,
        row,
        desk.t("地块现状图", "Present state"),
        draw=draw,
        least_scale=STATUS_SCALE,
        facts=facts,
        notes=notes,
        photos=tuple(each.photo for each in taken),
    )


def said_status(desk: Desk, row: Any, axis: str) -> str:
    """The words of a status; land may be used in several ways at once."""
    values = row.use_statuses if axis == "use_status" else [text_of(getattr(row, axis))]
    return desk.t.comma.join(desk.words(axis, value) for value in values if value) or "—"
