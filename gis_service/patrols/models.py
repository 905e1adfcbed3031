"""Tables of walks and of what was seen on them. Each row names the record of the phone it came from (`client_uuid`)."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Moment
from gis_service.patrols import rules


class Patrol(Base):
    """巡查: one walk of one person, from start to end. Times are the phone's, as it said them; `clock_offset_s` is how far it was off."""

    __tablename__ = "patrol"
    __table_args__ = (
        one_of("state", rules.PatrolState),
        Index("ix_patrol_inspector_id_started_at", "inspector_id", "started_at"),
        Index("ix_patrol_area_id_started_at", "area_id", "started_at"),
        Index("ix_patrol_unit_id_started_at", "unit_id", "started_at"),
        Index("ix_patrol_not_thinned", "started_at", postgresql_where=text("thinned_at is null")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    district_code: Mapped[str] = mapped_column(Text)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("patrol_task.id"), index=True)
    inspector_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    inspector_name: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    clock_offset_s: Mapped[float | None] = mapped_column(Float, doc="server time minus the phone's when it was sent")
    weather: Mapped[str | None] = mapped_column(Text)
    remark: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="running")
    length_m: Mapped[Decimal | None] = mapped_column(Numeric(12, 1))
    received_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    measured_at: Mapped[datetime | None] = mapped_column(Moment, doc="when coverage and flags were last worked out")
    thinned_at: Mapped[datetime | None] = mapped_column(Moment, doc="when its track was thinned to its proof")
    gaps: Mapped[list[Any]] = mapped_column(
        JSONB, server_default="[]", doc="[{from_ms, to_ms, distance_m, reason}] where the track has holes, as measured"
    )
    figures: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}", doc="fixes, parts, what was dropped, median accuracy, seconds with a track"
    )
    row_version: Mapped[int] = mapped_column(server_default=text("1"))


class TrackPart(Base):
    """轨迹: up to 250 fixes as they came; the fourth ordinate is the time (seconds since 1970, the phone's clock)."""

    __tablename__ = "track_part"
    __table_args__ = (Index("ix_track_part_patrol_id_began_at", "patrol_id", "began_at"),)
    client_uuid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"))
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOINTM", srid=STORAGE_SRID, dimension=3))
    fixes: Mapped[list[Any]] = mapped_column(
        JSONB, doc="[longitude, latitude, time in ms, accuracy m, altitude m, speed m/s, heading]"
    )
    gaps: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]", doc="[{from, to, reason}], times in ms")
    mock: Mapped[bool] = mapped_column(server_default=text("false"))


class Visit(Base):
    """到点检查: somebody stood on (or at) a parcel and went through the check list. All fine is recorded too."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_parcel_id_came_at", "parcel_id", "came_at"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    came_at: Mapped[datetime] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    all_fine: Mapped[bool]
    form_code: Mapped[str] = mapped_column(Text)
    form_version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    distance_m: Mapped[float | None] = mapped_column(
        Float, doc="from the parcel's outline when it was recorded; 0 inside"
    )


class Observation(Base):
    """发现: something seen, of one check item. A mistake is corrected by a correction that names it, never in place."""

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("severity in ('low', 'medium', 'high')", name="severity"),
        Index("ix_observation_parcel_id_seen_at", "parcel_id", "seen_at"),
        Index("ix_observation_area_id_seen_at", "area_id", "seen_at"),
        Index("ix_observation_seen_at", "seen_at"),
        Index("ix_observation_unfollowed", "id", postgresql_where=text("followed_at is null")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    visit_uuid: Mapped[UUID | None] = mapped_column(Uuid, doc="the visit it was seen on, if any")
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), doc="in whose care the parcel was then")
    item_code: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    quantity_unit: Mapped[str | None] = mapped_column(Text, doc="m3, m2, m, 个 … as the form says")
    description: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("GEOMETRY", srid=STORAGE_SRID))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    moved_by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    distance_m: Mapped[float | None] = mapped_column(Float)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    row_version: Mapped[int] = mapped_column(server_default=text("1"))
    followed_at: Mapped[datetime | None] = mapped_column(
        Moment, doc="when whoever follows observations was done with it"
    )
    followed_by_noun: Mapped[str | None] = mapped_column(
        Text, doc="rectification or clue or case; none: nothing was needed"
    )
    followed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    corrections_told_id: Mapped[int | None] = mapped_column(
        BigInteger, doc="the last correction that whoever handles it was told of"
    )


class ObservationChange(Base):
    """更正: fields of an observation changed later; what was there before stays here for good."""

    __tablename__ = "observation_change"
    __table_args__ = (UniqueConstraint("client_uuid", "field"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    observation_id: Mapped[int] = mapped_column(ForeignKey("observation.id"), index=True)
    field: Mapped[str] = mapped_column(Text)
    was: Mapped[Any] = mapped_column(JSONB)
    now: Mapped[Any] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(Text)


class FieldPhoto(Base):
    """现场照片、录音: an original kept untouched, its stamped copy, or a voice note, of a visit, an observation or an end."""

    __tablename__ = "field_photo"
    __table_args__ = (one_of("kind", rules.PhotoKind), Index("ix_field_photo_sha256", "sha256"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_uuid: Mapped[UUID] = mapped_column(Uuid, index=True, doc="the record it was sent with")
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    of_sha256: Mapped[str | None] = mapped_column(Text, doc="the original this is the stamped copy of")
    media_type: Mapped[str] = mapped_column(Text)
    thumbnail_sha256: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[datetime | None] = mapped_column(Moment, doc="by the phone's clock when it was taken")
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    bearing_deg: Mapped[float | None] = mapped_column(Float)
    from_album: Mapped[bool] = mapped_column(server_default=text("false"))
    exif: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    caption: Mapped[str | None] = mapped_column(Text)


class PatrolCoverage(Base):
    """到位情况: what a walk proves for one parcel."""

    __tablename__ = "patrol_coverage"
    __table_args__ = (CheckConstraint("seen_share between 0 and 1", name="seen_share"),)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True, index=True)
    seen_share: Mapped[float] = mapped_column(Float, doc="share of its area within the viewing distance of the track")
    view_m: Mapped[float] = mapped_column(Float, doc="the viewing distance this was worked out with")
    inside_s: Mapped[float] = mapped_column(Float)
    nearest_m: Mapped[float] = mapped_column(Float)
    first_at: Mapped[datetime | None] = mapped_column(Moment)
    last_at: Mapped[datetime | None] = mapped_column(Moment)
    proved: Mapped[bool] = mapped_column(doc="a position lay within the parcel enlarged by max(30 m, accuracy)")


class PatrolFlag(Base):
    """疑点: what looks implausible about a walk, with the figures."""

    __tablename__ = "patrol_flag"
    __table_args__ = (one_of("code", rules.FlagCode),)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
