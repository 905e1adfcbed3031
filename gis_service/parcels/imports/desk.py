"""HTTP doors of an import's desk: columns, mends, comparison with the file before, the report to download."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Permit, Route, Work
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.http import language
from gis_service.core.media import CSV, XLSX
from gis_service.core.paging import cursor, place
from gis_service.parcels.imports import comparing, fixes, operations, outlines, queries, report
from gis_service.parcels.imports.columns import described, profiles, remapping
from gis_service.parcels.imports.fixes import Mend
from gis_service.parcels.imports.jobs import CHECK, TASK
from gis_service.parcels.imports.operations import District
from gis_service.parcels.imports.routes import answer, found_batch, issues_by_row
from gis_service.parcels.imports.rules import State, suited
from gis_service.parcels.imports.schemas import Mending, Remapping, Unmending, batch_out, row_out
from gis_service.parcels.models import ImportBatch

router = APIRouter(prefix="/api/v1", route_class=Route)

Importer = Annotated[Work, Depends(Permit("parcel.import"), scope="function")]
Limit = Annotated[int, Query(ge=1, le=1000)]

MOST_CHECKED_AT_ONCE = 1000
"""Rows whose checks are asked again while the person waits."""

MOST_SHOWN = 200
"""Rows drawn in one preview."""


@router.get("/import-senders")
def senders(work: Importer) -> dict[str, Any]:
    """Senders of earlier files, the last first."""
    district = work.request.app.state.settings.district_code
    found = work.session.execute(profiles.senders(district)).mappings()
    return {"items": [dict(row) for row in found]}


@router.get("/imports/{batch_id}/columns")
def columns(work: Importer, batch_id: int) -> JSONResponse:
    """Every column of the file: samples, what it was taken for, and why."""
    batch = found_batch(work, batch_id)
    rows = (batch.counts or {}).get("rows", 0)
    return JSONResponse(described.report(batch, rows, language(work.request)))


@router.post("/imports/{batch_id}/remap", status_code=202)
def remap(work: Importer, batch_id: int, body: Remapping) -> JSONResponse:
    """Read the kept file again with the columns as the person says."""
    batch = remapping.remap(work.session, work.actor, work.scope, batch_id, **body.model_dump())
    work.request.app.state.enqueue(work.session, TASK, batch_id=batch.id)
    return answer(work, batch, 202)


@router.post("/imports/{batch_id}/check")
def check(work: Importer, batch_id: int) -> JSONResponse:
    """Ask all checks again, as after the register moved on."""
    batch = operations.locked(work.session, batch_id, "mend")
    return _checked(work, batch)


def _checked(work: Work, batch: ImportBatch, **more: Any) -> JSONResponse:
    """The batch with its checks asked again: at once, or by a job where that would take long."""
    if (batch.counts or {}).get("rows", 0) > MOST_CHECKED_AT_ONCE:
        batch.state = State.CHECKING
        work.request.app.state.enqueue(work.session, CHECK, batch_id=batch.id)
    else:
        operations.check_again(work.session, batch, _district(work))
    work.session.flush()
    return JSONResponse(jsonable_encoder({**batch_out(batch, language(work.request)), **more}))


def _district(work: Work) -> District:
    settings = work.request.app.state.settings
    return District(settings.district_code, settings.plausible_box)


@router.get("/imports/{batch_id}/rows/{row_no}")
def read_row(work: Importer, batch_id: int, row_no: int) -> JSONResponse:
    """One row: its issues, its outline with what lies around it, and the mends that would change it."""
    batch = found_batch(work, batch_id)
    row = work.session.execute(queries.rows(batch_id, after=row_no - 1, limit=1)).mappings().first()
    if row is None or row["row_no"] != row_no:
        raise NotFound(what="行", key=row_no)
    issues = issues_by_row(work, batch, [row_no]).get(row_no, [])
    drawing = outlines.drawing(work.session, batch_id, row_no, row["known_id"])
    offers = _offers(work, batch, row_no, [issue["code"] for issue in issues])
    return JSONResponse(jsonable_encoder({**row_out(row, issues), **drawing, "offers": offers}))


def _offers(work: Work, batch: ImportBatch, row_no: int, codes: Sequence[str]) -> list[dict[str, Any]]:
    """The mends that answer an issue of the row and change something, each with its figures."""
    if batch.state != State.STAGED:
        return []
    previews = (fixes.preview(work.session, batch, Mend(fix), [row_no], _district(work)) for fix in suited(codes))
    return [{"fix": fix, **one.told()} for fix, found in zip(suited(codes), previews, strict=True) for one in found]


@router.post("/imports/{batch_id}/fixes/preview")
def preview_fixes(work: Importer, batch_id: int, body: Mending) -> JSONResponse:
    """What a mend would do to rows: outlines before and after, areas, how far points move. Nothing is changed."""
    batch = found_batch(work, batch_id)
    mend = Mend(body.fix, body.tolerance_m)
    rows = fixes.chosen(work.session, batch, mend, body.rows, body.code)
    found = fixes.preview(work.session, batch, mend, rows[:MOST_SHOWN], _district(work))
    items = [one.drawn() for one in found]
    return JSONResponse(jsonable_encoder({"items": items, "rows": len(rows), "shown": min(len(rows), MOST_SHOWN)}))


@router.post("/imports/{batch_id}/fixes")
def apply_fixes(work: Importer, batch_id: int, body: Mending) -> JSONResponse:
    """Mend rows, and ask the checks again."""
    mend = Mend(body.fix, body.tolerance_m)
    who = (work.session, work.actor, work.scope)
    batch, done = fixes.apply(*who, batch_id, mend, rows=body.rows, code=body.code, district=_district(work))
    return _checked(work, batch, mended=[one.told() for one in done])


@router.post("/imports/{batch_id}/fixes/undo")
def take_back_fixes(work: Importer, batch_id: int, body: Unmending) -> JSONResponse:
    """Give mended rows back the outline they came with, and ask the checks again."""
    batch, count = fixes.take_back(work.session, work.actor, work.scope, batch_id, body.rows)
    return _checked(work, batch, restored=count)


@router.get("/imports/{batch_id}/changes")
def changes(
    work: Importer, batch_id: int, previous: int | None = None, after: str | None = None, limit: Limit = 200
) -> JSONResponse:
    """What differs from the file before: by default the one this batch corrects."""
    batch = found_batch(work, batch_id)
    corrected = previous or batch.previous_batch_id
    if corrected is None:
        return JSONResponse({"previous": None, "counts": None, "items": [], "next": None})
    before = found_batch(work, corrected)
    last = place(after, 1)[0] if after else 0
    found = comparing.page(work.session, before.id, batch.id, after=last, limit=limit + 1)
    follows = cursor([found[limit - 1]["at"]]) if len(found) > limit else None
    told = {
        "previous": batch_out(before, language(work.request)),
        "counts": comparing.counts(work.session, before.id, batch.id),
        "items": found[:limit],
        "next": follows,
    }
    return JSONResponse(jsonable_encoder(told))


@router.get("/imports/{batch_id}/report.xlsx", **sends(XLSX))
def report_xlsx(work: Importer, batch_id: int) -> Response:
    """The report as a workbook: rows with their issues, conclusions, checks that passed."""
    return _report(work, batch_id, "xlsx")


@router.get("/imports/{batch_id}/report.csv", **sends(CSV))
def report_csv(work: Importer, batch_id: int) -> Response:
    """The issues as a table of text."""
    return _report(work, batch_id, "csv")


def _report(work: Work, batch_id: int, kind: str) -> Response:
    batch = found_batch(work, batch_id)
    content, media_type = report.written(work.session, batch, kind, language(work.request))
    name = f'attachment; filename="import-{batch.id}.{kind}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": name})
