"""The table of claims: who claims from whom for which harm, beside the proceeding."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.core.db import Base


class DamageClaim(Base):
    """损害赔偿. The claimant is the city or the province; the district is none, and the database says so too."""

    __tablename__ = "damage_claim"
    __table_args__ = (
        CheckConstraint("claimant_level in ('city', 'province')", name="claimant"),
        CheckConstraint("incident_until >= incident_on", name="incident"),
    )
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"), primary_key=True)
    obligor: Mapped[str] = mapped_column(Text, doc="赔偿义务人, as named")
    claimant_level: Mapped[str | None] = mapped_column(Text, doc="told when the claim is started")
    lead_department: Mapped[str | None] = mapped_column(Text, doc="named by the city")
    incident_on: Mapped[date] = mapped_column(Date)
    incident_until: Mapped[date | None] = mapped_column(Date)
    is_simple: Mapped[bool] = mapped_column(server_default=text("false"))
    published_on: Mapped[date | None] = mapped_column(Date)
