"""Reads of walks: lists, one walk with all that belongs to it, what is known of a parcel, what a measurement needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.audit.models import AuditEntry
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.geo.tracks.replay import Sketch
from gis_service.parcels.models import Parcel
from gis_service.patrols.conflicts.models import FieldConflict
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.models import (
    FieldPhoto,
    Observation,
    ObservationChange,
    Patrol,
    PatrolCoverage,
    PatrolFlag,
    TrackPart,
    Visit,
)
from gis_service.patrols.planning.models import PatrolTask, PatrolTaskParcel
from gis_service.patrols.walks import rules
from gis_service.patrols.walks.models import TrackSketch
from gis_service.procedures.models import Proceeding

Rows = Sequence[Any]
"""Rows of several things; what they are each docstring says."""


def one(session: Session, patrol_id: int) -> Patrol:
    found = session.get(Patrol, patrol_id)
    if found is None:
        raise NotFound(what="巡查记录", key=patrol_id)
    return found


@dataclass(frozen=True)
class Wanted:
    """Which walks a list holds."""

    area_id: int | None = None
    unit_id: int | None = None
    person_id: int | None = None
    since: date | None = None
    until: date | None = None
    flag: str | None = None
    parcel_id: int | None = None


def listed(session: Session, wanted: Wanted, *, after: tuple[datetime, int] | None, size: int) -> Rows:
    """Newest first: the walk, its area and unit, and how many visits, observations and parcels reached it has."""
    visits = select(func.count()).where(Visit.patrol_id == Patrol.id).scalar_subquery()
    seen = select(func.count()).where(Observation.patrol_id == Patrol.id).scalar_subquery()
    proved = select(func.count()).where(PatrolCoverage.patrol_id == Patrol.id, PatrolCoverage.proved).scalar_subquery()
    asked = (
        select(Patrol, Area.name, Unit.name, visits, seen, proved)
        .outerjoin(Area, Area.id == Patrol.area_id)
        .outerjoin(Unit, Unit.id == Patrol.unit_id)
        .order_by(Patrol.started_at.desc(), Patrol.id.desc())
        .limit(size)
    )
    for column, value in (
        (Patrol.area_id, wanted.area_id), (Patrol.unit_id, wanted.unit_id), (Patrol.inspector_id, wanted.person_id),
    ):  # fmt: skip
        if value is not None:
            asked = asked.where(column == value)
    if wanted.since:
        asked = asked.where(Patrol.started_at >= _midnight(wanted.since))
    if wanted.until:
        asked = asked.where(Patrol.started_at < _midnight(wanted.until + timedelta(days=1)))
    if wanted.flag:
        flagged = select(PatrolFlag.patrol_id)
        if wanted.flag != "any":
            flagged = flagged.where(PatrolFlag.code == wanted.flag)
        asked = asked.where(Patrol.id.in_(flagged))
    if wanted.parcel_id is not None:
        here = select(PatrolCoverage.patrol_id).where(
            PatrolCoverage.parcel_id == wanted.parcel_id, PatrolCoverage.proved
        )
        asked = asked.where(Patrol.id.in_(here))
    if after:
        asked = asked.where(tuple_(Patrol.started_at, Patrol.id) < after)
    return session.execute(asked).all()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


def flags_of(session: Session, patrol_ids: Iterable[int]) -> dict[int, list[PatrolFlag]]:
    found: dict[int, list[PatrolFlag]] = {}
    asked = select(PatrolFlag).where(PatrolFlag.patrol_id.in_(list(patrol_ids))).order_by(PatrolFlag.code)
    for flag in session.scalars(asked):
        found.setdefault(flag.patrol_id, []).append(flag)
    return found


def names_of(session: Session, patrol: Patrol) -> tuple[str | None, str | None, str | None]:
    """Area, unit and task in words."""
    area = session.scalar(select(Area.name).where(Area.id == patrol.area_id))
    unit = session.scalar(select(Unit.name).where(Unit.id == patrol.unit_id))
    return area, unit, session.scalar(select(PatrolTask.title).where(PatrolTask.id == patrol.task_id))


def people(session: Session) -> Rows:
    """Whoever walked, for the filter of the list."""
    asked = select(Patrol.inspector_id, func.max(Patrol.inspector_name)).group_by(Patrol.inspector_id)
    return session.execute(asked.order_by(func.max(Patrol.inspector_name))).all()


def visits_of(session: Session, patrol_id: int) -> Rows:
    """Visits with the parcel's number and name, in the order of time."""
    return session.execute(
        select(Visit, Parcel.parcel_no, Parcel.parcel_name)
        .outerjoin(Parcel, Parcel.id == Visit.parcel_id)
        .where(Visit.patrol_id == patrol_id)
        .order_by(Visit.came_at, Visit.id)
    ).all()


def observations_of(session: Session, patrol_id: int) -> Rows:
    """Observations with the parcel's number, and number and state of the proceeding that followed, where that is in sight."""
    return session.execute(
        select(Observation, Parcel.parcel_no, Proceeding.proceeding_no, Proceeding.state)
        .outerjoin(Parcel, Parcel.id == Observation.parcel_id)
        .outerjoin(
            Proceeding,
            and_(Proceeding.id == Observation.followed_by_id, Proceeding.noun == Observation.followed_by_noun),
        )
        .where(Observation.patrol_id == patrol_id)
        .order_by(Observation.seen_at, Observation.id)
    ).all()


def changes_of(session: Session, observation_ids: Sequence[int]) -> list[ObservationChange]:
    """What was said before, of all observations of a walk."""
    asked = select(ObservationChange).where(ObservationChange.observation_id.in_(observation_ids))
    return list(session.scalars(asked.order_by(ObservationChange.made_at, ObservationChange.id)))


def conflicts_of(session: Session, patrol: Patrol, observation_ids: Sequence[int]) -> list[FieldConflict]:
    """Conflicts about its observations, and about what its records changed elsewhere."""
    own = select(InboxRecord.uuid).where(InboxRecord.patrol_uuid == patrol.client_uuid)
    about = and_(FieldConflict.noun == "observation", FieldConflict.subject_id.in_(observation_ids))
    asked = select(FieldConflict).where(or_(about, FieldConflict.record_uuid.in_(own)))
    return list(session.scalars(asked.order_by(FieldConflict.id)))


def photos_of(session: Session, patrol_id: int) -> list[FieldPhoto]:
    asked = select(FieldPhoto).where(FieldPhoto.patrol_id == patrol_id)
    return list(session.scalars(asked.order_by(FieldPhoto.taken_at, FieldPhoto.id)))


def photo(session: Session, patrol_id: int, sha256: str) -> FieldPhoto:
    asked = select(FieldPhoto).where(FieldPhoto.patrol_id == patrol_id, FieldPhoto.sha256 == sha256).limit(1)
    found = session.scalar(asked)
    if found is None:
        raise NotFound(what="照片", key=sha256)
    return found


def coverage_of(session: Session, patrol_id: int) -> Rows:
    """What the walk proves, parcel by parcel: those of its task first in their order, then the best seen."""
    planned = (
        select(PatrolTaskParcel.parcel_id, PatrolTaskParcel.seq)
        .join(Patrol, Patrol.task_id == PatrolTaskParcel.task_id)
        .where(Patrol.id == patrol_id)
        .subquery()
    )
    return session.execute(
        select(PatrolCoverage, Parcel.parcel_no, Parcel.parcel_name, Parcel.area_computed_m2, planned.c.seq)
        .outerjoin(Parcel, Parcel.id == PatrolCoverage.parcel_id)
        .outerjoin(planned, planned.c.parcel_id == PatrolCoverage.parcel_id)
        .where(PatrolCoverage.patrol_id == patrol_id)
        .order_by(planned.c.seq.nulls_last(), PatrolCoverage.seen_share.desc(), Parcel.parcel_no)
    ).all()


def outlines(session: Session, parcel_ids: Sequence[int]) -> dict[int, BaseGeometry]:
    """Outlines in degrees of parcels, as they are today."""
    rows = session.execute(select(Parcel.id, func.ST_AsBinary(Parcel.geom)).where(Parcel.id.in_(parcel_ids))).all()
    return {key: shapely.from_wkb(bytes(wkb)) for key, wkb in rows}


# --- tracks -----------------------------------------------------------------------------------------------------------


def parts_of(session: Session, patrol_id: int) -> list[TrackPart]:
    """The parts that the transaction may see: one's own, or all while tracks are opened."""
    asked = (
        select(TrackPart).where(TrackPart.patrol_id == patrol_id).order_by(TrackPart.began_at, TrackPart.client_uuid)
    )
    return list(session.scalars(asked))


def own(session: Session, user_id: int) -> list[Patrol]:
    asked = select(Patrol).where(Patrol.inspector_id == user_id).order_by(Patrol.started_at.desc(), Patrol.id.desc())
    return list(session.scalars(asked.limit(500)))


def openings(session: Session, patrol_ids: Sequence[int]) -> dict[int, list[AuditEntry]]:
    """Who opened which track, and why."""
    subjects = {f"patrol/{key}": key for key in patrol_ids}
    asked = select(AuditEntry).where(AuditEntry.action == "track.read", AuditEntry.subject.in_(subjects))
    found: dict[int, list[AuditEntry]] = {}
    for entry in session.scalars(asked.order_by(AuditEntry.id)):
        found.setdefault(subjects[entry.subject], []).append(entry)
    return found


def over(session: Session, before: datetime, size: int) -> list[int]:
    """Walks whose track has had its time."""
    asked = select(Patrol.id).where(Patrol.thinned_at.is_(None), Patrol.started_at < before)
    return list(session.scalars(asked.order_by(Patrol.started_at).limit(size)))


def late(session: Session, size: int) -> list[int]:
    """Walks that were thinned and got parts of a track since."""
    asked = select(TrackPart.patrol_id).join(Patrol).where(Patrol.thinned_at.is_not(None)).distinct()
    return list(session.scalars(asked.limit(size)))


# --- what a measurement needs -----------------------------------------------------------------------------------------


def land_near(session: Session, reach: BaseGeometry | None, also: Sequence[int]) -> dict[int, BaseGeometry]:
    """Parcels in the metric plane: those that touch `reach` (same plane), and those named."""
    near: ColumnElement[bool] = Parcel.id.in_(also)
    if reach is not None:
        in_degrees = from_shape(crs.transform(reach, METRIC_SRID, STORAGE_SRID), srid=STORAGE_SRID)
        near = or_(near, and_(Parcel.retired_on.is_(None), func.ST_Intersects(Parcel.geom, in_degrees)))
    rows = session.execute(
        select(Parcel.id, func.ST_AsBinary(func.ST_Transform(Parcel.geom, METRIC_SRID))).where(near)
    ).all()
    return {key: shapely.from_wkb(bytes(wkb)) for key, wkb in rows}


def claimed(session: Session, patrol: Patrol) -> tuple[list[int], list[int]]:
    """Parcels that the walk says it was at, and those of its task."""
    at = list(session.scalars(select(Visit.parcel_id).where(Visit.patrol_id == patrol.id).distinct()))
    if patrol.task_id is None:
        return at, []
    asked = select(PatrolTaskParcel.parcel_id).where(PatrolTaskParcel.task_id == patrol.task_id)
    return at, list(session.scalars(asked))


def places_of(session: Session, patrol_id: int) -> Rows:
    """Where visits were recorded and photos taken: point (WKB, metric), accuracy, time, and whether that is the phone's."""
    visits = select(
        func.ST_AsBinary(func.ST_Transform(Visit.place, METRIC_SRID)), Visit.accuracy_m, Visit.came_at
    ).where(Visit.patrol_id == patrol_id, Visit.place.is_not(None))
    photos = select(
        func.ST_AsBinary(func.ST_Transform(FieldPhoto.place, METRIC_SRID)), FieldPhoto.accuracy_m, FieldPhoto.taken_at
    ).where(FieldPhoto.patrol_id == patrol_id, FieldPhoto.place.is_not(None), ~FieldPhoto.from_album)
    return [*session.execute(visits).all(), *session.execute(photos).all()]


def earlier_sketches(session: Session, patrol: Patrol) -> list[Sketch]:
    """Sketches of the walks of the days before, of anybody."""
    since = patrol.started_at - timedelta(days=rules.COMPARED_DAYS)
    asked = (
        select(TrackSketch.patrol_id, TrackSketch.places)
        .join(Patrol, Patrol.id == TrackSketch.patrol_id)
        .where(Patrol.id != patrol.id, Patrol.started_at > since, Patrol.started_at < patrol.started_at)
        .order_by((Patrol.area_id == patrol.area_id).desc(), Patrol.started_at.desc())
        .limit(rules.MOST_COMPARED)
    )
    return [Sketch(key, np.frombuffer(places, "<f8").reshape(-1, 3)) for key, places in session.execute(asked)]


# --- a parcel ---------------------------------------------------------------------------------------------------------


def of_parcel(session: Session, parcel_id: int, size: int) -> Rows:
    """The last walks that came to the parcel."""
    return session.execute(
        select(PatrolCoverage, Patrol)
        .join(Patrol, Patrol.id == PatrolCoverage.patrol_id)
        .where(PatrolCoverage.parcel_id == parcel_id, or_(PatrolCoverage.proved, PatrolCoverage.seen_share > 0))
        .order_by(func.coalesce(PatrolCoverage.last_at, Patrol.started_at).desc())
        .limit(size)
    ).all()


def seen_since(session: Session, parcel_id: int, since: datetime) -> tuple[float, int]:
    """The best share of one walk since then, and how many walks came."""
    best, walks = session.execute(
        select(func.coalesce(func.max(PatrolCoverage.seen_share), 0.0), func.count().filter(PatrolCoverage.proved))
        .join(Patrol, Patrol.id == PatrolCoverage.patrol_id)
        .where(PatrolCoverage.parcel_id == parcel_id, func.coalesce(PatrolCoverage.last_at, Patrol.started_at) > since)
    ).one()
    return float(best), int(walks)


def last_visits(session: Session, parcel_id: int, size: int) -> Rows:
    return session.execute(
        select(Visit, Patrol.inspector_name)
        .join(Patrol, Patrol.id == Visit.patrol_id)
        .where(Visit.parcel_id == parcel_id)
        .order_by(Visit.came_at.desc())
        .limit(size)
    ).all()


def seen_on(session: Session, visits: Sequence[UUID]) -> dict[UUID, int]:
    """How many observations each of the visits has."""
    asked = (
        select(Observation.visit_uuid, func.count())
        .where(Observation.visit_uuid.in_(visits))
        .group_by(Observation.visit_uuid)
    )
    return {visit: count for visit, count in session.execute(asked) if visit}
