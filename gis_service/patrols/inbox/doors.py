"""A route of the field: it knows who is at the door, and how much comes, before it takes the first byte of the body.

What the field sends is harmless to repeat by its own keys (uuid, hash), so `Idempotency-Key` is not needed and not kept.
"""

from fastapi import Request
from fastapi.routing import APIRoute

from gis_service.access.edge import Handler, before_the_body
from gis_service.patrols.inbox.errors import LengthNeeded, PieceTooLarge

MEGABYTE = 1 << 20
BATCH_MB = 24
"""Most that one batch of records may weigh; phones send far less."""
PIECE_MB = 8
"""Most that one piece of a file may weigh; `chunk_bytes` says how much phones send."""
RESCUE_MB = 4096


class FieldRoute(APIRoute):
    def get_route_handler(self) -> Handler:
        return before_the_body(super().get_route_handler(), _require_size, ("POST", "PUT"))


def _require_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise LengthNeeded()
    path = request.url.path
    limit_mb = PIECE_MB if request.method == "PUT" else RESCUE_MB if path.endswith("/rescue") else BATCH_MB
    if int(length) > limit_mb * MEGABYTE:
        raise PieceTooLarge(limit_mb=limit_mb)
