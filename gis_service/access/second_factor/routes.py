"""HTTP doors of second factors. No Idempotency-Key here: an answer that holds a secret is kept nowhere."""

from typing import Annotated

import segno
from fastapi import APIRouter, Response

from gis_service.access import operations
from gis_service.access.edge import Work, doing
from gis_service.access.errors import WrongPassword
from gis_service.access.models import User
from gis_service.access.schemas import (
    Enrolment,
    FactorState,
    ForReason,
    RecoveryCodes,
    WithBoth,
    WithCode,
    WithPassword,
)
from gis_service.access.second_factor import operations as second
from gis_service.access.second_factor import rules
from gis_service.access.sessions import again
from gis_service.core import db
from gis_service.core.errors import Refusal

router = APIRouter(prefix="/api/v1")

ReadMe = Annotated[Work, doing("me.read")]
ChangeMe = Annotated[Work, doing("me.change")]
Reset = Annotated[Work, doing("second_factor.reset")]


@router.get("/me/second-factor")
def my_second_factor(work: ReadMe) -> FactorState:
    standing = second.standing(work.session, work.actor.id or 0)
    return FactorState(
        confirmed_at=standing.confirmed_at,
        codes_left=standing.codes_left,
        required=work.actor.second_factor_due,
        by_provider=again.by_provider(work),
    )


@router.post("/me/second-factor", status_code=201, response_model=Enrolment)
def enrol(work: ChangeMe, body: WithPassword) -> Enrolment | Response:
    """A new secret for the authenticator; not in force before the confirmation."""
    user, refusal = again.shown(work, body.password)
    if user is None:
        return work.refuse(refusal or WrongPassword())
    secret = second.enrol(work.session, work.request.app.state.vault, user)
    address = rules.address(secret, username=user.username, issuer=work.request.app.state.settings.title)
    return Enrolment(secret=secret, address=address, qr=segno.make(address, error="m").svg_data_uri(scale=5, border=4))


@router.post("/me/second-factor/confirmation", status_code=201, response_model=RecoveryCodes)
def confirm(work: ChangeMe, body: WithCode) -> RecoveryCodes | Response:
    """The first code puts it in force; the answer holds the recovery codes."""
    user = work.session.get_one(User, work.actor.id)
    at, keeper = db.now(work.session), work.request.app.state.doorkeeper
    codes = second.confirm(
        work.session,
        work.request.app.state.vault,
        work.actor,
        user,
        body.code,
        at=at,
        profile=keeper.profile,
    )
    if isinstance(codes, Refusal):
        return work.refuse(codes)
    keep = operations.hashed(work.request.cookies.get(keeper.cookie, ""))
    operations.end_sessions(work.session, user.id, at=at, but=keep)
    keeper.forget()
    return RecoveryCodes(codes=codes)


@router.post("/me/second-factor/recovery-codes", status_code=201, response_model=RecoveryCodes)
def renew_codes(work: ChangeMe, body: WithBoth) -> RecoveryCodes | Response:
    """New recovery codes; the old ones end."""
    user, refusal = _with_both(work, body)
    if user is None:
        return work.refuse(refusal or WrongPassword())
    return RecoveryCodes(codes=second.renew_codes(work.session, work.actor, user))


@router.post("/me/second-factor/removal", status_code=204, response_model=None)
def remove(work: ChangeMe, body: WithBoth) -> Response | None:
    """Do without a second factor."""
    user, refusal = _with_both(work, body)
    if user is None:
        return work.refuse(refusal or WrongPassword())
    second.remove(work.session, work.actor, user)
    work.request.app.state.doorkeeper.forget()
    return None


@router.post("/users/{user_id}/second-factor/reset", status_code=204)
def reset(work: Reset, user_id: int, body: ForReason) -> None:
    """Take away somebody's second factor, for a reason; they enrol anew at their next sign-in."""
    second.reset(work.session, work.actor, user_id, reason=body.reason, at=db.now(work.session))
    work.request.app.state.doorkeeper.forget()


def _with_both(work: Work, body: WithBoth) -> tuple[User | None, Refusal | None]:
    user, refusal = again.shown(work, body.password)
    if user is not None:
        state = work.request.app.state
        at, profile = db.now(work.session), state.doorkeeper.profile
        refusal = second.check(work.session, state.vault, user, body.code, at=at, profile=profile)
    return (None, refusal) if refusal else (user, None)
