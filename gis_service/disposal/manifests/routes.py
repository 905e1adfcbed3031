"""HTTP doors of manifests: one load from a phone or the desk, many from a workbook, receipt, decisions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.core import clock
from gis_service.core.described import answers, sends
from gis_service.core.http import to_be_saved
from gis_service.core.media import XLSX
from gis_service.disposal.manifests import bulk, operations, queries, tables, workbook
from gis_service.disposal.manifests.models import Manifest
from gis_service.disposal.manifests.queries import Wanted
from gis_service.disposal.manifests.rules import DEFAULTS, STATUS_WORDS, VERDICT_WORDS, ManifestStatus, Verdict
from gis_service.disposal.schemas import DecisionIn, ManifestIn, ReceiptIn, Why
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.procedures import filing
from gis_service.procedures.schemas import file_out

router = APIRouter(prefix="/api/v1/manifests", route_class=UploadRoute, tags=["manifest"])

Reads = Annotated[Work, doing("manifest.read")]
Records = Annotated[Work, doing("manifest.record")]
Decides = Annotated[Work, doing("manifest.decide")]


@router.get("")
def listed(
    work: Reads,
    project_id: int | None = None,
    status: Annotated[list[ManifestStatus] | None, Query()] = None,
    doubtful: bool = False,
    plate: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=60)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """Manifests with their flags, those recorded last first; `doubtful`: those a person must decide on."""
    wanted = Wanted(project_id, status or (), doubtful, plate, q.strip(), offset, limit)
    found, count = queries.listed(work.session, wanted)
    body = {
        "items": operations.manifests_out(work.session, found), "count": count,
        "words": {
            "status": {code: {"zh": zh, "en": en} for code, (zh, en) in STATUS_WORDS.items()},
            "verdict": {code: {"zh": zh, "en": en} for code, (zh, en) in VERDICT_WORDS.items()},
        },
        "late_before": clock.now() - DEFAULTS.receive_within,
    }  # fmt: skip
    return JSONResponse(jsonable_encoder(body))


@router.get("/template.xlsx", **sends(XLSX))
def template(work: Records) -> Response:
    """The empty table for many loads, with lists to choose from."""
    content = workbook.template(bulk.lists_of(work.session))
    return Response(content, media_type=XLSX, headers=to_be_saved(f"联单登记表 {clock.today():%Y-%m-%d}.xlsx"))


@router.post("/table", status_code=201, **answers(200, 202))
def take_in(
    work: Records, file: Annotated[UploadFile, File()], dry_run: Annotated[bool, Form()] = False
) -> JSONResponse:  # fmt: skip
    """Many loads from one workbook: all of them, or none and a list of what is wrong where; a large one is queued (202).

    `dry_run` looks only (200): how many rows are new, known or faulty, and each fault by row and column.
    """
    stored = kept(work, file)
    table = bulk.read(work.session, work.request.app.state.store.path(stored.sha256), stored.name)
    if dry_run:
        return JSONResponse(bulk.look(work.session, table), 200)
    filing.remember(work.session, work.actor, stored)
    if len(table.rows) > tables.AT_ONCE:
        queued = tables.begin(work.session, work.actor, work.scope, table, stored.sha256)
        work.session.refresh(queued)
        where = {"Location": f"/api/v1/manifests/tables/{queued.id}"}
        return JSONResponse(jsonable_encoder(tables.table_out(queued)), 202, headers=where)
    counted = bulk.take_in(work.session, work.actor, table, stored.sha256)
    work.note("manifest.record", stored.name, act="table", sha256=stored.sha256, **counted)
    return JSONResponse(counted, 201)


@router.get("/tables")
def own_tables(work: Records) -> JSONResponse:
    """One's own tables of the last days that were queued, newest first."""
    return JSONResponse(
        jsonable_encoder({"items": [tables.table_out(each) for each in tables.own(work.session, work.actor)]})
    )


@router.get("/tables/{table_id}")
def table(work: Records, table_id: int) -> JSONResponse:
    """How far a queued table is, and how it ended."""
    return JSONResponse(jsonable_encoder(tables.table_out(tables.one(work.session, table_id))))


@router.get("/{manifest_id}")
def one(work: Reads, manifest_id: UUID) -> JSONResponse:
    return _answer(work, queries.one(work.session, manifest_id))


@router.put("/{manifest_id}", **answers(201))
def record(work: Records, manifest_id: UUID, body: ManifestIn) -> JSONResponse:
    """Record a load under the UUID its writer made; sent again, the same answer comes again."""
    made, new = operations.record(work.session, work.actor, manifest_id, body)
    if new:
        _note(work, "manifest.record", made, act="record", status=made.status)
    return _answer(work, made, 201 if new else 200)


@router.post("/{manifest_id}/receive")
def receive(work: Records, manifest_id: UUID, body: ReceiptIn) -> JSONResponse:
    """The receiving side confirms the load."""
    found = operations.receive(work.session, work.actor, manifest_id, body)
    _note(work, "manifest.record", found, act="receive", status=found.status, ticket_no=found.ticket_no)
    return _answer(work, found)


@router.post("/{manifest_id}/photos", status_code=201)
def add_photo(
    work: Records,
    manifest_id: UUID,
    which: Annotated[Literal["load", "unload"], Form()],
    file: Annotated[UploadFile, File()],
    taken_at: Annotated[datetime | None, Form()] = None,
    longitude: Annotated[float | None, Form(ge=-180, le=180)] = None,
    latitude: Annotated[float | None, Form(ge=-90, le=90)] = None,
) -> JSONResponse:
    """A photo of loading or unloading; it lies in the project's file."""
    place = None if longitude is None or latitude is None else (longitude, latitude)
    store = work.request.app.state.store
    made = operations.add_photo(work.session, store, work.actor, manifest_id, kept(work, file), which, place)
    made.taken_at = operations.in_beijing(taken_at)
    _note(work, "manifest.record", queries.one(work.session, manifest_id), act="photo", which=which, sha256=made.sha256)
    return JSONResponse(jsonable_encoder(file_out(made, place)), 201)


@router.post("/{manifest_id}/void")
def void(work: Decides, manifest_id: UUID, body: Why) -> JSONResponse:
    found = operations.void(work.session, work.actor, manifest_id, body.reason)
    _note(work, "manifest.decide", found, act="void", reason=body.reason)
    return _answer(work, found)


@router.post("/{manifest_id}/flags/{code}")
def decide(work: Decides, manifest_id: UUID, code: str, body: DecisionIn) -> JSONResponse:
    """Decide on what is doubtful, by name and with a reason: the load stands, or it does not count."""
    found = operations.decide(work.session, work.actor, manifest_id, code, Verdict(body.verdict), body.reason)
    _note(work, "manifest.decide", found, act="decide", flag=code, verdict=body.verdict, reason=body.reason)
    return _answer(work, found)


def _answer(work: Work, found: Manifest, status: int = 200) -> JSONResponse:
    work.session.refresh(found)
    return JSONResponse(jsonable_encoder(operations.manifests_out(work.session, [found])[0]), status)


def _note(work: Work, action: str, found: Manifest, **detail: Any) -> None:
    work.note(action, f"manifest/{found.manifest_no}", **detail)
