"""国土 TXT, written strictly (domain 4.1): CRLF, GB18030, headers of nine fields, three decimals, closed rings, points
numbered J1 … from the north-west corner, shells clockwise, holes counter to them, on and on through all rings.

What a surveyor wrote is kept where it still holds: the texts of boundary points in the system that is asked, use, sheet
and area of the plot's header, and the head of the file when all plots come from one. So a file that keeps the rules
goes in and out byte for byte.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from shapely.geometry import MultiPolygon, Polygon

from gis_service.exports import queries
from gis_service.exports.source import Record, Source
from gis_service.geo import crs as systems
from gis_service.geo import rings
from gis_service.parcels.models import ImportBatch
from gis_service.parcels.reading.land_txt.lines import plain
from gis_service.parcels.reading.land_txt.read import FORMAT

NEWLINE = "\r\n"
CODECS = {"GB18030": "gb18030", "UTF-8": "utf-8-sig"}
KEYS = (
    "格式版本号",
    "数据产生单位",
    "数据产生日期",
    "坐标系",
    "几度分带",
    "投影类型",
    "计量单位",
    "带号",
    "精度",
    "转换参数",
)
PLOTS = "[地块坐标]"
HEAD_BYTES, HEAD_LINES, HEAD_WIDTH = 16_384, 60, 300
SAME_M = 0.001
"""Recorded points are those of the outline when they lie within a millimetre of it."""

Recorded = list[tuple[int, int, str, str, str]]
THREE = re.compile(r"\d+\.\d{3}")
HECTARES = re.compile(r"\d+\.\d{4,}")


def write(path: Path, source: Source) -> None:
    batch = _only_batch(source)
    concluded = (batch.crs or {}).get("epsg") if batch else None
    if not source.wish.given_crs and concluded in systems.BELTS:
        source.system = concluded
    kept = _head_of(batch, source) if batch and source.crs == concluded else {}
    with path.open("w", encoding=CODECS[source.wish.encoding], newline="") as file:
        file.write(NEWLINE.join(["[属性描述]", *_head(source, kept), PLOTS, ""]))
        for portion in source.portions(as_imported=batch.id if batch else None):
            for line in _plots(source, portion):
                file.write(line + NEWLINE)


# --- the head of the file ------------------------------------------------------------------------------------------


def _only_batch(source: Source) -> ImportBatch | None:
    """The import that all plots came with, where it was one file of this format."""
    found = queries.batches(source.session, source.wish.filters, source.wish.as_of)
    return queries.batch(source.session, found[0], FORMAT) if len(found) == 1 and found[0] is not None else None


def _head_of(batch: ImportBatch, source: Source) -> dict[str, str]:
    """The `key=value` lines at the beginning of the file as it was sent, where it is still kept."""
    original = source.house.originals.path(batch.file_sha256)
    if not original.exists():
        return {}
    with original.open("rb") as file:
        start = file.read(HEAD_BYTES)
    name = (batch.encoding or {}).get("name", "")
    codec = "gb18030" if name.upper().startswith("GB") else "utf-8-sig"
    lines = start.decode(codec, "ignore").splitlines()[:HEAD_LINES]
    upto = next((at for at, line in enumerate(lines) if line.strip().startswith(PLOTS)), 0)
    pairs = (line.strip()[:HEAD_WIDTH].partition("=") for line in lines[:upto])
    return {key: value for key, found, value in pairs if found}


def _head(source: Source, kept: Mapping[str, str]) -> Iterator[str]:
    """All ten lines; those that were sent as they were, in their order where none is missing."""
    usual = _usual_head(source)
    order = kept if set(KEYS) <= set(kept) else [*KEYS, *(key for key in kept if key not in KEYS)]
    for key in order:
        yield f"{key}={kept.get(key) or usual.get(key, '')}"


def _usual_head(source: Source) -> dict[str, str]:
    belt = systems.BELTS[source.crs]
    values = ("1.01版本", source.house.producer, source.as_of_day, "2000国家大地坐标系", str(belt.width), "高斯克吕格", "米",
              str(belt.zone), "0.001", ",,,,,,")  # fmt: skip
    return dict(zip(KEYS, values, strict=True))


# --- plots ---------------------------------------------------------------------------------------------------------


class Point(NamedTuple):
    """A line of a ring."""

    number: str
    ring: int
    north: str
    east: str

    @property
    def line(self) -> str:
        return f"{self.number},{self.ring},{self.north},{self.east}"


def _plots(source: Source, portion: list[Record]) -> Iterator[str]:
    ids = [record.id for record in portion]
    recorded = queries.boundary_points(source.session, ids, source.wish.as_of, source.crs)
    came = queries.rows_as_they_came(source.session, ids, FORMAT)
    for record in portion:
        points = _kept_points(source, record, recorded.get(record.id, []))
        drawn = points or _drawn_points(record.shape)
        lines = [point.line for ring in _closed(drawn) for point in ring]
        sent = came.get((record.row["import_batch_id"], record.id), {})
        counts = (len(lines), len(drawn)) if points else (len(lines),)
        yield _header(source, record, sent, counts)
        yield from lines


def _closed(points: list[Point]) -> Iterator[list[Point]]:
    for _, ring in groupby(points, lambda point: point.ring):
        found = list(ring)
        yield [*found, found[0]]


def _drawn_points(shape: MultiPolygon) -> list[Point]:
    """Points numbered from the outline alone, to the millimetre."""
    places = {place: at for at, place in enumerate(_rings(shape), start=1)}
    return [Point(p.point_no, places[p.part_no, p.ring_no], f"{p.y:.3f}", f"{p.x:.3f}") for p in rings.numbered(shape)]


def _rings(shape: MultiPolygon) -> Iterator[tuple[int, int]]:
    """(part, ring) of every ring in order: 圈号 counts through them."""
    for part_no, part in enumerate(shape.geoms, start=1):
        for ring_no in range(1, len(part.interiors) + 2):
            yield part_no, ring_no


def _kept_points(source: Source, record: Record, recorded: Recorded) -> list[Point]:
    """The recorded points in the order of the rules, with their texts; none where they are not those of the outline."""
    if not recorded:
        return []
    shape = _shape_of(recorded)
    if shape is None or not _same(shape, record.shape):
        return []
    texts = {(part, ring, _number(east), _number(north)): (no, north, east) for part, ring, no, north, east in recorded}
    places = {place: at for at, place in enumerate(_rings(shape), start=1)}
    found, renumbered, rounded = [], False, False
    for point in rings.numbered(shape):
        number, *pair = texts[point.part_no, point.ring_no, point.x, point.y]
        north, east = map(_three, pair)
        found.append(Point(point.point_no, places[point.part_no, point.ring_no], north, east))
        renumbered |= number != point.point_no
        rounded |= [north, east] != pair
    for code, happened in (("txt.renumbered", renumbered), ("txt.rounded", rounded)):
        if happened:
            source.notes.parcel(code, record.parcel_no)
    return found


def _shape_of(recorded: Recorded) -> MultiPolygon | None:
    parts: dict[int, list[list[tuple[float, float]]]] = {}
    for (part, _ring), points in groupby(recorded, lambda point: point[:2]):
        ring = [(_number(east), _number(north)) for _, _, _, north, east in points]
        if len(ring) < 3:
            return None
        parts.setdefault(part, []).append(ring)
    return MultiPolygon([Polygon(shell, holes) for shell, *holes in parts.values()])


def _same(one: MultiPolygon, other: MultiPolygon) -> bool:
    if shapely.count_coordinates(one) != shapely.count_coordinates(other):
        return False
    return bool(shapely.hausdorff_distance(one.boundary, other.boundary) < SAME_M)


def _number(text: str) -> float:
    return float(plain(text).replace(" ", ""))


def _three(text: str) -> str:
    """
    >>> _three("2478700.000"), _three("2475800.00"), _three("２４７５８００.0005")
    ('2478700.000', '2475800.000', '2475800.001')
    """
    simple = plain(text).replace(" ", "")
    if THREE.fullmatch(text):
        return text
    return str(Decimal(simple).quantize(Decimal("0.001"), ROUND_HALF_UP))


# --- the header of a plot ------------------------------------------------------------------------------------------


def _header(source: Source, record: Record, sent: Mapping[str, Any], counts: tuple[int, ...]) -> str:
    """界址点数,面积,编号,名称,图形属性,图幅号,用途,地类编码,@ — what was sent where the register still says the same."""
    row, said = record.row, sent.get("attributes") or {}
    use, code = row["planned_class_name"], row["planned_class_code"]
    system = row["planned_class_system"]
    if said and (sent["planned_class_system"], sent["planned_class_code"]) == (system, code):
        use, code = said.get("地块用途"), said.get("地类编码")
    told = said.get("界址点数") or ""
    fields = (
        told if told in map(str, counts) else str(counts[0]),
        _hectares(row, sent),
        _text(source, "地块编号", record.parcel_no),
        _text(source, "地块名称", row["parcel_name"]),
        "面",
        _text(source, "图幅号", said.get("图幅号")),
        _text(source, "地块用途", use),
        _text(source, "地类编码", code),
        "@",
    )
    return ",".join(fields)


def _hectares(row: Mapping[str, Any], sent: Mapping[str, Any]) -> str:
    """公顷 with four decimals, or six where four would lose something."""
    m2: Decimal = row["area_registered_m2"] or row["area_computed_m2"]
    text = (sent.get("attributes") or {}).get("地块面积") or ""
    if HECTARES.fullmatch(text) and sent.get("area_registered_m2") == m2 == _m2(text):
        return str(text)
    hectares = m2 / 10_000
    four = hectares.quantize(Decimal("0.0001"))
    return f"{four:f}" if four == hectares else f"{hectares.quantize(Decimal('0.000001')):f}"


def _m2(hectares: str) -> Decimal:
    return (Decimal(hectares) * 10_000).quantize(Decimal("0.01"))


def _text(source: Source, field: str, value: Any) -> str:
    """A field of the header: commas separate fields, full-width ones too."""
    text = " ".join(str(value or "").split())
    if not re.search("[,，]", text):
        return text
    source.notes.column("txt.comma", field)
    return re.sub("[,，]", "、", text)
