"""HTTP doors of people: sign in and out, accounts, roles, tokens, units, areas, the audit trail."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import select

from gis_service.access import entering, operations, queries
from gis_service.access.actor import Actor
from gis_service.access.edge import Route, Work, doing
from gis_service.access.errors import WrongPassword
from gis_service.access.login import keep_session
from gis_service.access.models import Unit
from gis_service.access.schemas import (
    AreaOut,
    AuditOut,
    AuditPage,
    GivenPassword,
    GrantIn,
    GrantOut,
    Me,
    NewPassword,
    RoleHeld,
    SecondStep,
    SignedIn,
    SignIn,
    TokenIn,
    TokenOut,
    UnitOut,
    UserChange,
    UserIn,
    UserOut,
)
from gis_service.audit.models import AuditEntry
from gis_service.core import db
from gis_service.core.etags import version_seen
from gis_service.core.paging import cursor, place

router = APIRouter(prefix="/api/v1", route_class=Route)
unkept = APIRouter(prefix="/api/v1")
"""Whose answers hold a secret: they take no Idempotency-Key, under which the answer would be kept."""


ReadMe = Annotated[Work, doing("me.read")]
ChangeMe = Annotated[Work, doing("me.change")]
Reference = Annotated[Work, doing("reference.read")]
ReadUsers = Annotated[Work, doing("user.read")]
ChangeUsers = Annotated[Work, doing("user.change")]
ReadGrants = Annotated[Work, doing("grant.read")]
ChangeGrants = Annotated[Work, doing("grant.change")]
ReadTokens = Annotated[Work, doing("token.read")]
ChangeTokens = Annotated[Work, doing("token.change")]
ReadAudit = Annotated[Work, doing("audit.read")]


@router.post("/sessions", status_code=201, responses={202: {"model": SignedIn, "description": "a code is due"}})
def sign_in(request: Request, response: Response, body: SignIn) -> SignedIn:
    """Sign in; the answer sets the session cookie, or (202) says what the code of the second step is to be sent with."""
    entry = entering.by_password(request, body.username, body.password)
    keep_session(request, response, entry)
    if entry.step:
        response.status_code = 202
    return SignedIn(username=entry.username, second_step=entry.step)


@router.post("/sessions/code", status_code=201)
def second_step(request: Request, response: Response, body: SecondStep) -> SignedIn:
    """The second step of signing in; the answer sets the session cookie."""
    entry = entering.by_code(request, body.step, body.code)
    keep_session(request, response, entry)
    return SignedIn(username=entry.username)


@router.delete("/sessions/current", status_code=204)
def sign_out(work: ChangeMe, response: Response) -> None:
    keeper = work.request.app.state.doorkeeper
    operations.end_session(work.session, work.request.cookies.get(keeper.cookie, ""), at=db.now(work.session))
    work.note("session.end", work.actor.username)
    keeper.forget()
    response.delete_cookie(keeper.cookie, path="/")


@router.get("/me")
def me(work: ReadMe) -> Me:
    return _me(work, work.actor)


def _me(work: Work, actor: Actor) -> Me:
    held = queries.grants(work.session, actor.id or 0)
    unit = work.session.scalar(select(Unit.name).where(Unit.id == actor.unit_id)) if actor.unit_id else None
    return Me(
        id=actor.id or 0,
        username=actor.username,
        display_name=actor.name,
        unit=unit,
        roles=[RoleHeld(role=grant.role, area=area, unit=unit) for grant, area, unit in held],
        permissions=actor.permissions,
        must_change_password=actor.must_change_password,
        must_enrol=actor.must_enrol,
        csrf=actor.csrf,
    )


@router.post("/me/password", status_code=204, response_model=None)
def change_my_password(work: ChangeMe, body: NewPassword) -> Response | None:
    at, keeper = db.now(work.session), work.request.app.state.doorkeeper
    user, refusal = operations.check_password(
        work.session, work.actor.username, body.old, at=at, profile=keeper.profile
    )
    if user is None:
        return work.refuse(refusal or WrongPassword())
    keep = operations.hashed(work.request.cookies.get(keeper.cookie, ""))
    operations.set_password(work.session, work.actor, user.id, body.new, at=at, keep=keep, profile=keeper.profile)
    keeper.forget()
    return None


@router.get("/users")
def list_users(work: ReadUsers) -> list[UserOut]:
    rows = work.session.execute(queries.users(db.now(work.session)))
    return [
        UserOut.model_validate(user).model_copy(update={"unit": unit, "locked_until": locked})
        for user, unit, locked in rows
    ]


@router.post("/users", status_code=201)
def create_user(work: ChangeUsers, body: UserIn, response: Response) -> UserOut:
    profile = work.request.app.state.doorkeeper.profile
    user = operations.create_user(work.session, work.actor, **body.model_dump(), profile=profile)
    response.headers["ETag"] = f'"u{user.id}.{user.row_version}"'
    return UserOut.model_validate(user)


@router.patch("/users/{user_id}")
def change_user(
    work: ChangeUsers,
    user_id: int,
    body: UserChange,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> UserOut:
    changes = body.model_dump(exclude_unset=True)
    user = operations.change_user(
        work.session,
        work.actor,
        user_id,
        seen=version_seen(if_match, f"u{user_id}"),
        at=db.now(work.session),
        **changes,
    )
    work.request.app.state.doorkeeper.forget()
    response.headers["ETag"] = f'"u{user.id}.{user.row_version}"'
    return UserOut.model_validate(user)


@router.post("/users/{user_id}/password", status_code=204)
def give_password(work: ChangeUsers, user_id: int, body: GivenPassword) -> None:
    keeper = work.request.app.state.doorkeeper
    operations.set_password(
        work.session, work.actor, user_id, body.password, at=db.now(work.session), profile=keeper.profile
    )
    keeper.forget()


@router.get("/users/{user_id}/grants")
def list_grants(work: ReadGrants, user_id: int) -> list[GrantOut]:
    return [
        GrantOut(id=grant.id, role=grant.role, area=area, unit=unit, granted_at=grant.granted_at)
        for grant, area, unit in queries.grants(work.session, user_id)
    ]


@router.post("/users/{user_id}/grants", status_code=201)
def give_role(work: ChangeGrants, user_id: int, body: GrantIn) -> GrantOut:
    grant = operations.grant_role(
        work.session, work.actor, user_id, body.role, area_id=body.area_id, unit_id=body.unit_id
    )
    work.request.app.state.doorkeeper.forget()
    found = next(row for row in queries.grants(work.session, user_id) if row[0].id == grant.id)
    return GrantOut(id=grant.id, role=grant.role, area=found[1], unit=found[2], granted_at=found[0].granted_at)


@router.delete("/users/{user_id}/grants/{grant_id}", status_code=204)
def take_role(work: ChangeGrants, user_id: int, grant_id: int) -> None:
    operations.revoke_role(work.session, work.actor, user_id, grant_id, at=db.now(work.session))
    work.request.app.state.doorkeeper.forget()


@router.get("/tokens")
def list_tokens(work: ReadTokens) -> list[TokenOut]:
    return [TokenOut.model_validate(token) for token in work.session.scalars(queries.tokens(work.actor.id or 0))]


@unkept.post("/tokens", status_code=201)
def make_token(work: ChangeTokens, body: TokenIn) -> TokenOut:
    reason = (body.reason or "") if body.may_edit else None
    secret, token = operations.make_token(
        work.session, work.actor, body.name, at=db.now(work.session), days=body.days, reason=reason
    )
    work.session.refresh(token)
    return TokenOut.model_validate(token).model_copy(update={"secret": secret})


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(work: ChangeTokens, token_id: int) -> None:
    operations.revoke_token(work.session, work.actor, token_id, at=db.now(work.session))
    work.request.app.state.doorkeeper.forget()


@router.get("/units")
def list_units(work: Reference) -> list[UnitOut]:
    return [UnitOut.model_validate(unit) for unit in work.session.scalars(queries.units())]


@router.get("/areas")
def list_areas(work: Reference) -> list[AreaOut]:
    return [
        AreaOut(id=key, code=code, name=name, name_en=name_en, bbox=box if box[0] is not None else None)
        for key, code, name, name_en, *sides in work.session.execute(queries.areas())
        for box in [tuple(sides)]
    ]


@router.get("/audit")
def audit_trail(
    work: ReadAudit,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    action: str | None = None,
) -> AuditPage:
    """Newest first."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if after:
        statement = statement.where(AuditEntry.id < place(after, 1)[0])
    if action:
        statement = statement.where(AuditEntry.action == action)
    rows = list(work.session.scalars(statement))
    more = cursor([rows[limit - 1].id]) if len(rows) > limit else None
    return AuditPage(items=[AuditOut.model_validate(row) for row in rows[:limit]], next=more)
