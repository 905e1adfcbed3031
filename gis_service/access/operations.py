"""Verbs on people: sign in and out, make accounts, give and take roles, make tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access import errors, profiles, rules
from gis_service.access.actor import Actor
from gis_service.access.analysts.models import AnalystAccount
from gis_service.access.models import AccessToken, FormerPassword, RoleGrant, SignInStep, SignInTries, User, UserSession
from gis_service.access.profiles import Profile
from gis_service.access.rules import Role
from gis_service.access.second_factor.models import SecondFactor
from gis_service.audit import operations as audit
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound, Refusal, Stale

HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_hex(16))
"""Checked for unknown accounts, so that they take as long as known ones."""

TOKEN_MARK = "gis_"  # noqa: S105  (how a personal token begins, not a secret)


def hashed(secret: str) -> bytes:
    """Secrets of sessions and tokens are long and random, so a plain hash is enough to keep them out of the table."""
    return hashlib.sha256(secret.encode()).digest()


def note(session: Session, actor: Actor, action: str, subject: object = "", **more: object) -> None:
    """An audit entry for what `actor` does here."""
    audit.record(session, action, subject, actor_id=actor.id, actor_name=actor.name, **more)  # type: ignore[arg-type]


def check_password(
    session: Session, username: str, password: str, *, at: datetime, profile: Profile = profiles.DEFAULT
) -> tuple[User | None, Refusal | None]:
    """The account when the password is right, else the refusal; counts failures and locks.

    The refusal is returned, not raised: the count must be committed with it.
    """
    tries = tries_of(session, username, at=at)
    user = session.scalar(select(User).where(User.username == username, User.state == "active"))
    if locked := lock_of(tries, at):
        return None, locked
    if not _matches(user.password_hash if user else NOBODY, password) or user is None:
        count_failure(tries, at=at, profile=profile)
        return None, errors.WrongPassword()
    if not has_second_factor(session, user.id):
        clear_tries(session, user.username)
        user.last_login_at = at
    return user, None


TRIES_LAST = timedelta(days=1)
"""Wrong tries further apart than this are none in a row; so what is counted of names that nobody has does not pile up."""


def tries_of(session: Session, username: str, *, at: datetime) -> SignInTries:
    """What is counted for a name, held until the transaction ends: no two tries see the same count.

    Whoever also writes the account does so afterwards; in the other order two could wait for each other.
    """
    session.flush()
    old = select(SignInTries.name_hash).where(SignInTries.last_at < at - TRIES_LAST).limit(100)
    session.execute(delete(SignInTries).where(SignInTries.name_hash.in_(old.with_for_update(skip_locked=True))))
    row = insert(SignInTries).values(name_hash=hashed(username), last_at=at)
    held = row.on_conflict_do_update(index_elements=["name_hash"], set_={"last_at": at}).returning(SignInTries)
    return session.scalars(held, execution_options={"populate_existing": True}).one()


def lock_of(tries: SignInTries, at: datetime) -> errors.Locked | None:
    """The refusal while a name is locked."""
    if tries.locked_until and tries.locked_until > at:
        return errors.Locked(until=tries.locked_until.astimezone(BEIJING).strftime("%H:%M"))
    return None


def count_failure(tries: SignInTries, *, at: datetime, profile: Profile) -> None:
    """One more wrong password or code in a row; the last one that is borne locks the name."""
    tries.wrong += 1
    tries.locked_until = profile.locked_until(tries.wrong, at)


def clear_tries(session: Session, username: str) -> None:
    """Signed in, every factor shown. A right password alone does not clear the count where a code is due: codes could be tried forever."""
    session.execute(delete(SignInTries).where(SignInTries.name_hash == hashed(username)))


def has_second_factor(session: Session, user_id: int) -> bool:
    in_force = SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    return session.scalar(select(SecondFactor.user_id).where(*in_force)) is not None


def is_administrator(session: Session, user_id: int) -> bool:
    """Whether the person holds one of the three administrator roles."""
    held = RoleGrant.user_id == user_id, RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(rules.THREE_ADMINS)
    return session.scalar(select(RoleGrant.id).where(*held).limit(1)) is not None


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def open_session(
    session: Session,
    user: User,
    *,
    address: str,
    agent: str,
    by_provider: bool = False,
    factor_due: bool = False,
    profile: Profile = profiles.DEFAULT,
) -> tuple[str, UserSession]:
    """A new session; returns the secret for the cookie, which is stored nowhere. Ends the oldest beyond what one person may have."""
    secret = secrets.token_urlsafe(32)
    row = UserSession(
        secret_hash=hashed(secret),
        user_id=user.id,
        csrf=secrets.token_urlsafe(24),
        address=address,
        agent=agent[:200],
        by_provider=by_provider,
        factor_due=factor_due,
    )
    session.add(row)
    session.flush()
    mine = UserSession.user_id == user.id, UserSession.ended_at.is_(None)
    kept = select(UserSession.secret_hash).where(*mine, UserSession.secret_hash != row.secret_hash)
    kept = kept.order_by(UserSession.created_at.desc()).limit(profile.sessions_at_once - 1)
    too_many = *mine, UserSession.secret_hash != row.secret_hash, UserSession.secret_hash.not_in(kept)
    session.execute(update(UserSession).where(*too_many).values(ended_at=func.now()))
    return secret, row


STEP_LIVES = timedelta(minutes=10)
"""How long a sign-in may stay half done (ASVS 6.6.2: codes of ten minutes at most)."""


def begin_step(
    session: Session, kind: str, *, at: datetime, user_id: int | None = None, detail: dict[str, Any] | None = None
) -> str:
    """Keep a sign-in that is under way; returns the secret the browser brings back. Sweeps those that were given up."""
    session.execute(delete(SignInStep).where(SignInStep.created_at < at - STEP_LIVES))
    secret = secrets.token_urlsafe(32)
    session.add(SignInStep(secret_hash=hashed(secret), kind=kind, user_id=user_id, detail=detail or {}, created_at=at))
    return secret


def step_under_way(session: Session, secret: str, kind: str, *, at: datetime) -> SignInStep | None:
    """The sign-in that this secret goes on with; None where it is unknown, taken or too old."""
    row = session.get(SignInStep, hashed(secret), with_for_update=True)
    return row if row and row.kind == kind and at - row.created_at <= STEP_LIVES else None


def end_sessions(session: Session, user_id: int, *, at: datetime, but: bytes | None = None) -> None:
    """End every session of a person, except the one named."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.secret_hash != but)
    session.execute(statement.values(ended_at=at))


def end_session(session: Session, secret: str, *, at: datetime) -> None:
    session.execute(update(UserSession).where(UserSession.secret_hash == hashed(secret)).values(ended_at=at))


def create_user(
    session: Session,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    password: str,
    unit_id: int | None = None,
    own_choice: bool = False,
    profile: Profile = profiles.DEFAULT,
) -> User:
    """A new account without roles; unless it is the person's own choice, the password must be changed at first use."""
    if session.scalar(select(User.id).where(User.username == username)):
        raise errors.NameTaken(username=username)
    _require_good(password, username, profile)
    user = User(
        username=username,
        display_name=display_name,
        unit_id=unit_id,
        password_hash=HASHER.hash(password),
        must_change_password=not own_choice,
    )
    session.add(user)
    session.flush()
    note(session, actor, "user.create", username)
    return user


def change_user(session: Session, actor: Actor, user_id: int, *, seen: int, at: datetime, **changes: object) -> User:
    """Change name, unit or state; disabling ends the person's sessions, tokens and login to the database."""
    user = _user(session, user_id)
    if user.row_version != seen:
        raise Stale(what="账号", key=user.username)
    for name, value in changes.items():
        setattr(user, name, value)
    user.row_version += 1
    if user.state == "disabled":
        shut_out(session, user.id, at=at)
    elif "state" in changes:
        user.enabled_at, user.unused = at, False
    note(session, actor, "user.change", user.username, detail={key: str(value) for key, value in changes.items()})
    return user


def shut_out(session: Session, user_id: int, *, at: datetime) -> None:
    """End whatever lets somebody in: sessions, tokens, the login to the database."""
    end_sessions(session, user_id, at=at)
    live_token = AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None)
    session.execute(update(AccessToken).where(*live_token).values(revoked_at=at))
    live_login = AnalystAccount.user_id == user_id, AnalystAccount.ended_at.is_(None)
    session.execute(update(AnalystAccount).where(*live_login).values(ended_at=at))


def set_password(
    session: Session,
    actor: Actor,
    user_id: int,
    password: str,
    *,
    at: datetime,
    keep: bytes | None = None,
    profile: Profile = profiles.DEFAULT,
) -> None:
    """A new password: by the person (their other sessions end) or by the administrator (it must then be changed)."""
    named = session.get(User, user_id)
    if named is not None:
        clear_tries(session, named.username)  # before the account is held, see `tries_of`
    user = _user(session, user_id)
    _require_good(password, user.username, profile, second=has_second_factor(session, user.id))
    _require_unused(session, user, password, profile)
    session.add(FormerPassword(user_id=user.id, password_hash=user.password_hash))
    user.password_hash, user.password_changed_at = HASHER.hash(password), at
    user.must_change_password = actor.id != user.id
    user.row_version += 1
    end_sessions(session, user.id, at=at, but=keep)
    note(session, actor, "user.password", user.username)


def _require_unused(session: Session, user: User, password: str, profile: Profile) -> None:
    """The present password is never the new one; nor are former ones where the profile remembers them."""
    former = session.scalars(
        select(FormerPassword.password_hash)
        .where(FormerPassword.user_id == user.id)
        .order_by(FormerPassword.id.desc())
        .limit(max(profile.remembered - 1, 0))
    )
    if any(_matches(old, password) for old in (user.password_hash, *former)):
        last = max(profile.remembered, 1)
        raise errors.WeakPassword(faults_zh=f"不能与最近 {last} 次相同", faults_en="used before")


def _require_good(password: str, username: str, profile: Profile, *, second: bool = False) -> None:
    if faults := profile.password_faults(password, username, second=second):
        raise errors.WeakPassword(
            faults_zh=";".join(zh for zh, _ in faults), faults_en="; ".join(en for _, en in faults)
        )


def grant_role(
    session: Session, actor: Actor, user_id: int, role: Role, *, area_id: int | None = None, unit_id: int | None = None
) -> RoleGrant:
    """Give a role, for all land, one area or one unit's care. Nobody grants to themselves; the three administrators stand alone."""
    user = _user(session, user_id)
    if actor.id is not None and actor.id == user.id:
        raise errors.OwnRights()
    if (area_id and unit_id) or (role is Role.UNIT_USER and not unit_id):
        raise errors.ScopeNeeded()
    held = session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id, RoleGrant.revoked_at.is_(None)))
    if rules.roles_clash([Role(name) for name in held], role):
        raise errors.RolesClash(role=role)
    grant = RoleGrant(user_id=user.id, role=role, area_id=area_id, unit_id=unit_id, granted_by=actor.id)
    session.add(grant)
    session.flush()
    note(session, actor, "grant.give", user.username, detail={"role": role, "area_id": area_id, "unit_id": unit_id})
    return grant


def revoke_role(session: Session, actor: Actor, user_id: int, grant_id: int, *, at: datetime) -> None:
    grant = session.get(RoleGrant, grant_id)
    if grant is None or grant.user_id != user_id or grant.revoked_at:
        raise NotFound(what="授权", key=grant_id)
    if actor.id == user_id:
        raise errors.OwnRights()
    grant.revoked_at, grant.revoked_by = at, actor.id
    note(session, actor, "grant.take", user_id, detail={"role": grant.role})


def make_token(
    session: Session, actor: Actor, name: str, *, at: datetime, days: int, reason: str | None = None
) -> tuple[str, AccessToken]:
    """A personal token for GIS clients; the secret is returned this once. With a reason it is one for editing."""
    if reason is not None:
        _require_editor(actor, reason, days)
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    token = AccessToken(
        user_id=actor.id,
        name=name,
        secret_hash=hashed(secret),
        expires_at=at + timedelta(days=days),
        may_edit=reason is not None,
        reason=reason,
    )
    session.add(token)
    session.flush()
    note(session, actor, "token.create", name, detail={"may_edit": token.may_edit, "reason": reason, "days": days})
    return secret, token


def _require_editor(actor: Actor, reason: str, days: int) -> None:
    if not any(actor.may(permission) for permission in rules.EDITS):
        raise errors.NothingToEdit()
    if not reason:
        raise errors.TokenReasonNeeded()
    if days > rules.EDIT_TOKEN_DAYS:
        raise errors.EditTokenTooLong(days=rules.EDIT_TOKEN_DAYS)


def revoke_token(session: Session, actor: Actor, token_id: int, *, at: datetime) -> None:
    token = session.get(AccessToken, token_id)
    if token is None or token.user_id != actor.id or token.revoked_at:
        raise NotFound(what="令牌", key=token_id)
    token.revoked_at = at
    note(session, actor, "token.revoke", token.name)


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound(what="账号", key=user_id)
    return user
