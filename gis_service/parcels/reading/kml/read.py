"""KML and KMZ (Google Earth, 天地图, LSV, 奥维): areas, and red lines drawn as lines that come back to where they began.

KML is longitude, latitude in WGS 84 by definition. 奥维 writes GCJ-02 into it all the same (domain 3.3), and nothing in
the numbers shows it: such a file is read only when a person says which it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.geo import crs as systems
from gis_service.geo import detect, loops, measure, rings
from gis_service.parcels.reading import archive, source_crs, values
from gis_service.parcels.reading.kml.document import Document, Placemark, child, local, opened, ovital, text_of
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import Issue, Layer, Row, Summary, issue, unreadable
from gis_service.parcels.reading.shaping import Shaped, as_it_came, shaped

FORMAT, LAYER = "KML", "KML"
CHUNK, SAMPLE = 500, 2000
#: Ends of a line closer than this (degrees, about a centimetre) are the same point written twice.
SAME_POINT = 1e-7
BY_STANDARD = systems.Sentence(
    "KML 按标准(OGC 07-147)一律是 WGS84 经纬度，等同 CGCS2000 经纬度 EPSG:4490",
    "By its standard (OGC 07-147) KML is always WGS 84 degrees, here the same as EPSG:4490",
)

Floats = NDArray[np.float64]


def read(request: Request, emit: Emit) -> Summary:
    return _read(request.source.read_bytes(), request, emit, [])


def read_kmz(request: Request, emit: Emit) -> Summary:
    """The one KML of a KMZ; pictures beside it are left alone."""
    issues: list[Issue] = []
    with archive.opened(request.source) as zipped:
        member = _main(archive.members(zipped, request.limits), issues)
        archive.unpack(zipped, member, request.folder / "doc.kml")
    return _read((request.folder / "doc.kml").read_bytes(), request, emit, issues)


def _main(members: list[archive.Member], issues: list[Issue]) -> archive.Member:
    """The KML that is meant: the only one, else the doc.kml at the top, of which there is one."""
    found = [member for member in members if member.suffix in (".kml", ".ovkml")]
    named = ", ".join(str(member.path)[:60] for member in found[:10])
    if not found:
        raise unreadable("kmz.no_kml", members=", ".join(str(member.path)[:60] for member in members[:10]) or "—")
    if len(found) == 1:
        return found[0]
    top = [member for member in found if str(member.path).lower() == "doc.kml"]
    if len(top) != 1:
        raise unreadable("kmz.several", members=named)
    others = ", ".join(str(member.path)[:60] for member in found if member is not top[0])
    issues.append(issue("kmz.others", members=others))
    return top[0]


# --- the file ----------------------------------------------------------------------------------------------------


def _read(raw: bytes, request: Request, emit: Emit, issues: list[Issue]) -> Summary:
    document, encoding, doubts = opened(raw, request.encoding)
    issues += doubts
    look = _look(document, request.layer)
    _require_land(document, look, request)
    written_by = ovital(document, request.file)
    if written_by and not (request.shift or request.crs or request.control_points):
        raise unreadable("kml.ovital", why=values.shown(written_by))
    issues += _told(document, look)
    finding = _placed(request, np.array(look.sample, dtype=float).reshape(-1, 2), issues)
    rows = _emit_rows(document, finding, request, emit)
    layer = Layer(LAYER, rows, "/".join(sorted(look.kinds)), finding.epsg)
    return Summary(FORMAT, [layer], source_crs.described(finding), encoding, issues)


def _placed(request: Request, xy: Floats, issues: list[Issue]) -> detect.Finding:
    found = source_crs.placed(request, systems.as_crs(systems.WGS84), xy, layer=LAYER, issues=issues)
    return found if request.crs or found.fit else found.said_first(BY_STANDARD)


@dataclass
class Look:
    """What a first walk found: kinds of geometry, a coordinate pair of each, and what will be left out."""

    kinds: set[str] = field(default_factory=set)
    sample: list[tuple[float, float]] = field(default_factory=list)
    folders: dict[str, None] = field(default_factory=dict)
    left_out: int = 0
    without: int = 0
    has_z: bool = False


def _look(document: Document, folder: str | None) -> Look:
    look = Look()
    for mark in document.placemarks():
        look.folders.setdefault(mark.folder)
        if folder is not None and folder not in (mark.folder, mark.folder.rpartition("/")[2]):
            continue
        if mark.geometry is None or not _has_lines(mark.geometry):
            look.left_out += mark.geometry is not None
            look.without += mark.geometry is None
            continue
        look.kinds.add(local(mark.geometry))
        first = next((points for points in _coordinates(mark.geometry) if len(points)), None)
        if first is not None:
            look.sample.append((float(first[0][0]), float(first[0][1])))
            look.has_z |= bool(np.nan_to_num(first[:, 2]).any())
    return look


def _has_lines(geometry: Element) -> bool:
    """Whether a geometry may be land: pins, models and pictures are not."""
    return any(local(inner) in ("Polygon", "LineString", "LinearRing", "Track") for inner in geometry.iter())


def _require_land(document: Document, look: Look, request: Request) -> None:
    if look.kinds:
        return
    if request.layer is not None and not (look.left_out or look.without):
        listed = ", ".join(name or "—" for name in list(look.folders)[:20])
        raise unreadable("read.no_layer", layer=request.layer, layers=listed or "—")
    if document.links:
        raise unreadable("kml.only_links", links=document.links)
    if look.left_out:
        raise unreadable("read.no_polygons", layers=f"Point ({look.left_out})")
    raise unreadable("read.no_rows")


def _told(document: Document, look: Look) -> list[Issue]:
    told = []
    if document.links:
        told.append(issue("kml.links", layer=LAYER, links=document.links))
    if look.left_out:
        told.append(issue("kml.points_left_out", layer=LAYER, count=look.left_out))
    if look.without:
        told.append(issue("kml.without_geometry", layer=LAYER, count=look.without))
    if look.has_z:
        told.append(issue("layer.z_dropped", layer=LAYER))
    return told


# --- rows --------------------------------------------------------------------------------------------------------


def _emit_rows(document: Document, finding: detect.Finding, request: Request, emit: Emit) -> int:
    chunk: list[Placemark] = []
    first = 1
    for mark in document.placemarks(request.layer):
        if mark.geometry is None or not _has_lines(mark.geometry):
            continue
        chunk.append(mark)
        if len(chunk) == CHUNK:
            _emit_chunk(chunk, first, finding, request, emit)
            first, chunk = first + CHUNK, []
    _emit_chunk(chunk, first, finding, request, emit)
    return first + len(chunk) - 1


def _emit_chunk(chunk: list[Placemark], first: int, finding: detect.Finding, request: Request, emit: Emit) -> None:
    built = [_built(mark.geometry, row) for row, mark in enumerate(chunk, start=first) if mark.geometry is not None]
    areas = shaped([one.shape for one in built], first, LAYER, finding, request.limits.points)
    for mark, one, area in zip(chunk, built, areas, strict=True):
        if one.lines is not None:
            area.raw = as_it_came(one.lines, finding, request.limits.points)
        emit(_row(mark, one, area))


def _row(mark: Placemark, built: "Built", area: Shaped) -> Row:
    attributes, issues = values.cleaned(mark.attributes.items(), area.row, LAYER)
    refused = any(found.level == "error" for found in built.issues)
    return area.as_row(attributes, issues + built.issues + ([] if refused and built.shape is None else area.issues))


@dataclass
class Built:
    """A geometry taken apart, and what there is to say of it."""

    row: int
    shape: BaseGeometry | None = None
    issues: list[Issue] = field(default_factory=list)
    lines: BaseGeometry | None = None
    """Lines or rings as they came, where one of them is open: whether to close them a person decides."""

    def say(self, code: str, **facts: object) -> None:
        self.issues.append(issue(code, row=self.row, layer=LAYER, **facts))


def _built(geometry: Element, row: int) -> Built:
    built = Built(row)
    polygons = [inner for inner in geometry.iter() if local(inner) == "Polygon"]
    lines = [points for points in _lines(geometry) if len(points)]
    if not all(np.isfinite(points).all() for points in _coordinates(geometry)):
        built.say("geometry.not_finite")
    elif polygons and lines:
        built.say("geometry.mixed")
    elif polygons:
        parts = [part for polygon in polygons if (part := _polygon(polygon, built)) is not None]
        built.shape = MultiPolygon(parts) if parts else None
        if not parts and not built.issues:
            built.say("geometry.empty")
        if any(found.code == "geometry.ring_open" for found in built.issues):
            built.lines = _as_lines(list(_coordinates(geometry)))
    elif lines:
        _from_lines(lines, built)
    else:
        built.say("geometry.empty")
    return built


def _polygon(element: Element, built: Built) -> Polygon | None:
    """A polygon with its holes; open rings are closed so that it can be shown, and complained of."""
    shell = child(element, "outerBoundaryIs", "LinearRing", "coordinates")
    holes = [child(inner, "LinearRing", "coordinates") for inner in element if local(inner) == "innerBoundaryIs"]
    drawn = [_ring(points, number, built) for number, points in enumerate(map(_points, [shell, *holes]), start=1)]
    kept = [ring for ring in drawn if ring is not None]
    return Polygon(kept[0], kept[1:]) if kept and drawn[0] is not None else None


def _ring(points: Floats, number: int, built: Built) -> Floats | None:
    ring = points[:, :2]
    if not len(ring):
        if number == 1:
            built.say("geometry.empty")
        return None
    different = rings.corners(ring)
    if different < 3:
        built.say("geometry.too_few_points", ring=number, points=different)
        return None
    if not _meets(ring[0], ring[-1]):
        built.say("geometry.ring_open", ring=number)
    return _closed(ring)


def _closed(ring: Floats) -> Floats:
    """The ring with its last point on its first: moved there where it is the same but for rounding."""
    if _meets(ring[0], ring[-1]):
        ring = ring[:-1]
    return rings.closed(ring)


def _meets(first: Floats, last: Floats) -> bool:
    return bool(np.abs(first[:2] - last[:2]).max() <= SAME_POINT)


def _from_lines(lines: Sequence[Floats], built: Built) -> None:
    """A red line drawn as a line: land where it closes, alone or end to end; else refused, and shown as if it were."""
    found = loops.joined([line[:, :2] for line in lines if len(line) > 1], SAME_POINT) if lines else None
    drawn = [_closed(ring) for ring, _ in found.rings if rings.corners(ring) >= 3] if found else []
    if drawn and found is not None and not found.loose:
        parts = len(lines)
        built.say("kml.line_is_area", lines=parts)
        built.shape = rings.polygons(drawn)
        return
    longest = max(lines, key=len)[:, :2]
    corners = rings.corners(longest)
    gap = _gap_m(longest)
    built.say("geometry.line_open", points=corners, gap_m=f"{gap:.1f}", lines=len(lines))
    built.lines = _as_lines(lines)
    if len(lines) == 1 and corners >= 3:
        built.shape = Polygon(rings.closed(longest))


def _as_lines(lines: Sequence[Floats]) -> MultiLineString | None:
    drawn = [line[:, :2] for line in lines if len(line) > 1]
    return MultiLineString(drawn) if drawn else None


def _gap_m(line: Floats) -> float:
    """Metres between the ends of a line in degrees; 0 where they are no places."""
    (lon0, lat0), (lon1, lat1) = line[0], line[-1]
    if abs(lat0) > 90 or abs(lat1) > 90:
        return 0.0
    return float(measure.CGCS2000_ELLIPSOID.inv(lon0, lat0, lon1, lat1)[2])


# --- coordinates -------------------------------------------------------------------------------------------------


def _coordinates(geometry: Element) -> Iterator[Floats]:
    for inner in geometry.iter():
        if local(inner) == "coordinates":
            yield _points(inner)
        elif local(inner) == "Track":
            yield _track(inner)


def _lines(geometry: Element) -> Iterator[Floats]:
    """Lines that are not the boundary of a polygon."""
    bounds = {id(ring) for polygon in geometry.iter() if local(polygon) == "Polygon" for ring in polygon.iter()}
    for inner in geometry.iter():
        if id(inner) in bounds:
            continue
        if local(inner) in ("LineString", "LinearRing"):
            yield _points(child(inner, "coordinates"))
        elif local(inner) == "Track":
            yield _track(inner)


def _track(element: Element) -> Floats:
    texts = [text_of(inner).split() for inner in element if local(inner) == "coord"]
    return _numbers([text[:2] for text in texts])


def _points(element: Element | None) -> Floats:
    """The tuples of a `coordinates`: lon,lat[,alt], with the blanks after commas that some programs write."""
    text = text_of(element).replace("，", ",")
    return _numbers([one.split(",") for one in ",".join(part.strip() for part in text.split(",")).split()])


def _numbers(texts: Sequence[Sequence[str]]) -> Floats:
    """An (n, 3) array; what is no number is no number (NaN), and is refused with the geometry."""
    found = np.zeros((len(texts), 3))
    for i, text in enumerate(texts):
        for j in range(3):
            found[i, j] = _number(text[j]) if j < len(text) else (0.0 if j == 2 else np.nan)
    return found


def _number(text: str) -> float:
    try:
        return float("nan") if "_" in text else float(text)  # 1_000 is a number to Python only
    except ValueError:
        return float("nan")
