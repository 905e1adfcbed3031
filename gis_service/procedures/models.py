"""Tables of proceedings: the thing itself, its step log, its papers, files and signatures, and the working-day calendar."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID

Moment = TIMESTAMP(timezone=True)


class Proceeding(Base):
    """One run of a procedure. `state` and `facts` are what its log gives when it is played again; a test does so."""

    __tablename__ = "proceeding"
    __table_args__ = (
        UniqueConstraint("district_code", "proceeding_no"),
        CheckConstraint("(closed_at is null) = (not is_closed)", name="closed"),
        Index("ix_proceeding_noun_id", "noun", "id"),
        Index("ix_proceeding_open", "noun", "state", postgresql_where=text("not is_closed")),
        Index("ix_proceeding_area_id", "area_id"),
        Index("ix_proceeding_unit_id", "unit_id"),
        Index("ix_proceeding_counterpart_unit_id", "counterpart_unit_id"),
        Index("ix_proceeding_parent_id", "parent_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    noun: Mapped[str] = mapped_column(Text, doc="which procedure: handover, case, claim, rectification …")
    proceeding_no: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    is_closed: Mapped[bool] = mapped_column(server_default=text("false"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), doc="主办单位: conducts it")
    counterpart_unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("unit.id"), doc="相对单位: receives the land, puts right, answers"
    )
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), doc="经办人; nobody: whoever may")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding.id"), doc="what it came from")
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    place_text: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"), doc="number of its last step")


class ProceedingStep(Base):
    """One line of a step log. It only grows; each line is hashed together with the one before (`core/chain.py`)."""

    __tablename__ = "proceeding_step"
    __table_args__ = (
        UniqueConstraint("proceeding_id", "seq"),
        CheckConstraint("happened_on <= (at at time zone 'Asia/Shanghai')::date", name="not_in_future"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text, doc="empty for the first")
    after: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    happened_on: Mapped[date] = mapped_column(Date, doc="the day it was done, from which periods are counted")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    papers: Mapped[list[Any]] = mapped_column(
        JSONB, server_default=text("'[]'"), doc="papers and signatures it took: kind, number, hash"
    )
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class ProceedingParcel(Base):
    """Land a proceeding concerns."""

    __tablename__ = "proceeding_parcel"
    __table_args__ = (Index("ix_proceeding_parcel_parcel_id", "parcel_id"),)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)


class ProceedingPaper(Base):
    """文书: a paper in the file, written from a template or uploaded (a signed scan, a ruling)."""

    __tablename__ = "proceeding_paper"
    __table_args__ = (
        UniqueConstraint("proceeding_id", "kind", "doc_no"),  # one letter may lie in many files
        CheckConstraint("docx_sha256 is not null or file_sha256 is not null", name="has_content"),
        CheckConstraint("withdrawn_at is null or btrim(withdrawn_reason) <> ''", name="withdrawn_why"),
        Index("ix_proceeding_paper_proceeding_id", "proceeding_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    doc_no: Mapped[str | None] = mapped_column(Text)
    docx_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), doc="as uploaded")
    file_name: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[datetime] = mapped_column(Moment, doc="the time of its figures")
    step_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding_step.id"), doc="the step that took it")
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str] = mapped_column(Text, server_default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by_name: Mapped[str | None] = mapped_column(Text)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)


class ProceedingFile(Base):
    """Photos and other originals: evidence as it came, with what is known of when and where it was taken."""

    __tablename__ = "proceeding_file"
    __table_args__ = (
        UniqueConstraint("proceeding_id", "sha256"),
        CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default="", doc="what it shows: 东侧, 清运前 …")
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    thumbnail_sha256: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[datetime | None] = mapped_column(Moment, doc="as told, or as the photo says")
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)


class ProceedingSignature(Base):
    """签字: by account, and drawn where a person signed on the screen. `side` says for whom."""

    __tablename__ = "proceeding_signature"
    __table_args__ = (Index("ix_proceeding_signature_proceeding_id", "proceeding_id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    side: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(BigInteger, doc="the account that signed")
    drawn_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), doc="PNG of the drawn signature")
    what_sha256: Mapped[str] = mapped_column(Text, doc="hash of what was signed: the log's head at that moment")
    signed_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    step_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding_step.id"), doc="the step that took it")


class ProceedingNumber(Base):
    """The last number given to a proceeding of a kind in a year."""

    __tablename__ = "proceeding_number"
    district_code: Mapped[str] = mapped_column(Text, primary_key=True)
    letters: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class CalendarDay(Base):
    """A day that is not what its weekday says: a holiday, or a weekend day worked for one (调休)."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text, server_default="", doc="the notice it comes from")


class AmountItem(Base):
    """金额分项 of a proceeding: a penalty, a cost, a head of claim; estimated, claimed, agreed, paid."""

    __tablename__ = "proceeding_amount"
    __table_args__ = (
        CheckConstraint("amount_yuan >= 0", name="amount"),
        CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why"),
        Index("ix_proceeding_amount_proceeding_id", "proceeding_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    head: Mapped[str] = mapped_column(Text, doc="which item, by the procedure's own list")
    stage: Mapped[str] = mapped_column(Text, doc="estimated, claimed, agreed, ordered, paid")
    amount_yuan: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    basis: Mapped[str] = mapped_column(Text, server_default="", doc="how it was arrived at")
    told_on: Mapped[date] = mapped_column(Date)
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)
