"""A pytest plugin (`-p tests.proving.traces`): after each request that may change something, the audit rows it left are counted.

One line of JSON for each such request goes to the file that `GIS_TRACES` names. Tests ask one thing after another, so what came between
the moment before a request and the moment after it is of that request: its rows, and whether any transaction wrote at all.
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.http import Edge

NOW = text("select coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot())::text::bigint from audit_entry")
SINCE = text(
    """select count(*), count(*) filter (where request_id = :request), pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
              array_agg(action) from audit_entry where id > :before"""
)
REFUSED = 400
_plain = Edge.__call__


def pytest_configure() -> None:
    Edge.__call__ = _watched  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    Edge.__call__ = _plain  # type: ignore[method-assign]


async def _watched(self: Edge, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    if (
        scope["type"] != "http"
        or scope["method"] in ("GET", "HEAD", "OPTIONS")
        or not hasattr(scope["app"].state, "sessions")
    ):
        await _plain(self, scope, receive, send)
        return
    status, said = 0, b""

    async def noted(message: Any) -> None:
        nonlocal status, said
        status = message.get("status", status)
        said += message.get("body", b"") if status >= REFUSED else b""
        await send(message)

    sessions = scope["app"].state.sessions
    before, writers = _row(sessions, NOW)
    try:
        await _plain(self, scope, receive, noted)
    finally:
        request = scope.get("state", {}).get("request_id", "")
        rows, named, later, actions = _row(sessions, SINCE, before=before, request=request)
        route = getattr(scope.get("route"), "path", "-")
        told = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "code": _code(said),
            "rows": rows,
            "named": named,
        }
        with open(os.environ["GIS_TRACES"], "a", encoding="utf-8") as out:  # noqa: PTH123
            print(json.dumps({**told, "wrote": later > writers, "actions": actions}), file=out)


def _code(said: bytes) -> str:
    """The code of a refusal."""
    try:
        return str(json.loads(said)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _row(sessions: Any, statement: Any, **values: Any) -> Any:
    with sessions() as session:
        db.enter(session, EVERYTHING)
        return session.execute(statement, values).one()
