"""HTTP doors of bulk changes."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.described import answers
from gis_service.core.errors import BadRequest, NotFound
from gis_service.core.http import language
from gis_service.core.paging import cursor, place
from gis_service.parcels import queries as register
from gis_service.parcels.bulk import errors, operations, queries, rules
from gis_service.parcels.bulk.models import BulkChange
from gis_service.parcels.bulk.schemas import BulkIn, Choice, UndoIn, bulk_out, told
from gis_service.parcels.filters import filters_from
from gis_service.parcels.operations import Why

router = APIRouter(prefix="/api/v1/parcels/bulk", route_class=Route)

Bulk = Annotated[Work, doing("parcel.bulk")]


@router.post("/preview")
def preview(work: Bulk, body: Choice) -> JSONResponse:
    """What a change would do to each parcel chosen: before and after, unchanged, refused. Writes nothing."""
    changes: Any = body.changes
    made = operations.preview(work.session, work.scope, _chosen(work, body), changes.model_dump(exclude_unset=True))
    counts = {name: len(getattr(made, name)) for name in ("changed", "unchanged", "refused")}
    shown = {name: rows[: rules.MOST_SHOWN] for name, rows in asdict(made).items() if name in counts}
    shown["refused"] = told(shown["refused"], language(work.request))
    return JSONResponse(jsonable_encoder({"counts": counts, **shown, "seen": made.seen, "summary": made.summary}))


def _chosen(work: Work, body: Choice) -> list[int]:
    if (body.ids is None) is (body.filters is None):
        raise BadRequest(parameter="ids", value="ids | filters")
    if body.ids is not None:
        return body.ids
    wanted = filters_from((body.filters or {}).items())
    ids = register.matching_ids(work.session, filters=wanted, as_of=None, most=rules.MOST + 1)
    if len(ids) > rules.MOST:
        raise errors.TooMany(most=rules.MOST)
    return ids


@router.post("", status_code=201, **answers(202))
def begin(work: Bulk, body: BulkIn) -> JSONResponse:
    """Make the change that was previewed: all of it or nothing; a large one is queued (202)."""
    changes: Any = body.changes
    bulk = operations.begin(
        work.session,
        work.actor,
        work.scope,
        district_code=work.request.app.state.settings.district_code,
        seen=body.seen,
        changes=changes.model_dump(exclude_unset=True),
        why=Why(body.reason, body.document_id),
    )
    answer = _answer(work, bulk, done=201)
    answer.headers["Location"] = f"/api/v1/parcels/bulk/{bulk.id}"
    return answer


def _answer(work: Work, bulk: BulkChange, *, done: int = 200) -> JSONResponse:
    work.session.refresh(bulk)
    return JSONResponse(jsonable_encoder(bulk_out(bulk, language(work.request))), 202 if bulk.waiting else done)


@router.get("")
def list_changes(work: Bulk, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> JSONResponse:
    """Bulk changes the reader may see, newest first."""
    last = place(after, 1)[0] if after else None
    found = list(work.session.scalars(queries.bulk_changes(last, limit + 1)))
    items = [bulk_out(bulk, language(work.request)) for bulk in found[:limit]]
    follows = cursor([found[limit - 1].id]) if len(found) > limit else None
    return JSONResponse(jsonable_encoder({"items": items, "next": follows}))


@router.get("/{bulk_id}")
def read_change(work: Bulk, bulk_id: int) -> JSONResponse:
    """One bulk change with its parcels, and which of them were changed since."""
    bulk = work.session.get(BulkChange, bulk_id)
    if bulk is None:
        raise NotFound(what="批量修改", key=bulk_id)
    rows = work.session.execute(queries.parcels_of(bulk_id, rules.MOST_SHOWN)).mappings()
    return JSONResponse(jsonable_encoder({**bulk_out(bulk, language(work.request)), "parcels": [*map(dict, rows)]}))


@router.post("/{bulk_id}/undo", **answers(202))
def undo(work: Bulk, bulk_id: int, body: UndoIn) -> JSONResponse:
    """Take a bulk change back by new versions; with `rest`, all but the parcels changed since."""
    bulk = operations.undo(work.session, work.actor, work.scope, bulk_id, reason=body.reason, rest=body.rest)
    return _answer(work, bulk)
