"""HTTP doors for files of points: the template, an import with its trial, drawings and what is taken out."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.core import clock
from gis_service.core.described import answers, sends
from gis_service.core.errors import BadRequest
from gis_service.core.http import language, to_be_saved
from gis_service.core.media import BYTES, XLSX, by_ending
from gis_service.core.srid import METRIC_SRID
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.parcels.models import Deployment
from gis_service.procedures.filing import remember
from gis_service.procedures.queries import parcels_of
from gis_service.surveys import queries
from gis_service.surveys.drawing import output, section, section_parts, strip, strip_parts
from gis_service.surveys.logs import Log
from gis_service.surveys.points import importing, operations
from gis_service.surveys.points.operations import Source
from gis_service.surveys.points.routes import answer, survey_of
from gis_service.surveys.reading import ags_writer, template

router = APIRouter(prefix="/api/v1/surveys", route_class=UploadRoute, tags=["survey"])

Read = Annotated[Work, doing("survey.read")]
Record = Annotated[Work, doing("survey.record")]
TYPES = by_ending("svg", "pdf", "png")
Form3 = Literal["svg", "pdf", "png"]
DPI = 200


@router.get("/template.xlsx", **sends(XLSX))
def empty_template(work: Read) -> Response:  # noqa: ARG001  (the permission is asked for)
    """The workbook to fill in, with its lists."""
    return Response(template.template(METRIC_SRID), media_type=XLSX, headers=to_be_saved("摸排钻孔模板.xlsx"))


@router.post("/{survey_id}/points/import", status_code=201, **answers(200))
def take_in(
    work: Record,
    survey_id: int,
    file: Annotated[UploadFile, File()],
    crs: Annotated[int | None, Form()] = None,
    dry_run: Annotated[bool, Form()] = False,
    replace_reason: Annotated[str, Form(max_length=500)] = "",
) -> JSONResponse:
    """A file of points: XLSX, CSV, ZIP of CSV, AGS. With `dry_run` it is only looked at. Kept all or none."""
    proceeding, survey = survey_of(work, survey_id)
    stored = kept(work, file)
    path = work.request.app.state.store.path(stored.sha256)
    box = work.request.app.state.settings.plausible_box
    trial = importing.tried(work.session, survey, path, stored.name, crs=crs, box=box)
    if dry_run:
        return answer(importing.trial_out(trial), 200)
    remember(work.session, work.actor, stored)
    source = Source(stored.sha256, replace_reason)
    made = importing.accept(work.session, work.actor, survey, trial, source, stored.name)
    work.note(
        "survey.record",
        f"survey/{proceeding.proceeding_no}",
        act="import_points",
        sha256=stored.sha256,
        points=len(made),
    )
    return answer({**importing.trial_out(trial), "kept": [point.point_no for point in made]}, 201)


def logs_of(work: Work, survey_id: int, only: int | None = None) -> list[Log]:
    """Points as logs, with samples and results."""
    points = [each for each in queries.points(work.session, survey_id) if only in (None, each.id)]
    strata = queries.strata_of(work.session, [point.id for point in points])
    samples = queries.samples_of(work.session, [point.id for point in points])
    results = queries.results_of(work.session, [each.id for found in samples.values() for each in found])
    return [
        operations.log_of(
            point, strata[point.id], [operations.sample_of(each, results[each.id]) for each in samples[point.id]]
        )
        for point in points
    ]


@router.get("/{survey_id}/points.{form}", **sends(XLSX, BYTES))
def taken_out(work: Read, survey_id: int, form: Literal["xlsx", "ags"]) -> Response:
    """All points as a workbook that can be read in again, or as AGS 4."""
    proceeding, _ = survey_of(work, survey_id)
    logs = logs_of(work, survey_id)
    if form == "xlsx":
        content, media = template.write(logs), XLSX
    else:
        producer = work.request.app.state.settings.producer
        content = ags_writer.write_ags(logs, proceeding.title, producer=producer, issued=clock.today())
        media = BYTES
    work.note("survey.read", f"survey/{proceeding.proceeding_no}", act="take_out", form=form)
    return Response(content, media_type=media, headers=to_be_saved(f"{proceeding.proceeding_no}.{form}"))


def _titles(work: Work, survey_id: int) -> dict[str, Any]:
    """What a drawing says it is of."""
    proceeding, _ = survey_of(work, survey_id)
    parcels = parcels_of(work.session, survey_id)
    return {"project": proceeding.title, "parcel_no": parcels[0]["parcel_no"] if parcels else ""}


def _is_sample(work: Work) -> bool:
    return work.session.get(Deployment, "sample_data") is not None


def line_of(written: str) -> list[tuple[float, float]]:
    """A line as `E,N;E,N…` in metres of the metric system; raises `BadRequest`."""
    try:
        pairs = [tuple(float(part) for part in pair.split(",")) for pair in written.split(";") if pair.strip()]
        return [(east, north) for east, north in pairs]
    except ValueError:
        raise BadRequest(parameter="line", value=written[:60]) from None


@router.get("/{survey_id}/points/{point_id}/log.{form}", **sends(*TYPES.values()))
def strip_log(work: Read, survey_id: int, point_id: int, form: Form3, narrow: bool = False) -> Response:
    """The strip log of a point, to scale."""
    titles = _titles(work, survey_id)
    point = operations.point_in(work.session, survey_id, point_id)
    (log,) = logs_of(work, survey_id, point.id)
    sheet = strip_parts.PANE if narrow else strip_parts.A4
    said: dict[str, Any] = {**titles, "sample": _is_sample(work), "lang": language(work.request)}
    if form == "pdf":
        return _file(output.to_pdf(strip.strip_log_pages(log, **said), "a4"), form, point.point_no)
    drawn = strip.strip_log(log, sheet=sheet, **said)
    return _file(drawn.encode() if form == "svg" else output.to_png(drawn, "a4", DPI), form, point.point_no)


@router.get("/{survey_id}/section.{form}", **sends(*TYPES.values()))
def cut(
    work: Read,
    survey_id: int,
    form: Form3,
    line: Annotated[str, Query(max_length=2_000, description="metres: E,N;E,N…")],
    corridor_m: Annotated[float, Query(gt=0, le=500)] = 30.0,
    narrow: bool = False,
) -> Response:
    """The section along a line drawn on the map, with the points of the corridor projected onto it."""
    titles = _titles(work, survey_id)
    logs = logs_of(work, survey_id)
    sheet = section_parts.A3 if form != "svg" else section_parts.PANE if narrow else section_parts.WIDE_PANE
    drawn = section.section(
        logs,
        line_of(line),
        corridor_m=corridor_m,
        sheet=sheet,
        sample=_is_sample(work),
        as_of=clock.today(),
        lang=language(work.request),
        **titles,
    )
    if form == "svg":
        return _file(drawn.encode(), form, "section")
    made = output.to_pdf(drawn, "a3") if form == "pdf" else output.to_png(drawn, "a3", DPI)
    return _file(made, form, "剖面图")


def _file(content: bytes, form: str, name: str) -> Response:
    headers = {"Cache-Control": "private, no-store"} if form == "svg" else to_be_saved(f"{name}.{form}")
    return Response(content, media_type=TYPES[form], headers=headers)
