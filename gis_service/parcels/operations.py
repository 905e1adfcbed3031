"""Verbs of the register: create a parcel, change it, register a document. Nothing here commits."""

from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon, shape
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core import db
from gis_service.core.errors import NotFound, Stale
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs, measure, rings
from gis_service.parcels.errors import GeometryRefused, NoReason, Retired
from gis_service.parcels.models import BoundaryPoint, Document, Parcel, ParcelDocument
from gis_service.parcels.search import operations as search


@dataclass(frozen=True)
class Why:
    """What caused a change of the register: a reason in words, a document, or both."""

    reason: str | None
    document_id: int | None

    def require(self) -> None:
        if not (self.reason and self.reason.strip()) and self.document_id is None:
            raise NoReason()


def create(
    session: Session, *, district_code: str, facts: dict[str, Any], geometry: dict[str, Any], why: Why
) -> Parcel:
    """A new parcel from its facts and its outline (GeoJSON, degrees in the storage system)."""
    why.require()
    _because(session, why)
    outline = outline_from(geometry)
    parcel = Parcel(district_code=district_code, **facts, **_measured(outline))
    parcel.area_id = area_at(session, outline)
    session.add(parcel)
    session.flush()
    _renumber_points(session, parcel, outline)
    _attach(session, parcel.id, why)
    search.fill_or_enqueue(session)
    return parcel


def change(
    session: Session, parcel_id: int, *, seen: int, facts: dict[str, Any], geometry: dict[str, Any] | None, why: Why
) -> Parcel:
    """Change a parcel as the version `seen`; raises `Stale` when somebody was faster.

    The row is locked while it is compared, so two people queue up and the second meets `Stale`.
    """
    parcel = session.get(Parcel, parcel_id, with_for_update=True)
    if parcel is None:
        raise NotFound(what="地块", key=parcel_id)
    if parcel.row_version != seen:
        raise Stale(what="地块", key=parcel.parcel_no, parcel_id=parcel.id)
    if parcel.retired_on:
        raise Retired(parcel_no=parcel.parcel_no)
    why.require()
    _because(session, why)
    for name, value in facts.items():
        setattr(parcel, name, value)
    if geometry is not None:
        outline = outline_from(geometry)
        if not outline.equals(to_shape(parcel.geom)):
            for name, value in _measured(outline).items():
                setattr(parcel, name, value)
            parcel.area_id = area_at(session, outline)
            _renumber_points(session, parcel, outline)
    session.flush()
    session.refresh(parcel)
    _attach(session, parcel.id, why)
    search.fill_or_enqueue(session)
    return parcel


def _because(session: Session, why: Why) -> None:
    db.because(session, (why.reason or "").strip(), why.document_id)


def _attach(session: Session, parcel_id: int, why: Why) -> None:
    """The document that caused a change belongs to the parcel's papers."""
    if why.document_id is not None and session.get(ParcelDocument, (parcel_id, why.document_id)) is None:
        session.add(ParcelDocument(parcel_id=parcel_id, document_id=why.document_id))
        session.flush()


def outline_from(geometry: dict[str, Any]) -> MultiPolygon:
    """A GeoJSON geometry as a valid MultiPolygon; raises `GeometryRefused` with the fault and its place."""
    try:
        outline = shape(geometry)
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.GEOSException) as error:
        raise GeometryRefused(reason=str(error)) from None
    if outline.geom_type == "Polygon":
        outline = MultiPolygon([outline])
    if outline.geom_type != "MultiPolygon" or outline.is_empty:
        raise GeometryRefused(reason=f"{outline.geom_type}: 须为面 · an area is needed")
    if not outline.is_valid:
        raise GeometryRefused(reason=shapely.is_valid_reason(outline))
    return shapely.force_2d(outline)


def _measured(outline: MultiPolygon) -> dict[str, Any]:
    plane = measure.metric_crs_for(outline, METRIC_SRID)
    return {
        "geom": from_shape(outline, srid=STORAGE_SRID),
        "area_computed_m2": round(measure.plane_area_m2(crs.transform(outline, STORAGE_SRID, plane), plane), 2),
        "area_computed_crs": plane,
    }


def area_at(session: Session, outline: MultiPolygon) -> int | None:
    """The area (片区) an outline lies in, by a point on its surface."""
    inside = func.st_pointonsurface(from_shape(outline, srid=STORAGE_SRID))
    return session.scalar(select(Area.id).where(func.st_contains(Area.geom, inside)).order_by(Area.id).limit(1))


def _renumber_points(session: Session, parcel: Parcel, outline: MultiPolygon) -> None:
    """Boundary points of a drawn outline: J1 from the north-west, coordinates in the plane, to the millimetre."""
    session.execute(delete(BoundaryPoint).where(BoundaryPoint.parcel_id == parcel.id))
    plane = parcel.area_computed_crs
    for point in rings.numbered(crs.transform(outline, STORAGE_SRID, plane)):
        place = crs.transform(shapely.Point(point.x, point.y), plane, STORAGE_SRID)
        session.add(
            BoundaryPoint(
                parcel_id=parcel.id,
                part_no=point.part_no,
                ring_no=point.ring_no,
                seq=point.seq,
                point_no=point.point_no,
                northing_text=f"{point.y:.3f}",
                easting_text=f"{point.x:.3f}",
                source_crs=plane,
                geom=from_shape(place, srid=STORAGE_SRID),
            )
        )


def register_document(session: Session, *, district_code: str, facts: dict[str, Any]) -> Document:
    document = Document(district_code=district_code, **facts)
    session.add(document)
    session.flush()
    search.fill_or_enqueue(session)
    return document
