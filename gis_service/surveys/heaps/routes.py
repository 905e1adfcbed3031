"""HTTP doors of comparisons of elevation models and of the heaps they found."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import StringConstraints, ValidationError

from gis_service.access.edge import Route, Work, doing
from gis_service.core.described import sends
from gis_service.core.media import BYTES
from gis_service.geo.elevation import xyz
from gis_service.geo.elevation.reading import TIFF
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.procedures.doors import saved
from gis_service.procedures.schemas import Why
from gis_service.surveys.heaps import operations, queries
from gis_service.surveys.heaps.errors import NotElevation, OptionsRefused
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.operations import Surveyed
from gis_service.surveys.heaps.rules import HeapState
from gis_service.surveys.heaps.schemas import Options, comparison_out
from gis_service.surveys.points.routes import answer

router = APIRouter(prefix="/api/v1/elevation-comparisons", route_class=UploadRoute, tags=["survey"])
heap_router = APIRouter(prefix="/api/v1/heaps", route_class=Route, tags=["survey"])

Read = Annotated[Work, doing("survey.read")]
Record = Annotated[Work, doing("survey.record")]
Upload = Annotated[UploadFile, File(description="GeoTIFF, COG or XYZ")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Form()]
HEAD_BYTES = 4096


@router.get("")
def listed(
    work: Read,
    withdrawn: bool = False,
    after: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> JSONResponse:
    """Newest first; `after` is the id of the last one had."""
    found = queries.listed(work.session, withdrawn=withdrawn, before_id=after, size=limit + 1)
    counts = queries.counts(work.session, [each.id for each in found[:limit]])
    items = [comparison_out(each, counts[each.id]) for each in found[:limit]]
    return answer({"items": items, "next": found[limit - 1].id if len(found) > limit else None})


@router.post("", status_code=202)
def ask(
    work: Record,
    before: Upload,
    after: Upload,
    title: Title,
    before_on: Annotated[date, Form()],
    after_on: Annotated[date, Form()],
    options: Annotated[str, Form(max_length=2_000, description="JSON")] = "{}",
) -> JSONResponse:
    """Two models of heights and the days they were flown; the worker compares them."""
    said = _options(options)
    _require_model(before, ("前期", "first"))
    _require_model(after, ("后期", "second"))
    made = operations.ask(
        work.session, work.actor, work.request.app.state.settings.district_code, title,
        Surveyed(kept(work, before), before_on), Surveyed(kept(work, after), after_on), said,
    )  # fmt: skip
    work.note(
        "survey.record",
        f"elevation_comparison/{made.id}",
        act="compare_models",
        before=made.before_sha256,
        after=made.after_sha256,
    )
    return answer(comparison_out(made), 202)


def _options(text: str) -> Options:
    try:
        return Options.model_validate_json(text)
    except ValidationError as fault:
        said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors())
        raise OptionsRefused(reason=said[:300]) from None


def _require_model(file: UploadFile, side: tuple[str, str]) -> None:
    """By its first bytes, before anything is kept."""
    head = file.file.read(HEAD_BYTES)
    file.file.seek(0)
    if head[:4] not in TIFF and not xyz.looks_like_text(head):
        name = (file.filename or "").replace("\\", "/").rpartition("/")[2][:200]
        raise NotElevation(side=side[0], side_en=side[1], name=name)


def _out(work: Work, found: ElevationComparison) -> dict[str, Any]:
    return comparison_out(found, queries.counts(work.session, [found.id])[found.id])


@router.get("/{comparison_id}")
def one(work: Read, comparison_id: int) -> JSONResponse:
    """A comparison: how far it is, its totals, or why it was refused."""
    return answer(_out(work, queries.one(work.session, comparison_id)))


@router.get("/{comparison_id}/heaps")
def heaps(work: Read, comparison_id: int) -> JSONResponse:
    """Its heaps in sight as GeoJSON, the largest first."""
    queries.one(work.session, comparison_id)
    features = queries.heaps_out(work.session, Heap.comparison_id == comparison_id)
    return answer({"type": "FeatureCollection", "features": features})


@router.get("/{comparison_id}/{side}/content", **sends(BYTES))
def content(work: Read, comparison_id: int, side: Literal["before", "after"]) -> Response:
    """One of the two files, as it came."""
    found = queries.one(work.session, comparison_id)
    work.note("survey.read", f"elevation_comparison/{found.id}", act="take_out", side=side)
    return saved(work, getattr(found, f"{side}_sha256"), getattr(found, f"{side}_name"))


@router.post("/{comparison_id}/again", status_code=202)
def ask_again(work: Record, comparison_id: int, body: Options) -> JSONResponse:
    """The same two files with other options, as a comparison of its own."""
    found = queries.one(work.session, comparison_id)
    made = operations.ask_again(work.session, work.actor, found, body)
    work.note("survey.record", f"elevation_comparison/{made.id}", act="compare_again", of=found.id)
    return answer(comparison_out(made), 202)


@router.post("/{comparison_id}/withdraw")
def withdraw(work: Record, comparison_id: int, body: Why) -> JSONResponse:
    """Stop a comparison that still runs, or take one that is done off the map; it is kept with the reason."""
    found = operations.withdraw(work.session, work.actor, comparison_id, body.reason)
    work.note(
        "survey.record", f"elevation_comparison/{found.id}", act="withdraw_comparison", reason=body.reason
    )  # fmt: skip
    return answer(_out(work, found))


@heap_router.get("/{heap_id}")
def one_heap(work: Read, heap_id: int) -> JSONResponse:
    queries.one_heap(work.session, heap_id)
    return answer(queries.heaps_out(work.session, Heap.id == heap_id)[0])


@heap_router.post("/{heap_id}/leave")
def leave(work: Record, heap_id: int, body: Why) -> JSONResponse:
    """Nothing to be looked at, and why: a building site, a machine, grown plants."""
    return _decided(work, heap_id, HeapState.LEFT, body.reason)


@heap_router.post("/{heap_id}/offer")
def offer(work: Record, heap_id: int, body: Why) -> JSONResponse:
    """What was left is to be looked at after all."""
    return _decided(work, heap_id, HeapState.OFFERED, body.reason)


def _decided(work: Work, heap_id: int, state: HeapState, reason: str) -> JSONResponse:
    heap = operations.held(work.session, heap_id)
    operations.decide(work.session, work.actor, heap, state, reason)
    work.note("survey.record", f"heap/{heap.id}", act=f"heap_{state}", reason=reason)
    return one_heap(work, heap_id)
