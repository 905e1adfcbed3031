"""Who shows once more that they are themselves, before they change how they sign in (ASVS 7.5.1, 7.5.2)."""

from datetime import timedelta

from gis_service.access import errors, operations
from gis_service.access.edge import Work
from gis_service.access.models import User, UserSession
from gis_service.core import db
from gis_service.core.errors import Refusal

FRESH = timedelta(minutes=10)
"""For how long coming from the provider is as good as having come just now."""


def here(work: Work) -> UserSession | None:
    """The session of this request; none where it came by a token."""
    cookie = work.request.cookies.get(work.request.app.state.doorkeeper.cookie, "")
    return work.session.get(UserSession, operations.hashed(cookie))


def by_provider(work: Work) -> bool:
    session = here(work)
    return session is not None and session.by_provider


def shown(work: Work, password: str) -> tuple[User | None, Refusal | None]:
    """The person, by the password, or without one where they came from the provider just now: they may have none here.

    The refusal is returned, not raised: what it counts must be committed with it.
    """
    at, session = db.now(work.session), here(work)
    if not password and session is not None and session.by_provider:
        fresh = at - session.created_at <= FRESH
        return (work.session.get(User, session.user_id), None) if fresh else (None, errors.ComeAgain())
    profile = work.request.app.state.doorkeeper.profile
    return operations.check_password(work.session, work.actor.username, password, at=at, profile=profile)
