"""Verbs on points: keep logs, withdraw one, add results and photos. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.store import FileStore
from gis_service.geo import crs as systems
from gis_service.parcels.attachments.operations import Kept, checked, small_of
from gis_service.parcels.errors import NoReason
from gis_service.procedures.filing import remember
from gis_service.surveys import logs as derived
from gis_service.surveys.errors import PointTaken
from gis_service.surveys.logs import Layer, Log, Result, Sample
from gis_service.surveys.models import (
    GeophysicsLine,
    PointPhoto,
    SampleResult,
    Stratum,
    Survey,
    SurveyPoint,
    SurveySample,
)
from gis_service.surveys.rules import Medium, Odour, PointKind, PositionMethod, WasteClass


@dataclass(frozen=True)
class Source:
    """Where points came from: the file, and why earlier points of the same number are replaced (empty: they are not)."""

    file_sha256: str | None = None
    replace_reason: str = ""


def keep(session: Session, actor: Actor, survey: Survey, logs: Sequence[Log], source: Source) -> list[SurveyPoint]:
    """Every log as a point of the survey, all or none; raises `PointTaken` where a number is recorded and not to be replaced."""
    taken = _standing(session, survey, [log.point_no for log in logs])
    if taken and not source.replace_reason.strip():
        raise PointTaken(numbers="、".join(sorted(point.point_no for point in taken)))
    for point in taken:
        withdraw(session, actor, point, source.replace_reason)
    places = _places(logs)
    points = [_point(actor, survey, log, place, source) for log, place in zip(logs, places, strict=True)]
    session.add_all(points)
    session.flush()
    for point, log in zip(points, logs, strict=True):
        session.add_all(_stratum(point.id, seq, layer) for seq, layer in enumerate(log.layers, 1))
        for sample in log.samples:
            add_sample(session, actor, point.id, sample)
    session.flush()
    return points


def _standing(session: Session, survey: Survey, numbers: Sequence[str]) -> list[SurveyPoint]:
    asked = select(SurveyPoint).where(
        SurveyPoint.survey_id == survey.proceeding_id,
        SurveyPoint.point_no.in_(numbers),
        SurveyPoint.removed_at.is_(None),
    )
    return list(session.scalars(asked))


def withdraw(session: Session, actor: Actor, point: SurveyPoint, reason: str) -> None:
    """Take a point out of the survey; it stays as it was recorded, with who withdrew it and why."""
    if not reason.strip():
        raise NoReason()
    point.removed_at, point.removed_by_name, point.removed_reason = clock.now(), actor.name, reason.strip()
    session.flush()


def _places(logs: Sequence[Log]) -> list[Point]:
    """The places in the storage system, in the order of the logs."""
    return [systems.transform(Point(float(log.easting), float(log.northing)), log.crs, STORAGE_SRID) for log in logs]


def _point(actor: Actor, survey: Survey, log: Log, place: Point, source: Source) -> SurveyPoint:
    return SurveyPoint(
        survey_id=survey.proceeding_id, point_no=log.point_no, kind=log.kind, easting=log.easting, northing=log.northing, crs=log.crs,
        geom=from_shape(place, srid=STORAGE_SRID), ground_elev_m=log.ground_elev_m, position_method=log.position_method,
        made_on=log.made_on, contractor=log.contractor, driller=log.driller, logger=log.logger, total_depth_m=log.total_depth_m,
        diameter_mm=log.diameter_mm, bottom_reached=log.bottom_reached, water_first_m=log.water_first_m,
        water_stable_m=log.water_stable_m, odour=log.odour, gas={name: str(value) for name, value in log.gas.items()},
        pid_ppm=log.pid_ppm, backfilled_on=log.backfilled_on, remark=log.remark, waste_top_m=derived.waste_top_m(log),
        waste_bottom_m=derived.waste_bottom_m(log), waste_thickness_m=derived.waste_thickness_m(log),
        file_sha256=source.file_sha256, file_row=log.row, added_by=actor.id, added_by_name=actor.name,
    )  # fmt: skip


def _stratum(point_id: int, seq: int, layer: Layer) -> Stratum:
    return Stratum(
        point_id=point_id, seq=seq, from_m=layer.from_m, to_m=layer.to_m, soil_name=layer.soil_name, is_waste=layer.is_waste,
        waste_class=layer.waste_class, composition_pct={name: str(share) for name, share in layer.composition_pct.items()},
        moisture=layer.moisture, colour=layer.colour, odour=layer.odour, degradation=layer.degradation, description=layer.description,
    )  # fmt: skip


def add_sample(session: Session, actor: Actor, point_id: int, sample: Sample) -> SurveySample:
    """A sample with its results, as it was taken."""
    made = SurveySample(
        point_id=point_id, sample_no=sample.sample_no, from_m=sample.from_m, to_m=sample.to_m, medium=sample.medium,
        container=sample.container, preserved=sample.preserved, laboratory=sample.laboratory, taken_on=sample.taken_on,
        received_on=sample.received_on,
    )  # fmt: skip
    session.add(made)
    session.flush()
    add_results(session, actor, made, sample.results)
    return made


def add_results(session: Session, actor: Actor, sample: SurveySample, results: Sequence[Result]) -> None:
    """Values of the laboratory, as reported."""
    session.add_all(
        SampleResult(
            sample_id=sample.id, analyte=each.analyte, value=each.value, unit=each.unit, method=each.method,
            detection_limit=each.detection_limit, qualifier=each.qualifier, added_by_name=actor.name,
        )
        for each in results
    )  # fmt: skip
    session.flush()


def log_of(point: SurveyPoint, strata: Sequence[Stratum], samples: Sequence[Sample] = ()) -> Log:
    """The point as the log it was read from, for drawings and files."""
    return Log(
        point_no=point.point_no, kind=PointKind(point.kind), easting=point.easting, northing=point.northing, crs=point.crs,
        total_depth_m=point.total_depth_m, bottom_reached=point.bottom_reached, ground_elev_m=point.ground_elev_m,
        position_method=PositionMethod(point.position_method) if point.position_method else None, made_on=point.made_on,
        contractor=point.contractor, driller=point.driller, logger=point.logger, diameter_mm=point.diameter_mm,
        water_first_m=point.water_first_m, water_stable_m=point.water_stable_m, odour=Odour(point.odour) if point.odour else None,
        gas=_decimals(point.gas), pid_ppm=point.pid_ppm, backfilled_on=point.backfilled_on, remark=point.remark,
        layers=[_layer(each) for each in strata], samples=samples,
    )  # fmt: skip


def _layer(row: Stratum) -> Layer:
    return Layer(
        from_m=row.from_m, to_m=row.to_m, soil_name=row.soil_name, is_waste=row.is_waste,
        waste_class=WasteClass(row.waste_class) if row.waste_class else None, composition_pct=_decimals(row.composition_pct),
        moisture=row.moisture, colour=row.colour, odour=Odour(row.odour) if row.odour else None,
        degradation=row.degradation, description=row.description,
    )  # fmt: skip


def sample_of(row: SurveySample, results: Sequence[SampleResult]) -> Sample:
    return Sample(
        sample_no=row.sample_no, from_m=row.from_m, to_m=row.to_m, medium=Medium(row.medium), container=row.container,
        preserved=row.preserved, laboratory=row.laboratory, taken_on=row.taken_on, received_on=row.received_on,
        results=[Result(r.analyte, r.value, r.unit, r.method, r.detection_limit, r.qualifier) for r in results],
    )  # fmt: skip


def _decimals(kept: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in kept.items()}


def add_photo(
    session: Session, store: FileStore, actor: Actor, point: SurveyPoint, file: Kept, label: str
) -> PointPhoto:
    """A photo of the site, the core box, a layer or a sample; the same bytes are kept once."""
    known = session.scalar(select(PointPhoto).where(PointPhoto.point_id == point.id, PointPhoto.sha256 == file.sha256))
    if known is not None:
        return known
    small = kept_picture(session, store, actor, file)
    made = PointPhoto(
        point_id=point.id, sha256=file.sha256, name=file.name, label=label, small_sha256=small, added_by_name=actor.name
    )
    session.add(made)  # fmt: skip
    session.flush()
    return made


def kept_picture(session: Session, store: FileStore, actor: Actor, file: Kept) -> str | None:
    """A picture as a stored file; returns the hash of its small copy. Raises `NotAllowed` or `BadPicture` for what is none."""
    found = checked(store.path(file.sha256), file)
    small = small_of(store, file, found)
    remember(session, actor, file)
    return small


def point_in(session: Session, survey_id: int, point_id: int) -> SurveyPoint:
    """A point of the survey that stands; raises `NotFound`."""
    found = session.get(SurveyPoint, point_id)
    if found is None or found.survey_id != survey_id:
        raise NotFound(what="点", key=point_id)
    return found


def withdraw_line(session: Session, line: GeophysicsLine, reason: str) -> None:
    if not reason.strip():
        raise NoReason()
    line.removed_at, line.removed_reason = clock.now(), reason.strip()
    session.flush()
