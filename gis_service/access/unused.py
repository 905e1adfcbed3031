"""Accounts that nobody uses any more are disabled (GB/T 22239 访问控制 c); an administrator may enable them again.

Used is: signed in, looked through a token, or a login to the database that is still open (which ends by itself). The last who
was active in each of the three administrator roles is left in, however long ago: somebody must be able to open doors.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from gis_service.access import operations
from gis_service.access.actor import SERVICE
from gis_service.access.analysts.models import AnalystAccount
from gis_service.access.models import AccessToken, RoleGrant, User
from gis_service.access.rules import THREE_ADMINS


def disable(session: Session, *, days: int, at: datetime) -> list[User]:
    """Disable what nobody used for so many days; returns whom."""
    spared = [last for role in THREE_ADMINS if (last := _last_active(session, role))]
    unused = User.state == "active", _last_use() < at - timedelta(days=days), ~_has_login(at), User.id.not_in(spared)
    users = list(session.scalars(select(User).where(*unused).order_by(User.username).with_for_update()))
    for user in users:
        user.state, user.unused = "disabled", True
        user.row_version += 1
        operations.shut_out(session, user.id, at=at)
        detail = {"days": days, "last_login_at": str(user.last_login_at)}
        operations.note(session, SERVICE, "user.disable_unused", user.username, detail=detail)
    return users


def _last_active(session: Session, role: str) -> int | None:
    """Whoever of a role's active holders used the service last."""
    holders = select(User.id).join(RoleGrant, RoleGrant.user_id == User.id)
    live = User.state == "active", RoleGrant.revoked_at.is_(None), RoleGrant.role == role
    return session.scalar(holders.where(*live).order_by(_last_use().desc(), User.id).limit(1))


def _last_use() -> ColumnElement[datetime]:
    """When an account was last used; never before it was made or opened again. Empty times count for nothing."""
    by_token = select(func.max(AccessToken.last_used_at)).where(AccessToken.user_id == User.id).scalar_subquery()
    return func.greatest(User.created_at, User.enabled_at, User.last_login_at, by_token)


def _has_login(at: datetime) -> ColumnElement[bool]:
    mine = AnalystAccount.user_id == User.id, AnalystAccount.ended_at.is_(None), AnalystAccount.valid_until > at
    return exists().where(*mine)
