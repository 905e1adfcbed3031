"""Reads of people, units and areas."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, select, update
from sqlalchemy.orm import Session

from gis_service.access import profiles
from gis_service.access.actor import Actor, Grant
from gis_service.access.models import AccessToken, Area, RoleGrant, SignInTries, Unit, User, UserSession
from gis_service.access.operations import has_second_factor, hashed
from gis_service.access.profiles import Profile
from gis_service.access.rules import Role


def actor_of_session(
    session: Session, secret: str, *, at: datetime, profile: Profile = profiles.DEFAULT
) -> Actor | None:
    """Who holds this cookie; None where the session is unknown, ended or timed out. Marks it as seen once a minute."""
    found = session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.secret_hash == hashed(secret), UserSession.ended_at.is_(None), User.state == "active")
    ).first()
    if found is None:
        return None
    row, user = found
    actor = _actor(session, user, at=at, profile=profile, csrf=row.csrf)
    roles = [grant.role for grant in actor.grants]
    if profile.session_over(created=row.created_at, last_seen=row.last_seen_at, at=at, roles=roles):
        return None
    if (at - row.last_seen_at).total_seconds() > 60:
        session.execute(update(UserSession).where(UserSession.secret_hash == row.secret_hash).values(last_seen_at=at))
    if row.by_provider:  # what is asked for beside is the provider's business, unless it asked for too little
        must_enrol = row.factor_due and not has_second_factor(session, user.id)
        due = row.factor_due or actor.second_factor_due
        return replace(actor, must_change_password=False, must_enrol=must_enrol, second_factor_due=due)
    return actor


def actor_of_token(session: Session, secret: str, *, at: datetime, profile: Profile = profiles.DEFAULT) -> Actor | None:
    """Who holds this personal token; None where it is unknown, revoked or out of date."""
    found = session.execute(
        select(AccessToken, User)
        .join(User, User.id == AccessToken.user_id)
        .where(
            AccessToken.secret_hash == hashed(secret),
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > at,
            User.state == "active",
        )
    ).first()
    if found is None:
        return None
    token, user = found
    if token.last_used_at is None or (at - token.last_used_at).total_seconds() > 60:
        session.execute(update(AccessToken).where(AccessToken.id == token.id).values(last_used_at=at))
    person = _actor(session, user, at=at, profile=profile, by_token=True)
    return replace(person, may_edit=token.may_edit, reason=token.reason or "")


def actor_named(session: Session, username: str, *, at: datetime) -> Actor | None:
    user = session.scalar(select(User).where(User.username == username, User.state == "active"))
    return _actor(session, user, at=at, profile=profiles.DEFAULT) if user else None


def _actor(
    session: Session, user: User, *, at: datetime, profile: Profile, csrf: str = "", by_token: bool = False
) -> Actor:
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.area_id, RoleGrant.unit_id).where(
            RoleGrant.user_id == user.id, RoleGrant.revoked_at.is_(None)
        )
    )
    grants = tuple(Grant(Role(role), area_id, unit_id) for role, area_id, unit_id in rows)
    due = profile.asks_second(grant.role for grant in grants)
    return Actor(
        id=user.id,
        name=user.display_name,
        username=user.username,
        grants=grants,
        unit_id=user.unit_id,
        must_change_password=user.must_change_password or profile.too_old(user.password_changed_at, at),
        second_factor_due=due,
        must_enrol=due and not has_second_factor(session, user.id),
        by_token=by_token,
        csrf=csrf,
    )


def units() -> Select[Unit]:
    return select(Unit).order_by(Unit.code)


def areas() -> Select[int, str, str, str | None, float, float, float, float]:
    """Areas with the box around each, in degrees."""
    sides = (getattr(func, f"st_{side}")(Area.geom) for side in ("xmin", "ymin", "xmax", "ymax"))
    return select(Area.id, Area.code, Area.name, Area.name_en, *sides).order_by(Area.code)


def users(at: datetime) -> Select[User, str, datetime | None]:
    """Accounts with their unit and until when they are locked."""
    of_name = SignInTries.name_hash == func.sha256(func.convert_to(User.username, "UTF8"))
    return (
        select(User, Unit.name, SignInTries.locked_until)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .outerjoin(SignInTries, and_(of_name, SignInTries.locked_until > at))
        .order_by(User.username)
    )


def grants(session: Session, user_id: int) -> list[Row[RoleGrant, str | None, str | None]]:
    statement = (
        select(RoleGrant, Area.name, Unit.name)
        .outerjoin(Area, Area.id == RoleGrant.area_id)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.user_id == user_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return list(session.execute(statement))


def tokens(user_id: int) -> Select[AccessToken]:
    return (
        select(AccessToken)
        .where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None))
        .order_by(AccessToken.id)
    )
