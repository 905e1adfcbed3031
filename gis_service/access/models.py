"""Tables of people, units, areas, roles, sessions and tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Any

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
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gis_service.access.rules import THREE_ADMINS, Role
from gis_service.core.db import Base
from gis_service.core.srid import STORAGE_SRID

Moment = TIMESTAMP(timezone=True)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A column that holds only the values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Unit(Base):
    """单位: right holders, managing and custodian units, offices."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default="office")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class Area(Base):
    """片区: 北围, 后环 …; a parcel lies in one by its inner point."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("district_code", "code"), UniqueConstraint("district_code", "name"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=STORAGE_SRID))


class User(Base):
    """人员: an account. Never deleted, only disabled."""

    __tablename__ = "app_user"
    __table_args__ = (CheckConstraint("state in ('active', 'disabled')", name="state"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    must_change_password: Mapped[bool] = mapped_column(server_default=text("false"))
    password_changed_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    last_login_at: Mapped[datetime | None] = mapped_column(Moment)
    enabled_at: Mapped[datetime | None] = mapped_column(Moment, doc="when it was last opened again")
    unused: Mapped[bool] = mapped_column(server_default=text("false"), doc="shut because nobody used it")
    row_version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class FormerPassword(Base):
    """Hashes of passwords once used, so that the last five are not used again."""

    __tablename__ = "former_password"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    password_hash: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


_ADMIN_LIST = ", ".join(f"'{role}'" for role in sorted(THREE_ADMINS))


class RoleGrant(Base):
    """A role given to a person, for all land, one area, or the parcels in one unit's care."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("area_id is null or unit_id is null", name="one_scope"),
        CheckConstraint("role <> 'unit_user' or unit_id is not null", name="unit_user_has_unit"),
        # 三员分立: an administrator's grant tolerates no other role beside it, whoever writes the row.
        ExcludeConstraint(
            ("user_id", "="),
            (text(f"(case when role in ({_ADMIN_LIST}) then role else 'business' end)"), "<>"),
            using="gist",
            where=text("revoked_at is null"),
            name="ex_role_grant_three_admins",
        ),
        Index("ix_role_grant_live", "user_id", postgresql_where=text("revoked_at is null")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    role: Mapped[str] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    granted_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class UserSession(Base):
    """A signed-in browser; the cookie holds the secret, this row only its hash."""

    __tablename__ = "user_session"
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    csrf: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    by_provider: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="signed in at the provider, not with a password here"
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True, doc="what the person's own list calls it")
    factor_due: Mapped[bool] = mapped_column(
        server_default=text("false"),
        doc="the provider asked for too little: a second factor of ours must be bound first",
    )


class SignInTries(Base):
    """Wrong passwords and codes in a row for a name that was typed, whether there is such an account or not: so that the lock of
    the sixth try tells nobody which names are accounts (ASVS 6.3.8). Swept after a day."""

    __tablename__ = "sign_in_tries"
    name_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    wrong: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)


class SignInStep(Base):
    """A sign-in that is under way: the password was right and the code is due, or the person is away at the provider (OIDC).

    Lives for minutes; taken once. Its secret is with the browser alone.
    """

    __tablename__ = "sign_in_step"
    __table_args__ = (
        CheckConstraint("kind in ('code', 'oidc')", name="kind"),
        CheckConstraint("(kind = 'code') = (user_id is not null)", name="code_of_somebody"),
    )
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)


class AccessToken(Base):
    """A personal token for GIS clients; shown once, stored as a hash. It reads; one made for editing also writes, for a
    month at most and at the doors of features alone (`access/edge.py`)."""

    __tablename__ = "access_token"
    __table_args__ = (
        CheckConstraint("may_edit = (reason is not null)", name="edits_for_a_reason"),
        CheckConstraint("char_length(btrim(reason)) between 4 and 200", name="reason"),
        # a day more than the rule, since the two times come from two clocks
        CheckConstraint("not may_edit or expires_at <= created_at + interval '31 days'", name="edits_for_a_month"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    may_edit: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str | None] = mapped_column(Text, doc="why the changes made with it are made")
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
