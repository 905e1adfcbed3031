"""片区分布图 by a status axis: every parcel of an area in the colour and hatch of its status, with counts and areas."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import shapely
from geopandas import GeoDataFrame

from gis_service.geo import measure
from gis_service.maps.catalogue import Layer, Look
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.drawing.items import Item, group
from gis_service.sheets.errors import NothingToShow, TooMany
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.common import Scene, location, text_of
from gis_service.sheets.kinds.overlays import overlay
from gis_service.sheets.mapping.frame import Frame, areas_of, bounds_of, line_path
from gis_service.sheets.mapping.layers import Feature, area_items, look_of
from gis_service.sheets.mapping.placing import Label, Line

AXES = ("supply", "use", "fence", "survey", "disposal", "handover")
TITLES = {
    "supply": ("供应情况", "supply"), "use": ("现状使用", "use"), "fence": ("围蔽情况", "fence"), "survey": ("摸排情况", "survey"),
    "disposal": ("处置情况", "disposal"), "handover": ("移交情况", "handover"),
}  # fmt: skip
MOST = 800
"""Parcels on a sheet: more can be drawn, but neither labelled nor read."""
OUTLINE = Look(stroke="#1F5FA8", stroke_width=2.0, dash=(12, 6))


def content(desk: Desk, name: str, axis: str = "supply", *, title: str = "") -> Content:
    """The sheet of an area. Raises `NotFound`, and `NothingToShow` where it has no parcels."""
    area = desk.area(name)
    layer = desk.layers.named(f"parcel-{axis}")
    rows = desk.rows(layer.id, area_name=area["name"])
    if rows.empty:
        raise NothingToShow(what=area["name"])
    if len(rows) > MOST:
        raise TooMany(what=area["name"], count=len(rows), limit=MOST)
    rows = rows.sort_values("parcel_no").reset_index(drop=True)
    status = str(layer.category)
    t = desk.t
    columns = (
        Column(t("地块编号", "Parcel"), 17), Column(t("地块名称", "Name"), 34), Column(t("面积(亩)", "Area (mu)"), 15, "end"),
        Column(t.of(TITLES[axis]).capitalize(), 18), Column(t("权属单位", "Right holder"), 32), Column(t("管护单位", "Custodian"), 32),
    )  # fmt: skip
    full = tuple(
        (
            r.parcel_no,
            text_of(r.parcel_name) or "—",
            f"{measure.mu(float(r.area_computed_m2)):,.2f}",
            desk.words(status, getattr(r, status)) if text_of(getattr(r, status)) else "—",
            text_of(r.right_holder) or "—",
            text_of(r.custodian_unit) or "—",
        )
        for r in rows.itertuples()
    )
    total = float(sum(rows["area_computed_m2"]))
    return Content(
        title=title
        or t(
            f"{area['name']}片区国有空闲地分布图({TITLES[axis][0]})",
            f"{area['name']}: idle state-owned land by {TITLES[axis][1]}",
        ),
        bounds=bounds_of([area.geometry, *rows.geometry]),
        draw=lambda frame: _map(desk, area, rows, layer, frame),
        tables={
            "full": Table(t("地块清单", "Parcels"), columns, full),
            "parcels": Table(
                t("地块", "Parcels in short"),
                (columns[0], columns[2], columns[3]),
                tuple((r[0], r[2], r[3]) for r in full),
                0,
            ),
        },
        lists=(Table(t("地块清单", "Parcels"), columns, full),),
        notes=[
            t(
                f"共 {len(rows)} 宗,{measure.mu(total):,.1f} 亩({total:,.0f} ㎡);面积为图形面积,百分比以宗数计。",
                f"{len(rows)} parcels, {measure.mu(total):,.1f} mu ({total:,.0f} m²); areas as drawn, shares by number of parcels.",
            ),
            t("边界以登记成果为准,本图为示意图。", "A sketch: the registered boundaries count."),
        ],
        inset=location(desk, area.geometry, area["name"]),
        cutoff=desk.cutoff,
        crs_note=desk.crs_note,
        sample=desk.sample,
        lang=desk.lang,
    )


def disposal(desk: Desk, name: str) -> Content:
    """处置进度图: the parcels by disposal, with the waste bodies that are known and their volumes."""
    made = content(desk, name, "disposal")
    area = desk.area(name)
    rows = desk.rows("parcel-disposal", area_name=area["name"]).sort_values("parcel_no").reset_index(drop=True)
    bodies = desk.rows("waste-body", area.geometry.bounds)

    def draw(frame: Frame) -> Drawn:
        return _map(desk, area, rows, desk.layers.named("parcel-disposal"), frame, overlays=("waste-body",))

    listed = tuple(
        (
            str(body.body_no), desk.words("body_state", body.state), *(_volume(getattr(body, f"volume_{each}_m3")) for each in ("low", "best", "high")),
        )
        for body in bodies.itertuples()
    ) if len(bodies) else ()  # fmt: skip
    t = desk.t
    columns = (
        Column(t("填埋体", "Waste body"), 20), Column(t("清除情况", "State"), 20), Column(t("下限(m³)", "Low (m³)"), 16, "end"),
        Column(t("方量(m³)", "Volume (m³)"), 16, "end"), Column(t("上限(m³)", "High (m³)"), 16, "end"),
    )  # fmt: skip
    lists = (Table(t("填埋体(自然方)", "Waste bodies (in place)"), columns, listed, 0),) if listed else ()
    return replace(
        made,
        title=t(f"{area['name']}片区固废处置进度图", f"{area['name']}: progress of waste disposal"),
        draw=draw,
        lists=(*made.lists, *lists),
    )


def _volume(value: Any) -> str:
    return f"{float(value):,.0f}" if text_of(value) else "—"


def _map(
    desk: Desk, area: Any, rows: GeoDataFrame, layer: Layer, frame: Frame, *, overlays: Sequence[str] = ()
) -> Drawn:
    scene = Scene(desk, frame)
    scene.ground()
    outline = shapely.intersection(frame.paper(shapely.boundary(area.geometry)), frame.box)
    dash = tuple(0.2 * length for length in OUTLINE.dash or ())
    scene.items.append(line_path(outline, stroke=OUTLINE.stroke, width=0.4, dash=dash))
    features = _features(desk, rows, layer)
    themed(scene, layer, features)
    scene.chapters.append(statuses(desk, layer, features, rows))
    for name in overlays:
        overlay(scene, name)
    scene.chapters.append(
        Chapter(desk.t("范围", "Extent"), (Entry(desk.t("片区范围", "Outline of the area"), "line", OUTLINE),))
    )
    scene.label_ground()
    return scene.close()


def _features(desk: Desk, rows: GeoDataFrame, layer: Layer) -> list[Feature]:
    made = []
    for row in rows.itertuples():
        key, look = look_of(layer, getattr(row, str(layer.category)))
        mu = f"{measure.mu(float(row.area_computed_m2)):,.1f} {desk.t('亩', 'mu')}"
        forms = (
            Label((Line(row.parcel_no, 2.9, bold=True), Line(mu, 2.5))),
            Label((Line(row.parcel_no, 2.6, bold=True), Line(mu, 2.4))),
            Label((Line(row.parcel_no, 2.5, bold=True),), turns=True),
            *_split(row.parcel_no),
        )
        made.append(Feature(row.geometry, look, key, forms, row.parcel_no))
    return made


def _split(number: str) -> list[Label]:
    """A number on two lines, for parcels too narrow for one."""
    head, dash, tail = number.rpartition("-")
    return [Label((Line(head + dash, 2.4, bold=True), Line(tail, 2.4, bold=True)))] if dash and head else []


def themed(scene: Scene, layer: Layer, features: Sequence[Feature]) -> None:
    """The parcels with their labels: inside, else beside with a leader, else said."""
    items: list[Item] = [group(each.name, area_items(scene.frame, each)) for each in features]
    scene.items.append(group(layer.title, items))
    papers = [areas_of(scene.frame.cut(each.shape)) for each in features]
    scene.board.line(*[shapely.boundary(paper) for paper in papers])
    waiting = []
    for each, paper in sorted(zip(features, papers, strict=True), key=lambda pair: (pair[1].area, pair[0].name)):
        if paper.is_empty:
            continue
        if not scene.board.inside(paper, each.labels):
            waiting.append((each, paper))
    tree = shapely.STRtree(papers)
    for each, paper in waiting:
        if not scene.board.beside(paper, each.labels[2], tree):
            scene.board.leave_out(each.name)


def statuses(desk: Desk, layer: Layer, features: Sequence[Feature], rows: GeoDataFrame) -> Chapter:
    """One line for each status there is, with how many parcels and how much land."""
    axis = str(layer.category)
    entries = []
    order = [category.value for category in layer.style.categories] if layer.style.kind == "categories" else []
    for key in [*order, ""]:
        mine = [n for n, each in enumerate(features) if each.key == key]
        if not mine:
            continue
        mu = measure.mu(float(sum(rows["area_computed_m2"].iloc[n] for n in mine)))
        said = (f"{len(mine)}", f"{100 * len(mine) / len(features):.1f}%", f"{mu:,.1f}")
        entries.append(
            Entry(
                desk.words(axis, key) if key else desk.t("未填", "Not stated"), "polygon", features[mine[0]].look, said
            )
        )
    t = desk.t
    return Chapter(desk.axis(axis), tuple(entries), (t("宗数", "No."), t("占比", "Share"), t("亩", "mu")))
