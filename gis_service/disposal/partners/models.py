"""Tables of carriers, trucks, disposal sites and consents."""

from datetime import date, datetime
from decimal import Decimal

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
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import one_of
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID
from gis_service.disposal.partners.rules import SiteKind
from gis_service.parcels.models import Moment


class DisposalSite(Base):
    """消纳场所: who receives, with its licence. Its land is `geom`, or all within `radius_m` of `place`."""

    __tablename__ = "disposal_site"
    __table_args__ = (
        UniqueConstraint("district_code", "name"),
        one_of("kind", SiteKind),
        CheckConstraint("btrim(name) <> ''", name="name"),
        CheckConstraint("radius_m between 10 and 5000", name="radius"),
        CheckConstraint("geom is null or (st_isvalid(geom) and not st_isempty(geom))", name="geom_valid"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, server_default="")
    licence_no: Mapped[str | None] = mapped_column(Text)
    licensed_from: Mapped[date | None] = mapped_column(Date)
    licensed_until: Mapped[date | None] = mapped_column(Date)
    accepts: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'"), doc="classes of waste; none named: any"
    )
    place: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))
    radius_m: Mapped[int] = mapped_column(Integer, server_default=text("300"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")


class CarrierPermit(Base):
    """运输企业及其核准: who may carry, from when until when."""

    __tablename__ = "carrier_permit"
    __table_args__ = (
        UniqueConstraint("district_code", "permit_no"),
        CheckConstraint("btrim(carrier) <> '' and btrim(permit_no) <> ''", name="named"),
        CheckConstraint("valid_until >= valid_from", name="valid"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    carrier: Mapped[str] = mapped_column(Text)
    permit_no: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")


class CarrierTruck(Base):
    """A truck of a permit, and what it may weigh with its load."""

    __tablename__ = "carrier_truck"
    __table_args__ = (CheckConstraint("gross_limit_t > 0", name="gross_limit"),)
    carrier_id: Mapped[int] = mapped_column(ForeignKey("carrier_permit.id"), primary_key=True)
    plate: Mapped[str] = mapped_column(Text, primary_key=True)
    gross_limit_t: Mapped[Decimal] = mapped_column(Numeric(6, 2), server_default=text("31"))


class DisposalSiteConsent(Base):
    """A site's consent to receive the waste of a project (接收同意); one that was taken back says since when."""

    __tablename__ = "disposal_site_consent"
    __table_args__ = (Index("ix_disposal_site_consent_site_id", "site_id"),)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("disposal.proceeding_id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("disposal_site.id"), primary_key=True)
    consented_on: Mapped[date] = mapped_column(Date)
    doc_no: Mapped[str] = mapped_column(Text, server_default="")
    ended_on: Mapped[date | None] = mapped_column(Date)
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")


class DisposalCarrier(Base):
    """A carrier that carries for a project."""

    __tablename__ = "disposal_carrier"
    __table_args__ = (Index("ix_disposal_carrier_carrier_id", "carrier_id"),)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("disposal.proceeding_id"), primary_key=True)
    carrier_id: Mapped[int] = mapped_column(ForeignKey("carrier_permit.id"), primary_key=True)
    added_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    added_by_name: Mapped[str] = mapped_column(Text, server_default="")
