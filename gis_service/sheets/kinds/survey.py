"""摸排成果图: what was found under one parcel, in plan and section, and how much it is."""

import math
from typing import Any

import shapely

from gis_service.maps.catalogue import Look
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.drawing.items import INK
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import profile
from gis_service.sheets.kinds.common import Scene, label_around, parcels_around, text_of
from gis_service.sheets.kinds.overlays import label_features, one_line, overlay
from gis_service.sheets.kinds.scenes import content_of, facts_of, said_status, subject
from gis_service.sheets.mapping.frame import Frame, line_path
from gis_service.sheets.mapping.placing import Label, Line, around

CUT = Look(stroke=INK, stroke_width=1.5, dash=(12, 4, 2, 4))


def survey(desk: Desk, parcel_no: str) -> Content:
    """摸排成果图: boreholes and pits with what they found, waste bodies, geophysics lines."""
    row = desk.parcel(parcel_no)
    own: dict[str, Any] = {"parcel_no": str(row.parcel_no)}
    points = desk.rows("survey-point", **own)
    bodies = _bodies(desk, row)
    found = profile.profile(desk, points)

    def draw(frame: Frame) -> Drawn:
        scene = Scene(desk, frame)
        scene.ground()
        neighbours = parcels_around(scene, str(row.parcel_no))
        subject(scene, row, name=False)
        mounds = overlay(scene, "waste-body", _body_label)
        lines = overlay(scene, "geophysics-line", lambda each: one_line(text_of(each.line_no)), **own)
        holes = overlay(scene, "survey-point", _point_label, **own)
        label_features(scene, "survey-point", holes)
        label_features(scene, "waste-body", mounds)
        label_features(scene, "geophysics-line", lines)
        if found is not None and found.on_the_map is not None:
            _section_line(scene, found.on_the_map)
        label_around(scene, neighbours)
        scene.label_ground()
        return scene.close()

    t = desk.t
    columns = (
        Column(t("点号", "Point"), 14), Column(t("种类", "Kind"), 14), Column(t("揭露情况", "Found"), 18),
        Column(t("孔深(m)", "Depth (m)"), 12, "end"), Column(t("固废顶深(m)", "Top of waste (m)"), 14, "end"),
        Column(t("固废厚(m)", "Waste (m)"), 14, "end"),
    )  # fmt: skip
    listed = tuple(
        (
            text_of(each.point_no),
            desk.words("point_kind", each.kind) if text_of(each.kind) else "—",
            desk.words("point_found", each.found) if text_of(each.found) else "—",
            *(_metres(value) for value in (each.total_depth_m, each.waste_top_m, each.waste_thickness_m)),
        )
        for each in points.sort_values("point_no").itertuples()
    ) if len(points) else ()  # fmt: skip
    facts = [*facts_of(desk, row)[:3], (desk.axis("survey_status"), said_status(desk, row, "survey_status")), *bodies]
    return content_of(
        desk, row, t("摸排成果图", "Survey results"), draw=draw, least_scale=500, facts=facts,
        figures=profile.figures(desk, found, str(row.parcel_no), int(row.id)) if found else (),
        lists=(Table(t("摸排点一览表", "Points of the survey"), columns, listed, 0),) if listed else (),
        notes=[
            t("孔旁数字为固废厚度(m);“≥”表示未揭穿。方量为自然方,括号内为可能范围。",
              "Beside a hole: thickness of waste (m); \"≥\" where its bottom was not reached. Volumes in place; in brackets the likely range."),
            *([] if listed else [t("该地块没有可显示的摸排点。", "There are no points of a survey to show.")]),
        ],
    )  # fmt: skip


def _section_line(scene: Scene, line: shapely.LineString) -> None:
    """A—A′, dashed, with its letters at the ends."""
    paper = scene.frame.cut(line)
    if paper.is_empty:
        return
    scene.items.append(line_path(paper, stroke=CUT.stroke, width=0.3, dash=(2.4, 0.8, 0.4, 0.8)))
    ends = shapely.get_coordinates(paper)
    for (x, y), (x1, y1), letter in ((ends[0], ends[-1], "A"), (ends[-1], ends[0], "A′")):
        label = Label((Line(letter, 3.4, bold=True),))
        outwards = math.degrees(math.atan2(y - y1, x - x1))
        if not scene.board.put_best(label, around(x, y, label, outwards), most_mm=6):
            scene.board.leave_out(letter)
    t = scene.desk.t
    scene.chapters.append(
        Chapter(t("剖面", "Section"), (Entry(t("剖面线 A—A′(见后页)", "Line A–A′ (next page)"), "line", CUT),))
    )


def _metres(value: Any) -> str:
    return f"{float(value):.2f}" if text_of(value) else "—"


def _bodies(desk: Desk, row: Any) -> list[tuple[str, str]]:
    """填埋体 in the parcel with their volumes."""
    rows = desk.rows("waste-body", row.geometry.bounds)
    mine = rows[rows.geometry.intersects(row.geometry)] if len(rows) else rows
    said = []
    for body in mine.itertuples():
        span = f"({float(body.volume_low_m3):,.0f}{desk.t('~', '–')}{float(body.volume_high_m3):,.0f})" if text_of(body.volume_low_m3) and text_of(body.volume_high_m3) else ""  # fmt: skip
        unknown = desk.t("方量未估算", "volume not estimated")
        volume = f"{float(body.volume_best_m3):,.0f} m³{span}" if text_of(body.volume_best_m3) else unknown
        said.append((f"{desk.t('填埋体', 'Waste body')} {body.body_no}", volume))
    return said


def _body_label(body: Any) -> tuple[Label, ...]:
    volume = f"{float(body.volume_best_m3):,.0f} m³" if text_of(body.volume_best_m3) else ""
    lines = (Line(str(body.body_no), 2.8, bold=True), *([Line(volume, 2.4)] if volume else []))
    return Label(lines), Label(lines[:1])


def _point_label(point: Any) -> tuple[Label, ...]:
    """The number, and under it how thick the waste is."""
    lines = [Line(text_of(point.point_no), 2.4, bold=True)]
    if text_of(point.waste_thickness_m) and float(point.waste_thickness_m) > 0:
        sign = "" if point.bottom_reached else "≥"
        lines.append(Line(f"{sign}{float(point.waste_thickness_m):.1f}", 2.4, fill="#4A1D6B"))
    return (Label(tuple(lines)),)
