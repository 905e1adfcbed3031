"""Verbs on second factors. The secret is opened only to compare a code, and shown only while it is being enrolled."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gis_service.access import errors, operations
from gis_service.access.actor import Actor
from gis_service.access.models import User
from gis_service.access.profiles import Profile
from gis_service.access.second_factor import rules
from gis_service.access.second_factor.models import RecoveryCode, SecondFactor
from gis_service.core.errors import NotFound, Refusal
from gis_service.core.vault import Vault


@dataclass(frozen=True)
class Standing:
    """How somebody stands with their second factor."""

    confirmed_at: datetime | None
    codes_left: int


def standing(session: Session, user_id: int) -> Standing:
    factor = session.get(SecondFactor, user_id)
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return Standing(factor.confirmed_at if factor else None, session.scalar(left) or 0)


def enrol(session: Session, vault: Vault, user: User) -> str:
    """A new secret, not yet in force; an unfinished enrolment is begun anew. Raises `AlreadyEnrolled`."""
    factor = session.get(SecondFactor, user.id, with_for_update=True)
    if factor and factor.confirmed_at:
        raise errors.AlreadyEnrolled()
    secret = rules.new_secret()
    sealed = vault.seal(secret.encode(), about=_about(user.id))
    if factor:
        factor.secret, factor.last_step = sealed, 0
    else:
        session.add(SecondFactor(user_id=user.id, secret=sealed, last_step=0))
    return secret


def confirm(
    session: Session, vault: Vault, actor: Actor, user: User, code: str, *, at: datetime, profile: Profile
) -> list[str] | Refusal:
    """Put the enrolled secret in force by its first code; returns the recovery codes, shown this once, or the refusal of a wrong
    code, which is counted."""
    tries = operations.tries_of(session, user.username, at=at)
    if locked := operations.lock_of(tries, at):
        return locked
    factor = session.get(SecondFactor, user.id, with_for_update=True)
    if factor is None or factor.confirmed_at:
        raise NotFound(what="待确认的身份验证器", key=user.username)
    if not _is_next(vault, factor, rules.plain(code), at):
        operations.count_failure(tries, at=at, profile=profile)
        return errors.WrongCode()
    factor.confirmed_at = at
    operations.note(session, actor, "second_factor.enrol", user.username)
    return _give_codes(session, user.id)


def check(session: Session, vault: Vault, user: User, code: str, *, at: datetime, profile: Profile) -> Refusal | None:
    """None when the code is the phone's next or an unused one from paper, which it then uses up; else the refusal, and it is counted.

    The refusal is returned, not raised: the count must be committed with it.
    """
    tries = operations.tries_of(session, user.username, at=at)
    if locked := operations.lock_of(tries, at):
        return locked
    typed = rules.plain(code)
    factor = session.get(SecondFactor, user.id, with_for_update=True)
    good = factor is not None and (
        _is_next(vault, factor, typed, at) if rules.is_from_phone(typed) else _use_up(session, user.id, typed, at)
    )
    if not good:
        operations.count_failure(tries, at=at, profile=profile)
        return errors.WrongCode()
    return None


def renew_codes(session: Session, actor: Actor, user: User) -> list[str]:
    """Ten new recovery codes; the old ones end."""
    operations.note(session, actor, "second_factor.codes", user.username)
    return _give_codes(session, user.id)


def remove(session: Session, actor: Actor, user: User) -> None:
    """Do without, by the person; raises `FactorRequired` where the deployment's profile asks their roles for one."""
    if actor.second_factor_due:
        raise errors.FactorRequired()
    _forget(session, user.id)
    operations.note(session, actor, "second_factor.remove", user.username)


def reset(session: Session, actor: Actor, user_id: int, *, reason: str, at: datetime) -> None:
    """Take away the factor of somebody who lost phone and paper, and end their sessions. Never one's own."""
    user = session.get(User, user_id)
    if user is None or session.get(SecondFactor, user_id) is None:
        raise NotFound(what="身份验证器", key=user_id)
    if actor.id == user_id:
        raise errors.OwnFactor()
    _forget(session, user_id)
    operations.end_sessions(session, user_id, at=at)
    operations.note(session, actor, "second_factor.reset", user.username, detail={"reason": reason})


def _about(user_id: int) -> str:
    """What a sealed secret belongs to: one copied to another person's row does not open."""
    return f"second_factor:{user_id}"


def _is_next(vault: Vault, factor: SecondFactor, code: str, at: datetime) -> bool:
    secret = vault.unseal(factor.secret, about=_about(factor.user_id)).decode()
    step = rules.step_of(secret, code, at, after=factor.last_step) if rules.is_from_phone(code) else None
    if step is None:
        return False
    factor.last_step = step
    return True


def _use_up(session: Session, user_id: int, code: str, at: datetime) -> bool:
    row = session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == operations.hashed(code),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        return False
    row.used_at = at
    return True


def _give_codes(session: Session, user_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = rules.new_codes()
    session.add_all(RecoveryCode(user_id=user_id, code_hash=operations.hashed(rules.plain(code))) for code in codes)
    return codes


def _forget(session: Session, user_id: int) -> None:
    for table in (RecoveryCode, SecondFactor):
        session.execute(delete(table).where(table.user_id == user_id))
