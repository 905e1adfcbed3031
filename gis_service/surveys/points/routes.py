"""HTTP doors of points, samples, photos and geophysics lines of a survey."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString

from gis_service.access.edge import Work, doing
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.http import thumbnail_of
from gis_service.core.media import BYTES, JPEG
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.attachments.routes import kept
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.parcels.operations import outline_from
from gis_service.procedures import queries as engine
from gis_service.procedures.doors import saved
from gis_service.procedures.models import Proceeding
from gis_service.procedures.schemas import Why
from gis_service.surveys import logs as logging
from gis_service.surveys import queries
from gis_service.surveys.errors import LineShort, LogRefused
from gis_service.surveys.models import GeophysicsLine, PointPhoto, Survey, SurveySample
from gis_service.surveys.points import operations, placing
from gis_service.surveys.points.operations import Source
from gis_service.surveys.points.schemas import (
    LineIn,
    PointIn,
    ResultsIn,
    SampleIn,
    fault_out,
    line_out,
    photo_out,
    point_out,
    sample_out,
)
from gis_service.surveys.procedure import SURVEY

router = APIRouter(prefix="/api/v1/surveys", route_class=UploadRoute, tags=["survey"])

Read = Annotated[Work, doing("survey.read")]
Record = Annotated[Work, doing("survey.record")]
Upload = Annotated[UploadFile, File()]


def survey_of(work: Work, survey_id: int) -> tuple[Proceeding, Survey]:
    """The survey one may see; raises `NotFound`."""
    proceeding = engine.one(work.session, SURVEY, survey_id)
    return proceeding, queries.one(work.session, survey_id)


def answer(body: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(jsonable_encoder(body), status)


@router.get("/{survey_id}/points")
def points(work: Read, survey_id: int, withdrawn: bool = False) -> JSONResponse:
    """Points by number with their strata; with `withdrawn` those taken out too."""
    survey_of(work, survey_id)
    found = queries.points(work.session, survey_id, removed=withdrawn)
    strata = queries.strata_of(work.session, [point.id for point in found])
    return answer({"items": [point_out(point, strata[point.id]) for point in found]})


@router.post("/{survey_id}/points", status_code=201)
def add_point(work: Record, survey_id: int, body: PointIn) -> JSONResponse:
    """One point, entered by hand. What contradicts itself or lies elsewhere is refused by row and field."""
    proceeding, survey = survey_of(work, survey_id)
    log = body.log()
    outline = placing.outline_of(work.session, survey)
    errors = [fault_out("error", fault) for fault in logging.faults(log)]
    errors += [fault_out(level, fault) for level, _, fault in placing.faults(outline, [log]) if level == "error"]
    if errors:
        raise LogRefused(errors=errors, point_no=log.point_no, count=len(errors))
    (made,) = operations.keep(work.session, work.actor, survey, [log], Source(replace_reason=body.replace_reason))
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="add_point", point_no=made.point_no)
    return answer(point_out(made, queries.strata_of(work.session, [made.id])[made.id]), 201)


@router.get("/{survey_id}/points/{point_id}")
def one_point(work: Read, survey_id: int, point_id: int) -> JSONResponse:
    """A point with strata, samples, results and photos."""
    survey_of(work, survey_id)
    point = operations.point_in(work.session, survey_id, point_id)
    samples = queries.samples_of(work.session, [point.id])[point.id]
    results = queries.results_of(work.session, [sample.id for sample in samples])
    body = {
        **point_out(point, queries.strata_of(work.session, [point.id])[point.id]),
        "samples": [sample_out(sample, results[sample.id]) for sample in samples],
        "photos": [photo_out(photo) for photo in queries.photos_of(work.session, point.id)],
    }
    return answer(body)


@router.post("/{survey_id}/points/{point_id}/withdraw", status_code=204)
def withdraw(work: Record, survey_id: int, point_id: int, body: Why) -> Response:
    """Take a point out with a reason; its record stays."""
    proceeding, _ = survey_of(work, survey_id)
    point = operations.point_in(work.session, survey_id, point_id)
    operations.withdraw(work.session, work.actor, point, body.reason)
    work.note(
        "survey.record",
        f"survey/{proceeding.proceeding_no}",
        act="withdraw_point",
        point_no=point.point_no,
        reason=body.reason,
    )
    return Response(status_code=204)


@router.post("/{survey_id}/points/{point_id}/samples", status_code=201)
def add_sample(work: Record, survey_id: int, point_id: int, body: SampleIn) -> JSONResponse:
    """A sample of a point, with results where the laboratory has reported. Its depth must lie within the hole."""
    proceeding, _ = survey_of(work, survey_id)
    point = operations.point_in(work.session, survey_id, point_id)
    sample = body.sample(1)
    log = operations.log_of(point, queries.strata_of(work.session, [point.id])[point.id], [sample])
    if errors := [fault_out("error", fault) for fault in logging.faults(log)]:
        raise LogRefused(errors=errors, point_no=point.point_no, count=len(errors))
    made = operations.add_sample(work.session, work.actor, point.id, sample)
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="add_sample", sample_no=made.sample_no)
    return answer(sample_out(made, queries.results_of(work.session, [made.id])[made.id]), 201)


@router.post("/{survey_id}/samples/{sample_id}/results", status_code=201)
def add_results(work: Record, survey_id: int, sample_id: int, body: ResultsIn) -> JSONResponse:
    """What the laboratory reported for a sample."""
    proceeding, _ = survey_of(work, survey_id)
    sample = work.session.get(SurveySample, sample_id)
    if sample is None or operations.point_in(work.session, survey_id, sample.point_id) is None:
        raise NotFound(what="样品", key=sample_id)
    operations.add_results(work.session, work.actor, sample, [each.result() for each in body.results])
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="add_results", sample_no=sample.sample_no)
    return answer(sample_out(sample, queries.results_of(work.session, [sample.id])[sample.id]), 201)


@router.post("/{survey_id}/points/{point_id}/photos", status_code=201)
def add_photo(
    work: Record, survey_id: int, point_id: int, file: Upload, label: Annotated[str, Form(max_length=100)] = ""
) -> JSONResponse:
    proceeding, _ = survey_of(work, survey_id)
    point = operations.point_in(work.session, survey_id, point_id)
    store = work.request.app.state.store
    made = operations.add_photo(work.session, store, work.actor, point, kept(work, file), label.strip())
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="add_photo", sha256=made.sha256)
    return answer(photo_out(made), 201)


@router.get("/{survey_id}/points/{point_id}/photos/{photo_id}/{size}", **sends(BYTES, JPEG))
def photo(work: Read, survey_id: int, point_id: int, photo_id: int, size: str) -> Response:
    """`thumbnail`, or the original byte for byte as `content`."""
    survey_of(work, survey_id)
    operations.point_in(work.session, survey_id, point_id)
    found = work.session.get(PointPhoto, photo_id)
    if found is None or found.point_id != point_id or size not in ("thumbnail", "content"):
        raise NotFound(what="照片", key=photo_id)
    return _picture(work, found.small_sha256, found.sha256, found.name, size)


def _picture(work: Work, small: str | None, sha256: str, name: str, size: str) -> Response:
    if size == "content":
        return saved(work, sha256, name)
    if small is None:
        raise NotFound(what="缩略图", key=name)
    path = work.request.app.state.store.path(small)
    return thumbnail_of(path)


@router.get("/{survey_id}/geophysics")
def lines(work: Read, survey_id: int) -> JSONResponse:
    survey_of(work, survey_id)
    return answer({"items": [line_out(each) for each in queries.geophysics(work.session, survey_id)]})


@router.post("/{survey_id}/geophysics", status_code=201)
def add_line(work: Record, survey_id: int, body: LineIn) -> JSONResponse:
    """A line of geophysics with what it was taken for. Not proof."""
    proceeding, _ = survey_of(work, survey_id)
    drawn = LineString(body.coordinates)
    if drawn.length == 0:
        raise LineShort()
    facts = body.model_dump(exclude={"coordinates", "anomaly"})
    anomaly = None if body.anomaly is None else from_shape(outline_from(body.anomaly), srid=STORAGE_SRID)
    made = GeophysicsLine(
        survey_id=survey_id, geom=from_shape(drawn, srid=STORAGE_SRID), anomaly=anomaly, added_by_name=work.actor.name, **facts
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="add_line", line_no=made.line_no)
    return answer(line_out(made), 201)


@router.post("/{survey_id}/geophysics/{line_id}/picture", status_code=201)
def add_picture(work: Record, survey_id: int, line_id: int, file: Upload) -> JSONResponse:
    """The picture of the inverted section."""
    proceeding, _ = survey_of(work, survey_id)
    line = _line(work, survey_id, line_id)
    stored = kept(work, file)
    line.small_sha256 = operations.kept_picture(work.session, work.request.app.state.store, work.actor, stored)
    line.picture_sha256, line.picture_name = stored.sha256, stored.name
    work.session.flush()
    work.note("survey.record", f"survey/{proceeding.proceeding_no}", act="add_picture", sha256=stored.sha256)
    return answer(line_out(line), 201)


@router.get("/{survey_id}/geophysics/{line_id}/picture/{size}", **sends(BYTES, JPEG))
def picture(work: Read, survey_id: int, line_id: int, size: str) -> Response:
    survey_of(work, survey_id)
    line = _line(work, survey_id, line_id)
    if line.picture_sha256 is None or size not in ("thumbnail", "content"):
        raise NotFound(what="图片", key=line.line_no)
    return _picture(work, line.small_sha256, line.picture_sha256, line.picture_name or "picture", size)


def _line(work: Work, survey_id: int, line_id: int) -> GeophysicsLine:
    found = work.session.get(GeophysicsLine, line_id)
    if found is None or found.survey_id != survey_id or found.removed_at is not None:
        raise NotFound(what="测线", key=line_id)
    return found


@router.post("/{survey_id}/geophysics/{line_id}/withdraw", status_code=204)
def withdraw_line(work: Record, survey_id: int, line_id: int, body: Why) -> Response:
    proceeding, _ = survey_of(work, survey_id)
    line = _line(work, survey_id, line_id)
    operations.withdraw_line(work.session, line, body.reason)
    work.note(
        "survey.record",
        f"survey/{proceeding.proceeding_no}",
        act="withdraw_line",
        line_no=line.line_no,
        reason=body.reason,
    )
    return Response(status_code=204)
