"""Tables of parties, vehicles, hauliers and source sites, and of their links to cases."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.cases.parties.rules import LinkKind, LinkRole, PartyKind
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID

Moment = TIMESTAMP(timezone=True)


class Party(Base):
    """当事人: a person or a unit. What is sensitive lies in `party_secret`; here are only its masks."""

    __tablename__ = "party"
    __table_args__ = (
        one_of("kind", PartyKind),
        Index("ix_party_name", "name"),
        Index("uq_party_credit_code", "credit_code", unique=True, postgresql_where=text("credit_code is not null")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    credit_code: Mapped[str | None] = mapped_column(Text, doc="统一社会信用代码 of a unit; public")
    id_masked: Mapped[str] = mapped_column(Text, server_default="")
    phone_masked: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")


class PartySecret(Base):
    """ID number, phone and address, sealed: seen only within the reveal act (`migrations/objects/114_cases.sql`)."""

    __tablename__ = "party_secret"
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    id_number: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''"))
    phone: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''"))
    address: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''"))


class Haulier(Base):
    """运输企业."""

    __tablename__ = "haulier"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    licence_no: Mapped[str | None] = mapped_column(Text)


class Vehicle(Base):
    """车辆, by its plate in one way of writing."""

    __tablename__ = "vehicle"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plate: Mapped[str] = mapped_column(Text, unique=True)
    vehicle_type: Mapped[str | None] = mapped_column(Text)
    haulier_id: Mapped[int | None] = mapped_column(ForeignKey("haulier.id"), index=True)


class SourceSite(Base):
    """源头工地: the building site the waste comes from."""

    __tablename__ = "source_site"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    builder: Mapped[str | None] = mapped_column(Text)
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    place_text: Mapped[str] = mapped_column(Text, server_default="")


class CaseLink(Base):
    """What a case has to do with one of them, and as what."""

    __tablename__ = "case_link"
    __table_args__ = (
        one_of("kind", LinkKind),
        one_of("role", LinkRole),
        CheckConstraint("num_nonnulls(party_id, vehicle_id, haulier_id, site_id) = 1", name="one"),
        CheckConstraint(
            "(kind = 'party') = (party_id is not null) and (kind = 'vehicle') = (vehicle_id is not null) "
            "and (kind = 'haulier') = (haulier_id is not null) and (kind = 'site') = (site_id is not null)",
            name="kind_says",
        ),
        CheckConstraint("removed_at is null or btrim(removed_reason) <> ''", name="removed_why"),
        UniqueConstraint(
            "proceeding_id", "role", "party_id", "vehicle_id", "haulier_id", "site_id", "removed_at", postgresql_nulls_not_distinct=True,
            name="uq_case_link_present",
        ),
        Index("ix_case_link_party_id", "party_id"),
        Index("ix_case_link_vehicle_id", "vehicle_id"),
        Index("ix_case_link_haulier_id", "haulier_id"),
        Index("ix_case_link_site_id", "site_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    kind: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle.id"))
    haulier_id: Mapped[int | None] = mapped_column(ForeignKey("haulier.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("source_site.id"))
    note: Mapped[str] = mapped_column(Text, server_default="")
    added_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)
