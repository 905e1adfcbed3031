"""The HTTP edge without a word of the domain: problem documents, request ids, one log line and one metric a request."""

import errno
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from prometheus_client import REGISTRY, Counter, Histogram, generate_latest
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_service.core.errors import BadRequest, Conflict, InvalidBody, NotFound, Refusal, Unavailable
from gis_service.core.media import JPEG

log = structlog.get_logger("gis_service.http")

REQUESTS = Counter("gis_http_requests_total", "Requests by method, route and status", ["method", "route", "status"])
SECONDS = Histogram("gis_http_request_seconds", "Time to answer by route", ["route"])


def policy(*styles: str) -> str:
    """The content security policy: nothing from outside, nothing inline but styles whose hashes are given (`core/pages.py`)."""
    listed = " ".join(("'self'", *styles))
    return (
        "default-src 'self'; img-src 'self' blob: data:; worker-src 'self' blob:; "
        f"style-src {listed}; "
        "object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    )


SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": policy(),
}
A_YEAR = 365


def only_https(days: int) -> dict[str, str]:
    """Once reached over HTTPS, only so, for these days; 0 takes it back from browsers that were told. A year or more, as ASVS 3.4.1
    asks, is for every name below ours too."""
    below = "; includeSubDomains" if days >= A_YEAR else ""
    return {"Strict-Transport-Security": f"max-age={days * 86_400}{below}"}


CONFLICTS: dict[str, tuple[str, str]] = {}
"""Constraint name → what it means to a person; each domain package adds its own."""


class Edge:
    """Outermost middleware: names the request, counts it, times it, logs it, and adds the security headers."""

    def __init__(self, app: ASGIApp, *, only_https_days: int):
        self.app, self.only_https = app, only_https(only_https_days)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 500

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {key.lower() for key, _ in message["headers"]}
                added = {
                    "X-Request-Id": request_id,
                    **SECURITY_HEADERS,
                    **(self.only_https if scope.get("scheme") == "https" else {}),
                }
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in added.items() if k.lower().encode() not in present),
                ]
            await send(message)

        try:
            await self.app(scope, receive, finish)
        finally:
            _account(scope, status, time.perf_counter() - began, request_id)


def _account(scope: Scope, status: int, seconds: float, request_id: str) -> None:
    route = getattr(scope.get("route"), "path", "-")
    REQUESTS.labels(scope["method"], route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    if route not in QUIET and not (status < 400 and MANY in scope["path"]):
        log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=request_id,
        )


QUIET = {"/healthz", "/readyz", "/metrics"}
MANY = "/tiles/"
"""One look at a map asks for dozens of tiles: the good ones are counted and timed, but have no line each."""


def metrics() -> bytes:
    return generate_latest(REGISTRY)


def language(request: Request) -> str:
    """`zh` unless the reader prefers English."""
    header = request.headers.get("accept-language", "")
    first = header.split(",", 1)[0].strip().lower()
    return "en" if first.startswith("en") else "zh"


def to_be_saved(name: str, *, keep: str = "private, no-store") -> dict[str, str]:
    """Headers of a file that is saved under this name, never shown as a page of ours (RFC 6266): a plain name for old clients,
    the real one percent-encoded, and a sandbox in case a client shows it anyway."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": keep,
    }


def thumbnail_of(path: Path) -> FileResponse:
    """A small picture that we made, to be shown; its bytes never change."""
    return FileResponse(path, media_type=JPEG, headers={"Cache-Control": "private, max-age=86400"})


def problem(request: Request, refusal: Refusal) -> JSONResponse:
    body = refusal.problem(language(request), request_id=request_id(request))
    return JSONResponse(body, refusal.status, headers=refusal.headers, media_type="application/problem+json")


def request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def install(app: FastAPI, *, only_https_days: int = 1) -> None:
    """Turn every expected failure into a problem document; a surprise becomes a 500 that names its request."""
    handlers: dict[Any, Any] = {
        Refusal: problem,
        RequestValidationError: _refused,
        HTTPException: _http,
        IntegrityError: _refused,
        OSError: _no_room,
        DataError: _refused,
        ProgrammingError: _refused,
        OperationalError: _no_database,
        PoolTimeout: _no_database,
        Exception: _surprise,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Edge, only_https_days=only_https_days)


def refusal_of(error: Exception) -> Refusal | None:
    """What a request is refused with when this ends it, where the fault is the request's own; None for what is ours."""
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            return invalid(error.errors(), skip=1)
        case IntegrityError():
            return conflict(error)
        case DataError():
            return Unstorable()
        case ProgrammingError() if "row-level security" in str(error.orig):
            return BeyondScope()
    return None


def _refused(request: Request, error: Exception) -> JSONResponse:
    refusal = refusal_of(error)
    if refusal is None:
        return _surprise(request, error)
    if isinstance(error, DataError | ProgrammingError):  # a page of ours sends no such thing
        told = str(error.orig).splitlines()[0][:200]
        log.warning(refusal.code, error=told, path=request.url.path, request_id=request_id(request))
    return problem(request, refusal)


def invalid(faults: Iterable[Mapping[str, Any]], *, skip: int = 0) -> InvalidBody:
    """What pydantic found; `skip` names of the place are no field but the part of the request."""
    errors = [
        {
            "level": "error",
            "code": fault["type"],
            "file": None,
            "row": None,
            "field": ".".join(str(part) for part in fault["loc"][skip:]),
            "message": fault["msg"],
        }
        for fault in faults
    ]
    return InvalidBody(errors=errors)


class Told(HTTPException):
    """A refusal raised while a body is read, where FastAPI lets nothing pass but an HTTPException."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.status, headers=refusal.headers)
        self.refusal = refusal


def _http(request: Request, error: HTTPException) -> JSONResponse:
    if isinstance(error, Told):
        return problem(request, error.refusal)
    if error.status_code == 404:
        return problem(request, NotFound(what="页面", key=request.url.path))
    refusal = BadRequest(parameter=request.method, value=request.url.path)
    refusal.status, refusal.code = error.status_code, f"http.{error.status_code}"
    refusal.headers = dict(error.headers or {})
    return problem(request, refusal)


class Unstorable(Refusal):
    """A value that the database cannot hold: a NUL in a text, a number beyond all bounds."""

    code, status = "request.unstorable", 400
    zh = "提交的内容中有不能保存的值(如空字符 NUL,或过大的数),没有写入任何数据。请改正后重试。"
    en = "Something that was sent cannot be stored (a NUL character, a number beyond all bounds); nothing was written. Correct it."


class NoRoom(Refusal):
    """The disk of the files is full."""

    code, status = "disk.full", 507
    zh = "服务器磁盘已满,没有写入任何数据,已有数据不受影响。请联系管理员清理磁盘后重试。"
    en = "The server's disk is full; nothing was written and nothing is lost. Ask the administrator to free space, then try again."


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def _no_room(request: Request, error: OSError) -> JSONResponse:
    if error.errno not in FULL:
        return _surprise(request, error)
    log.error("disk full", path=request.url.path, request_id=request_id(request), alarm=True)
    return problem(request, NoRoom())


class BeyondScope(Refusal):
    """What was written would lie where the writer has nothing to say; the row policy held it back."""

    code, status = "access.beyond_scope", 403
    zh = "改动会落在您的授权范围之外,没有写入任何数据。请由有权管理该片区的人办理。"
    en = "The change would lie outside your scope; nothing was written. Ask somebody who has charge of that area."


def conflict(error: IntegrityError) -> Conflict:
    """The sentence for a constraint's refusal, by the constraint's name. Row values never reach the reader."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "constraint"
    zh, en = CONFLICTS.get(
        name,
        ("数据不符合约束,请检查所填内容。", "the data does not meet a rule of the register; check what was entered."),
    )
    return Conflict(constraint=name, sentence_zh=zh, sentence_en=en)


def _no_database(request: Request, error: DBAPIError) -> JSONResponse:
    log.error("database", error=str(error).splitlines()[0], request_id=request_id(request))
    return problem(request, Unavailable(headers={"Retry-After": "5"}))


class Surprise(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "surprise", 500
    zh = "系统出现意外错误,已记录。请把编号 {number} 告知管理员。"
    en = "Something unexpected happened and was recorded. Tell the administrator the number {number}."


def _surprise(request: Request, error: Exception) -> JSONResponse:
    log.error("surprise", request_id=request_id(request), exc_info=error)
    return problem(request, Surprise(number=request_id(request)))
