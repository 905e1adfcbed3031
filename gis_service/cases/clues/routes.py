"""HTTP doors of clues for officers. The public's are in `public.py`."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.cases import secrets
from gis_service.cases.clues import operations, queries, rules
from gis_service.cases.clues.models import Clue, ClueFile
from gis_service.cases.clues.operations import Seen
from gis_service.cases.clues.rules import ClueState, Limits
from gis_service.cases.clues.telling import tell_duty
from gis_service.cases.conduct import CASES
from gis_service.cases.schemas import ClueIn, MergeIn, OpenIn, WhyIn, candidate_out, clue_file_out, clue_out
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.http import thumbnail_of
from gis_service.core.media import BYTES, JPEG
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.patrols.findings import origins
from gis_service.procedures import telling
from gis_service.procedures.doors import saved
from gis_service.procedures.queries import names_of_areas
from gis_service.surveys.heaps.queries import origins as heaps_of

router = APIRouter(prefix="/api/v1/clues", route_class=UploadRoute, tags=["clue"])
revealing = APIRouter(prefix="/api/v1/clues", tags=["clue"])
"""Apart, without Idempotency-Key: an answer that is kept would be one more place where a secret lies."""

Read = Annotated[Work, doing("clue.read")]
Create = Annotated[Work, doing("clue.create")]
Judge = Annotated[Work, doing("clue.judge")]
Reveal = Annotated[Work, doing("secret.reveal")]
Upload = Annotated[UploadFile, File()]


def limits_of(work: Work) -> Limits:
    settings = work.request.app.state.settings
    return Limits(settings.clue_radius_m, settings.clue_days)


@router.get("")
def listed(
    work: Read,
    state: Annotated[list[ClueState] | None, Query()] = None,
    area_id: int | None = None,
    q: Annotated[str, Query(max_length=60)] = "",
    after: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """Newest first; `after` is the id of the last one had."""
    found = queries.listed(
        work.session, states=state or (), area_id=area_id, words=q.strip(), before_id=after, size=limit + 1
    )
    areas = names_of_areas(work.session, [clue.area_id for clue in found])
    items = [clue_out(clue, queries.lonlat_of(clue), area=areas.get(clue.area_id or 0)) for clue in found[:limit]]
    return _answer({"items": items, "next": found[limit - 1].id if len(found) > limit else None})


@router.post("", status_code=201)
def take_in(work: Create, body: ClueIn) -> JSONResponse:
    district = work.request.app.state.settings.district_code
    clue = operations.take_in(work.session, work.actor, district, Seen(**body.model_dump()))
    work.note("clue.create", f"clue/{clue.tracking_no}", source=clue.source, has_reporter=clue.has_reporter)
    tell_duty(work.session, clue, but=work.actor.id)
    return _answer(clue_out(clue, list(body.place) if body.place else None), 201)


@router.get("/{clue_id}")
def one(work: Read, clue_id: int) -> JSONResponse:
    """A clue with its files, what was merged into it, what is like it, and what its camera's pictures are good for."""
    return _answer(_whole(work, queries.one(work.session, clue_id)))


def _whole(work: Work, clue: Clue) -> dict[str, Any]:
    session = work.session
    alike = queries.candidates(session, clue, limits_of(work)) if clue.state == ClueState.NEW else []
    camera = queries.camera_of(session, clue.camera_id) if clue.camera_id else None
    merged = queries.merged_into(session, clue.id)
    all_of_it = [clue.id, *(each.id for each in merged)]
    word = None
    if camera is not None:
        usable, zh, en = rules.camera_evidence(reviewed=camera[0] is not None, published=bool(camera[1]))
        word = {"usable": usable, "zh": zh, "en": en}
    return {
        **clue_out(clue, queries.lonlat_of(clue), area=names_of_areas(session, [clue.area_id]).get(clue.area_id or 0)),
        "files": [clue_file_out(file) for file in queries.files_of(session, clue.id)],
        "merged": [clue_out(each, queries.lonlat_of(each)) for each in merged],
        "candidates": [candidate_out(each) for each in alike],
        "observations": origins(session, "clue", all_of_it),
        "heaps": heaps_of(session, "clue", all_of_it),
        "camera": word,
    }


@router.post("/{clue_id}/files", status_code=201)
def add_file(work: Create, clue_id: int, file: Upload) -> JSONResponse:
    clue = queries.one(work.session, clue_id)
    store = work.request.app.state.store
    made = operations.add_file(work.session, store, work.actor, clue, kept(work, file), pictures_only=False)
    work.note("clue.create", f"clue/{clue.tracking_no}", act="add_file", sha256=made.sha256)
    return _answer(clue_file_out(made), 201)


@router.get("/{clue_id}/files/{sha256}/content", **sends(BYTES))
def file_content(work: Read, clue_id: int, sha256: str) -> Response:
    clue, file = _file(work, clue_id, sha256)
    work.note("clue.read", f"clue/{clue.tracking_no}", act="read_file", sha256=file.sha256)
    return saved(work, file.sha256, file.name)


@router.get("/{clue_id}/files/{sha256}/thumbnail", **sends(JPEG))
def thumbnail(work: Read, clue_id: int, sha256: str) -> Response:
    _, file = _file(work, clue_id, sha256)
    if file.thumbnail_sha256 is None:
        raise NotFound(what="缩略图", key=sha256)
    path = work.request.app.state.store.path(file.thumbnail_sha256)
    return thumbnail_of(path)


def _file(work: Work, clue_id: int, sha256: str) -> tuple[Clue, ClueFile]:
    clue = queries.one(work.session, clue_id)
    file = work.session.get(ClueFile, (clue.id, sha256))
    if file is None:
        raise NotFound(what="附件", key=sha256)
    return clue, file


@router.post("/{clue_id}/merge")
def merge(work: Judge, clue_id: int, body: MergeIn) -> JSONResponse:
    clue = operations.merge(work.session, work.actor, clue_id, body.into_id, body.reason)
    work.note("clue.judge", f"clue/{clue.tracking_no}", act="merge", into=body.into_id, reason=clue.reason)
    return _answer(_whole(work, clue))


@router.post("/{clue_id}/dismiss")
def dismiss(work: Judge, clue_id: int, body: WhyIn) -> JSONResponse:
    clue = operations.dismiss(work.session, work.actor, clue_id, body.reason)
    work.note("clue.judge", f"clue/{clue.tracking_no}", act="dismiss", reason=clue.reason)
    return _answer(_whole(work, clue))


@router.post("/{clue_id}/open", status_code=201)
def open_case(work: Judge, clue_id: int, body: OpenIn) -> JSONResponse:
    """A case from a clue; refused while there are likenesses that nobody explained away."""
    days = {"happened_from": body.happened_from, "happened_to": body.happened_to}
    case = operations.open_case(
        work.session, CASES, work.actor, clue_id, title=body.title, despite=body.despite, limits=limits_of(work),
        facts={name: day.isoformat() for name, day in days.items() if day}, unit_id=body.unit_id,
    )  # fmt: skip
    work.note("case.open", f"case/{case.proceeding_no}", clue=clue_id, despite=body.despite)
    telling.tell(work.session, CASES, case, but=work.actor.id)
    return _answer({"case_id": case.id, "proceeding_no": case.proceeding_no}, 201)


@revealing.post("/{clue_id}/reveal")
def reveal(work: Reveal, clue_id: int, body: WhyIn) -> JSONResponse:
    """Who reported it: for a reason, which is kept with who asked."""
    reason = secrets.require_reason(body.reason)
    clue = queries.one(work.session, clue_id)
    work.note("secret.reveal", f"clue/{clue.tracking_no}", what="reporter", reason=reason)
    return _answer(secrets.of_reporter(work.session, clue.id), headers={"Cache-Control": "no-store"})


def _answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(body), status, headers=headers)
