"""The table of identities at the provider."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import Moment
from gis_service.core.db import Base


class OutsideIdentity(Base):
    """Who an account is at the provider. Names there may be given to somebody else one day, `subject` never (OpenID Connect Core §5.7)."""

    __tablename__ = "outside_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
