"""A route of the field: it knows who is at the door, and how much comes, before it takes the first byte of the body.

What the field sends is harmless to repeat by its own keys (uuid, hash), so `Idempotency-Key` is not needed and not kept.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from gis_service.patrols.inbox.errors import LengthNeeded, PieceTooLarge

MEGABYTE = 1 << 20
BATCH_MB = 24
"""Most that one batch of records may weigh; phones send far less."""
PIECE_MB = 8
"""Most that one piece of a file may weigh; `chunk_bytes` says how much phones send."""
RESCUE_MB = 4096


class FieldRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.method in ("POST", "PUT"):
                await run_in_threadpool(request.app.state.doorkeeper.actor, request)
                _require_size(request)
            return await original(request)

        return handler


def _require_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise LengthNeeded()
    path = request.url.path
    limit_mb = PIECE_MB if request.method == "PUT" else RESCUE_MB if path.endswith("/rescue") else BATCH_MB
    if int(length) > limit_mb * MEGABYTE:
        raise PieceTooLarge(limit_mb=limit_mb)
