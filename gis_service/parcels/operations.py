"""Verbs of the register: create a parcel, change it, register a document. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon, shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core import db
from gis_service.core.errors import NotFound, Stale
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels import boundary
from gis_service.parcels.boundary import Typed, Written
from gis_service.parcels.errors import GeometryRefused, NoReason, Retired, TwoOutlines
from gis_service.parcels.models import Document, Parcel, ParcelDocument
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
    session: Session,
    *,
    district_code: str,
    facts: dict[str, Any],
    geometry: dict[str, Any] | None = None,
    points: Sequence[Typed] | None = None,
    why: Why,
) -> Parcel:
    """A new parcel from its facts and its outline: GeoJSON in degrees of the storage system, or points as typed."""
    why.require()
    because(session, why)
    outline, written = _drawn(geometry, points)
    parcel = Parcel(district_code=district_code, **facts, **boundary.measured(outline))
    parcel.area_id = area_at(session, outline)
    session.add(parcel)
    session.flush()
    boundary.keep(session, parcel.id, written or boundary.points_for(outline, parcel.area_computed_crs))
    attach(session, parcel.id, why)
    search.fill_or_enqueue(session)
    return parcel


def change(
    session: Session,
    parcel_id: int,
    *,
    seen: int,
    facts: dict[str, Any],
    geometry: dict[str, Any] | None = None,
    points: Sequence[Typed] | None = None,
    why: Why,
) -> Parcel:
    """Change a parcel as the version `seen`; raises `Stale` when somebody was faster.

    The row is locked while it is compared, so two people queue up and the second meets `Stale`.
    """
    parcel = locked(session, parcel_id, seen)
    if parcel.retired_on:
        raise Retired(parcel_no=parcel.parcel_no)
    why.require()
    because(session, why)
    for name, value in facts.items():
        setattr(parcel, name, value)
    if geometry is not None or points is not None:
        redraw(session, parcel, *_drawn(geometry, points))
    session.flush()
    session.refresh(parcel)
    attach(session, parcel.id, why)
    search.fill_or_enqueue(session)
    return parcel


def locked(session: Session, parcel_id: int, seen: int) -> Parcel:
    """The row as the version `seen`, held until the end of the transaction."""
    parcel = session.get(Parcel, parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None:
        raise NotFound(what="地块", key=parcel_id)
    if parcel.row_version != seen:
        raise Stale(what="地块", key=parcel.parcel_no, parcel_id=parcel.id)
    return parcel


def redraw(session: Session, parcel: Parcel, outline: MultiPolygon, written: Sequence[Written] | None = None) -> None:
    """Give a parcel another outline; points that are not given are those it had, where its vertices stayed."""
    moved = not outline.equals(to_shape(parcel.geom))
    if moved:
        for name, value in boundary.measured(outline).items():
            setattr(parcel, name, value)
        parcel.area_id = area_at(session, outline)
    if moved or written:
        known = boundary.points_of(session, [parcel.id])
        boundary.keep(session, parcel.id, written or boundary.points_for(outline, parcel.area_computed_crs, known))


def _drawn(
    geometry: dict[str, Any] | None, points: Sequence[Typed] | None
) -> tuple[MultiPolygon, Sequence[Written] | None]:
    """An outline that came as GeoJSON or as points; one of the two."""
    if geometry is not None and points is not None:
        raise TwoOutlines()
    return boundary.outline_of(points) if points is not None else (outline_from(geometry or {}), None)


def because(session: Session, why: Why) -> None:
    db.because(session, (why.reason or "").strip(), why.document_id)


def attach(session: Session, parcel_id: int, why: Why) -> None:
    """The document that caused a change belongs to the parcel's papers."""
    if why.document_id is not None and session.get(ParcelDocument, (parcel_id, why.document_id)) is None:
        session.add(ParcelDocument(parcel_id=parcel_id, document_id=why.document_id))
        session.flush()


def outline_from(geometry: dict[str, Any]) -> MultiPolygon:
    """A GeoJSON geometry as a valid MultiPolygon; raises `GeometryRefused` with the fault and its place."""
    try:
        outline = shape(geometry)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise GeometryRefused(reason=str(error)) from None
    if outline.geom_type == "Polygon":
        outline = MultiPolygon([outline])
    if outline.geom_type != "MultiPolygon" or outline.is_empty:
        raise GeometryRefused(reason=f"{outline.geom_type}: 须为面 · an area is needed")
    if not outline.is_valid:
        raise GeometryRefused(reason=shapely.is_valid_reason(outline))
    return shapely.force_2d(outline)


def area_at(session: Session, outline: MultiPolygon) -> int | None:
    """The area (片区) an outline lies in, by a point on its surface."""
    inside = func.st_pointonsurface(from_shape(outline, srid=STORAGE_SRID))
    return session.scalar(select(Area.id).where(func.st_contains(Area.geom, inside)).order_by(Area.id).limit(1))


def register_document(session: Session, *, district_code: str, facts: dict[str, Any]) -> Document:
    document = Document(district_code=district_code, **facts)
    session.add(document)
    session.flush()
    search.fill_or_enqueue(session)
    return document
