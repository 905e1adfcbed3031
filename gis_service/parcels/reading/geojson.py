"""GeoJSON (RFC 7946 and the older kind with a `crs` member), read feature by feature without GDAL.

The text is walked twice: once for the coordinate system and a sample of coordinates, once for the rows. Only one
feature at a time is held as objects, so memory stays near the size of the text.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry import GeometryCollection, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.geo import crs as systems
from gis_service.geo import detect, rings
from gis_service.parcels.reading import source_crs, values
from gis_service.parcels.reading.encoding import decoded
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import (
    Issue,
    Layer,
    Row,
    Summary,
    Unreadable,
    issue,
    unreadable,
)
from gis_service.parcels.reading.shaping import Shaped, as_it_came, shaped

_BLANKS = re.compile(r"[ \t\n\r]*")


class Twice(dict[str, Any]):
    """An object in which a name occurs more than once: `names` are those; which value is meant nobody can tell."""

    names: list[str]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    found = Twice(pairs)
    found.names = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
#: A tuple, not a set: what is looked for in it may be any JSON, also what cannot be hashed.
GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
CHUNK = 500


def read(request: Request, emit: Emit) -> Summary:
    text, encoding, issues = decoded(request.source.read_bytes(), request.encoding)
    try:
        document = _open(text)
        if document.features_count > request.limits.rows:
            facts = {"rows": document.features_count, "limit": request.limits.rows}
            raise unreadable("read.too_many_rows", **facts)
        finding = _crs(document, request, issues)
        issues += _doubts(document, request)
        kinds = _emit_rows(document, finding, request, emit, issues)
    except json.JSONDecodeError as fault:
        raise unreadable("json.syntax", line=fault.lineno, column=fault.colno, **_reason(fault.msg)) from None
    layer = Layer(LAYER, document.features_count, "/".join(sorted(kinds)) or "?", finding.epsg)
    return Summary("GeoJSON", [layer], source_crs.described(finding), encoding, issues)


LAYER = "GeoJSON"

#: What the decoder complains of, by how its words begin, in Chinese.
REASONS = {
    "Expecting value": "此处应有一个值",
    "Expecting property name": "此处应有带双引号的名称",
    "Expecting ',' delimiter": "缺少逗号或括号",
    "Expecting ':' delimiter": "缺少冒号",
    "Expecting '": "缺少符号",
    "Illegal trailing comma": "末尾多了一个逗号",
    "Unterminated string": "引号没有结束",
    "Invalid control character": "文字中有控制字符或换行",
    "Invalid \\": "转义写法有误",
    "Extra data": "结尾之后还有内容",
    "Exceeds the limit": "整数位数过多",
    "Name used twice": "名称出现了两次，无法判断用哪一个",
}


def _reason(said: str) -> dict[str, str]:
    zh = next((words for start, words in REASONS.items() if said.startswith(start)), "写法有误")
    named = said.partition("'")[2].rpartition("'")[0] if "'" in said else ""
    return {"reason_zh": f"{zh}({named})" if 0 < len(named) <= 60 else zh, "reason_en": said}


# --- the document ------------------------------------------------------------------------------------------------


class Document(NamedTuple):
    """Where the features are, what is said beside them, and one coordinate pair of each."""

    text: str
    members: dict[str, Any]
    features_at: int | None
    features_count: int
    sample: NDArray[np.float64]

    def features(self) -> Iterator[Any]:
        if self.features_at is None:
            yield self.members
        else:
            for item, _ in _items(self.text, self.features_at):
                yield item


def _open(text: str) -> Document:
    """First walk: check the whole syntax, remember the members and one position of each feature."""
    members: dict[str, Any] = {}
    points: list[tuple[float, float]] = []
    features_at, count = None, 0
    at = _expect(text, 0, "{")
    while text[at : at + 1] != "}":
        if members or features_at is not None:
            at = _expect(text, at, ",")
        begins = at
        key, at = _value(text, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, begins)
        if key in members or (key == "features" and features_at is not None):
            raise json.JSONDecodeError(f"Name used twice: '{values.shown(key)}'", text, begins)
        at = _expect(text, at, ":")
        if key == "features" and text[at : at + 1] == "[":
            features_at, count, points = at, 0, []
            for item, end in _items(text, at):
                count, at = count + 1, end
                points.extend(_first_position(item))
            at = _expect(text, _blank(text, at if count else at + 1), "]")
        else:
            members[key], at = _value(text, at)
    _nothing_after(text, at + 1)
    if features_at is None:
        count, points = 1, list(_first_position(members))
    _check_type(members, features_at)
    return Document(text, members, features_at, count, np.array(points, dtype=float).reshape(-1, 2))


def _check_type(members: dict[str, Any], features_at: int | None) -> None:
    kind = members.get("type")
    if kind == "FeatureCollection" and features_at is not None:
        return
    if kind == "Feature" or kind in GEOMETRIES:
        return
    found = f"type={kind}" if kind else ", ".join(list(members)[:5]) or "{}"
    raise unreadable("json.not_geojson", found=values.shown(found))


def _blank(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _expect(text: str, at: int, mark: str) -> int:
    """The place after `mark` and the blanks around it."""
    at = _blank(text, at)
    if text[at : at + 1] != mark:
        if at == 0 and mark == "{":
            raise unreadable("json.not_geojson", found=values.shown(text[:20]))
        raise json.JSONDecodeError(f"Expecting '{mark}'", text, at)
    return _blank(text, at + 1)


def _value(text: str, at: int) -> tuple[Any, int]:
    """One JSON value and the place after it and its blanks."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        raise
    except ValueError as fault:  # an integer of thousands of digits
        raise json.JSONDecodeError(str(fault), text, at) from None
    return value, _blank(text, end)


def _items(text: str, at: int) -> Iterator[tuple[Any, int]]:
    """The values of the array that begins at `at`, each with the place after it."""
    at = _expect(text, at, "[")
    while text[at : at + 1] != "]":
        item, at = _value(text, at)
        yield item, at
        if text[at : at + 1] != "]":
            at = _expect(text, at, ",")
            if text[at : at + 1] == "]":
                raise json.JSONDecodeError("Illegal trailing comma before end of array", text, at)


def _nothing_after(text: str, at: int) -> None:
    at = _blank(text, at)
    if at == len(text):
        return
    if text[at] == "{":
        raise unreadable("json.not_geojson", found="GeoJSONSeq, 一行一个要素 / one feature per line")
    raise json.JSONDecodeError("Extra data", text, at)


def _first_position(item: Any) -> Iterator[tuple[float, float]]:
    """The first coordinate pair of a feature or geometry, if it has one."""
    node = _first_node(item)
    if len(node) >= 2 and all(_is_number(value) for value in node[:2]):
        yield float(node[0]), float(node[1])


def _first_node(item: Any) -> list[Any]:
    """The innermost first array of a feature or geometry: its first position, with its height if it has one."""
    node = item.get("geometry", item) if isinstance(item, dict) else None
    while isinstance(node, dict) and isinstance(node.get("geometries"), list):
        node = next(iter(node["geometries"]), None)
    node = node.get("coordinates") if isinstance(node, dict) else None
    while isinstance(node, list) and node and isinstance(node[0], list):
        node = node[0]
    return node if isinstance(node, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


# --- coordinate system -------------------------------------------------------------------------------------------


BY_STANDARD = systems.Sentence(
    "文件没有 crs 成员，按 GeoJSON 标准(RFC 7946)为 WGS84 经纬度，等同 CGCS2000 经纬度 EPSG:4490",
    "The file has no crs member; by the standard (RFC 7946) that is WGS 84 degrees, here the same as EPSG:4490",
)


def _crs(document: Document, request: Request, issues: list[Issue]) -> detect.Finding:
    named = _crs_member(document.members.get("crs"))
    found = source_crs.placed(
        request, named or systems.as_crs(systems.WGS84), document.sample, layer=LAYER, issues=issues
    )
    if named is not None or request.crs or found.fit:
        return found
    return found.said_first(BY_STANDARD)  # instead of "the file declares"


DATAV = ("adcode", "centroid", "acroutes")
"""Attributes that the boundaries of DataV.GeoAtlas (AMap) have together and hardly anything else."""


def _doubts(document: Document, request: Request) -> list[Issue]:
    """What the writer is known for, where the person said nothing of the coordinates."""
    if request.crs or request.shift or request.control_points:
        return []
    first = next(document.features(), None)
    properties = first.get("properties") if isinstance(first, dict) else None
    if not isinstance(properties, dict) or not all(name in properties for name in DATAV):
        return []
    return [issue("geojson.internet_map", layer=LAYER, fields=", ".join(DATAV))]


def _crs_member(member: Any) -> CRS | None:
    """The system of the old `crs` member; honoured or refused, never passed over."""
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    try:
        return systems.parse(name if isinstance(name, str) else values.shown(member))
    except systems.CrsError as refusal:
        raise Unreadable(refusal.code, refusal.zh, refusal.en, refusal.facts) from None


# --- rows --------------------------------------------------------------------------------------------------------


class Built(NamedTuple):
    """One feature taken apart: its geometry if any, what is wrong with it, its attributes."""

    shape: BaseGeometry | None
    complaints: list[tuple[str, dict[str, Any]]]
    properties: dict[str, Any]
    kind: str | None
    lines: BaseGeometry | None = None
    """Its rings as they came, where one of them is open."""


def _emit_rows(
    document: Document, finding: detect.Finding, request: Request, emit: Emit, issues: list[Issue]
) -> set[str]:
    kinds: set[str] = set()
    chunk: list[Built] = []
    first, has_z = 1, False
    for feature in document.features():
        built = _built(feature)
        has_z = has_z or (built.shape is not None and len(_first_node(feature)) > 2)
        kinds.update([built.kind] if built.kind else [])
        chunk.append(built)
        if len(chunk) == CHUNK:
            _emit_chunk(chunk, first, finding, request, emit)
            first, chunk = first + CHUNK, []
    _emit_chunk(chunk, first, finding, request, emit)
    if has_z:
        issues.append(issue("layer.z_dropped", layer=LAYER))
    return kinds


def _emit_chunk(chunk: list[Built], first: int, finding: detect.Finding, request: Request, emit: Emit) -> None:
    areas = shaped([built.shape for built in chunk], first, LAYER, finding, request.limits.points)
    for built, area in zip(chunk, areas, strict=True):
        if built.lines is not None:
            area.raw = as_it_came(built.lines, finding, request.limits.points)
        emit(_row(built, area))


def _row(built: Built, area: Shaped) -> Row:
    attributes, issues = values.cleaned(built.properties.items(), area.row, LAYER)
    if built.complaints:
        issues += [issue(code, row=area.row, layer=LAYER, **facts) for code, facts in built.complaints]
    if built.shape is not None or not built.complaints:
        issues += area.issues
    return area.as_row(attributes, issues)


def _built(feature: Any) -> Built:
    if not isinstance(feature, dict) or (feature.get("type") != "Feature" and feature.get("type") not in GEOMETRIES):
        return Built(None, [("json.not_a_feature", {})], {}, None)
    geometry = feature.get("geometry") if feature["type"] == "Feature" else feature
    properties = feature.get("properties") if feature["type"] == "Feature" else None
    named = dict(properties) if isinstance(properties, dict) else {}
    twice = [name for node in (feature, geometry, properties) if isinstance(node, Twice) for name in node.names]
    if twice:
        return Built(None, [("json.key_twice", {"field": values.shown(name)}) for name in twice], named, None)
    if "id" in feature and "id" not in named:
        named["id"] = feature["id"]
    complaints: list[tuple[str, dict[str, Any]]] = []
    try:
        shape = None if geometry is None else _geometry(geometry, complaints)
    except NotFinite:
        return Built(None, [("geometry.not_finite", {})], named, None)
    except Malformed as fault:
        return Built(None, [*complaints, ("geometry.malformed", fault.facts)], named, None)
    is_open = any(code == "geometry.ring_open" for code, _ in complaints)
    lines = _rings_as_lines(geometry) if is_open else None
    return Built(shape, complaints, named, None if shape is None else shape.geom_type, lines)


def _rings_as_lines(geometry: Any) -> BaseGeometry | None:
    """The rings of an area as lines, open where they came open; None for a collection or a ring of one point."""
    coordinates = geometry.get("coordinates")
    areas = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(geometry["type"], [])
    parts = [_positions(ring) for area in areas for ring in area]
    return MultiLineString(parts) if parts and all(len(part) > 1 for part in parts) else None


class Malformed(ValueError):
    """The geometry is no GeoJSON geometry; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.facts = {"reason_zh": zh, "reason_en": en}


class NotFinite(ValueError):
    """A coordinate is NaN or infinite: no ring can be built from it."""


def _geometry(node: Any, complaints: list[tuple[str, dict[str, Any]]]) -> BaseGeometry:
    kind = node.get("type") if isinstance(node, dict) else None
    if kind not in GEOMETRIES:
        raise Malformed(f"类型“{values.shown(kind)}”不是几何类型", f"'{values.shown(kind)}' is no type of geometry")
    if kind == "GeometryCollection":
        return GeometryCollection([_geometry(part, complaints) for part in _list(node.get("geometries"))])
    coordinates = _list(node.get("coordinates"))
    if kind == "Polygon":
        return _polygon(coordinates, complaints, 0)
    if kind == "MultiPolygon":
        return _multipolygon(coordinates, complaints)
    return _other(kind, coordinates)


def _list(node: Any) -> list[Any]:
    if not isinstance(node, list):
        raise Malformed("坐标数组缺失", "an array of coordinates is missing")
    return node


def _multipolygon(parts: list[Any], complaints: list[tuple[str, dict[str, Any]]]) -> MultiPolygon:
    polygons, rings_before = [], 0
    for part in parts:
        polygons.append(_polygon(_list(part), complaints, rings_before))
        rings_before += len(part)
    return MultiPolygon(polygons)


def _polygon(parts: list[Any], complaints: list[tuple[str, dict[str, Any]]], rings_before: int) -> Polygon:
    """A polygon whose open rings are closed so that it can be shown; each is complained of, so the row is refused."""
    if not parts:
        return Polygon()
    drawn = []
    for number, part in enumerate(parts, start=rings_before + 1):
        ring = _positions(part)
        if not np.isfinite(ring).all():
            raise NotFinite
        ring = _checked_ring(ring, number, complaints)
        drawn.append(rings.closed(ring) if len(ring) >= 3 else _padded(ring))
    return Polygon(drawn[0], drawn[1:])


def _checked_ring(
    ring: NDArray[np.float64], number: int, complaints: list[tuple[str, dict[str, Any]]]
) -> NDArray[np.float64]:
    different = rings.corners(ring)
    if different < 3:
        complaints.append(("geometry.too_few_points", {"ring": number, "points": different}))
    elif not rings.is_closed(ring):
        complaints.append(("geometry.ring_open", {"ring": number}))
    return ring


def _padded(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ring of one or two points made long enough to be an (invalid) geometry at all."""
    return np.vstack([ring, np.repeat(ring[:1], 4 - len(ring), axis=0)])


def _positions(part: Any) -> NDArray[np.float64]:
    """An (n, 2) array, n at least 1, from an array of positions; heights are left to `_other`."""
    points = _list(part)
    if not points:
        raise Malformed("环是空的", "a ring is empty")
    try:
        plane = [(point[0], point[1]) for point in points]
        if bool in {type(number) for pair in plane for number in pair}:
            raise TypeError  # numpy would take true for 1
        array = np.asarray(plane)
    except (TypeError, KeyError, IndexError, ValueError, OverflowError):
        raise Malformed("坐标不是数对", "a position is not a pair of numbers") from None
    if array.dtype.kind not in "iuf" or array.shape != (len(points), 2):
        raise Malformed("坐标不是数对", "a position is not a pair of numbers")
    return array.astype(float)


def _other(kind: str, coordinates: list[Any]) -> BaseGeometry:
    """Points and lines: refused later by name, so only their kind must be right."""
    try:
        shape = shapely.from_geojson(json.dumps({"type": kind, "coordinates": coordinates}))
    except (shapely.GEOSException, ValueError):
        raise Malformed("坐标有误", "its coordinates are wrong") from None
    return shape
