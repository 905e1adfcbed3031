"""Tables of manifests and of what is doubtful about them."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
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
from gis_service.disposal.manifests.rules import ManifestStatus, TableState, Verdict
from gis_service.parcels.models import Moment
from gis_service.surveys.rules import WasteClass

Weight = Numeric(7, 3)


class Manifest(Base):
    """转运联单. `loaded_m3` is m³ loose (松方); weights are tonnes. The id is made by who writes it, a phone at the gate included.

    `counts`: it stands for the load of its number and ticket. Of several with the same ticket of one site one counts, unless a
    person decided that they are different loads (`is_excused`).
    """

    __tablename__ = "manifest"
    __table_args__ = (
        one_of("status", ManifestStatus),
        one_of("waste_class", WasteClass),
        CheckConstraint("btrim(manifest_no) <> '' and btrim(plate) <> ''", name="named"),
        CheckConstraint("loaded_m3 > 0 and loaded_m3 < 100", name="loaded_m3"),
        CheckConstraint("loaded_net_t > 0 and gross_t > 0 and tare_t > 0 and net_t > 0", name="weights"),
        CheckConstraint("(status = 'void') = (voided_at is not null)", name="voided"),
        CheckConstraint("voided_at is null or btrim(voided_reason) <> ''", name="voided_why"),
        CheckConstraint("status <> 'void' or not counts", name="void_counts_not"),
        CheckConstraint("status not in ('received', 'mismatch') or unloaded_at is not null", name="received_when"),
        Index(
            "uq_manifest_ticket", "site_id", "ticket_no", unique=True,
            postgresql_where=text("counts and not is_excused and ticket_no is not null"),
        ),
        Index("uq_manifest_no", "district_code", "manifest_no", unique=True, postgresql_where=text("counts and not is_excused")),
        Index("ix_manifest_ticket_no", "ticket_no"),
        Index("ix_manifest_manifest_no", "manifest_no"),
        Index("ix_manifest_proceeding_id_loaded_at", "proceeding_id", "loaded_at"),
        Index("ix_manifest_plate_loaded_at", "plate", "loaded_at"),
    )  # fmt: skip
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    manifest_no: Mapped[str] = mapped_column(Text)
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("disposal.proceeding_id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    waste_class: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    counts: Mapped[bool] = mapped_column(server_default=text("true"))
    is_excused: Mapped[bool] = mapped_column(server_default=text("false"))
    plate: Mapped[str] = mapped_column(Text)
    driver: Mapped[str] = mapped_column(Text, server_default="")
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("carrier_permit.id"))
    carrier: Mapped[str] = mapped_column(Text, server_default="", doc="as written, where it is none of the list")
    loaded_m3: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    loaded_net_t: Mapped[Decimal | None] = mapped_column(Weight)
    loaded_at: Mapped[datetime | None] = mapped_column(Moment)
    departed: Mapped[bool] = mapped_column(server_default=text("false"))
    load_place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    load_file_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding_file.id"))
    track_id: Mapped[str | None] = mapped_column(Text, doc="in the carrier's own positioning system")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("disposal_site.id"))
    unloaded_at: Mapped[datetime | None] = mapped_column(Moment)
    unload_place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=STORAGE_SRID))
    unload_file_id: Mapped[int | None] = mapped_column(ForeignKey("proceeding_file.id"))
    gross_t: Mapped[Decimal | None] = mapped_column(Weight)
    tare_t: Mapped[Decimal | None] = mapped_column(Weight)
    net_t: Mapped[Decimal | None] = mapped_column(Weight)
    ticket_no: Mapped[str | None] = mapped_column(Text, doc="磅单号")
    producer_confirmed: Mapped[str] = mapped_column(Text, server_default="", doc="who confirmed for the site that digs")
    carrier_confirmed: Mapped[str] = mapped_column(Text, server_default="")
    receiver_confirmed: Mapped[str] = mapped_column(Text, server_default="")
    national_no: Mapped[str | None] = mapped_column(Text, doc="of the national manifest of hazardous waste")
    remark: Mapped[str] = mapped_column(Text, server_default="")
    said_sha256: Mapped[str] = mapped_column(Text, doc="of what was sent first, so that the same is known again")
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), doc="the workbook it came in")
    file_row: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    received_by_name: Mapped[str] = mapped_column(Text, server_default="")
    voided_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_by_name: Mapped[str | None] = mapped_column(Text)
    voided_reason: Mapped[str | None] = mapped_column(Text)


class ManifestFlag(Base):
    """One thing doubtful about a manifest, and who decided. One that no longer holds is lifted, not deleted."""

    __tablename__ = "manifest_flag"
    __table_args__ = (
        UniqueConstraint("manifest_id", "code"),
        CheckConstraint("level in ('error', 'warning')", name="level"),
        one_of("verdict", Verdict),
        CheckConstraint(
            "(verdict is null) = (decided_at is null) and (verdict is null or (btrim(decided_by_name) <> '' and btrim(reason) <> ''))",
            name="decided_by_name",
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    manifest_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("manifest.id"))
    code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    verdict: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_name: Mapped[str | None] = mapped_column(Text)


class ManifestTable(Base):
    """联单表 of many loads that a job takes in: how far it is, and how it ended."""

    __tablename__ = "manifest_table"
    __table_args__ = (
        one_of("state", TableState),
        CheckConstraint("done_rows between 0 and row_count", name="done_rows"),
        CheckConstraint("(state = 'done') = (counted is not null) and (state = 'refused') = (error is not null)", name="ended"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    row_count: Mapped[int]
    done_rows: Mapped[int] = mapped_column(server_default=text("0"))
    counted: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    scope: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="in which the job works")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
