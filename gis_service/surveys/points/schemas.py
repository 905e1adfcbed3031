"""Shapes of points, in and out. Depths in metres below ground, coordinates as written beside their CRS."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from geoalchemy2.shape import to_shape
from pydantic import Field

from gis_service.procedures.schemas import Long, Sent, Text
from gis_service.surveys.logs import Fault, Layer, Log, Result, Sample
from gis_service.surveys.models import GeophysicsLine, PointPhoto, SampleResult, Stratum, SurveyPoint, SurveySample
from gis_service.surveys.rules import Geophysics, Medium, Odour, PointKind, PositionMethod, WasteClass
from gis_service.surveys.words import soil

Depth = Annotated[Decimal, Field(ge=-9_999, le=9_999, max_digits=8, decimal_places=3)]
Plane = Annotated[Decimal, Field(ge=-100_000_000, le=100_000_000, max_digits=12, decimal_places=3)]
Figure = Annotated[Decimal, Field(ge=0, le=10**12)]


class LayerIn(Sent):
    """`is_waste` may be left out for the words of the vocabulary, which say it themselves."""

    from_m: Depth
    to_m: Depth
    soil_name: Annotated[Text, Field(min_length=1)]
    is_waste: bool | None = None
    waste_class: WasteClass | None = None
    composition_pct: dict[Annotated[str, Field(max_length=40)], Figure] = Field(default_factory=dict)
    moisture: Text = ""
    colour: Text = ""
    odour: Odour | None = None
    degradation: Text = ""
    description: Long = ""

    def layer(self, row: int) -> Layer:
        known = soil(self.soil_name)
        said = self.model_dump()
        if self.is_waste is None:
            said["is_waste"] = bool(known and known.is_waste)
        if said["is_waste"] and self.waste_class is None:
            said["waste_class"] = known.waste_class if known and known.waste_class else WasteClass.UNKNOWN
        return Layer(**said, row=row)


class ResultIn(Sent):
    analyte: Annotated[Text, Field(min_length=1)]
    value: Figure
    unit: Annotated[Text, Field(min_length=1)]
    method: Text = ""
    detection_limit: Figure | None = None
    qualifier: Annotated[str, Field(pattern="^<?$")] = ""

    def result(self) -> Result:
        return Result(**self.model_dump())


class SampleIn(Sent):
    sample_no: Annotated[Text, Field(min_length=1)]
    from_m: Depth
    to_m: Depth
    medium: Medium
    container: Text = ""
    preserved: Text = ""
    laboratory: Text = ""
    taken_on: date | None = None
    received_on: date | None = None
    results: Annotated[list[ResultIn], Field(max_length=500)] = Field(default_factory=list)

    def sample(self, row: int) -> Sample:
        said = self.model_dump(exclude={"results"})
        return Sample(**said, results=[each.result() for each in self.results], row=row)


class PointIn(Sent):
    """A point entered by hand."""

    point_no: Annotated[Text, Field(min_length=1, max_length=60)]
    kind: PointKind
    easting: Plane
    northing: Plane
    crs: Annotated[int, Field(ge=1, le=999_999)]
    total_depth_m: Depth
    bottom_reached: bool
    ground_elev_m: Annotated[Decimal | None, Field(ge=-500, le=9_000)] = None
    position_method: PositionMethod | None = None
    made_on: date | None = None
    contractor: Text = ""
    driller: Text = ""
    logger: Text = ""
    diameter_mm: Figure | None = None
    water_first_m: Depth | None = None
    water_stable_m: Depth | None = None
    odour: Odour | None = None
    pid_ppm: Figure | None = None
    remark: Long = ""
    layers: Annotated[list[LayerIn], Field(min_length=1, max_length=500)]
    samples: Annotated[list[SampleIn], Field(max_length=500)] = Field(default_factory=list)
    replace_reason: Text = ""

    def log(self) -> Log:
        said = self.model_dump(exclude={"layers", "samples", "replace_reason"})
        layers = [each.layer(row) for row, each in enumerate(self.layers, 1)]
        return Log(**said, layers=layers, samples=[each.sample(row) for row, each in enumerate(self.samples, 1)])


class ResultsIn(Sent):
    results: Annotated[list[ResultIn], Field(min_length=1, max_length=500)]


class LineIn(Sent):
    line_no: Annotated[Text, Field(min_length=1, max_length=60)]
    method: Geophysics
    made_on: date | None = None
    coordinates: Annotated[list[tuple[float, float]], Field(min_length=2, max_length=5_000)]
    """Longitude and latitude in the storage system."""
    spacing_m: Annotated[Decimal | None, Field(gt=0, le=1_000)] = None
    depth_m: Annotated[Decimal | None, Field(gt=0, le=1_000)] = None
    interpretation: Long = ""
    anomaly: dict[str, Any] | None = None
    """GeoJSON Polygon or MultiPolygon of the ground found odd."""


def point_out(point: SurveyPoint, strata: Sequence[Stratum] | None = None) -> dict[str, Any]:
    place = to_shape(point.geom)
    shown = {
        name: getattr(point, name)
        for name in (
            "id", "survey_id", "point_no", "kind", "easting", "northing", "crs", "ground_elev_m", "position_method", "made_on", "contractor",
            "driller", "logger", "total_depth_m", "diameter_mm", "bottom_reached", "water_first_m", "water_stable_m", "odour", "gas", "pid_ppm",
            "backfilled_on", "remark", "waste_top_m", "waste_bottom_m", "waste_thickness_m", "file_row", "added_at", "removed_at",
            "removed_reason",
        )
    }  # fmt: skip
    open_ended = point.waste_thickness_m > 0 and not point.bottom_reached
    more = {
        "place": [place.x, place.y],
        "open_ended": open_ended,
        "added_by": point.added_by_name,
        "removed_by": point.removed_by_name,
    }
    return {**shown, **more, **({} if strata is None else {"layers": [stratum_out(each) for each in strata]})}


def stratum_out(row: Stratum) -> dict[str, Any]:
    known = soil(row.soil_name)
    names = ("seq", "from_m", "to_m", "soil_name", "is_waste", "waste_class", "composition_pct", "moisture", "colour", "odour", "degradation", "description")  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "soil_name_en": known.en if known else None}


def sample_out(row: SurveySample, results: Sequence[SampleResult]) -> dict[str, Any]:
    names = (
        "id",
        "point_id",
        "sample_no",
        "from_m",
        "to_m",
        "medium",
        "container",
        "preserved",
        "laboratory",
        "taken_on",
        "received_on",
    )
    said = ("analyte", "value", "unit", "method", "detection_limit", "qualifier")
    return {
        **{name: getattr(row, name) for name in names},
        "results": [{name: getattr(each, name) for name in said} for each in results],
    }


def photo_out(photo: PointPhoto) -> dict[str, Any]:
    return {"id": photo.id, "name": photo.name, "label": photo.label, "sha256": photo.sha256, "has_thumbnail": photo.small_sha256 is not None, "added_at": photo.added_at, "added_by": photo.added_by_name}  # fmt: skip


def line_out(line: GeophysicsLine) -> dict[str, Any]:
    names = ("id", "line_no", "method", "made_on", "spacing_m", "depth_m", "interpretation", "picture_name", "added_at")
    return {
        **{name: getattr(line, name) for name in names},
        "geometry": to_shape(line.geom).__geo_interface__,
        "anomaly": to_shape(line.anomaly).__geo_interface__ if line.anomaly is not None else None,
        "has_picture": line.picture_sha256 is not None,
    }


def fault_out(level: str, fault: Fault, *, file: str = "", sheet: str = "") -> dict[str, Any]:
    """A fault as everybody gets it: in a problem's `errors[]` and in the report of a trial import."""
    return {
        "level": level, "code": fault.code, "file": file, "sheet": sheet, "row": fault.row, "field": fault.field,
        "message": f"{fault.zh}。", "message_en": f"{fault.en}.",
    }  # fmt: skip
