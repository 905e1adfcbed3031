"""The table of analysts' accounts."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import Moment
from gis_service.core.db import Base


class AnalystAccount(Base):
    """A person's login to the database. Row policies look here by the login's name; ended, never deleted."""

    __tablename__ = "analyst_account"
    __table_args__ = (
        Index("ix_analyst_account_live_user", "user_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_analyst_account_live_role", "role_name", unique=True, postgresql_where=text("ended_at is null")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    role_name: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
