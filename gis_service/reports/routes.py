"""HTTP doors of the monthly reports: months with their editions and packs, the table, notes, making a pack, its files."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import FileResponse, JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.etags import version_seen
from gis_service.core.http import to_be_saved
from gis_service.reports import notes, operations, queries, rules, tables
from gis_service.reports.errors import MonthAhead, PackNotReady
from gis_service.reports.forms.pack import MEDIA
from gis_service.reports.operations import month_in
from gis_service.reports.rules import PackState
from gis_service.reports.schemas import NoteIn, PackIn
from gis_service.surveys.points.routes import answer

router = APIRouter(prefix="/api/v1", route_class=Route, tags=["report"])

Read = Annotated[Work, doing(operations.READ)]
Make = Annotated[Work, doing(operations.MAKE)]
Note = Annotated[Work, doing("report.note")]


def _district(work: Work) -> str:
    return str(work.request.app.state.settings.district_code)


@router.get("/monthly-reports")
def months(work: Read) -> JSONResponse:
    """The last months, the current one first: their editions, and the packs that were made."""
    found = queries.months(work.session, _district(work), clock.now())
    return answer({"items": found, "columns": tables.columns()})


@router.get("/monthly-reports/{month}/table")
def table(
    work: Read, month: str, edition: Annotated[int | None, Query(ge=1, le=9999)] = None
) -> JSONResponse:  # fmt: skip
    """The 调度表 of a month: of an edition as it was frozen, else as the register and the notes have it."""
    wanted = month_in(month)
    if not rules.has_begun(wanted, clock.now()):
        raise MonthAhead(month=month)
    if edition is None:
        return answer(tables.of_register(work.session, wanted))
    store = work.request.app.state.store
    return answer(tables.of_edition(work.session, store, _district(work), wanted, work.scope, edition))


@router.put("/monthly-notes/{month}/{parcel_id}")
def write_note(
    work: Note, month: str, parcel_id: int, body: NoteIn, if_match: Annotated[str | None, Header()] = None
) -> Response:  # fmt: skip
    """What is said of a parcel in a month. If-Match names the version seen; 0 where the month has none of its own yet."""
    wanted = month_in(month)
    if not rules.has_begun(wanted, clock.now()):
        raise MonthAhead(month=month)
    seen = version_seen(if_match, notes.tag(wanted, parcel_id))
    made = notes.write(work.session, work.actor, wanted, parcel_id, seen, body.model_dump())
    work.note("report.note", f"parcel/{parcel_id}", month=month, version=made.version)
    told = answer(notes.note_out(made))
    told.headers["ETag"] = f'"{notes.tag(wanted, parcel_id)}.{made.version}"'
    return told


@router.post("/monthly-packs", status_code=202)
def make(work: Make, body: PackIn) -> JSONResponse:
    """Make the pack of a month; the worker does it. A month that is over and has no snapshot is closed first."""
    month = month_in(body.month)
    made = operations.ask(work.session, work.actor, work.scope, _district(work), month, body.reason)
    work.note(operations.MAKE, f"monthly_pack/{made.id}", act="make_pack", month=body.month, reason=body.reason)
    return answer(queries.pack_out(made), 202)


@router.get("/monthly-packs/{pack_id}")
def pack(work: Read, pack_id: int) -> JSONResponse:
    """How far a pack is, and its files once they are made."""
    return answer(queries.pack_out(queries.pack(work.session, pack_id)))


@router.post("/monthly-packs/{pack_id}/cancel")
def cancel(work: Make, pack_id: int) -> JSONResponse:
    """Stop a making; nothing of it is kept but a snapshot that was closed already."""
    made = queries.pack(work.session, pack_id)
    operations.cancel(work.session, made)
    work.note(operations.MAKE, f"monthly_pack/{pack_id}", act="cancel_pack")
    return answer(queries.pack_out(made))


@router.get("/monthly-packs/{pack_id}/files/{kind}", **sends(*MEDIA.values()))
def file(work: Read, pack_id: int, kind: str) -> FileResponse:
    """One of the files of a pack, or the ZIP of all; pictures to look at are shown, everything else is saved and audited."""
    made = queries.pack(work.session, pack_id)
    if made.state != PackState.DONE:
        raise PackNotReady(state=made.state)
    found: dict[str, Any] | None = next((each for each in made.files if each["kind"] == kind), None)
    if found is None:
        raise NotFound(what="调度材料文件", key=kind)
    path = work.request.app.state.store.path(found["sha256"])
    if kind.startswith("preview_"):
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        return FileResponse(path, media_type=found["media_type"], headers=kept)
    work.note(operations.READ, f"monthly_pack/{pack_id}", act="take_out", file=found["name"], sha256=found["sha256"])
    return FileResponse(path, media_type=found["media_type"], headers=to_be_saved(found["name"]))
