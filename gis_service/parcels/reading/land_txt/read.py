"""国土 TXT: the land offices' boundary-point exchange format (勘测定界界址点坐标交换格式), read with much tolerance.

Grammar and traps: domain 4.1. In short: `key=value` lines; then for each plot a header line that ends with `@` and lines
`J1,1,X,Y`, where X is the northing and Y the easting. What a person typed is kept as it stands; only numbers are read.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from gis_service.geo import crs as systems
from gis_service.geo import detect, rings
from gis_service.parcels.reading import source_crs
from gis_service.parcels.reading.encoding import decoded
from gis_service.parcels.reading.land_txt.lines import (
    MOST_COMPLAINTS,
    PLACING,
    Plot,
    Ring,
    number_of,
    parse,
    plain,
    rings_of,
)
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import BoundaryPoint, Issue, Layer, Row, Summary, issue, unreadable
from gis_service.parcels.reading.shaping import Shaped, shaped
from gis_service.parcels.reading.values import shown

LAYER = "TXT"
FORMAT = "国土TXT"
#: Names of the header's fields from the left; files have 5 to 13 of them, further ones are kept by number.
HEADER = ("界址点数", "地块面积", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
_AREA = re.compile(r"([\d.]+)\s*(公顷|ha|hm2|平方米|㎡|m2|亩)?", re.IGNORECASE)
_UNITS_M2 = {"公顷": 10_000, "ha": 10_000, "hm2": 10_000, "平方米": 1, "㎡": 1, "m2": 1, "亩": 2000 / 3}


# --- coordinate system -------------------------------------------------------------------------------------------


def conclude(head: dict[str, str], xy: detect.Floats, request: Request, issues: list[Issue]) -> detect.Finding:
    """The system of plots with one head: it says the datum and perhaps the zone, the values say the rest."""
    said = {key: head.get(key, "") for key in PLACING}
    if request.control_points:
        found = source_crs.placed(request, None, xy, layer=LAYER, issues=issues)
        return found.because(
            f"文件头的坐标系“{said['坐标系']}”未采用", f"The head's system '{said['坐标系']}' was not used"
        )
    if request.crs:
        return source_crs.placed(request, None, xy, layer=LAYER, issues=issues)
    datum = _datum(said["坐标系"])
    if datum not in (systems.CGCS2000, systems.WGS84):
        return source_crs.conclude(systems.as_crs(datum), xy, None, layer=LAYER, issues=issues)  # refused by name
    if re.search(r"[1-9]", said["转换参数"]):
        issues.append(issue("txt.parameters_ignored", parameters=shown(said["转换参数"], 40)))
    zone = _zone(said, issues)
    found = source_crs.detected(xy, zone=zone, layer=LAYER, issues=issues)
    return source_crs.shifted(request, _with_header(found, said))


def _with_header(found: detect.Finding, said: dict[str, str]) -> detect.Finding:
    told = ", ".join(f"{key}={said[key]}" for key in ("坐标系", "几度分带", "带号") if said[key])
    if not told:
        return found.because("文件头未写坐标系，按 2000 国家大地坐标系", "The file names no system; taken as CGCS2000")
    return found.because(f"文件头：{told}", f"The head of the file says {told}").known_from("file")


def _datum(name: str) -> int:
    """EPSG code of the geographic system a 坐标系 means; an empty one is taken for CGCS2000."""
    if not name or "2000" in name or "CGCS" in name.upper():
        return systems.CGCS2000
    if "84" in name:
        return systems.WGS84
    if "80" in name:
        return 4610
    if "54" in name:
        return 4214
    raise unreadable("txt.local_system", name=shown(name, 40))


def _zone(said: dict[str, str], issues: list[Issue]) -> int | None:
    """The declared zone, or the zone around a central meridian that was written instead of it."""
    digits = re.search(r"\d+", said["带号"])
    if digits is None:
        return None
    zone, width = int(digits.group()[:4]), said["几度分带"]
    if 72 <= zone <= 138 and zone % 3 == 0:
        zone = (zone + 3) // 6 if width.startswith("6") else zone // 3
    here = systems.belt(zone, prefixed=False)
    if here is None:
        issues.append(issue("txt.zone_not_understood", zone=shown(said["带号"], 20)))
        return None
    if width[:1] in ("3", "6") and int(width[0]) != here.width:
        issues.append(issue("txt.belt_conflict", width=shown(width, 10), zone=zone, actual=here.width))
    return zone


# --- rows --------------------------------------------------------------------------------------------------------


def read(request: Request, emit: Emit) -> Summary:
    text, encoding, issues = decoded(request.source.read_bytes(), request.encoding)
    parsed = parse(text)
    issues += parsed.issues
    if not parsed.plots:
        raise unreadable("txt.no_plots")
    issues += [_skipped(plot) for plot in parsed.plots if not _is_area(plot)]
    plots = [plot for plot in parsed.plots if _is_area(plot)]
    if not plots:
        raise unreadable("read.no_polygons", layers=", ".join(sorted({plot.header[4] for plot in parsed.plots})))
    findings = _findings(plots, request, issues)
    for plot in plots:
        emit(_row(plot, findings[_placing(plot)], request.limits.points))
    finding = findings[_placing(plots[0])]
    layer = Layer(LAYER, len(plots), "POLYGON", finding.epsg)
    return Summary(FORMAT, [layer], source_crs.described(finding), encoding, issues)


def _placing(plot: Plot) -> tuple[str, ...]:
    return tuple(plot.head.get(key, "") for key in PLACING)


def _findings(plots: Sequence[Plot], request: Request, issues: list[Issue]) -> dict[tuple[str, ...], detect.Finding]:
    """A finding for all plots whose heads say the same of where they lie."""
    groups: dict[tuple[str, ...], list[Plot]] = {}
    for plot in plots:
        groups.setdefault(_placing(plot), []).append(plot)
    findings = {said: conclude(group[0].head, _coordinates(group), request, issues) for said, group in groups.items()}
    if len(groups) > 1:
        systems_ = ", ".join(f"EPSG:{found.epsg} ({len(groups[said])})" for said, found in findings.items())
        issues.append(issue("txt.several_heads", heads=len(groups), systems=systems_))
    first = next(iter(findings.values()))
    if first.converted:
        issues.append(issue("txt.points_converted", layer=LAYER, epsg=_points_epsg(first)))
    return findings


def _points_epsg(finding: detect.Finding) -> int | None:
    """The code of the system that the texts of boundary points are in."""
    return systems.CGCS2000 if finding.shift is not None else finding.epsg


def _is_area(plot: Plot) -> bool:
    kind = plain(plot.header[4])
    return "点" not in kind and "线" not in kind


def _skipped(plot: Plot) -> Issue:
    return issue("txt.plot_not_area", row=plot.row, layer=LAYER, line=plot.line, kind=shown(plot.header[4], 10))


def _coordinates(plots: Sequence[Plot]) -> detect.Floats:
    pairs = [point.pair for plot in plots for point in plot.points if None not in (point.first, point.second)]
    return np.array(pairs, dtype=float).reshape(-1, 2)


def _row(plot: Plot, finding: detect.Finding, most_points: int) -> Row:
    found = rings_of(plot.points)
    faults = _faults(plot, found)
    nested = [] if faults else rings.nest([ring.coordinates for ring in found])
    area = _shape(found, nested, plot.row, finding, most_points) if nested else Shaped(plot.row, LAYER)
    declared, doubts = _declared_area(plot, area.area_m2)
    return area.as_row(
        _attributes(plot),
        faults + _notes(plot, found) + area.issues + doubts,
        boundary_points=list(_boundary_points(found, nested, finding)),
        declared_area_m2=declared,
        parcel_no=plot.said(2),
        parcel_name=plot.said(3),
        points_crs=_points_epsg(finding),
    )


def _attributes(plot: Plot) -> dict[str, str | None]:
    names = [*HEADER, *(f"其他{n}" for n in range(1, len(plot.header)))]
    return {name: value or None for name, value in zip(names, plot.header, strict=False)}


def _shape(
    found: list[Ring], nested: list[rings.Nested], row: int, finding: detect.Finding, most_points: int
) -> Shaped:
    drawn = [ring.coordinates for ring in found]
    parts = [Polygon(drawn[one.shell], [drawn[hole] for hole in one.holes]) for one in nested]
    return shaped([MultiPolygon(parts)], row, LAYER, finding, most_points)[0]


def _faults(plot: Plot, found: list[Ring]) -> list[Issue]:
    """What makes it impossible to draw the plot."""
    if not plot.points:
        return [issue("txt.no_points", row=plot.row, layer=LAYER, line=plot.line)]
    faults = [
        issue("txt.coordinate", row=plot.row, layer=LAYER, line=point.line, text=shown(" , ".join(point.texts), 40))
        for point in plot.points
        if point.first is None or point.second is None
    ]
    if faults:
        return faults[:MOST_COMPLAINTS]
    corners = [(number, rings.corners(ring.coordinates)) for number, ring in enumerate(found, start=1)]
    return [
        issue("geometry.too_few_points", row=plot.row, layer=LAYER, ring=number, points=count)
        for number, count in corners
        if count < 3
    ]


def _notes(plot: Plot, found: list[Ring]) -> list[Issue]:
    """What was put right or does not add up, though the plot can be drawn."""
    notes = []
    unclosed = [str(number) for number, ring in enumerate(found, start=1) if not ring.closed]
    if unclosed and plot.points:
        notes.append(issue("txt.ring_closed", row=plot.row, layer=LAYER, rings=", ".join(unclosed)))
    declared = number_of(plot.said(0) or "")
    lines, points = len(plot.points), sum(len(ring.points) for ring in found)
    if declared is not None and declared not in (lines, points, points + len(found)):
        facts = {"declared": plot.said(0), "lines": lines, "points": points}
        notes.append(issue("txt.count_differs", row=plot.row, layer=LAYER, **facts))
    return notes


def _boundary_points(found: list[Ring], nested: list[rings.Nested], finding: detect.Finding) -> Iterator[BoundaryPoint]:
    for part_no, one in enumerate(nested, start=1):
        for ring_no, index in enumerate((one.shell, *one.holes), start=1):
            ring = found[index]
            degrees = _degrees(ring.coordinates[: len(ring.points)], finding)
            texts = _texts(ring, degrees, finding)
            for seq, (point, (lon, lat)) in enumerate(zip(ring.points, degrees, strict=True), start=1):
                yield BoundaryPoint(point.point_no, part_no, ring_no, seq, ring.text, *texts[seq - 1], lon, lat)


def _degrees(xy: detect.Floats, finding: detect.Finding) -> list[tuple[float | None, float | None]]:
    east, north = xy.T[::-1] if finding.axis_swapped else xy.T
    lon, lat = finding.degrees(east, north)
    pairs = zip(lon.tolist(), lat.tolist(), strict=True)
    return [(x, y) if np.isfinite((x, y)).all() else (None, None) for x, y in pairs]


def _texts(
    ring: Ring, degrees: list[tuple[float | None, float | None]], finding: detect.Finding
) -> list[tuple[str, str]]:
    """Northing and easting as the file has them; as they were converted where no system describes the file's."""
    if finding.fit is not None:
        east, north = finding.fit.apply(*ring.coordinates[: len(ring.points)].T)
        return [(f"{y:.3f}", f"{x:.3f}") for x, y in zip(east.tolist(), north.tolist(), strict=True)]
    if finding.shift is not None:
        return [("", "") if x is None else (f"{y:.9f}", f"{x:.9f}") for x, y in degrees]
    swapped = finding.axis_swapped
    return [(point.texts[1], point.texts[0]) if swapped else point.texts for point in ring.points]


# --- declared area -----------------------------------------------------------------------------------------------


def _tolerance_m2(area_m2: float) -> float:
    """How far a stated area may be off (domain 4.1, rule 7)."""
    return max(1.0, area_m2 / 1000)


def _declared_area(plot: Plot, computed_m2: float | None) -> tuple[float | None, list[Issue]]:
    """The stated area in m². Without a unit it is in hectares, unless only m² or mu fit the boundary."""
    text = plot.said(1)
    if text is None:
        return None, []
    match = _AREA.fullmatch(plain(text).replace(" ", "").lower())
    number = None if match is None else number_of(match[1])
    if match is None or number is None:
        return None, [issue("txt.area_not_understood", row=plot.row, layer=LAYER, text=shown(text, 20))]
    if match[2]:
        declared = number * _UNITS_M2[match[2]]
        return declared, _difference(plot, declared, computed_m2)
    return _without_unit(plot, text, number, computed_m2)


def _without_unit(plot: Plot, text: str, number: float, computed_m2: float | None) -> tuple[float, list[Issue]]:
    hectares = round(number * 10_000, 6)
    if computed_m2 is None or abs(hectares - computed_m2) <= _tolerance_m2(computed_m2):
        return hectares, []
    for factor, zh, en in ((1.0, "平方米", "m²"), (2000 / 3, "亩", "mu")):
        if abs(number * factor - computed_m2) <= _tolerance_m2(computed_m2):
            facts = {"text": shown(text, 20), "unit_zh": zh, "unit_en": en}
            return number * factor, [issue("txt.area_unit", row=plot.row, layer=LAYER, **facts)]
    return hectares, _difference(plot, hectares, computed_m2)


def _difference(plot: Plot, declared_m2: float, computed_m2: float | None) -> list[Issue]:
    if computed_m2 is None or abs(declared_m2 - computed_m2) <= _tolerance_m2(computed_m2):
        return []
    facts = {
        "declared_m2": f"{declared_m2:.2f}",
        "computed_m2": f"{computed_m2:.2f}",
        "difference_m2": f"{abs(declared_m2 - computed_m2):.2f}",
    }
    return [issue("txt.area_differs", row=plot.row, layer=LAYER, **facts)]
