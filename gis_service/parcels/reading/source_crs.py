"""The coordinate system of a layer: what a person says, else what the file declares, else what the values show."""

from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_service.geo import crs as systems
from gis_service.geo import detect, shift
from gis_service.parcels.reading import ways
from gis_service.parcels.reading.request import Request
from gis_service.parcels.reading.result import CrsInfo, Issue, Unreadable, issue


def conclude(
    declared: CRS | None, xy: detect.Floats, given: str | None, *, layer: str, issues: list[Issue]
) -> detect.Finding:
    """Conclude the system of one layer from its declaration and a sample of its (east, north) coordinates."""
    try:
        return _conclude(declared, xy, given, layer, issues)
    except systems.CrsError as refusal:
        raise Unreadable(refusal.code, refusal.zh, refusal.en, refusal.facts | {"layer": layer}) from None


def placed(
    request: Request, declared: CRS | None, xy: detect.Floats, *, layer: str, issues: list[Issue]
) -> detect.Finding:
    """Conclude the system of one layer with all that a person said: system, control points, shift."""
    way = ways.asked(request)
    if way is not None and way.fit is not None:
        return ways.by_points(way, xy, declared=declared.name if declared else None, layer=layer, issues=issues)
    return shifted(request, conclude(declared, xy, request.crs, layer=layer, issues=issues))


def shifted(request: Request, found: detect.Finding) -> detect.Finding:
    """The finding with the shift that a person told of, if any."""
    way = ways.asked(request)
    return found if way is None or way.shift is None else ways.by_shift(way, found)


def detected(
    xy: detect.Floats, *, zone: int | None, layer: str, issues: list[Issue], decimal: bool = False
) -> detect.Finding:
    """Conclude from values alone, with a zone number that was declared beside them; `decimal` as in `detect`."""
    try:
        found = detect.detect(xy, zone=zone, decimal=decimal)
    except systems.CrsError as refusal:
        raise Unreadable(refusal.code, refusal.zh, refusal.en, refusal.facts | {"layer": layer}) from None
    issues.extend(_warnings(found, layer))
    return found


def _warnings(found: detect.Finding, layer: str) -> list[Issue]:
    return [Issue("warning", code, sentence.zh, sentence.en, None, None, layer) for code, sentence in found.warnings]


def _conclude(
    declared: CRS | None, xy: detect.Floats, given: str | None, layer: str, issues: list[Issue]
) -> detect.Finding:
    if given:
        found = detect.reconcile(systems.parse(given), xy, source="given")
    else:
        found = _unasked(declared, xy, layer, issues)
    issues.extend(_warnings(found, layer))
    return found


def _unasked(declared: CRS | None, xy: detect.Floats, layer: str, issues: list[Issue]) -> detect.Finding:
    if declared is None:
        return detect.detect(xy)
    try:
        return detect.reconcile(declared, xy)
    except systems.NoTransformation:
        issues.append(issue("layer.crs_unusable", layer=layer, name=declared.name))
        return detect.detect(xy)


def from_wkt(text: str | bytes | None) -> CRS | None:
    """The system of a .prj or of GDAL; None where there is none or it cannot be read."""
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    if not text or not text.strip().strip("\ufeff"):
        return None
    try:
        wkt = CRS.from_user_input(text) if text.upper().startswith("EPSG:") else CRS.from_wkt(text.strip())
    except CRSError:
        return None
    return with_code(wkt)


def with_code(crs: CRS) -> CRS:
    """The registry's own definition where the text means one: it knows its area of use."""
    epsg = systems.epsg_of(crs)
    return crs if epsg is None else systems.as_crs(epsg)


def described(found: detect.Finding) -> CrsInfo:
    return CrsInfo(
        epsg=found.epsg,
        name=found.crs.name,
        evidence_zh=found.evidence_zh,
        evidence_en=found.evidence_en,
        axis_swapped=found.axis_swapped,
        source=found.source,
        geom_source=_geom_source(found),
        accuracy_m=_accuracy_m(found),
    )


def _geom_source(found: detect.Finding) -> str | None:
    if found.shift is not None:
        return "gcj02_converted"
    return None if found.fit is None else "imported"


def _accuracy_m(found: detect.Finding) -> float | None:
    if found.shift is not None:
        return shift.ACCURACY_M
    return None if found.fit is None else round(found.fit.accuracy_m, 3)
