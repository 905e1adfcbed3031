"""The ways in: password, code, provider. Each in a transaction of its own, so that a wrong try is counted although it is refused.

    password ─┬─ no second factor ──────────────── session
    provider ─┴─ second factor ─ step ─ code ───── session

Whichever way, a session begins in one place (`_let_in`): with a new secret, ending the one the browser had (no fixation).
"""

import hashlib
import math
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from gis_service.access import errors, operations
from gis_service.access.edge import Doorkeeper, address_of, require_same_site
from gis_service.access.identity import operations as identities
from gis_service.access.identity.errors import NoAccountHere, NoProvider
from gis_service.access.identity.provider import Asked, Provider, not_believed
from gis_service.access.models import User
from gis_service.access.second_factor import operations as second
from gis_service.audit import operations as audit
from gis_service.core import db
from gis_service.core.errors import Refusal
from gis_service.core.http import request_id
from gis_service.core.limiter import Limiter

WRONG_TRIES, WITHIN_S = 50, 900.0
"""Wrong tries that one address may have, whatever the accounts: enough for an office behind one address, nothing for a guesser."""


PASSWORD, PROVIDER, STRONG = "password", "provider", "provider+strong"


@dataclass(frozen=True)
class Entry:
    """How far a sign-in came: `cookie` is the secret of a session, `step` what the code is to be sent with."""

    username: str
    cookie: str | None = None
    step: str | None = None


def limiter() -> Limiter:
    return Limiter(WRONG_TRIES, WITHIN_S)


def provider_of(request: Request) -> Provider | None:
    """The provider that the settings name."""
    s = request.app.state.settings
    if not s.oidc_issuer:
        return None
    return Provider(
        s.oidc_issuer,
        s.oidc_client_id,
        s.oidc_client_secret,
        s.oidc_username_claim,
        s.oidc_ca_file,
        acr=frozenset(s.oidc_acr_values.split()),
        amr=frozenset(s.oidc_amr_values.split()),
    )


def by_password(request: Request, username: str, password: str) -> Entry:
    """Raises `WrongPassword`, `Locked`, `TooManyHere`, `LocalLoginClosed`, `NotFromHere`."""
    _require_own_page(request)
    _require_patience(request)
    keeper = _keeper(request)
    with request.app.state.sessions.begin() as session:
        at = db.now(session)
        user, refusal = operations.check_password(session, username, password, at=at, profile=keeper.profile)
        if user and (closed := _closed_to(request, session, user)):
            user, refusal = None, closed
        if user:
            return _go_on(request, session, user, PASSWORD, at)
        code = refusal.code if refusal else ""
        _record(request, session, "session.open", None, username, outcome="refused", code=code)
    raise _counted(request, refusal)


def by_code(request: Request, step: str, code: str) -> Entry:
    """The second step. Raises `StepOver`, `WrongCode`, `Locked`, `TooManyHere`, `NotFromHere`."""
    _require_own_page(request)
    _require_patience(request)
    keeper, refusal = _keeper(request), None
    with request.app.state.sessions.begin() as session:
        at = db.now(session)
        row = operations.step_under_way(session, step, "code", at=at)
        user = session.get(User, row.user_id) if row else None
        if row is None or user is None or user.state != "active":
            raise errors.StepOver()
        refusal = second.check(session, request.app.state.vault, user, code, at=at, profile=keeper.profile)
        refusal = refusal or _from_elsewhere(request, session, user)
        if refusal is None:
            session.delete(row)
            return _let_in(request, session, user, f"{row.detail['by']}+code", at)
        _record(request, session, "session.open", user, user.username, outcome="refused", by="code", code=refusal.code)
    raise _counted(request, refusal)


def to_provider(request: Request, target: str) -> tuple[str, str]:
    """Where to send the browser, and the secret it keeps meanwhile (cookie). Raises `NoProvider`, `ProviderAway`."""
    provider = _require_provider(request)
    asked = Asked(_back_address(request), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    with request.app.state.sessions.begin() as session:
        detail = {"asked": asdict(asked), "next": target}
        secret = operations.begin_step(session, "oidc", at=db.now(session), detail=detail)
    return provider.way_out(asked, _state_of(secret)), secret


def by_provider(request: Request, secret: str) -> tuple[Entry, str]:
    """Somebody back from the provider, and where they wanted to go. Raises `NotBelieved`, `NoAccountHere`, `ProviderAway`, `TooManyHere`."""
    provider = _require_provider(request)
    _require_patience(request)
    keeper = _keeper(request)
    with request.app.state.sessions.begin() as session:
        row = operations.step_under_way(session, secret, "oidc", at=db.now(session)) if secret else None
        if row is None:
            not_believed("state", "no sign-in of this browser is under way")
        asked, target = Asked(**row.detail["asked"]), str(row.detail["next"])
        session.delete(row)  # taken once, whatever comes of it
    identity = provider.identity(asked, _state_of(secret), request.query_params)
    with request.app.state.sessions.begin() as session:
        create = request.app.state.settings.oidc_create_accounts
        user = identities.account_of(session, identity, create=create, profile=keeper.profile)
        if user:
            return _from_provider(request, session, user, identity.strong, db.now(session)), target
        _record(request, session, "session.open", None, identity.username, outcome="refused", by=PROVIDER)
    raise _counted(request, NoAccountHere(username=identity.username))


def _from_provider(request: Request, session: Session, user: User, strong: bool | None, at: datetime) -> Entry:
    """In at once where the provider asked for enough; else our second factor, which whoever has none must bind first."""
    if strong:
        return _let_in(request, session, user, STRONG, at)
    if strong is False and not operations.has_second_factor(session, user.id):
        return _let_in(request, session, user, PROVIDER, at, factor_due=True)
    return _go_on(request, session, user, PROVIDER, at)


def _go_on(request: Request, session: Session, user: User, by: str, at: datetime) -> Entry:
    """After the first step: the code, where there is a second factor; else in."""
    if not operations.has_second_factor(session, user.id):
        return _let_in(request, session, user, by, at)
    step = operations.begin_step(session, "code", at=at, user_id=user.id, detail={"by": by})
    _record(request, session, "session.first_step", user, user.username, by=by)
    return Entry(user.username, step=step)


def _let_in(
    request: Request, session: Session, user: User, by: str, at: datetime, *, factor_due: bool = False
) -> Entry:
    keeper = _keeper(request)
    if by not in (PROVIDER, STRONG):  # which says nothing of the passwords that somebody tried here
        operations.clear_tries(session, user.username)
    user.last_login_at = at
    if before := request.cookies.get(keeper.cookie):
        operations.end_session(session, before, at=at)
        keeper.forget()
    secret, _ = operations.open_session(
        session,
        user,
        address=address_of(request),
        agent=request.headers.get("user-agent", ""),
        by_provider=by.startswith(PROVIDER),
        factor_due=factor_due,
        profile=keeper.profile,
    )
    _record(request, session, "session.open", user, user.username, by=by)
    return Entry(user.username, cookie=secret)


def _closed_to(request: Request, session: Session, user: User) -> Refusal | None:
    """Why the way by password is closed to somebody whose password is right."""
    settings = request.app.state.settings
    by_provider_only = settings.oidc_issuer and settings.oidc_local_login == "administrators"
    if by_provider_only and not operations.is_administrator(session, user.id):
        return errors.LocalLoginClosed()
    return _from_elsewhere(request, session, user)


def _from_elsewhere(request: Request, session: Session, user: User) -> Refusal | None:
    """An administrator who comes from a network that is not for them; at the provider's door there are none."""
    address = address_of(request)
    if _keeper(request).administrators_may_come_from(address) or not operations.is_administrator(session, user.id):
        return None
    return errors.NotFromHere(address=address)


def _require_own_page(request: Request) -> None:
    """Browsers say where a form comes from; other clients say nothing and have no cookie to be abused."""
    if request.headers.get("sec-fetch-site") or request.headers.get("origin"):
        require_same_site(request)


def _require_patience(request: Request) -> None:
    if wait_s := request.app.state.wrong_tries.would_wait_s(address_of(request)):
        minutes = math.ceil(wait_s / 60)
        raise errors.TooManyHere(minutes=minutes, headers={"Retry-After": str(math.ceil(wait_s))})


def _counted(request: Request, refusal: Refusal | None) -> Refusal:
    """A refusal that counts against the address."""
    request.app.state.wrong_tries.wait_s(address_of(request))
    return refusal or errors.WrongPassword()


def _require_provider(request: Request) -> Provider:
    provider = provider_of(request)
    if provider is None:
        raise NoProvider()
    return provider


def _back_address(request: Request) -> str:
    """Where the provider sends the browser back to, as it is registered there."""
    base = request.app.state.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/login/oidc/callback"


def _state_of(secret: str) -> str:
    """The `state` that goes through the provider's hands: bound to the cookie's secret, and not it."""
    return hashlib.sha256(f"state {secret}".encode()).hexdigest()


def _keeper(request: Request) -> Doorkeeper:
    keeper: Doorkeeper = request.app.state.doorkeeper
    return keeper


def _record(
    request: Request,
    session: Session,
    action: str,
    user: User | None,
    username: str,
    outcome: str = "done",
    **detail: str,
) -> None:
    audit.record(
        session,
        action,
        username,
        actor_id=user.id if user else None,
        actor_name=user.display_name if user else username,
        outcome=outcome,
        detail=detail,
        request_id=request_id(request),
        address=address_of(request),
    )
