"""Whose account an identity is. The provider says who somebody is; whether they come in, and what they may do, is ours."""

import re
import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gis_service.access import errors, operations
from gis_service.access.actor import SERVICE, Actor
from gis_service.access.identity.models import OutsideIdentity
from gis_service.access.identity.provider import Identity
from gis_service.access.models import User
from gis_service.access.profiles import Profile
from gis_service.access.schemas import USERNAME
from gis_service.core.errors import NotFound


def account_of(session: Session, identity: Identity, *, create: bool, profile: Profile) -> User | None:
    """The account of an identity, if there is an active one; the first time it is found by name, and bound to the subject.

    Later the name at the provider does not count: names are given to others, subjects never. The three administrators have none:
    whoever runs the provider could otherwise become each of them.
    """
    bound = OutsideIdentity.issuer == identity.issuer, OutsideIdentity.subject == identity.subject
    user = session.scalar(select(User).join(OutsideIdentity).where(*bound).with_for_update(of=User))
    if user is None:
        user = _by_name(session, identity) or (_made(session, identity, profile) if create else None)
        if user is not None and _may_come(session, user):
            session.add(OutsideIdentity(user_id=user.id, issuer=identity.issuer, subject=identity.subject))
            operations.note(session, SERVICE, "identity.bind", user.username, detail={"subject": identity.subject})
    return user if user is not None and _may_come(session, user) else None


def _may_come(session: Session, user: User) -> bool:
    return user.state == "active" and not operations.is_administrator(session, user.id)


def _by_name(session: Session, identity: Identity) -> User | None:
    """The account of that name, if no other subject holds it."""
    taken = select(OutsideIdentity.user_id)
    named = select(User).where(User.username == identity.username.lower(), User.id.not_in(taken))
    return session.scalar(named.with_for_update())


def _made(session: Session, identity: Identity, profile: Profile) -> User | None:
    """A new account without roles, with a password nobody knows; None where the name is taken or is none for an account here."""
    name = identity.username.lower()
    if not re.fullmatch(USERNAME, name) or session.scalar(select(User.id).where(User.username == name)):
        return None
    word = f"Aa1-{secrets.token_urlsafe(24)}"
    return operations.create_user(
        session,
        SERVICE,
        username=name,
        display_name=identity.display_name[:100],
        password=word,
        own_choice=True,
        profile=profile,
    )


def unbind(session: Session, actor: Actor, user_id: int, *, reason: str) -> None:
    """Let the account be found by its name again, for somebody whose identity at the provider was made anew. Never one's own."""
    user = session.get(User, user_id)
    bound = session.get(OutsideIdentity, user_id)
    if user is None or bound is None:
        raise NotFound(what="身份绑定", key=user_id)
    if actor.id == user_id:
        raise errors.OwnFactor()
    session.execute(delete(OutsideIdentity).where(OutsideIdentity.user_id == user_id))
    operations.note(session, actor, "identity.unbind", user.username, detail={"reason": reason})
