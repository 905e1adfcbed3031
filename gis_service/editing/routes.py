"""The doors of OGC API – Features Part 4: create, replace, update and delete features of the layers that are edited.

A feature is changed in the transaction and the scope of the verb, by the register's own operation; the answer is read in
the same transaction, as GIS clients will read it.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from gis_service.access.edge import Handler, Look, Route, Work, before_the_body, doing
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound, Stale
from gis_service.editing import asking, features
from gis_service.editing.asking import Wish, answered
from gis_service.editing.errors import NotEdited
from gis_service.editing.facilities import FACILITIES
from gis_service.editing.nouns import RECEIVED, Noun
from gis_service.editing.parcels import PARCELS
from gis_service.maps import crs
from gis_service.maps.catalogue import Layer
from gis_service.maps.crs import Crs
from gis_service.maps.ogc import ask, items
from gis_service.maps.ogc.edits import ITEM, ITEMS, edits_of
from gis_service.maps.ogc.links import Site
from gis_service.maps.ogc.routes import PRIVATE, representation

NOUNS: tuple[Noun, ...] = (PARCELS, *FACILITIES)


class EditRoute(Route):
    """A route that a token made for editing may use, and that knows who comes before it takes the body."""

    def get_route_handler(self) -> Handler:
        return before_the_body(super().get_route_handler(), asking.require_size, (*ITEMS, *ITEM), edits=True)


router = APIRouter(prefix="/ogc/collections", include_in_schema=False, route_class=EditRoute)


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]
Edit = Callable[..., Response]


def _create(noun: Noun, work: Work, layer: Layer, body: bytes) -> Response:
    wish = Wish.of(work.request)
    with answered(wish):
        ask.only(work.request)
        sent = asking.sent(work.request, body, wish)
        facts, why = features.created(noun, layer, sent, wish), features.why(work, sent.properties)
        place = features.place(work, sent)
        assert place is not None  # noqa: S101  (`asking.sent` refuses a whole feature without a geometry)
        return _written(work, layer, noun.create(work, facts, place, why), wish, status=201)


def _change(noun: Noun, work: Work, layer: Layer, body: bytes, key: str) -> Response:
    wish, whole = Wish.of(work.request), work.request.method == "PUT"
    with answered(wish):
        ask.only(work.request)
        sent = asking.sent(work.request, body, wish, items.key_of(key))
        now = _seen(work, layer, key, sent.crs)
        facts = features.changed(noun, layer, sent, now.feature, wish, whole=whole)
        place, why = features.place(work, sent, now.feature), features.why(work, sent.properties)
        noun.change(work, now.key, now.version or 0, facts, place, why)
        return _written(work, layer, now.key, wish, status=200)


def _withdraw(noun: Noun, work: Work, layer: Layer, key: str) -> Response:
    """There is no body: why it is done the token says, or the address."""
    with answered(Wish.of(work.request)):
        ask.only(work.request, RECEIVED)
        now = _seen(work, layer, key, crs.LONLAT)
        noun.withdraw(work, now.key, now.version or 0, features.why(work, work.request.query_params))
        return Response(status_code=204, headers=PRIVATE)


def _seen(work: Work, layer: Layer, key: str, system: Crs) -> items.Feature:
    """The feature as it is given out now, if that is the version that the client saw."""
    known = items.key_of(key)
    now = None if known is None else features.served(work, layer, known, system)
    if now is None:
        raise NotFound(what=layer.title, key=key[:60])
    if asking.seen(work.request, now.key) != now.version:
        raise Stale(what=layer.title, key=key, headers={"ETag": now.etag or ""})
    return now


def _written(work: Work, layer: Layer, key: int, wish: Wish, *, status: int) -> Response:
    """What was done: no content, or the feature for who prefers it. One that is shown no more has nothing to return."""
    found = features.served(work, layer, key)
    if found is None:
        return Response(status_code=204, headers=PRIVATE | wish.applied())
    if wish.representation:
        answer = representation(work.request, layer, found, crs.LONLAT)
        answer.status_code = status
        answer.headers.update(wish.applied(returned=True))
    else:
        headers = {**PRIVATE, "ETag": found.etag or "", **wish.applied()}
        answer = Response(status_code=204 if status == 200 else status, headers=headers)
    if status == 201:
        answer.headers["Location"] = Site.of(work.request).to(f"/collections/{layer.id}/items/{key}")
    return answer


def _doors(noun: Noun, name: str) -> None:
    """The doors of one layer; each names its own permission."""

    def layer(work: Work) -> Layer:
        return work.request.app.state.layers.named(name)  # type: ignore[no-any-return]

    def create(body: Body, work: Work = doing(noun.permissions["POST"], edits=True)) -> Response:
        return _create(noun, work, layer(work), body)

    def replace(key: str, body: Body, work: Work = doing(noun.permissions["PUT"], edits=True)) -> Response:
        return _change(noun, work, layer(work), body, key)

    def update(key: str, body: Body, work: Work = doing(noun.permissions["PATCH"], edits=True)) -> Response:
        return _change(noun, work, layer(work), body, key)

    def withdraw(key: str, work: Work = doing(noun.permissions["DELETE"], edits=True)) -> Response:
        return _withdraw(noun, work, layer(work), key)

    router.add_api_route(f"/{name}/items", create, methods=["POST"])
    one: tuple[tuple[str, Edit], ...] = (("PUT", replace), ("PATCH", update), ("DELETE", withdraw))
    for method, endpoint in one:
        router.add_api_route(f"/{name}/items/{{key}}", endpoint, methods=[method])


for _noun in NOUNS:
    for _name in _noun.layers:
        _doors(_noun, _name)


# --- what may be done where ------------------------------------------------------------------------------------------

Reading = Annotated[Scope, Depends(Look("map.read", edits=True))]


@router.options("/{name}/items")
def options_of_items(request: Request, _scope: Reading, name: str) -> Response:
    return _options(request, request.app.state.layers.named(name), ITEMS)


@router.options("/{name}/items/{key}")
def options_of_item(request: Request, _scope: Reading, name: str, key: str) -> Response:  # noqa: ARG001
    return _options(request, request.app.state.layers.named(name), ITEM)


@router.api_route("/{name}/items", methods=["POST", "PUT", "PATCH", "DELETE"])
def other_methods_of_items(request: Request, _scope: Reading, name: str) -> Response:
    raise _not_edited(request, request.app.state.layers.named(name), ITEMS)


@router.api_route("/{name}/items/{key}", methods=["POST", "PUT", "PATCH", "DELETE"])
def other_methods_of_item(request: Request, _scope: Reading, name: str, key: str) -> Response:  # noqa: ARG001
    raise _not_edited(request, request.app.state.layers.named(name), ITEM)


def _options(request: Request, layer: Layer, methods: tuple[str, ...]) -> Response:
    allowed = _allowed(request, layer, methods)
    headers = {**PRIVATE, "Allow": ", ".join(allowed)}
    if "POST" in allowed:
        headers["Accept-Post"] = ", ".join(asking.WHOLE)
    if "PATCH" in allowed:
        headers["Accept-Patch"] = ", ".join(asking.PART)
    return Response(status_code=200, headers=headers)


def _not_edited(request: Request, layer: Layer, methods: tuple[str, ...]) -> NotEdited:
    allowed = ", ".join(_allowed(request, layer, methods))
    return NotEdited(method=request.method, layer=layer.title, allowed=allowed, headers={"Allow": allowed})


def _allowed(request: Request, layer: Layer, methods: tuple[str, ...]) -> list[str]:
    """The methods that whoever asks may use here: a GIS client lets edit what is allowed."""
    actor: Any = request.state.actor
    edits = edits_of(request, layer)
    may = edits.permissions if edits and not (actor.by_token and not actor.may_edit) else {}
    return ["GET", "HEAD", "OPTIONS", *(method for method in methods if method in may and actor.may(may[method]))]
