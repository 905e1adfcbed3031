"""Writes fences, signs and cameras of the sample district at the moments their parcels' statuses changed."""

from dataclasses import dataclass, field
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import case, insert, update
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.facilities.models import Camera, FenceSegment, Sign
from gis_service.sample import guards
from gis_service.sample.outlines import METRIC_SRID
from gis_service.sample.records import Change, Fields


@dataclass
class Standing:
    """What stands around each parcel while its history is told: the ids of its stretches, and how they are."""

    fences: dict[int, list[int]] = field(default_factory=dict)
    status: dict[int, str] = field(default_factory=dict)
    outline: dict[int, Any] = field(default_factory=dict)

    def begin(self, session: Session, parcel_id: int, parcel_no: str, change: Change) -> None:
        """What stood there when the parcel was entered. Written in the same moment, so it is one version of the parcel."""
        self.outline[parcel_id], since = change.fields["geometry"], change.at.date()
        self._fence(session, parcel_id, parcel_no, change.fields["fence_status"])
        for sign in guards.signs(parcel_no, self.outline[parcel_id], since):
            words = {"wording": guards.WORDING, "phone": guards.PHONE}
            facts = {"condition": sign.condition, "installed_on": sign.installed_on, "inspected_on": since}
            session.execute(insert(Sign).values(parcel_id=parcel_id, geom=stored(sign.place), **words, **facts))
        for each in guards.cameras(parcel_no, self.outline[parcel_id], since):
            facts = {"camera_no": each.camera_no, "condition": each.condition, "bearing_deg": each.bearing_deg}
            place = {"geom": stored(each.place), "installed_on": each.installed_on, "inspected_on": since}
            session.execute(insert(Camera).values(parcel_id=parcel_id, **facts, **place))

    def follow(self, session: Session, parcel_id: int, parcel_no: str, fields: Fields) -> None:
        """A change of the parcel that is about to be written: its fences change before it."""
        if "geometry" in fields:
            self.outline[parcel_id] = fields["geometry"]
            self._redraw(session, parcel_id)
        if "fence_status" in fields:
            self._fence(session, parcel_id, parcel_no, fields["fence_status"])

    def _fence(self, session: Session, parcel_id: int, parcel_no: str, status: str) -> None:
        if status == self.status.get(parcel_id) or (parcel_id not in self.fences and status not in guards.CONDITIONS):
            return
        self.status[parcel_id] = status
        if parcel_id not in self.fences:
            facts = {"parcel_id": parcel_id, "fence_type": guards.fence_type(parcel_no), "height_m": 2}
            rows = [
                {**facts, "geom": stored(line), "condition": guards.condition(status, number)}
                for number, line in enumerate(guards.stretches(self.outline[parcel_id]))
            ]
            self.fences[parcel_id] = list(session.scalars(insert(FenceSegment).returning(FenceSegment.id), rows))
            return
        states = {fence_id: guards.condition(status, number) for number, fence_id in enumerate(self.fences[parcel_id])}
        changed = case(states, value=FenceSegment.id)
        theirs = FenceSegment.id.in_(states), FenceSegment.condition != changed
        session.execute(update(FenceSegment).where(*theirs).values(condition=changed))

    def _redraw(self, session: Session, parcel_id: int) -> None:
        """Fences move with a redrawn outline."""
        lines = guards.stretches(self.outline[parcel_id])
        for fence_id, line in zip(self.fences.get(parcel_id, []), lines, strict=False):
            session.execute(update(FenceSegment).where(FenceSegment.id == fence_id).values(geom=stored(line)))


def stored(shape: BaseGeometry) -> Any:
    """A shape of the district's plane as the database keeps it."""
    return from_shape(crs.transform(shape, METRIC_SRID, STORAGE_SRID), srid=STORAGE_SRID)
