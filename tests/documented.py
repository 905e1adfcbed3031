"""Whatever a test asks of the service: a success is one that the API document knows, by its status and by its media type."""

from http import HTTPStatus
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

STRAYS: list[str] = []
"""What was answered since the last look and stands in no document."""


def watch(patch: pytest.MonkeyPatch) -> None:
    """Look at every answer of every route from here on."""
    handle = APIRoute.handle

    async def watched(route: APIRoute, scope: Scope, receive: Receive, send: Send) -> None:
        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start" and ours(route):
                STRAYS.extend(strays(route, scope["method"], message))
            await send(message)

        await handle(route, scope, receive, seen)

    patch.setattr(APIRoute, "handle", watched)


def ours(route: APIRoute) -> bool:
    """Whether it stands in the document of the service; tests have routes of their own."""
    return route.include_in_schema and route.endpoint.__module__.startswith("gis_service.")


def strays(route: APIRoute, method: str, message: Message) -> list[str]:
    """
    >>> asked = APIRoute("/x", lambda: None, status_code=201)
    >>> strays(asked, "GET", {"status": 201, "headers": [(b"content-type", b"application/json")]})
    []
    >>> strays(asked, "GET", {"status": 201, "headers": [(b"content-type", b"text/csv")]})
    ['GET /x 201 text/csv']
    """
    status = message["status"]
    if not 200 <= status < 300:
        return []
    media = dict(message["headers"]).get(b"content-type", b"").decode().partition(";")[0] or None
    known = told(route, HTTPStatus.OK if status == HTTPStatus.PARTIAL_CONTENT else status)
    if known is None or (status != HTTPStatus.NO_CONTENT and media not in known):
        return [f"{method} {route.path} {status} {media}"]
    return []


def told(route: APIRoute, status: int) -> set[str | None] | None:
    """The media types that the document has for a status of a route (None: nothing is sent); none where it does not know the status."""
    said: dict[str, Any] | None = route.responses.get(status)
    usual = status == (route.status_code or HTTPStatus.OK)
    if said is None and not usual:
        return None
    types: set[str | None] = set((said or {}).get("content", {}))
    if said and "model" in said:
        types.add(JSONResponse.media_type)
    by_itself = getattr(route.response_class, "value", route.response_class) or JSONResponse
    if usual and (by_itself.media_type or not types):
        types.add(by_itself.media_type)
    return types
