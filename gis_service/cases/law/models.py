"""Tables of law: texts with the days they are in force, and which of them a case rests on."""

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base

Moment = TIMESTAMP(timezone=True)


class LegalBasis(Base):
    """法律依据: one provision, from when until when it is in force."""

    __tablename__ = "legal_basis"
    __table_args__ = (
        UniqueConstraint("law", "article", "subject", "effective_from", postgresql_nulls_not_distinct=True),
        CheckConstraint("effective_from < effective_to", name="force"),
        CheckConstraint("not confirmed or btrim(article) <> ''", name="article"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    law: Mapped[str] = mapped_column(Text)
    article: Mapped[str] = mapped_column(Text, doc="empty where it is not known; then it is not confirmed")
    effective_from: Mapped[date | None] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date, doc="the first day on which it is no longer in force")
    title: Mapped[str] = mapped_column(Text, doc="what it is about")
    title_en: Mapped[str] = mapped_column(Text, server_default="")
    quote: Mapped[str] = mapped_column(Text, server_default="", doc="its wording; empty where we have not read it")
    summary: Mapped[str] = mapped_column(Text, server_default="", doc="in other words than its own; never printed")
    subject: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), doc="kinds of waste; empty: all")
    source: Mapped[str] = mapped_column(Text, doc="where we have it from")
    confirmed: Mapped[bool] = mapped_column(server_default=text("true"))


class CaseBasis(Base):
    """What a case rests on, as it read when it was chosen, with the days of the act."""

    __tablename__ = "case_basis"
    __table_args__ = (
        CheckConstraint("act_from <= act_to", name="act"),
        CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why"),
        Index("ix_case_basis_proceeding_id", "proceeding_id"),
        Index(
            "uq_case_basis_present",
            "proceeding_id",
            "legal_basis_id",
            unique=True,
            postgresql_where=text("removed_at is null"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    legal_basis_id: Mapped[int] = mapped_column(ForeignKey("legal_basis.id"))
    act_from: Mapped[date] = mapped_column(Date)
    act_to: Mapped[date] = mapped_column(Date)
    as_read: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="law, article, title and quote when it was chosen")
    chosen_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    chosen_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)
