"""HTTP doors of a procedure: the same for every noun, made from its table. Each noun has permissions of its own.

`{noun}.read` to look, `{noun}.open` to open one, `{noun}.step` for whoever may take any step (which ones, the table says and the
engine asks again in the scope of that step's permission), `{noun}.file` for papers, files, signatures and amounts.
"""

import base64
import binascii
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import FileResponse, JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest, NotFound
from gis_service.core.etags import version_seen
from gis_service.core.http import language, thumbnail_of, to_be_saved
from gis_service.core.media import BYTES, JPEG, SVG
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.procedures import filing, operations, page, queries, telling, writing
from gis_service.procedures.conduct import Conduct, Signing
from gis_service.procedures.diagram import svg
from gis_service.procedures.errors import OutsideScope
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.schemas import (
    AmountIn,
    ChargeIn,
    OpeningIn,
    PaperIn,
    SignatureIn,
    StepIn,
    Why,
    amount_out,
    brief_out,
    file_out,
    paper_out,
    table_out,
)

IfMatch = Annotated[str | None, Header()]
Upload = Annotated[UploadFile, File()]
SIGNATURE_BYTES = 300_000
PNG = b"\x89PNG\r\n\x1a\n"


class Doors:
    """What the doors of one procedure share."""

    def __init__(self, conduct: Conduct):
        self.conduct, self.procedure, self.noun = conduct, conduct.procedure, conduct.procedure.noun
        self.reads, self.takes, self.keeps = (doing(f"{self.noun}.{verb}") for verb in ("read", "step", "file"))

    def seen(self, work: Work, proceeding_id: int) -> Proceeding:
        return queries.one(work.session, self.procedure, proceeding_id)

    def filed(self, work: Work, proceeding_id: int) -> Proceeding:
        """Locked and open: what lies in its file does not change under a step."""
        found = operations.held(work.session, self.procedure, proceeding_id)
        filing.require_open(self.procedure, found)
        return found

    def note(self, work: Work, action: str, proceeding: Proceeding, **detail: Any) -> None:
        work.note(action, f"{self.noun}/{proceeding.proceeding_no}", **detail)

    def answer(self, work: Work, proceeding: Proceeding, status: int = 200) -> JSONResponse:
        body = page.whole(work.session, self.conduct, proceeding, work.actor)
        etag = f'"{self.noun}{proceeding.id}.{proceeding.row_version}"'
        return JSONResponse(jsonable_encoder(body), status, headers={"ETag": etag})

    def briefs(self, work: Work, found: list[Proceeding]) -> list[dict[str, Any]]:
        clocks = queries.clocks_of(work.session, self.procedure, found, clock.now())
        named = [id_ for each in found for id_ in (each.unit_id, each.counterpart_unit_id)]
        units = queries.names_of_units(work.session, named)
        areas = queries.names_of_areas(work.session, [each.area_id for each in found])
        return [
            {
                **brief_out(self.procedure, each, clocks[each.id], units=units, areas=areas),
                "place": queries.lonlat(each),
            }
            for each in found
        ]


@cache
def router_for(conduct: Conduct) -> APIRouter:
    """The doors of one procedure; made once, since FastAPI takes its time over them."""
    doors = Doors(conduct)
    router = APIRouter(prefix=f"/api/v1/{doors.procedure.plural}", route_class=UploadRoute, tags=[doors.noun])
    _looking(router, doors)
    _acting(router, doors)
    _papers(router, doors)
    _originals(router, doors)
    return router


def _looking(router: APIRouter, doors: Doors) -> None:
    procedure = doors.procedure

    @router.get("")
    def listed(
        work: Annotated[Work, doors.reads],
        state: Annotated[list[str] | None, Query()] = None,
        closed: bool | None = None,
        area_id: int | None = None,
        unit_id: int | None = None,
        parcel_id: int | None = None,
        q: Annotated[str, Query(max_length=60)] = "",
        after: int | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> JSONResponse:
        """Newest first, each with the clock that ends first; `after` is the id of the last one had."""
        wanted = queries.Wanted(
            states=state or (), is_closed=closed, area_id=area_id, unit_id=unit_id, parcel_id=parcel_id, words=q.strip(),
            before_id=after, size=limit + 1,
        )  # fmt: skip
        found = queries.listed(work.session, procedure, wanted)
        items = doors.briefs(work, found[:limit])
        return JSONResponse(
            jsonable_encoder({"items": items, "next": found[limit - 1].id if len(found) > limit else None})
        )

    @router.get("/table")
    def table(work: Annotated[Work, doors.reads]) -> dict[str, Any]:  # noqa: ARG001  (the permission is asked for)
        """The procedure itself: states, steps, clocks, papers."""
        return table_out(procedure)

    @router.get("/diagram.svg", **sends(SVG))
    def diagram(work: Annotated[Work, doors.reads]) -> Response:
        return Response(svg(procedure, lang=language(work.request)), media_type=SVG)

    @router.get("/{proceeding_id}")
    def one(work: Annotated[Work, doors.reads], proceeding_id: int) -> JSONResponse:
        return doors.answer(work, doors.seen(work, proceeding_id))

    @router.get("/{proceeding_id}/diagram.svg", **sends(SVG))
    def whereabouts(work: Annotated[Work, doors.reads], proceeding_id: int) -> Response:
        """The picture of the procedure with "you are here"."""
        found = doors.seen(work, proceeding_id)
        passed = [entry.after for entry in queries.log_of(work.session, found.id)]
        drawn = svg(procedure, lang=language(work.request), here=found.state, passed=passed)
        return Response(drawn, media_type=SVG, headers={"Cache-Control": "no-store"})


def _acting(router: APIRouter, doors: Doors) -> None:
    conduct, noun = doors.conduct, doors.noun

    if conduct.opens_directly:

        @router.post("", status_code=201)
        def open_one(work: Annotated[Work, doing(f"{noun}.open")], body: OpeningIn) -> JSONResponse:
            district = work.request.app.state.settings.district_code
            made = operations.open_proceeding(work.session, conduct, work.actor, district, Opening(**body.model_dump()))
            doors.note(work, f"{noun}.open", made)
            telling.tell(work.session, conduct, made, but=work.actor.id)
            return doors.answer(work, made, 201)

    @router.post("/{proceeding_id}/steps", status_code=201)
    def take(
        work: Annotated[Work, doors.takes], proceeding_id: int, body: StepIn, if_match: IfMatch = None
    ) -> JSONResponse:
        """Take a step of the proceeding as it was seen (`If-Match`)."""
        entry = operations.advance(
            work.session, conduct, work.actor, proceeding_id, body.action,
            seen=version_seen(if_match, f"{noun}{proceeding_id}"), told=Told(body.facts, body.reason, body.happened_on),
            request_id=work.scope.request_id,
        )  # fmt: skip
        proceeding = work.session.get_one(Proceeding, proceeding_id)
        doors.note(work, f"{noun}.step", proceeding, step=entry.action, before=entry.before, after=entry.after)
        telling.tell(work.session, conduct, proceeding, but=work.actor.id)
        return doors.answer(work, proceeding, 201)

    @router.post("/{proceeding_id}/charge")
    def charge(work: Annotated[Work, doors.keeps], proceeding_id: int, body: ChargeIn) -> JSONResponse:
        """Say who conducts it (经办人, 主办单位) and who answers; not for those who only see it as such a unit."""
        if not (work.scope.see_all or work.scope.area_ids):
            raise OutsideScope()
        found = doors.filed(work, proceeding_id)
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(found, name, value)
        work.session.flush()
        doors.note(work, f"{noun}.file", found, act="charge", **body.model_dump(exclude_unset=True))
        return doors.answer(work, found)


def _papers(router: APIRouter, doors: Doors) -> None:
    conduct, procedure, noun = doors.conduct, doors.procedure, doors.noun

    @router.post("/{proceeding_id}/papers", status_code=201)
    def make_paper(work: Annotated[Work, doors.keeps], proceeding_id: int, body: PaperIn) -> JSONResponse:
        """Make a paper from its template, with a number where its kind has one."""
        found = doors.filed(work, proceeding_id)
        at, office = clock.now(), office_of(work)
        store = work.request.app.state.store
        filing.require_template(procedure, body.kind)
        facts = writing.facts_for(work.session, conduct, found, body, at=at, office=office, store=store)
        made = filing.make_paper(
            work.session, store, work.actor, procedure, found, body.kind,
            facts=facts, office=office, as_of=at,
        )  # fmt: skip
        doors.note(work, f"{noun}.file", found, act="make_paper", kind=made.kind, doc_no=made.doc_no)
        return JSONResponse(jsonable_encoder(paper_out(made)), 201)

    @router.get("/{proceeding_id}/papers/form")
    def paper_form(work: Annotated[Work, doors.reads], proceeding_id: int, kind: str) -> dict[str, Any]:
        """What may be written into a paper of a kind, and what of it is known."""
        found = doors.seen(work, proceeding_id)
        filing.require_template(procedure, kind)
        return writing.form_of(work.session, work.request.app.state.store, conduct, found, kind)

    @router.post("/{proceeding_id}/papers/upload", status_code=201)
    def upload_paper(
        work: Annotated[Work, doors.keeps],
        proceeding_id: int,
        kind: Annotated[str, Form(max_length=60)],
        file: Upload,
        doc_no: Annotated[str | None, Form(max_length=100)] = None,
        title: Annotated[str | None, Form(max_length=200)] = None,
    ) -> JSONResponse:
        """A paper as it came: a signed scan, a reply, a ruling."""
        found = doors.filed(work, proceeding_id)
        made = filing.upload_paper(
            work.session, work.request.app.state.store, work.actor, procedure, found, kind, kept(work, file),
            doc_no=doc_no, title=title,
        )  # fmt: skip
        doors.note(work, f"{noun}.file", found, act="upload_paper", kind=kind, sha256=made.file_sha256)
        return JSONResponse(jsonable_encoder(paper_out(made)), 201)

    @router.post("/{proceeding_id}/papers/{paper_id}/withdraw")
    def withdraw(work: Annotated[Work, doors.keeps], proceeding_id: int, paper_id: int, body: Why) -> JSONResponse:
        found = doors.filed(work, proceeding_id)
        paper = filing.withdraw_paper(work.session, work.actor, found, paper_id, body.reason)
        doors.note(
            work, f"{noun}.file", found, act="withdraw_paper", kind=paper.kind, doc_no=paper.doc_no, reason=body.reason
        )
        return JSONResponse(jsonable_encoder(paper_out(paper)))

    @router.get("/{proceeding_id}/papers/{paper_id}/content", **sends(BYTES))
    def paper_content(
        work: Annotated[Work, doors.reads],
        proceeding_id: int,
        paper_id: int,
        format: str = "pdf",  # noqa: A002
    ) -> Response:
        found = doors.seen(work, proceeding_id)
        paper = filing.paper_in(work.session, found, paper_id)
        sha256 = {"pdf": paper.pdf_sha256, "docx": paper.docx_sha256, "file": paper.file_sha256}.get(format)
        if sha256 is None:
            raise BadRequest(parameter="format", value=format)
        name = paper.file_name if format == "file" else f"{found.proceeding_no} {paper.title}.{format}"
        doors.note(work, f"{noun}.read", found, act="read_paper", paper=paper.id, format=format)
        return saved(work, sha256, name or "paper")


def _originals(router: APIRouter, doors: Doors) -> None:
    noun = doors.noun

    @router.post("/{proceeding_id}/files", status_code=201)
    def add_file(
        work: Annotated[Work, doors.keeps],
        proceeding_id: int,
        file: Upload,
        label: Annotated[str, Form(max_length=200)] = "",
        taken_at: Annotated[datetime | None, Form()] = None,
        longitude: Annotated[float | None, Form(ge=-180, le=180)] = None,
        latitude: Annotated[float | None, Form(ge=-90, le=90)] = None,
    ) -> JSONResponse:
        """A photo or another original, kept untouched."""
        found = doors.filed(work, proceeding_id)
        place = None if longitude is None or latitude is None else (longitude, latitude)
        made = filing.add_file(
            work.session, work.request.app.state.store, work.actor, found, kept(work, file),
            label=label, taken_at=taken_at, place=place,
        )  # fmt: skip
        doors.note(work, f"{noun}.file", found, act="add_file", sha256=made.sha256)
        return JSONResponse(jsonable_encoder(file_out(made, place)), 201)

    @router.post("/{proceeding_id}/files/{file_id}/remove", status_code=204)
    def remove_file(work: Annotated[Work, doors.keeps], proceeding_id: int, file_id: int, body: Why) -> Response:
        found = doors.filed(work, proceeding_id)
        file = filing.remove_file(work.session, work.actor, found, file_id, body.reason)
        doors.note(work, f"{noun}.file", found, act="remove_file", sha256=file.sha256, reason=body.reason)
        return Response(status_code=204)

    @router.get("/{proceeding_id}/files/{file_id}/content", **sends(BYTES))
    def file_content(work: Annotated[Work, doors.reads], proceeding_id: int, file_id: int) -> Response:
        found = doors.seen(work, proceeding_id)
        file = filing.file_in(work.session, found, file_id)
        doors.note(work, f"{noun}.read", found, act="read_file", sha256=file.sha256)
        return saved(work, file.sha256, file.name)

    @router.get("/{proceeding_id}/files/{file_id}/thumbnail", **sends(JPEG))
    def thumbnail(work: Annotated[Work, doors.reads], proceeding_id: int, file_id: int) -> Response:
        file = filing.file_in(work.session, doors.seen(work, proceeding_id), file_id)
        if file.thumbnail_sha256 is None:
            raise NotFound(what="缩略图", key=file_id)
        path = work.request.app.state.store.path(file.thumbnail_sha256)
        return thumbnail_of(path)

    @router.post("/{proceeding_id}/signatures", status_code=201)
    def sign(work: Annotated[Work, doors.keeps], proceeding_id: int, body: SignatureIn) -> JSONResponse:
        """Sign the file as it stands, for one side."""
        found = doors.filed(work, proceeding_id)
        signing = Signing(body.side, drawn=body.drawn_png is not None)
        operations.require_not_kept_off(work.session, doors.conduct, work.actor, found, signing)
        unit_id = found.counterpart_unit_id if body.side == "receiving" else found.unit_id
        made = filing.sign(
            work.session, work.request.app.state.store, work.actor, found,
            side=body.side, person=body.person, unit_id=None if body.side == "witness" else unit_id, drawn=drawn(body.drawn_png),
        )  # fmt: skip
        doors.note(work, f"{noun}.file", found, act="sign", side=body.side, person=made.person)
        return doors.answer(work, found, 201)

    @router.post("/{proceeding_id}/amounts", status_code=201)
    def add_amount(work: Annotated[Work, doors.keeps], proceeding_id: int, body: AmountIn) -> JSONResponse:
        found = doors.filed(work, proceeding_id)
        filing.require_head(doors.procedure, body.head)
        made = filing.add_amount(work.session, work.actor, found, **body.model_dump())
        doors.note(
            work,
            f"{noun}.file",
            found,
            act="add_amount",
            head=made.head,
            stage=made.stage,
            amount_yuan=str(made.amount_yuan),
        )
        return JSONResponse(jsonable_encoder(amount_out(made)), 201)

    @router.post("/{proceeding_id}/amounts/{amount_id}/remove", status_code=204)
    def remove_amount(work: Annotated[Work, doors.keeps], proceeding_id: int, amount_id: int, body: Why) -> Response:
        found = doors.filed(work, proceeding_id)
        filing.remove_amount(work.session, work.actor, found, amount_id, body.reason)
        doors.note(work, f"{noun}.file", found, act="remove_amount", amount=amount_id, reason=body.reason)
        return Response(status_code=204)


def office_of(work: Work) -> filing.Office:
    """The office that issues papers here, by the settings."""
    settings = work.request.app.state.settings
    return filing.Office(
        district_code=settings.district_code,
        unit_code=settings.paper_unit_code,
        prefix=settings.paper_prefix,
        name=settings.producer,
        base_url=settings.public_url or f"http://{settings.host}:{settings.port}",
    )


def saved(work: Work, sha256: str, name: str) -> Response:
    """A stored file, byte for byte, to be saved: never shown as a page of ours."""
    path = work.request.app.state.store.path(sha256)
    return FileResponse(path, media_type=BYTES, headers=to_be_saved(name))


def drawn(sent: str | None) -> bytes | None:
    """The PNG of a drawn signature."""
    if sent is None:
        return None
    try:
        content = base64.b64decode(sent.removeprefix("data:image/png;base64,"), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(PNG) or len(content) > SIGNATURE_BYTES:
        raise BadRequest(parameter="drawn_png", value=sent[:20])
    return content
