"""HTTP doors of papers: their kinds, their templates, examples."""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from gis_service.access.edge import Handler, Route, Work, before_the_body, doing
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest
from gis_service.core.http import to_be_saved
from gis_service.core.media import DOCX, PDF, by_ending
from gis_service.papers import operations, queries
from gis_service.papers.catalogue import KINDS, PROCEDURES, PaperKind, kind
from gis_service.papers.docx.package import MAX_BYTES
from gis_service.papers.errors import fault
from gis_service.papers.models import PaperTemplate
from gis_service.papers.schemas import GoBack, KindOut, Note, TemplateVersion

FORM_BYTES = 64 << 10
"""What a form may be larger than the file in it."""


class TemplateRoute(Route):
    """A route that knows who uploads, and how much, before it takes the first byte of the body."""

    def get_route_handler(self) -> Handler:
        return before_the_body(super().get_route_handler(), _require_size)


def _require_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise BadRequest(parameter="Content-Length", value=length)
    if int(length) > MAX_BYTES + FORM_BYTES:
        raise fault("too_large")


router = APIRouter(prefix="/api/v1", route_class=TemplateRoute)

Read = Annotated[Work, doing("paper_template.read")]
Change = Annotated[Work, doing("paper_template.change")]

TYPES = by_ending("docx", "pdf")


@router.get("/paper-kinds")
def kinds(work: Read) -> dict[str, list[KindOut]]:
    """Every kind of paper, by procedure, with the version of its template."""
    latest = queries.latest(work.session)
    return {"items": [_kind(found, latest.get(code)) for code, found in KINDS.items()]}


@router.get("/paper-kinds/{code}/template", **sends(DOCX))
def template(work: Read, code: str, version: int | None = None) -> Response:
    """The template in use, or one version of it (0 is the shipped one), as DOCX."""
    store = work.request.app.state.store
    if version is None:
        content = operations.template_bytes(work.session, store, code)
    else:
        content = operations.version_bytes(work.session, store, code, version)
    return _file(content, f"{kind(code).zh}模板", "docx")


@router.get("/paper-kinds/{code}/template/versions")
def versions(work: Read, code: str) -> dict[str, list[TemplateVersion]]:
    """The versions that were uploaded, newest first."""
    found, store = kind(code), work.request.app.state.store
    rows = queries.versions(work.session, code)
    return {"items": [_version(row, usable=operations.usable(store, found, row)) for row in rows]}


@router.post("/paper-kinds/{code}/template", status_code=201)
def change(
    work: Change, code: str, file: Annotated[UploadFile, File()], note: Annotated[Note, Form()]
) -> TemplateVersion:
    """A new version, once it has been filled and printed with invented facts."""
    content = file.file.read(MAX_BYTES + 1)  # one more than is taken: too large is then told as such
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2][:200] or f"{code}.docx"
    store = work.request.app.state.store
    made = operations.change(work.session, store, work.actor, code, content, name=name, note=note)
    return _changed(work, made, "upload")


@router.post("/paper-kinds/{code}/template/back", status_code=201)
def go_back(work: Change, code: str, body: GoBack) -> TemplateVersion:
    """An earlier version once more, as a new one."""
    store = work.request.app.state.store
    made = operations.go_back(work.session, store, work.actor, code, body.version, note=body.note)
    return _changed(work, made, "back")


@router.get("/paper-kinds/{code}/example", **sends(DOCX, PDF))
def example(work: Read, code: str, format: Literal["docx", "pdf"] = "pdf") -> Response:  # noqa: A002  (the word of the address)
    """The template in use with invented facts, marked 示例."""
    made = operations.example(work.session, work.request.app.state.store, code)
    return _file(made.pdf if format == "pdf" else made.docx, f"{kind(code).zh}示例", format)


def _changed(work: Work, made: PaperTemplate, act: str) -> TemplateVersion:
    work.session.refresh(made)
    work.note("paper_template.change", made.kind, act=act, version=made.version, sha256=made.sha256, note=made.note)
    return _version(made, usable=True)


def _version(row: PaperTemplate, *, usable: bool) -> TemplateVersion:
    return TemplateVersion(
        version=row.version,
        note=row.note,
        uploaded_by=row.uploaded_by_name,
        uploaded_at=row.uploaded_at,
        sha256=row.sha256,
        usable=usable,
    )


def _kind(found: PaperKind, newest: PaperTemplate | None) -> KindOut:
    zh, en = PROCEDURES[found.procedure]
    return KindOut(
        code=found.code,
        zh=found.zh,
        en=found.en,
        procedure=found.procedure,
        procedure_zh=zh,
        procedure_en=en,
        series=found.series,
        has_template=bool(found.template),
        version=newest.version if newest else 0,
        changed_at=newest.uploaded_at if newest else None,
        changed_by=newest.uploaded_by_name if newest else None,
    )


def _file(content: bytes, name: str, ending: str) -> Response:
    return Response(content, media_type=TYPES[ending], headers=to_be_saved(f"{name}.{ending}"))
