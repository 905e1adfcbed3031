"""HTTP doors of packages: order one, see how far it is, cancel it, fetch it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.described import sends
from gis_service.core.http import language
from gis_service.core.paging import cursor, place
from gis_service.exports import operations as exports
from gis_service.exports import queries
from gis_service.exports.handing import handed
from gis_service.exports.models import Export
from gis_service.exports.operations import PERMISSION
from gis_service.exports.packages import operations
from gis_service.exports.packages.jobs import TASK
from gis_service.exports.packages.schemas import PackageIn, package_out
from gis_service.maps.packages.asked import Said, understood
from gis_service.maps.packages.rules import KINDS, MOST_TILES

router = APIRouter(prefix="/api/v1/map-packages", route_class=Route, tags=["map"])

Packer = Annotated[Work, doing(PERMISSION)]


@router.post("", status_code=202)
def ask(work: Packer, body: PackageIn) -> JSONResponse:
    """Have a package made in the background."""
    state = work.request.app.state
    understood(body.said, state.reader, work.scope, state.layers)
    package = operations.ask(work.session, work.actor, work.scope, body.said)
    state.enqueue(work.session, TASK, package_id=package.id)
    work.session.refresh(package)
    return _answer(work, package, 202, {"Location": f"/api/v1/map-packages/{package.id}"})


def _answer(work: Work, package: Export, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(package_out(package, language(work.request))), status, headers=headers)


@router.get("")
def list_packages(
    work: Packer, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> dict[str, Any]:
    """What one has ordered, newest first; and how many tiles a package takes, how many days it is kept."""
    last = place(after, 1)[0] if after else None
    found = list(work.session.scalars(queries.exports(last, limit + 1, operations.FORMATS)))
    items = [package_out(each, language(work.request)) for each in found[:limit]]
    follows = cursor([found[limit - 1].id]) if len(found) > limit else None
    keep_days = work.request.app.state.settings.export_keep_days
    return {"items": jsonable_encoder(items), "next": follows, "most_tiles": MOST_TILES, "keep_days": keep_days}


@router.get("/{package_id}")
def read_package(work: Packer, package_id: int) -> JSONResponse:
    """How far a package is."""
    return _answer(work, queries.one(work.session, package_id, operations.FORMATS))


@router.post("/{package_id}/cancel")
def cancel(work: Packer, package_id: int) -> JSONResponse:
    """Stop a package that waits or is being made."""
    package = operations.cancel(work.session, package_id)
    work.note(PERMISSION, package.id, act="cancel")
    return _answer(work, package)


@router.get("/{package_id}/file", **sends(*(each.media_type for each in KINDS.values())))
def fetch(work: Packer, package_id: int) -> Response:
    """The file, for who ordered it, as long as it is kept."""
    keep_days = work.request.app.state.settings.export_keep_days
    package = exports.ready(work.session, package_id, keep_days=keep_days, formats=operations.FORMATS)
    return handed(work, package, PERMISSION, KINDS[Said.of(package.asked["said"]).format].media_type)
