"""The table of layouts."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base
from gis_service.core.http import CONFLICTS
from gis_service.parcels.models import Moment


class SheetLayout(Base):
    """版式 of a unit. Archived, never deleted: what was printed can be printed again."""

    __tablename__ = "sheet_layout"
    __table_args__ = (
        CheckConstraint("btrim(name) <> ''", name="name"),
        CheckConstraint("definition ->> 'kind' = kind", name="kind"),
        CheckConstraint("(archived_at is null) = (archived_by_name is null)", name="archived"),
        Index(
            "uq_sheet_layout_name", "unit_id", "name", unique=True, postgresql_where=text("archived_at is null")
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, index=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    row_version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(Text, server_default="")
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    updated_by_name: Mapped[str] = mapped_column(Text, server_default="")
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    archived_by_name: Mapped[str | None] = mapped_column(Text)


CONFLICTS["uq_sheet_layout_name"] = (
    "本单位已有同名的版式,请换一个名称。", "your unit already has a layout of this name; choose another.",
)  # fmt: skip
