"""HTTP doors of sheets: which there are, and one of them as a file. Each subject has a door of its own, with its permission."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from gis_service.access.edge import Look, Work, address_of
from gis_service.audit import operations as audit
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest, NotFound
from gis_service.core.http import language, request_id, to_be_saved
from gis_service.maps.asked import day
from gis_service.patrols.walks.operations import require_reason
from gis_service.sheets.composing.compose import Sheet
from gis_service.sheets.composing.template import Template, template
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import KINDS, SUBJECTS, Size, made
from gis_service.sheets.layouts.arranging import pages_of
from gis_service.sheets.layouts.queries import definition_for
from gis_service.sheets.layouts.queries import layout as layout_of
from gis_service.sheets.printing.formats import MEDIA, FileFormat, printed
from gis_service.sheets.tongue import Lang

router = APIRouter(prefix="/api/v1/sheets", tags=["sheet"])

Reading = Annotated[Scope, Depends(Look("map.read"))]
OfHandover = Annotated[Scope, Depends(Look("handover.read"))]
OfPatrol = Annotated[Scope, Depends(Look("patrol.read"))]
OfCase = Annotated[Scope, Depends(Look("case.read"))]


class Asked:
    """What every door of sheets is asked: of what, as of when, on which page, in which language."""

    def __init__(
        self,
        request: Request,
        subject: Annotated[str, Query(min_length=1, max_length=100)],
        as_of: str | None = None,
        size: Size | None = None,
        layout: int | None = None,
        page: Annotated[int, Query(ge=1, le=99)] = 1,
        dpi: Annotated[int, Query(ge=50, le=600)] = 300,
        lang: Lang | None = None,
        picture: Annotated[int | Literal["newest"] | None, Query()] = None,
    ):
        self.request, self.reason = request, ""
        self.subject, self.as_of, self.size, self.page, self.dpi = subject, as_of, size, page, dpi
        self.layout, self.picture = layout, picture
        self.lang: Lang = lang or cast("Lang", language(request))


Question = Annotated[Asked, Depends()]


@router.get("")
def kinds(_scope: Reading) -> list[dict[str, Any]]:
    """Every kind of sheet: what it is called, what its subject is, on which paper (the usual first) and in which formats it comes."""
    return [
        {
            "kind": name,
            "title": kind.zh,
            "title_en": kind.en,
            "subject": kind.subject,
            "subject_zh": SUBJECTS[kind.subject].zh,
            "subject_en": SUBJECTS[kind.subject].en,
            "sizes": [_paper(size, template(page)) for size, page in kind.templates.items()],
            "formats": list(MEDIA),
            "file": f"/api/v1/sheets/{SUBJECTS[kind.subject].folder}{name}.{{format}}?subject={{subject}}",
        }
        for name, kind in KINDS.items()
    ]


def _paper(size: str, page: Template) -> dict[str, Any]:
    return {"size": size, "width_mm": page.width_mm, "height_mm": page.height_mm}


@router.get("/{file}", **sends(*MEDIA.values()))
def sheet(scope: Reading, asked: Question, file: str) -> Response:
    """The sheet of a parcel or an area as it is, or was on a day. `file` is a kind and a format, as in `parcel.pdf`; `page` is for
    PNG and SVG, which hold one page; `layout` is a saved layout of that kind, which has its own size; `picture` is the orthophoto
    under the map: its number, or `newest`."""
    return _sheet(scope, asked, file, "parcel", "area")


@router.get("/batches/{file}", **sends(*MEDIA.values()))
def batch_sheet(scope: OfHandover, asked: Question, file: str) -> Response:
    """移交附图 of a batch, by its number: `handover.pdf`."""
    return _sheet(scope, asked, file, "batch")


@router.get("/patrols/{file}", **sends(*MEDIA.values()))
def patrol_sheet(
    scope: OfPatrol, asked: Question, file: str, reason: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """巡查轨迹图: `patrol.pdf` of one walk, `patrols.pdf` of an area in a period. One's own track is on it; tracks and names of others
    only with a reason, within the land for which one may open them, and each with a trace."""
    if reason:
        actor = asked.request.state.actor
        scope, asked.reason = actor.scope("track.read", request_id(asked.request)), require_reason(reason)
    return _sheet(scope, asked, file, "patrol", "patrols")


@router.get("/cases/{file}", **sends(*MEDIA.values()))
def case_sheet(scope: OfCase, asked: Question, file: str) -> Response:
    """案件位置图 of a case, by its number: `case.pdf`."""
    return _sheet(scope, asked, file, "case")


def batch_map(work: Work, batch_no: str) -> bytes:
    """附图 as PDF, for the door of the handover itself, which writes its own trace."""
    desk = desk_of(work.request, work.session, work.scope)
    return printed(made(desk, "handover", batch_no), "pdf", at=desk.moment)


def desk_of(request: Request, session: Session, scope: Scope, **more: Any) -> Desk:
    """The desk of whoever asks."""
    state, actor = request.app.state, request.state.actor
    sees = actor.scope("orthophoto.read", request_id(request)) if actor.may("orthophoto.read") else None
    may = frozenset(actor.permissions)
    return Desk(state.reader, session, scope, state.layers, clock.now(), may=may, store=state.store, sees=sees, **more)


def _sheet(scope: Scope, asked: Asked, file: str, *subjects: str) -> Response:
    kind, _, ending = file.rpartition(".")
    if kind not in KINDS or KINDS[kind].subject not in subjects or ending not in MEDIA:
        raise NotFound(what="图种", key=file)
    form, request = cast("FileFormat", ending), asked.request
    if asked.picture is not None:
        request.state.actor.require("orthophoto.read")
    with request.app.state.sessions.begin() as session:  # not held while the page is printed
        db.enter(session, scope)
        desk = desk_of(
            request,
            session,
            scope,
            as_of=day(asked.as_of),
            lang=asked.lang,
            reason=asked.reason,
            picture=asked.picture,
            dpi=asked.dpi,
        )
        pages = _pages(desk, asked, kind)
        _note(
            desk,
            asked,
            kind,
            format=form,
            as_of=asked.as_of,
            pages=len(pages),
            layout=asked.layout,
            picture=asked.picture,
        )
    content = printed(pages, form, at=desk.moment, page=asked.page, dpi=asked.dpi)
    return Response(content, media_type=MEDIA[form], headers=to_be_saved(f"{pages[0].title}.{form}"))


def _pages(desk: Desk, asked: Asked, kind: str) -> Sheet:
    """As the kind is usually set, or in a saved layout."""
    if asked.layout is None:
        return made(desk, kind, asked.subject, asked.size)
    if asked.size is not None:
        raise BadRequest(parameter="size", value=asked.size)
    return pages_of(desk, definition_for(layout_of(desk.session, asked.layout)[0], kind), asked.subject)


def _note(desk: Desk, asked: Asked, kind: str, **detail: Any) -> None:
    """That a sheet leaves the house; and each track of another person that is on it."""
    who: dict[str, Any] = {
        "actor_id": desk.scope.actor_id, "actor_name": desk.scope.actor_name, "request_id": desk.scope.request_id,
        "address": address_of(asked.request),
    }  # fmt: skip
    audit.record(desk.session, SUBJECTS[KINDS[kind].subject].permission, f"sheet/{kind}/{asked.subject}", detail=detail, **who)  # fmt: skip
    for patrol_id in desk.opened:
        told = {"reason": desk.reason, "sheet": kind}
        audit.record(desk.session, "track.read", f"patrol/{patrol_id}", detail=told, **who)
