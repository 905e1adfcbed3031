"""Tables of the inbox: devices, records as they came, files that are still coming in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.parcels.models import Moment


class FieldDevice(Base):
    """A phone (one browser profile). What it says it still holds is compared with what arrives."""

    __tablename__ = "field_device"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    public_key: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, doc="JWK (ECDSA P-256) that signs its rescue files"
    )
    app_version: Mapped[str | None] = mapped_column(Text)
    last_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    first_seen_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    holds: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", doc="records, files, bytes not yet sent")
    storage: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", doc="persisted, quota, usage")
    clock_offset_s: Mapped[float | None] = mapped_column(Float)


class InboxRecord(Base):
    """收件: one record as it came, before and after it was judged. `body_text` never changes."""

    __tablename__ = "inbox_record"
    __table_args__ = (
        CheckConstraint("verdict in ('stored', 'held', 'refused')", name="verdict"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        Index("ix_inbox_record_held", "received_at", postgresql_where=text("verdict = 'held'")),
        Index("ix_inbox_record_by_id_received_at", "by_id", "received_at"),
        Index("ix_inbox_record_patrol_uuid", "patrol_uuid"),
    )
    uuid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    body_text: Mapped[str] = mapped_column(Text, doc="the record as the phone wrote it")
    sha256: Mapped[str] = mapped_column(
        Text, doc="of `body_text` in UTF-8, as the phone and the server both computed it"
    )
    kind: Mapped[str | None] = mapped_column(Text)
    seq: Mapped[int | None] = mapped_column(BigInteger, doc="counts on the device, so that order needs no clock")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), doc="who recorded it")
    sent_by_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id"), doc="who sent it: the same, or who carried a rescue file"
    )
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    patrol_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    files: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default="{}", doc="hashes it names; it is held until all are here"
    )
    app_version: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime | None] = mapped_column(Moment, doc="by the phone's clock")
    received_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    by_rescue: Mapped[bool] = mapped_column(server_default=text("false"))
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB, doc="{code, facts}: why held or refused")
    judged_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    proved_at: Mapped[datetime | None] = mapped_column(
        Moment, doc="when its recorder vouched for it: by sending it, or by the signature of a rescue file"
    )
    released_by_id: Mapped[int | None] = mapped_column(BigInteger, doc="the land officer who let it through")
    released_at: Mapped[datetime | None] = mapped_column(Moment)
    row_noun: Mapped[str | None] = mapped_column(Text)
    row_id: Mapped[int | None] = mapped_column(BigInteger)


class InboxStray(Base):
    """A text that may not take its uuid's place: damaged on the way, or other words under a uuid that was taken. Kept all the same."""

    __tablename__ = "inbox_stray"
    uuid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text, primary_key=True, doc="of the text as it arrived")
    said_sha256: Mapped[str] = mapped_column(Text, doc="as the phone said")
    body_text: Mapped[str] = mapped_column(Text)
    reason: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    received_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class FieldUpload(Base):
    """A file that is coming in piece by piece; gone when it is whole (then it is a `stored_file`)."""

    __tablename__ = "field_upload"
    sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
