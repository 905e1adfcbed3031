"""HTTP door of identities; the ways out and back are pages (`access.login`)."""

from typing import Annotated

from fastapi import APIRouter

from gis_service.access.edge import Route, Work, doing
from gis_service.access.identity import operations
from gis_service.access.schemas import ForReason

router = APIRouter(prefix="/api/v1", route_class=Route)

Reset = Annotated[Work, doing("second_factor.reset")]


@router.post("/users/{user_id}/identity/reset", status_code=204)
def unbind(work: Reset, user_id: int, body: ForReason) -> None:
    """Unbind somebody's account from their identity at the provider, for a reason."""
    operations.unbind(work.session, work.actor, user_id, reason=body.reason)
