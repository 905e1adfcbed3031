"""HTTP doors of one's own sign-ins. No Idempotency-Key here: what is sent holds a password."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from gis_service.access.edge import Work, doing
from gis_service.access.errors import WrongPassword
from gis_service.access.models import UserSession
from gis_service.access.schemas import Strict
from gis_service.access.sessions import again, rules
from gis_service.core import db
from gis_service.core.errors import NotFound

router = APIRouter(prefix="/api/v1/me/sessions")

ReadMe = Annotated[Work, doing("me.read")]
ChangeMe = Annotated[Work, doing("me.change")]


class SessionOut(BaseModel):
    id: int
    since: datetime
    last_seen_at: datetime
    address: str = Field(description="the network address it was opened from")
    device: str = Field(description="browser and system, as they call themselves; empty where they are not known")
    here: bool = Field(description="the one that asks")


class SessionsOut(BaseModel):
    by_provider: bool = Field(description="this one came by the provider: no password is needed for ten minutes")
    items: list[SessionOut]


class SessionsEnd(Strict):
    password: str = ""
    id: int | None = Field(None, description="which one; without it all others")


@router.get("")
def my_sessions(work: ReadMe) -> SessionsOut:
    """Where one is signed in, latest first."""
    here = again.here(work)
    items = [
        SessionOut(
            id=row.id,
            since=row.created_at,
            last_seen_at=row.last_seen_at,
            address=row.address or "",
            device=rules.device(row.agent or ""),
            here=row is here,
        )
        for row in _live(work)
    ]
    return SessionsOut(by_provider=again.by_provider(work), items=items)


@router.post("/end", status_code=204, response_model=None)
def end(work: ChangeMe, body: SessionsEnd) -> Response | None:
    """End one of them, or all others; asks for the password, so that nobody at an unlocked screen puts the owner out."""
    user, refusal = again.shown(work, body.password)
    if user is None:
        return work.refuse(refusal or WrongPassword())
    here = again.here(work)
    ended = [row for row in _live(work) if (row is not here if body.id is None else row.id == body.id)]
    if body.id is not None and not ended:
        raise NotFound(what="登录", key=body.id)
    at = db.now(work.session)
    for row in ended:
        row.ended_at = at
    work.note("session.end", work.actor.username, sessions=[row.id for row in ended])
    work.request.app.state.doorkeeper.forget()
    return None


def _live(work: Work) -> list[UserSession]:
    """The person's sign-ins that still open doors."""
    mine = UserSession.user_id == work.actor.id, UserSession.ended_at.is_(None)
    rows = work.session.scalars(select(UserSession).where(*mine).order_by(UserSession.last_seen_at.desc()))
    profile, roles = work.request.app.state.doorkeeper.profile, [grant.role for grant in work.actor.grants]
    at = db.now(work.session)
    return [
        row
        for row in rows
        if not profile.session_over(created=row.created_at, last_seen=row.last_seen_at, at=at, roles=roles)
    ]
