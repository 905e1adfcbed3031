"""HTTP doors of orthophotos: sent, listed, withdrawn, and their tiles."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints

from gis_service.access.edge import Handler, Look, Route, Work, before_the_body, doing
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.core.described import sends
from gis_service.core.media import BYTES
from gis_service.geo.elevation.reading import TIFF
from gis_service.maps.orthophotos import operations, queries, reading, tiles
from gis_service.maps.orthophotos.errors import NoSuchPiece, NotPicture, PictureRefused
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.operations import Told
from gis_service.maps.orthophotos.refused import OrthophotoRefused
from gis_service.maps.orthophotos.schemas import orthophoto_out
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import require_size
from gis_service.procedures.doors import saved
from gis_service.procedures.schemas import Sent, Why
from gis_service.surveys.points.routes import answer


class PictureRoute(Route):
    """A route that knows who uploads, and how much, before it takes the first byte: pictures may be larger than other files."""

    def get_route_handler(self) -> Handler:
        return before_the_body(super().get_route_handler(), _require_size)


def _require_size(request: Request) -> None:
    require_size(request, _limit_mb(request))


def _limit_mb(request: Request) -> int:
    return int(request.app.state.settings.orthophoto_max_mb)


router = APIRouter(prefix="/api/v1/orthophotos", route_class=PictureRoute, tags=["orthophoto"])

Read = Annotated[Work, doing("orthophoto.read")]
Change = Annotated[Work, doing("orthophoto.change")]
Looking = Annotated[Scope, Depends(Look("orthophoto.read"))]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Form()]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), Form()]
Epsg = Annotated[int, Field(ge=1024, le=32767)]
CACHE = "private, max-age=600"
"""Ten minutes: so long a browser may show what was withdrawn meanwhile."""


@router.get("")
def listed(
    work: Read,
    withdrawn: bool = False,
    after: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> JSONResponse:
    """Newest first, each with the ground it shows; `after` is the id of the last one had."""
    found = queries.listed(work.session, withdrawn=withdrawn, before_id=after, size=limit + 1)
    areas = queries.areas(work.session, [each.id for each in found[:limit]])
    items = [orthophoto_out(each, areas[each.id]) for each in found[:limit]]
    return answer({"items": items, "next": found[limit - 1].id if len(found) > limit else None})


@router.post("", status_code=202)
def send(
    work: Change,
    file: Annotated[UploadFile, File(description="GeoTIFF, COG, or TIFF with a world file")],
    title: Title,
    taken_on: Annotated[date, Form()],
    cleared: Annotated[bool, Form(description="confirmed: no state secret")] = False,
    source: Text = "",
    remark: Text = "",
    crs: Annotated[Epsg | None, Form()] = None,
    world: Annotated[UploadFile | None, File(description="world file (.tfw)")] = None,
) -> JSONResponse:
    """A picture of the ground; the worker makes it ready."""
    told = Told(title, taken_on, cleared, source, remark, crs, _world(world))
    operations.require_allowed(told)
    _require_tiff(file)
    stored = kept(work, file, limit_mb=_limit_mb(work.request))
    made = operations.ask(work.session, work.actor, work.request.app.state.settings.district_code, stored, told)
    work.note(
        "orthophoto.change", f"orthophoto/{made.id}", act="add", sha256=made.original_sha256, taken_on=str(taken_on)
    )
    return answer(orthophoto_out(made), 202)


def _world(file: UploadFile | None) -> tuple[float, ...] | None:
    if file is None:
        return None
    try:
        return reading.world_numbers(file.file.read(1000), _name(file))
    except OrthophotoRefused as refusal:
        raise PictureRefused(refusal) from None


def _name(file: UploadFile) -> str:
    return (file.filename or "").replace("\\", "/").rpartition("/")[2][:200]


def _require_tiff(file: UploadFile) -> None:
    """By its first bytes, before anything is kept."""
    head = file.file.read(4)
    file.file.seek(0)
    if head not in TIFF:
        raise NotPicture(name=_name(file))


@router.get("/{orthophoto_id}")
def one(work: Read, orthophoto_id: int) -> JSONResponse:
    """A picture: how far it is, what it shows, or why it was refused."""
    return answer(_out(work, queries.one(work.session, orthophoto_id)))


def _out(work: Work, found: Orthophoto) -> dict[str, Any]:
    return orthophoto_out(found, queries.areas(work.session, [found.id])[found.id])


@router.get("/{orthophoto_id}/content", **sends(BYTES))
def content(work: Read, orthophoto_id: int) -> Response:
    """The original, as it came."""
    found = queries.one(work.session, orthophoto_id)
    work.note("orthophoto.read", f"orthophoto/{found.id}", act="take_out")
    return saved(work, found.original_sha256, found.original_name)


class Again(Sent):
    crs: Epsg | None = None


@router.post("/{orthophoto_id}/again", status_code=202)
def again(work: Change, orthophoto_id: int, body: Again) -> JSONResponse:
    """Work once more on one that failed, with another coordinate system if one is given."""
    found = operations.again(work.session, orthophoto_id, body.crs)
    work.note("orthophoto.change", f"orthophoto/{found.id}", act="again", crs=body.crs)
    return answer(_out(work, found), 202)


@router.post("/{orthophoto_id}/withdraw")
def withdraw(work: Change, orthophoto_id: int, body: Why) -> JSONResponse:
    """Stop the work, or take the picture off the map; it is kept with the reason."""
    found = operations.withdraw(work.session, work.actor, orthophoto_id, body.reason)
    work.note("orthophoto.change", f"orthophoto/{found.id}", act="withdraw", reason=body.reason)
    return answer(_out(work, found))


@router.get("/{orthophoto_id}/tiles/{z}/{x}/{y}", **sends(*tiles.MEDIA.values(), also=204))
def tile(
    request: Request, scope: Looking, orthophoto_id: int, z: int, x: int, y: int, f: Literal["webp", "png"] = "webp"
) -> Response:
    """One tile of WebMercatorQuad; 204 where the picture shows nothing, 404 for zooms it has no tiles of."""
    with request.app.state.sessions.begin() as session:  # given back before the pixels are read
        db.enter(session, scope)
        source = queries.source(session, orthophoto_id)
    if not (source.min_zoom <= z <= source.max_zoom and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NoSuchPiece(tile=f"{z}/{x}/{y}"[:60], first=source.min_zoom, last=source.max_zoom)
    headers = {"ETag": f'"{source.cog_sha256[:20]}-{z}-{x}-{y}-{f}"', "Cache-Control": CACHE}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    found = tiles.tile(request.app.state.store.path(source.cog_sha256), source.max_zoom, z, x, y, f)
    if found is None:
        return Response(status_code=204, headers=headers)
    return Response(found, media_type=tiles.MEDIA[f], headers=headers)
