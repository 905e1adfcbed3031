"""Tables of meetings: the meeting, its agenda, who came, and the actions agreed on."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base

Moment = TIMESTAMP(timezone=True)


class Meeting(Base):
    """联席会议. `agenda_as_of` is the time the figures of its agenda are of; from `issued_at` on the agenda stands."""

    __tablename__ = "meeting"
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    planned_at: Mapped[datetime] = mapped_column(Moment)
    agenda_as_of: Mapped[datetime | None] = mapped_column(Moment)
    issued_at: Mapped[datetime | None] = mapped_column(Moment)


class MeetingTopic(Base):
    """议题: a line of an agenda, as it was when the agenda was filled, and what was concluded on it."""

    __tablename__ = "meeting_topic"
    __table_args__ = (
        UniqueConstraint("meeting_id", "subject_id"),
        CheckConstraint("kind in ('late', 'returned', 'by_hand')", name="kind"),
        CheckConstraint("(kind = 'by_hand') = (subject_id is null)", name="subject"),
        CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why"),
        Index("ix_meeting_topic_subject_id", "subject_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.proceeding_id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding.id"), doc="the proceeding it is about")
    title: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="", doc="how it stood when the agenda was filled")
    conclusion: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_reason: Mapped[str | None] = mapped_column(Text)


class MeetingAttendance(Base):
    """参会: a unit or a person invited, and whether they came."""

    __tablename__ = "meeting_attendance"
    __table_args__ = (
        CheckConstraint("unit_id is not null or btrim(person) <> ''", name="somebody"),
        Index("ix_meeting_attendance_meeting_id", "meeting_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.proceeding_id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person: Mapped[str] = mapped_column(Text, server_default="")
    came: Mapped[bool] = mapped_column(server_default=text("false"))
    note: Mapped[str] = mapped_column(Text, server_default="")


class ActionItem(Base):
    """议定事项: what was agreed, on which topic of which meeting, due when."""

    __tablename__ = "action_item"
    __table_args__ = (Index("ix_action_item_meeting_id", "meeting_id"),)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.proceeding_id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("meeting_topic.id"))
    responsible: Mapped[str | None] = mapped_column(Text, doc="the person who answers for it")
    due_on: Mapped[date] = mapped_column(Date)
    deferred: Mapped[int] = mapped_column(server_default=text("0"), doc="how often it was put off")
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
