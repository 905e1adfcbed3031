"""HTTP doors of the workshop. Looking and saving take the same right; saving also takes the whole district."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from gis_service.access.edge import Handler, Route, Work, before_the_body, doing
from gis_service.core.errors import BadRequest, Stale
from gis_service.core.etags import version_seen
from gis_service.maps.catalogue import Layer
from gis_service.maps.standing import Standing
from gis_service.maps.workshop import operations, queries, rules
from gis_service.maps.workshop.errors import TooLarge
from gis_service.maps.workshop.models import LayerVersion
from gis_service.maps.workshop.schemas import DraftIn, RestoreIn, VersionIn, content_out, draft_out, workshop_out

LARGEST_KB = 256
PREFIX = "/api/v1/layers/{name}/versions"


class Sized(APIRoute):
    """A route that knows who sends, and how much, before it takes the first byte of the body."""

    def get_route_handler(self) -> Handler:
        return before_the_body(super().get_route_handler(), _require_size)


class SizedRoute(Sized, Route):
    """The same, for an act."""


def _require_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise BadRequest(parameter="Content-Length", value=length)
    if int(length) > LARGEST_KB * 1024:
        raise TooLarge(limit_kb=LARGEST_KB)


router = APIRouter(prefix=PREFIX, route_class=SizedRoute, tags=["layer"])
checks = APIRouter(prefix=PREFIX, route_class=Sized, tags=["layer"])
"""Answers to checks are not kept: a draft is as good the second time."""

Edit = Annotated[Work, doing("layer.edit")]
Look = Annotated[Work, doing("layer.edit", trace=False)]
IfMatch = Annotated[str | None, Header()]


def _standing(work: Work) -> Standing:
    standing: Standing = work.request.app.state.standing
    return standing


def _shipped(work: Work, name: str) -> Layer:
    return _standing(work).shipped.named(name)


def _whole(work: Work, shipped: Layer) -> tuple[dict[str, Any], str]:
    """The page of a layer, and its tag."""
    rows = queries.versions(work.session, shipped.id)
    body = workshop_out(shipped, rows, may_save=work.scope.see_all)
    return jsonable_encoder(body), f'"lv-{shipped.id}.{body["current"]}"'


def _answer(work: Work, shipped: Layer, status: int = 200) -> JSONResponse:
    body, etag = _whole(work, shipped)
    return JSONResponse(body, status, headers={"ETag": etag})


@router.get("")
def versions(work: Look, name: str) -> JSONResponse:
    """How a layer is presented, as shipped and by every version since, who made each and why; and what may be chosen from."""
    return _answer(work, _shipped(work, name))


@checks.post("/check")
def check(work: Look, name: str, body: DraftIn) -> dict[str, Any]:
    """What is wrong with a draft, what is weak in it (grey print, colour-blind readers, pale lines), and what it would change."""
    shipped = _shipped(work, name)
    drafted = rules.draft(shipped, body.content, _standing(work).now())
    current = operations.of_version(work.session, shipped, queries.latest(work.session, shipped.id))
    return draft_out(shipped, drafted, current)


@router.get("/{number}")
def one(work: Look, name: str, number: int) -> dict[str, Any]:
    """The content of one version; 0 is as shipped."""
    shipped = _shipped(work, name)
    layer = operations.of_version(work.session, shipped, number)
    current = operations.of_version(work.session, shipped, queries.latest(work.session, shipped.id))
    changes = [each._asdict() for each in rules.changes(current, layer)]
    return {"version": number, "content": content_out(layer), "changes": changes}


@router.post("", status_code=201)
def save(work: Edit, name: str, body: VersionIn, if_match: IfMatch = None) -> JSONResponse:
    """A new version (If-Match). Every map, sheet and export of the district shows it within a second."""
    shipped = _shipped(work, name)
    seen = version_seen(if_match, f"lv-{name}")
    with _with_current(work, shipped):
        made = operations.save(
            work.session, work.scope, shipped, _standing(work).fresh(), body.content, seen=seen, reason=body.reason
        )
    return _made(work, shipped, made, "save")


@router.post("/restore", status_code=201)
def restore(work: Edit, name: str, body: RestoreIn, if_match: IfMatch = None) -> JSONResponse:
    """An earlier version once more, as a new one (If-Match)."""
    shipped = _shipped(work, name)
    seen = version_seen(if_match, f"lv-{name}")
    with _with_current(work, shipped):
        made = operations.restore(
            work.session, work.scope, shipped, _standing(work).fresh(), body.version, seen=seen, reason=body.reason
        )
    return _made(work, shipped, made, "restore")


def _made(work: Work, shipped: Layer, made: LayerVersion, act: str) -> JSONResponse:
    work.note(
        "layer.edit", f"layer/{shipped.id}", act=act, version=made.version, restored=made.restored, reason=made.reason
    )
    return _answer(work, shipped, 201)


@contextmanager
def _with_current(work: Work, shipped: Layer) -> Iterator[None]:
    """A refusal of a stale save carries the layer as it is now, so that both can be compared."""
    try:
        yield
    except Stale as stale:
        current, etag = _whole(work, shipped)
        raise Stale(what="图层", key=stale.facts["key"], current=current, etag=etag) from None
