"""Who is at the door, and what the door lets them do: one dependency per route.

`Permit("parcel.edit")` opens the transaction of a request with the scope of that verb, and ends it *before* the answer is
sent (`scope="function"`): what is acknowledged is committed. `Look("map.read")` is for routes that read through the
reader role and need no session. A test walks all routes and finds one of the two on each.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Container, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access import profiles, queries
from gis_service.access.actor import Actor
from gis_service.access.errors import MustChangePassword, MustEnrol, NotFromHere, ReadOnlyToken
from gis_service.access.operations import TOKEN_MARK
from gis_service.access.profiles import Profile
from gis_service.access.rules import PERMISSIONS
from gis_service.audit import operations as audit
from gis_service.core import db, http, networks
from gis_service.core.db import Scope
from gis_service.core.errors import CrossSite, Forbidden, NotSignedIn, Refusal
from gis_service.core.http import problem, request_id
from gis_service.core.networks import Network
from gis_service.core.requests import IdempotencyKey

COOKIE = "gis_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REMEMBERED_S = 2.0
"""How long a process trusts what it knows of a session or token; a revoked one is out everywhere after this time."""


class Doorkeeper:
    """Finds out who is at the door, remembering the answer for a moment."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        secure: bool = False,
        profile: Profile = profiles.DEFAULT,
        admin_networks: tuple[Network, ...] = (),
    ):
        self.sessions, self.secure, self.profile = sessions, secure, profile
        self.admin_networks = admin_networks
        self._known: dict[str, tuple[float, Actor]] = {}

    @property
    def cookie(self) -> str:
        """The `__Host-` mark binds the cookie to this host; browsers take it over TLS only."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE

    def actor(self, request: Request, *, edits: bool = False) -> Actor:
        """Who sends this request; raises `NotSignedIn`. A token changes nothing, but at a door for edits one made for editing."""
        cookie = request.cookies.get(self.cookie)
        secret = cookie or _token(request)
        actor = self._find(secret, by_token=not cookie) if secret else None
        if actor is None:
            raise NotSignedIn(headers=_challenge(request))
        if request.method not in SAFE:
            if not actor.by_token:
                require_same_site(request, actor)
            elif not (edits and actor.may_edit):
                raise ReadOnlyToken()
        return actor

    def _find(self, secret: str, *, by_token: bool) -> Actor | None:
        now = time.monotonic()
        known = self._known.get(secret)
        if known and now - known[0] < REMEMBERED_S:
            return known[1]
        look_up = queries.actor_of_token if by_token else queries.actor_of_session
        with self.sessions.begin() as session:
            actor = look_up(session, secret, at=db.now(session), profile=self.profile)
        if len(self._known) > 10_000:
            self._known.clear()
        if actor:
            self._known[secret] = (now, actor)
        else:
            self._known.pop(secret, None)
        return actor

    def administrators_may_come_from(self, address: str) -> bool:
        """Whether the deployment lets administrators in from there; where it names no networks, from everywhere."""
        return not self.admin_networks or networks.holds(self.admin_networks, address)

    def forget(self) -> None:
        """After a sign-out or a change of rights: know nobody."""
        self._known.clear()


def _challenge(request: Request) -> dict[str, str]:
    """GIS clients are asked for a token; a browser would open a dialog of its own instead of our page."""
    if "sec-fetch-mode" in request.headers or "cookie" in request.headers:
        return {}
    return {"WWW-Authenticate": 'Basic realm="gis_service", charset="UTF-8"'}


def _token(request: Request) -> str | None:
    """A personal token from `Authorization`: Bearer, or Basic with the token as password (or as user name)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if password.startswith(TOKEN_MARK) else user


def require_same_site(request: Request, actor: Actor | None = None) -> None:
    """An unsafe request carried by a cookie must come from our own pages.

    Browsers say where it comes from (`Sec-Fetch-Site`, `Origin`); others prove it with the session's CSRF word.
    """
    if site := request.headers.get("sec-fetch-site"):
        allowed = site == "same-origin"
    elif origin := request.headers.get("origin"):
        allowed = origin.split("://", 1)[-1] == request.headers.get("host")
    else:
        allowed = actor is not None and hmac.compare_digest(request.headers.get("x-csrf-token", ""), actor.csrf)
    if not allowed:
        raise CrossSite()


@dataclass
class Work:
    """One request's transaction: its session, who acts, and with what scope."""

    session: Session
    actor: Actor
    scope: Scope
    request: Request

    def note(self, action: str, subject: object = "", **detail: Any) -> None:
        """An audit entry in this transaction."""
        audit.record(
            self.session,
            action,
            subject,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            detail=detail,
            request_id=self.scope.request_id,
            address=address_of(self.request),
        )

    def refuse(self, refusal: Refusal) -> JSONResponse:
        """Answer with a refusal and yet commit: a wrong password or code counts, and a transaction that raises counts nothing."""
        audit.record(
            self.session,
            "me.change",
            self.request.url.path,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            outcome="refused",
            detail={"code": refusal.code},
            request_id=self.scope.request_id,
            address=address_of(self.request),
        )
        return problem(self.request, refusal)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


class _Door:
    """What `Permit` and `Look` share: the permission they ask for, and whether a token made for editing may write here."""

    def __init__(self, permission: str, *, edits: bool = False):
        if permission not in PERMISSIONS:
            raise KeyError(permission)
        self.permission, self.edits = permission, edits

    def admit(self, request: Request) -> tuple[Actor, Scope]:
        actor = request.app.state.doorkeeper.actor(request, edits=self.edits)
        request.state.actor = actor
        if actor.administers:
            self._require_their_network(request, actor)
        if actor.must_change_password and not actor.by_token and not self.permission.startswith("me."):
            raise MustChangePassword()
        if actor.must_enrol and not actor.by_token and not self.permission.startswith("me."):
            raise MustEnrol()
        try:
            return actor, actor.scope(self.permission, request_id(request))
        except Forbidden:
            _record_refusal(request, actor, self.permission)
            raise

    def _require_their_network(self, request: Request, actor: Actor) -> None:
        """Asked at every act, by cookie or token: a session that was carried elsewhere is worth nothing there."""
        if not request.app.state.doorkeeper.administrators_may_come_from(address_of(request)):
            _record_refusal(request, actor, self.permission, NotFromHere.code)
            raise NotFromHere(address=address_of(request))


class Look(_Door):
    """Admits a reader; gives the scope for the reader role."""

    def __call__(self, request: Request) -> Scope:
        return self.admit(request)[1]


class Permit(_Door):
    """Admits a person and opens the transaction of the request in the scope of the verb.

    `trace=False` is for what is sent to be looked at, such as a preview: a refusal of it is no act to be remembered.
    """

    def __init__(self, permission: str, *, trace: bool = True, edits: bool = False):
        super().__init__(permission, edits=edits)
        self.trace = trace

    def __call__(self, request: Request) -> Iterator[Work]:
        actor, scope = self.admit(request)
        try:
            with request.app.state.sessions.begin() as session:
                db.enter(session, scope)
                work = Work(session, actor, scope, request)
                request.state.work = work
                _claim_key(work)
                yield work
        except (Refusal, RequestValidationError, DBAPIError) as fault:
            refusal = http.refusal_of(fault)
            if self.trace and request.method not in SAFE and refusal and not isinstance(refusal, Replayed):
                _record_refusal(request, actor, self.permission, refusal.code)
            raise


def doing(permission: str, *, trace: bool = True, edits: bool = False) -> Any:
    """The dependency of a route: the transaction of its request, if the permission is held."""
    return Depends(Permit(permission, trace=trace, edits=edits), scope="function")


def _record_refusal(request: Request, actor: Actor, permission: str, code: str = "access.forbidden") -> None:
    """A refused act leaves a trace too, in a transaction of its own."""
    with request.app.state.sessions.begin() as session:
        audit.record(
            session,
            permission,
            request.url.path,
            actor_id=actor.id,
            actor_name=actor.name,
            outcome="refused",
            detail={"code": code},
            request_id=request_id(request),
            address=address_of(request),
        )


class Replayed(Refusal):
    """Not a refusal but the first answer again: the key was used before for the same request."""

    code, status = "idempotency.replayed", 200


class KeyReused(Refusal):
    """An Idempotency-Key belongs to one request."""

    code, status = "idempotency.reused", 422
    zh = "Idempotency-Key “{key}”已用于另一个请求,请换一个。"
    en = "The Idempotency-Key '{key}' belongs to another request; use a new one."


def _claim_key(work: Work) -> None:
    """Take the request's Idempotency-Key, or give the first answer again. A second copy under way waits here."""
    key = getattr(work.request.state, "idempotency", None)
    if key is None or work.actor.id is None:
        return
    name, body_hash = key
    row = {"user_id": work.actor.id, "key": name, "request_hash": body_hash, "status": 0, "body": None, "headers": {}}
    if work.session.execute(
        insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.key)
    ).first():
        return
    first = work.session.get_one(IdempotencyKey, (work.actor.id, name))
    if first.request_hash != body_hash:
        raise KeyReused(key=name)
    raise Replayed(answer={"status": first.status, "body": first.body}, headers=first.headers)


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route that honours Idempotency-Key: the answer is kept in the transaction of the act."""

    def get_route_handler(self) -> Handler:
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            name = request.headers.get("idempotency-key")
            if request.method != "POST" or not name:
                return await original(request)
            request.state.idempotency = (name[:200], await _hash_of(request))
            try:
                response = await original(request)
            except Replayed as first:
                answer = first.facts["answer"]
                return JSONResponse(answer["body"], answer["status"], headers=first.headers)
            await run_in_threadpool(_keep_answer, request, name[:200], response)
            return response

        return handler


def before_the_body(
    handler: Handler,
    require_size: Callable[[Request], None],
    methods: Container[str] = ("POST",),
    *,
    edits: bool = False,
) -> Handler:
    """Know who is at the door, and that they may send so much, before the first byte of a body is taken."""

    async def guarded(request: Request) -> Response:
        if request.method in methods:
            await run_in_threadpool(request.app.state.doorkeeper.actor, request, edits=edits)
            require_size(request)
            request.state.measured = True  # core/bounds.py leaves files to the route's own rule
        return await handler(request)

    return guarded


async def _hash_of(request: Request) -> str:
    """Of method, path and body; an upload is told by its length, since its bytes are streamed."""
    digest = hashlib.sha256(f"{request.method} {request.url}".encode())
    if request.headers.get("content-type", "").startswith("multipart/"):
        digest.update(request.headers.get("content-length", "").encode())
    else:
        digest.update(await request.body())
    return digest.hexdigest()


def _keep_answer(request: Request, name: str, response: Response) -> None:
    work: Work = request.state.work
    row = work.session.get_one(IdempotencyKey, (work.actor.id, name))
    row.status = response.status_code
    row.body = json.loads(bytes(response.body)) if response.body else None
    row.headers = {key: response.headers[key] for key in ("etag", "location") if key in response.headers}
