"""Verbs on analysts' accounts. The row is what rights follow from; the role in the database is made after it, and means nothing without."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg import Connection
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from gis_service.access import errors as access_errors
from gis_service.access import queries
from gis_service.access.actor import SERVICE, Actor
from gis_service.access.analysts import roles
from gis_service.access.analysts.errors import HasAccount, NoAccount, NothingToSee
from gis_service.access.analysts.models import AnalystAccount
from gis_service.access.analysts.roles import Login
from gis_service.access.models import User
from gis_service.access.operations import note
from gis_service.core.errors import NotFound

PERMISSION = "analyst.change"
SIGHT = "map.read"
"""Analysts see what this shows them at `/ogc/`."""

Connect = Callable[[], Connection]
"""Opens a connection of whoever may make roles."""


@dataclass(frozen=True)
class Given:
    """An account as it is handed over: the password is shown this once."""

    role: str
    until: datetime
    password: str | None = None
    to_ask: list[str] = field(default_factory=list)
    """SQL that the database administrator must still run."""


def add(session: Session, actor: Actor, connect: Connect, *, username: str, days: int, at: datetime) -> Given:
    """A login for a person who may look at maps, valid for some days."""
    user = _person(session, actor, username)
    sees = queries.actor_named(session, username, at=at)
    if sees is None or not sees.may(SIGHT):
        raise NothingToSee(username=username)
    if found := _live(session, user.id):
        raise HasAccount(username=username, role=found.role_name)
    account = AnalystAccount(
        user_id=user.id,
        role_name=roles.name_for(username, user.id),
        valid_until=at + timedelta(days=days),
        made_by=actor.id,
    )
    session.add(account)
    session.flush()
    note(session, actor, "analyst.add", username, detail=_told(account))
    return _shaped(connect, account, secrets.token_urlsafe(24))


def renew(
    session: Session,
    actor: Actor,
    connect: Connect,
    *,
    username: str,
    days: int,
    at: datetime,
    new_password: bool = False,
) -> Given:
    """A later end, counted from now; with a new password where that is asked for."""
    user = _person(session, actor, username)
    account = _account(session, user)
    account.valid_until = at + timedelta(days=days)
    session.flush()
    note(session, actor, "analyst.renew", username, detail={**_told(account), "new_password": new_password})
    return _shaped(connect, account, secrets.token_urlsafe(24) if new_password else None)


def end(session: Session, actor: Actor, connect: Connect, *, username: str, at: datetime) -> Given:
    """The account ends: open connections are ended too, and see nothing from the commit on."""
    account = _account(session, _person(session, actor, username))
    account.ended_at = at
    session.flush()
    note(session, actor, "analyst.end", username, detail=_told(account))
    with connect() as connection:
        return Given(account.role_name, account.valid_until, to_ask=roles.shut(connection, account.role_name))


def _shaped(connect: Connect, account: AnalystAccount, password: str | None) -> Given:
    with connect() as connection:
        roles.make_ready(connection)
        asked = roles.shape(connection, Login(account.role_name, account.valid_until, password))
    return Given(account.role_name, account.valid_until, password, asked)


def _person(session: Session, actor: Actor, username: str) -> User:
    """Whom it is about. The service itself acts for whoever owns the machine; nobody else acts without the permission, or on themselves."""
    if actor is not SERVICE:
        actor.require(PERMISSION)
    user = session.scalar(select(User).where(User.username == username).with_for_update())
    if user is None:
        raise NotFound(what="账号", key=username)
    if actor.id == user.id:
        raise access_errors.OwnRights()
    return user


def _live(session: Session, user_id: int) -> AnalystAccount | None:
    return session.scalar(
        select(AnalystAccount).where(AnalystAccount.user_id == user_id, AnalystAccount.ended_at.is_(None))
    )


def _account(session: Session, user: User) -> AnalystAccount:
    found = _live(session, user.id)
    if found is None:
        raise NoAccount(username=user.username)
    return found


def _told(account: AnalystAccount) -> dict[str, str]:
    return {"role": account.role_name, "valid_until": account.valid_until.isoformat()}


def accounts(session: Session) -> list[Row[str, str, str, datetime, datetime | None]]:
    """Each person's last account: account name, name, role, until when, when it ended."""
    last = select(func.max(AnalystAccount.id)).group_by(AnalystAccount.user_id)
    return list(
        session.execute(
            select(
                User.username,
                User.display_name,
                AnalystAccount.role_name,
                AnalystAccount.valid_until,
                AnalystAccount.ended_at,
            )
            .join(User, User.id == AnalystAccount.user_id)
            .where(AnalystAccount.id.in_(last))
            .order_by(User.username)
        )
    )
