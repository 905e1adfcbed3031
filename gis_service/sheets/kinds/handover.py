"""移交附图: the land of a handover batch with its list, which the sides sign."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from geopandas import GeoDataFrame
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import measure
from gis_service.handover import queries as batches
from gis_service.handover import rules
from gis_service.handover.listing import LEFT_OUT
from gis_service.handover.models import Handover, HandoverBatch
from gis_service.parcels import queries as register
from gis_service.procedures import queries as proceedings
from gis_service.sheets.composing.content import Chapter, Content, Drawn, Entry
from gis_service.sheets.composing.tables import Column, Table
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.area import statuses, themed
from gis_service.sheets.kinds.common import Scene, label_around, location, parcels_around, text_of
from gis_service.sheets.kinds.parcel import said_area
from gis_service.sheets.mapping.frame import Frame, bounds_of
from gis_service.sheets.mapping.layers import Feature, look_of
from gis_service.sheets.mapping.placing import Label, Line

LAYER = "parcel-handover"
NEAREST_SCALE = 2_000
ONE_MAP_M = 3_000
"""Land that lies further apart than this has a map for each area: at 1:15 000 a parcel of a hectare is 7 mm wide."""


def content(desk: Desk, batch_no: str) -> Content:
    """The sheet of a batch, by its number. Parcels that were taken out or refused are not on it. Raises `NotFound`."""
    batch = desk.session.scalar(select(HandoverBatch).where(HandoverBatch.batch_no == batch_no))
    if batch is None:
        raise NotFound(what="移交批次", key=batch_no)
    rows = land(desk, batch)
    t, units = desk.t, _units(desk.session, batch)
    whole = _content(desk, batch, rows, units)
    if len(rows) == 0 or _fits(rows):
        return whole
    parts = [
        replace(_content(desk, batch, part, units), subtitle=str(area or t("其他", "Elsewhere")), lists=())
        for area, part in rows.groupby(rows["area_name"].fillna(""), sort=False)
    ]
    note = t("各片区的大比例尺图见后页。", "Maps of each area at a larger scale follow.")
    return replace(whole, further=tuple(parts), notes=[*whole.notes, note])


def _fits(rows: GeoDataFrame) -> bool:
    """Whether all of it can be read on one map."""
    west, south, east, north = bounds_of(list(rows.geometry))
    return max(east - west, north - south) <= ONE_MAP_M


def _content(desk: Desk, batch: HandoverBatch, rows: GeoDataFrame, units: Sequence[str]) -> Content:
    """One map of a batch, of all its land or a part."""
    t = desk.t
    total = float(rows["area_m2"].sum()) if len(rows) else 0.0
    sides = [
        t("移交方", "Giving"),
        t("接收方", "Receiving"),
        *([t("见证方", "Witness")] if batch.witness_unit_id else []),
    ]
    columns, full = _list(desk, rows)
    listed = Table(t("移交地块清单", "Parcels of the batch"), columns, full)
    shapes = list(rows.geometry) or list(desk.rows("area").geometry)
    bounds = bounds_of(shapes or [_somewhere()])
    return Content(
        title=t(f"{batch.title} 附图", f"{batch.title}: map"),
        subtitle=t(f"{units[0]} 移交 {units[1]} 管护", f"{units[0]} hands over to the care of {units[1]}"),
        bounds=bounds,
        least_scale=NEAREST_SCALE,
        draw=lambda frame: _map(desk, rows, frame),
        facts=[
            (t("批次编号", "Batch"), batch.batch_no),
            *[(side, unit) for side, unit in zip(sides, units, strict=False)],
            (t("地块", "Parcels"), t(f"{len(rows)} 宗", f"{len(rows)}")),
            (t("面积合计", "Total area"), said_area(total, t)),
        ],
        tables={"full": listed, "brief": listed.only(0, 1, 5, 6)},
        lists=(listed,) if full else (),
        notes=[
            t("面积为登记面积,未登记的为图形面积。", "Registered areas; as drawn where none is registered."),
            t("红线为移交范围;边界以登记成果为准。", "Red: what is handed over; the registered boundaries count."),
            *([] if full else [t("批次中没有地块。", "There are no parcels in the batch.")]),
        ],
        inset=location(desk, shapely.box(*bounds), None),
        cutoff=desk.cutoff,
        crs_note=desk.crs_note,
        signers=(*sides, t("日期", "Date")),
        sample=desk.sample,
        lang=desk.lang,
    )  # fmt: skip


def _somewhere() -> shapely.Polygon:
    """Where there is neither land nor area: the middle of the belt, so that an empty batch has its page all the same."""
    return shapely.box(499_500, 2_471_000, 500_500, 2_472_000)


def _units(session: Session, batch: HandoverBatch) -> list[str]:
    """Giving, receiving and, where there is one, witness."""
    ids = [getattr(batch, column) for column in batches.UNIT_COLUMNS]
    names = proceedings.names_of_units(session, ids)
    return [names[unit_id] for unit_id in ids if unit_id is not None]


def land(desk: Desk, batch: HandoverBatch) -> GeoDataFrame:
    """Its parcels at the desk's moment in the metric system, each with the state of its handover. Whoever sees a handover sees
    its land, as on the page of the batch."""
    states = _states(desk, [each.id for each in batches.handovers_of(desk.session, batch.id)])
    asked = select(Handover).where(Handover.proceeding_id.in_(states))
    by_parcel = {each.parcel_id: each for each in desk.session.scalars(asked)}
    table = register.register(desk.as_of).c
    names = (
        "id",
        "area_id",
        "parcel_no",
        "parcel_name",
        "location_text",
        "area_registered_m2",
        "area_computed_m2",
        "geom",
    )
    with db.seeing_all(desk.session):
        wanted = select(*(table[name] for name in names)).where(table["id"].in_(by_parcel)).order_by(table["parcel_no"])
        found = desk.session.execute(wanted).mappings().all()
    areas = proceedings.names_of_areas(desk.session, [each["area_id"] for each in found])
    rows = [
        {**_row(each, by_parcel[each["id"]], states), "n": n, "area_name": areas.get(each["area_id"] or 0, "")}
        for n, each in enumerate(found, 1)
    ]
    shapes = [to_shape(each["geom"]) for each in found]
    return GeoDataFrame(rows, geometry=shapes, crs=STORAGE_SRID).to_crs(METRIC_SRID)


def _row(each: Any, handover: Handover, states: dict[int, str]) -> dict[str, Any]:
    state = states[handover.proceeding_id]
    area = float(each["area_registered_m2"] or each["area_computed_m2"])
    facts = {name: each[name] for name in ("parcel_no", "parcel_name", "location_text")}
    status = rules.register_status(state, handover.status_before)
    return {**facts, "area_m2": area, "area_computed_m2": area, "state": state, "handover_status": str(status)}


def _states(desk: Desk, ids: Sequence[int]) -> dict[int, str]:
    """The state of each handover that is in the batch at the desk's moment, from its log."""
    found = {}
    for id_, log in proceedings.logs_of(desk.session, ids).items():
        until = [entry for entry in log if _was(entry.at, desk.as_of)]
        if until and until[-1].after not in LEFT_OUT:
            found[id_] = until[-1].after
    return found


def _was(at: datetime, as_of: datetime | None) -> bool:
    return as_of is None or at <= as_of


def _list(desk: Desk, rows: GeoDataFrame) -> tuple[tuple[Column, ...], tuple[tuple[str, ...], ...]]:
    t = desk.t
    columns = (
        Column(t("序号", "No."), 8, "end"), Column(t("地块编号", "Parcel"), 18), Column(t("地块名称", "Name"), 34), Column(t("位置", "Lies at"), 40),
        Column(t("面积(㎡)", "Area (m²)"), 16, "end"), Column(t("面积(亩)", "Area (mu)"), 14, "end"), Column(t("办理状态", "State"), 16),
    )  # fmt: skip
    return columns, tuple(
        (
            str(row.n), row.parcel_no, text_of(row.parcel_name) or "—", text_of(row.location_text) or "—", f"{row.area_m2:,.2f}",
            f"{measure.mu(row.area_m2):,.2f}", t.capital(*_words(row.state)),
        )
        for row in rows.itertuples()
    )  # fmt: skip


def _words(state: str) -> tuple[str, str]:
    found = rules.HANDOVER.by_code[state]
    return found.zh, found.en


def _map(desk: Desk, rows: GeoDataFrame, frame: Frame) -> Drawn:
    scene, layer, t = Scene(desk, frame), desk.layers.named(LAYER), desk.t
    scene.ground()
    others = parcels_around(scene, *rows.get("parcel_no", ()))
    features = []
    for row in rows.itertuples():
        key, look = look_of(layer, row.handover_status)
        edged = look.model_copy(update={"stroke": "#D93025", "stroke_width": 2.0})
        features.append(Feature(row.geometry, edged, key, _labels(row.n, row.parcel_no), row.parcel_no))
    if features:
        themed(scene, layer, features)
        scene.chapters.append(statuses(desk, layer, features, rows))
    label_around(scene, others)
    if others:
        scene.chapters.append(Chapter(t("周边", "Around"), (Entry(t("其他登记地块", "Other registered parcels"), "polygon", others[0].look),)))  # fmt: skip
    scene.label_ground()
    return scene.close()


def _labels(n: int, number: str) -> tuple[Label, ...]:
    """Number in the list, and of the parcel."""
    return (
        Label((Line(str(n), 3.4, bold=True), Line(number, 2.6))),
        Label((Line(f"{n}  {number}", 2.6, bold=True),), turns=True),
        Label((Line(str(n), 2.8, bold=True),)),
    )
