"""Reads of what is to be followed: observations nobody followed, their photos, what is open already."""

from collections.abc import Sequence
from dataclasses import dataclass

from geoalchemy2 import Geometry
from geoalchemy2.shape import to_shape
from sqlalchemy import cast, func, or_, select
from sqlalchemy.orm import Session

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.files.models import StoredFile
from gis_service.parcels.models import Parcel
from gis_service.patrols.models import FieldPhoto, Observation, ObservationChange
from gis_service.patrols.rules import PhotoKind
from gis_service.procedures.models import Proceeding
from gis_service.rectification.models import Rectification

AT_ONCE = 200


def waiting(session: Session) -> list[int]:
    """Observations that were not followed, or corrected since whoever handles them was last told; the oldest first."""
    told = func.coalesce(Observation.corrections_told_id, 0)
    corrected = select(ObservationChange.id).where(
        ObservationChange.observation_id == Observation.id, ObservationChange.id > told
    )
    asked = select(Observation.id).where(or_(Observation.followed_at.is_(None), corrected.exists()))
    return list(session.scalars(asked.order_by(Observation.id).limit(AT_ONCE)))


def new_changes(session: Session, seen: Observation) -> Sequence[ObservationChange]:
    """Corrections nobody was told of."""
    told = seen.corrections_told_id or 0
    asked = select(ObservationChange).where(ObservationChange.observation_id == seen.id, ObservationChange.id > told)
    return session.scalars(asked.order_by(ObservationChange.id)).all()


@dataclass(frozen=True)
class Picture:
    """An original as it came, with what is known of it."""

    photo: FieldPhoto
    size_bytes: int


def pictures(session: Session, seen: Observation) -> list[Picture]:
    """The untouched photos of an observation; stamped copies and voices stay with it."""
    asked = (
        select(FieldPhoto, StoredFile.size_bytes)
        .join(StoredFile, StoredFile.sha256 == FieldPhoto.sha256)
        .where(FieldPhoto.record_uuid == seen.client_uuid, FieldPhoto.kind == PhotoKind.ORIGINAL)
        .order_by(FieldPhoto.id)
    )
    return [Picture(photo, size) for photo, size in session.execute(asked)]


def place_of(session: Session, seen: Observation) -> tuple[float, float] | None:
    """Longitude and latitude of a point on what was seen; else of its parcel."""
    shape = to_shape(seen.geom) if seen.geom is not None else None
    if shape is not None and not shape.is_empty:
        point = shape.representative_point()
        return point.x, point.y
    if seen.parcel_id is None:
        return None
    inside = func.st_pointonsurface(Parcel.geom)
    row = session.execute(select(func.st_x(inside), func.st_y(inside)).where(Parcel.id == seen.parcel_id)).first()
    return None if row is None or row[0] is None else (float(row[0]), float(row[1]))


def open_one(
    session: Session, seen: Observation, place: tuple[float, float] | None, within_m: float
) -> Proceeding | None:
    """The open rectification of the same item on the same parcel (beside all parcels: at the same place), locked."""
    asked = (
        select(Proceeding)
        .join(Rectification, Rectification.proceeding_id == Proceeding.id)
        .where(~Proceeding.is_closed, Rectification.item_code == seen.item_code)
        .order_by(Proceeding.id)
        .limit(1)
        .with_for_update(of=Proceeding)
    )
    if seen.parcel_id is not None:
        return session.scalar(asked.where(Rectification.parcel_id == seen.parcel_id))
    if place is None:
        return None
    here = func.st_setsrid(func.st_makepoint(*place), STORAGE_SRID)
    there = cast(Proceeding.place, Geometry("POINT", srid=STORAGE_SRID))
    apart_m = func.st_distance(func.st_transform(there, METRIC_SRID), func.st_transform(here, METRIC_SRID))
    return session.scalar(asked.where(Rectification.parcel_id.is_(None), apart_m <= within_m))
