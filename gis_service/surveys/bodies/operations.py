"""Verbs on waste bodies: draw one, change it, mark it cleared. Nothing here commits."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.errors import NotFound, Stale
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.parcels.errors import NoReason
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import outline_from
from gis_service.procedures.models import Proceeding
from gis_service.surveys.bodies.models import WasteBody, WasteBodyParcel
from gis_service.surveys.bodies.rules import BodyState
from gis_service.surveys.errors import BodyOutside
from gis_service.surveys.estimates.models import VolumeEstimate
from gis_service.surveys.models import Survey

LEAST_SHARE = Decimal("0.001")
"""A sliver of less lies there by the accuracy of lines, not by waste."""


def draw(
    session: Session,
    survey: Survey,
    outline: MultiPolygon,
    facts: Mapping[str, Any],
    *,
    estimate: VolumeEstimate | None,
) -> WasteBody:
    """A new body of a survey, in the storage system, with the quantity of an estimate; raises `BodyOutside`."""
    proceeding = session.get_one(Proceeding, survey.proceeding_id)
    db.because(session, f"摸排 {proceeding.proceeding_no}:圈定填埋体")
    number = session.scalar(select(func.count()).where(WasteBody.survey_id == survey.proceeding_id)) or 0
    body = WasteBody(
        district_code=proceeding.district_code, body_no=f"{proceeding.proceeding_no}-{number + 1}", survey_id=survey.proceeding_id,
        geom=from_shape(outline, srid=STORAGE_SRID), **{"waste_class": "mixed", **facts}, **quantity(estimate),
    )  # fmt: skip
    session.add(body)
    session.flush()
    measure(session, body)
    return body


def quantity(estimate: VolumeEstimate | None) -> dict[str, Any]:
    """What a body takes over from an estimate."""
    if estimate is None or estimate.result is None:
        return {}
    return {
        "volume_low_m3": estimate.low_m3, "volume_best_m3": estimate.best_m3, "volume_high_m3": estimate.high_m3,
        "is_lower_bound": bool(estimate.result.get("is_lower_bound")), "estimate_id": estimate.id,
    }  # fmt: skip


def change(
    session: Session, body_id: int, *, seen: int, facts: Mapping[str, Any], geometry: dict[str, Any] | None, reason: str
) -> WasteBody:
    """Change a body as the version `seen`; its earlier states stay. Raises `Stale`, `NoReason`."""
    if not reason.strip():
        raise NoReason()
    body = session.get(WasteBody, body_id, with_for_update=True, populate_existing=True)
    if body is None:
        raise NotFound(what="填埋体", key=body_id)
    if body.row_version != seen:
        raise Stale(what="填埋体", key=body.body_no, body_id=body.id)
    db.because(session, reason.strip())
    for name, value in facts.items():
        setattr(body, name, value)
    if geometry is not None:
        body.geom = from_shape(outline_from(geometry), srid=STORAGE_SRID)
    session.flush()
    session.refresh(body)
    if geometry is not None:
        measure(session, body)
    return body


def measure(session: Session, body: WasteBody) -> None:
    """Write anew which parcels a body lies in and how much of its ground; it may lie across several."""
    with db.seeing_all(session):
        near = select(Parcel.id, Parcel.geom).where(
            Parcel.retired_on.is_(None),
            Parcel.district_code == body.district_code,
            func.st_intersects(Parcel.geom, body.geom),
        )
        outline = _metric(body.geom)
        shares = {id_: _share(outline, _metric(geom)) for id_, geom in session.execute(near)}
        session.execute(delete(WasteBodyParcel).where(WasteBodyParcel.waste_body_id == body.id))
        kept = {id_: share for id_, share in shares.items() if share >= LEAST_SHARE}
        if not kept:
            raise BodyOutside()
        session.add_all(
            WasteBodyParcel(waste_body_id=body.id, parcel_id=id_, share=share) for id_, share in kept.items()
        )
        session.flush()


def _metric(geom: Any) -> shapely.Geometry:
    return systems.transform(to_shape(geom), STORAGE_SRID, METRIC_SRID)


def _share(outline: shapely.Geometry, parcel: shapely.Geometry) -> Decimal:
    return Decimal(f"{min(outline.intersection(parcel).area / outline.area, 1.0):.4f}")


def cleared(session: Session, body_ids: Sequence[int], reason: str) -> None:
    """What was dug out and accepted: the bodies stay as history."""
    db.because(session, reason)
    for body in session.scalars(
        select(WasteBody).where(WasteBody.id.in_(body_ids), WasteBody.state == BodyState.PRESENT)
    ):
        body.state = BodyState.CLEARED
    session.flush()


def bodies_of(session: Session, survey_id: int) -> list[WasteBody]:
    asked = select(WasteBody).where(WasteBody.survey_id == survey_id, WasteBody.state != BodyState.WITHDRAWN)
    return list(session.scalars(asked.order_by(WasteBody.id)))


def parcels_of(session: Session, body_ids: Sequence[int]) -> list[tuple[int, int, str, Decimal]]:
    """Body, parcel, its number and share, as far as one may see the parcels."""
    asked = (
        select(WasteBodyParcel.waste_body_id, Parcel.id, Parcel.parcel_no, WasteBodyParcel.share)
        .join(Parcel, Parcel.id == WasteBodyParcel.parcel_id)
        .where(WasteBodyParcel.waste_body_id.in_(body_ids))
    )
    return [tuple(row) for row in session.execute(asked.order_by(WasteBodyParcel.waste_body_id, Parcel.parcel_no))]  # type: ignore[misc]


def in_parcel(session: Session, parcel_id: int) -> list[WasteBody]:
    asked = select(WasteBody).join(WasteBodyParcel, WasteBodyParcel.waste_body_id == WasteBody.id)
    return list(session.scalars(asked.where(WasteBodyParcel.parcel_id == parcel_id).order_by(WasteBody.id)))
