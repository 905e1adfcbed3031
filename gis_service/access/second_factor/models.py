"""Tables of second factors."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.models import Moment
from gis_service.core.db import Base


class SecondFactor(Base):
    """An authenticator of a person; not in force before its first code was shown to us."""

    __tablename__ = "second_factor"
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed with the key outside the database (core/vault.py)")
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0", doc="time step of the last code taken")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class RecoveryCode(Base):
    """A code on paper, for one sign-in without the phone; only its hash is here."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
