"""HTTP doors of batches. The doors of one handover are the engine's (`procedures/doors.py`)."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.core import clock
from gis_service.core.described import answers, sends
from gis_service.core.errors import BadRequest
from gis_service.core.etags import version_seen
from gis_service.core.http import to_be_saved
from gis_service.core.media import PDF, XLSX
from gis_service.handover import filing, jobs, listing, operations, queries
from gis_service.handover.conduct import sides_among
from gis_service.handover.filing import Press
from gis_service.handover.models import HandoverAct, HandoverBatch
from gis_service.handover.operations import BatchSaid
from gis_service.handover.rules import BatchState, may_sign
from gis_service.handover.schemas import ActIn, BatchChange, BatchIn, PapersIn, ParcelsIn, SignIn
from gis_service.parcels import queries as register
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.filters import filters_from
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.procedures.doors import drawn, office_of

router = APIRouter(prefix="/api/v1/handover-batches", route_class=UploadRoute, tags=["handover"])

Reads = Annotated[Work, doing("handover.read")]
Plans = Annotated[Work, doing("handover.batch")]
Steps = Annotated[Work, doing("handover.step")]
Files = Annotated[Work, doing("handover.file")]
IfMatch = Annotated[str | None, Header()]


@router.get("")
def list_batches(
    work: Reads,
    state: BatchState | None = None,
    after: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> JSONResponse:
    """Newest first, each with how many parcels stand where; `after` is the id of the last one had."""
    found = queries.listed(work.session, state=state, before_id=after, size=limit + 1)
    items = queries.batches_out(work.session, found[:limit])
    return JSONResponse(jsonable_encoder({"items": items, "next": found[limit - 1].id if len(found) > limit else None}))


@router.post("", status_code=201)
def create_batch(work: Plans, body: BatchIn) -> JSONResponse:
    district = work.request.app.state.settings.district_code
    batch = operations.create(work.session, work.actor, district, BatchSaid(**body.model_dump()))
    _note(work, "handover.batch", batch, act="create")
    return _answer(work, batch, 201)


@router.get("/{batch_id}")
def read_batch(work: Reads, batch_id: int) -> JSONResponse:
    """A batch with every handover, everything in its way and what is next."""
    return _answer(work, queries.one(work.session, batch_id))


@router.patch("/{batch_id}")
def change_batch(work: Plans, batch_id: int, body: BatchChange, if_match: IfMatch = None) -> JSONResponse:
    batch = queries.held(work.session, batch_id)
    seen = version_seen(if_match, f"handover_batch{batch_id}")
    operations.change(work.session, batch, seen=seen, facts=body.model_dump(exclude_unset=True))
    _note(work, "handover.batch", batch, act="change")
    return _answer(work, batch)


@router.post("/{batch_id}/close")
def close_batch(work: Plans, batch_id: int, if_match: IfMatch = None) -> JSONResponse:
    """End a batch in which nothing is under way."""
    batch = queries.held(work.session, batch_id)
    operations.close(work.session, batch, seen=version_seen(if_match, f"handover_batch{batch_id}"))
    _note(work, "handover.batch", batch, act="close")
    return _answer(work, batch)


@router.post("/{batch_id}/parcels", status_code=201)
def add_parcels(work: Plans, batch_id: int, body: ParcelsIn) -> JSONResponse:
    """List parcels for handover; those that cannot be are named with the reason."""
    batch = queries.held(work.session, batch_id)
    act = operations.add_parcels(work.session, work.actor, batch, _parcels(work, body))
    return _act(work, batch, act)


def _parcels(work: Work, body: ParcelsIn) -> list[int]:
    if (body.ids is None) is (body.filters is None):
        raise BadRequest(parameter="ids", value="ids | filters")
    if body.ids is not None:
        return body.ids
    wanted = filters_from((body.filters or {}).items())
    return register.matching_ids(work.session, filters=wanted, as_of=None, most=operations.MOST + 1)


@router.post("/{batch_id}/steps", status_code=201, **answers(202))
def step_many(work: Steps, batch_id: int, body: ActIn) -> JSONResponse:
    """One step for many: each is done or refused by itself. Taking parcels out of a batch is the step `withdraw`."""
    batch = queries.one(work.session, batch_id)
    what = {"action": body.action, "reason": body.reason, "facts": body.facts}
    if len(body.handovers) > jobs.STEPS_AT_ONCE:
        operations.in_batch(work.session, batch, operations.chosen(body.seen))
        asked = {**what, "asked": body.model_dump(mode="json")}
        return _put_off(work, batch, operations.keep(work.session, work.actor, batch, "step", asked, None))
    results = operations.step_many(
        work.session, work.actor, batch, body.seen, body.action, body.told, request_id=work.scope.request_id
    )
    return _act(work, batch, operations.keep(work.session, work.actor, batch, "step", what, results))


def _put_off(work: Work, batch: HandoverBatch, act: HandoverAct) -> JSONResponse:
    jobs.put_off(work.session, work.actor, work.scope, act, office_of(work))
    return _act(work, batch, act)


@router.post("/{batch_id}/papers", status_code=201, **answers(202))
def make_papers(work: Plans, batch_id: int, body: PapersIn) -> JSONResponse:
    """One paper over all, or one for each; many are made by the worker (202)."""
    batch, press = queries.one(work.session, batch_id), Press(work.request.app.state.store, office_of(work))
    ids = operations.chosen(body.ids)
    what = {"paper": body.paper.model_dump(mode="json"), "ids": ids, "how": body.how, "kind": body.paper.kind}
    if body.how == "each" and len(ids) > jobs.PAPERS_AT_ONCE:
        operations.in_batch(work.session, batch, ids)
        return _put_off(work, batch, operations.keep(work.session, work.actor, batch, "paper", what, None))
    make = filing.make_for_all if body.how == "all" else filing.make_for_each
    results = make(work.session, press, work.actor, batch, ids, body.paper)
    return _act(work, batch, operations.keep(work.session, work.actor, batch, "paper", what, results))


@router.post("/{batch_id}/papers/upload", status_code=201)
def upload_papers(
    work: Files,
    batch_id: int,
    kind: Annotated[str, Form(max_length=60)],
    ids: Annotated[str, Form(max_length=6_000, pattern=r"^\d+(,\d+)*$")],
    file: Annotated[UploadFile, File()],
    doc_no: Annotated[str | None, Form(max_length=100)] = None,
    title: Annotated[str | None, Form(max_length=200)] = None,
) -> JSONResponse:
    """A paper as it came, into the file of each; `ids` separated by commas."""
    batch, found = queries.one(work.session, batch_id), kept(work, file)
    store = work.request.app.state.store
    results = filing.upload_for_all(
        work.session,
        store,
        work.actor,
        batch,
        [int(id_) for id_ in ids.split(",")],
        kind,
        found,
        doc_no=doc_no,
        title=title,
    )
    what = {"kind": kind, "name": found.name, "sha256": found.sha256, "doc_no": doc_no}
    return _act(work, batch, operations.keep(work.session, work.actor, batch, "upload", what, results))


@router.post("/{batch_id}/signatures", status_code=201)
def sign_all(work: Files, batch_id: int, body: SignIn) -> JSONResponse:
    """Sign many files as they stand, for one side."""
    batch, store = queries.one(work.session, batch_id), work.request.app.state.store
    results = filing.sign_all(
        work.session,
        store,
        work.actor,
        batch,
        body.ids,
        side=body.side,
        person=body.person,
        drawn=drawn(body.drawn_png),
    )
    what = {"side": body.side, "person": body.person}
    return _act(work, batch, operations.keep(work.session, work.actor, batch, "sign", what, results))


@router.get("/{batch_id}/acts/{act_id}")
def read_act(work: Reads, batch_id: int, act_id: int) -> dict[str, Any]:
    """An act of a batch: whether it is done, and what became of each parcel."""
    found: dict[str, Any] = jsonable_encoder(queries.act_out(queries.act_in(work.session, batch_id, act_id)))
    return found


@router.get("/{batch_id}/list.xlsx", **sends(XLSX))
def list_file(work: Reads, batch_id: int) -> Response:
    """移交清单."""
    batch = queries.one(work.session, batch_id)
    content = listing.workbook(work.session, batch, clock.now())
    _note(work, "handover.read", batch, act="list")
    name = f"{batch.batch_no} 移交清单.xlsx"
    return Response(content, media_type=XLSX, headers=to_be_saved(name))


@router.get("/{batch_id}/map.pdf", **sends(PDF))
def map_file(work: Reads, batch_id: int) -> Response:
    """附图: the parcels of the batch on one page."""
    batch = queries.one(work.session, batch_id)
    content = work.request.app.state.batch_map(work, batch.batch_no)  # a sheet, made above this room
    _note(work, "handover.read", batch, act="map")
    return Response(content, media_type=PDF, headers=to_be_saved(f"{batch.batch_no} 附图.pdf"))


def _note(work: Work, action: str, batch: HandoverBatch, **detail: Any) -> None:
    work.note(action, f"handover_batch/{batch.batch_no}", **detail)


def _answer(work: Work, batch: HandoverBatch, status: int = 200) -> JSONResponse:
    body = queries.overview(work.session, batch, clock.now())
    units = {"giving": batch.giving_unit_id, "receiving": batch.receiving_unit_id, "witness": batch.witness_unit_id}
    mine = sides_among(work.actor, units)
    body["may_sign"] = [side for side, unit_id in units.items() if unit_id and may_sign(side, mine, drawn=True)]
    headers = {"ETag": f'"handover_batch{batch.id}.{batch.row_version}"'}
    return JSONResponse(jsonable_encoder(body), status, headers=headers)


def _act(work: Work, batch: HandoverBatch, act: HandoverAct) -> JSONResponse:
    """What became of each parcel; 202 where the worker has it."""
    permission = {"step": "handover.step", "upload": "handover.file", "sign": "handover.file"}.get(
        act.kind, "handover.batch"
    )
    body = queries.act_out(act)
    _note(
        work,
        permission,
        batch,
        act=act.kind,
        what=act.what.get("action") or act.what.get("kind"),
        done=body["done"],
        refused=body["refused"],
    )
    headers = {"Location": f"/api/v1/handover-batches/{batch.id}/acts/{act.id}"}
    return JSONResponse(jsonable_encoder(body), 202 if act.state == "queued" else 201, headers=headers)
