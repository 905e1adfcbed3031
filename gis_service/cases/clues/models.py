"""Tables of clues, of who reported them (apart), and of what was sent with them."""

from datetime import datetime
from decimal import Decimal

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.cases.clues.rules import ClueState, Source, WasteKind
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID

Moment = TIMESTAMP(timezone=True)


class Clue(Base):
    """线索: what was seen, where and when, and what became of it."""

    __tablename__ = "clue"
    __table_args__ = (
        one_of("state", ClueState),
        one_of("source", Source),
        one_of("waste_kind", WasteKind),
        CheckConstraint("(state = 'merged') = (merged_into_id is not null)", name="merged"),
        CheckConstraint("merged_into_id <> id", name="merged_into_itself"),
        CheckConstraint("(state = 'opened') = (case_id is not null)", name="opened"),
        CheckConstraint("state <> 'dismissed' or btrim(reason) <> ''", name="dismissed_why"),
        CheckConstraint("happened_from <= happened_to", name="happened"),
        CheckConstraint("quantity_m3 >= 0", name="quantity"),
        Index("ix_clue_state_id", "state", "id"),
        Index("ix_clue_area_id", "area_id"),
        Index("ix_clue_merged_into_id", "merged_into_id"),
        Index("ix_clue_case_id", "case_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    tracking_no: Mapped[str] = mapped_column(Text, unique=True)
    source: Mapped[str] = mapped_column(Text)
    waste_kind: Mapped[str] = mapped_column(Text)
    quantity_m3: Mapped[Decimal | None] = mapped_column(Numeric(12, 1), doc="as estimated by who saw it")
    what: Mapped[str] = mapped_column(Text, server_default="")
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    place_text: Mapped[str] = mapped_column(Text, server_default="")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    happened_from: Mapped[datetime | None] = mapped_column(Moment)
    happened_to: Mapped[datetime | None] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"), doc="the fixed camera its pictures are from")
    state: Mapped[str] = mapped_column(Text, server_default="new")
    reason: Mapped[str] = mapped_column(
        Text, server_default="", doc="why merged, dismissed, or opened despite a likeness"
    )
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("clue.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_name: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    has_reporter: Mapped[bool] = mapped_column(server_default=text("false"))
    row_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))


class ClueReporter(Base):
    """举报人, apart from the clue, sealed: seen only within the reveal act (`migrations/objects/114_cases.sql`)."""

    __tablename__ = "clue_reporter"
    clue_id: Mapped[int] = mapped_column(ForeignKey("clue.id"), primary_key=True, autoincrement=False)
    name: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''"))
    phone: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''"))
    wants_answer: Mapped[bool] = mapped_column(server_default=text("false"))


class ClueFile(Base):
    """A photo or another original that came with a clue."""

    __tablename__ = "clue_file"
    clue_id: Mapped[int] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    thumbnail_sha256: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
