"""GeoParquet: what its own metadata says of columns and coordinate system; geometries as WKB, row group by row group.

No threads are used: the cell allows none.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_service.geo import crs as systems
from gis_service.geo import detect
from gis_service.parcels.reading import encoding, source_crs, values
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import EncodingInfo, Issue, Layer, Summary, issue, unreadable
from gis_service.parcels.reading.shaping import shaped
from gis_service.parcels.reading.wkb import OPEN, shapes_of, why_not

FORMAT = "GeoParquet"
LAYER = "GeoParquet"
CHUNK, SAMPLE = 1000, 2000
BY_STANDARD = systems.Sentence(
    "geo 元数据没有 crs，按 GeoParquet 标准为 OGC:CRS84 经纬度，等同 CGCS2000 经纬度 EPSG:4490",
    "The geo metadata names no crs; by the GeoParquet standard that is OGC:CRS84 degrees, here the same as EPSG:4490",
)
UNKNOWN_TO_THE_FILE = systems.Sentence(
    "geo 元数据写明坐标系未知(crs: null)", "The geo metadata says that the system is unknown (crs: null)"
)


def read(request: Request, emit: Emit) -> Summary:
    try:
        with request.source.open("rb") as source:
            file = pq.ParquetFile(source, memory_map=False, pre_buffer=False)
            return _read(file, request, emit)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError) as fault:
        if isinstance(fault, OSError) and fault.errno is not None:
            raise
        raise unreadable("read.damaged", part="Parquet") from None


def _read(file: pq.ParquetFile, request: Request, emit: Emit) -> Summary:
    rows = file.metadata.num_rows
    if rows > request.limits.rows:
        raise unreadable("read.too_many_rows", rows=rows, limit=request.limits.rows)
    geo = _geo(file)
    primary = str(geo.get("primary_column"))
    column = geo["columns"][primary]
    issues: list[Issue] = []
    finding = _placed(request, column, _sample(file, primary), issues)
    others = _others(geo, primary)
    if others:
        issues.append(issue("parquet.other_geometries", layer=LAYER, columns=", ".join(others)))
    kept = [name for name in file.schema_arrow.names if name not in {primary, *others, *_boxes(geo)}]
    first, has_z = 1, False
    for batch in file.iter_batches(batch_size=CHUNK, columns=[primary, *kept], use_threads=False):
        has_z |= _emit(batch, primary, kept, first, finding, request, emit)
        first += batch.num_rows
    if has_z:
        issues.append(issue("layer.z_dropped", layer=LAYER))
    kinds = "/".join(map(str, column.get("geometry_types") or [])) or "?"
    text = EncodingInfo(encoding.shown("utf-8"), ["Parquet 的文字一律是 UTF-8"], ["Text in Parquet is always UTF-8"])
    return Summary(FORMAT, [Layer(LAYER, rows, kinds, finding.epsg)], source_crs.described(finding), text, issues)


# --- metadata ----------------------------------------------------------------------------------------------------


def _geo(file: pq.ParquetFile) -> dict[str, Any]:
    """The metadata that makes Parquet GeoParquet, checked as far as it is used."""
    raw = (file.metadata.metadata or {}).get(b"geo")  # of the file: not every writer repeats it in its Arrow schema
    try:
        geo = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        geo = None
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise unreadable("parquet.no_geo", columns=", ".join(file.schema_arrow.names[:20]))
    primary = geo.get("primary_column")
    column = geo["columns"].get(primary) if isinstance(primary, str) else None
    if not isinstance(column, dict) or primary not in file.schema_arrow.names:
        raise unreadable("parquet.no_geo", columns=", ".join(file.schema_arrow.names[:20]))
    if str(column.get("encoding", "WKB")).upper() != "WKB":
        raise unreadable("parquet.encoding", encoding=values.shown(column.get("encoding")))
    return geo


def _others(geo: dict[str, Any], primary: str) -> list[str]:
    return [str(name) for name in geo["columns"] if name != primary]


def _boxes(geo: dict[str, Any]) -> set[str]:
    """Columns that only repeat the bounds of the geometries."""
    found: set[str] = set()
    for column in geo["columns"].values():
        covering = column.get("covering", {}) if isinstance(column, dict) else {}
        box = covering.get("bbox", {}) if isinstance(covering, dict) else {}
        paths = box.values() if isinstance(box, dict) else ()
        found.update(path[0] for path in paths if isinstance(path, list) and path and isinstance(path[0], str))
    return found


def _placed(request: Request, column: dict[str, Any], xy: detect.Floats, issues: list[Issue]) -> detect.Finding:
    if "crs" not in column:
        found = source_crs.placed(request, systems.as_crs(systems.WGS84), xy, layer=LAYER, issues=issues)
        plain = request.crs is None and found.fit is None
        return found.said_first(BY_STANDARD) if plain else found
    declared = _crs(column["crs"])
    found = source_crs.placed(request, declared, xy, layer=LAYER, issues=issues)
    return found.because(*UNKNOWN_TO_THE_FILE) if column["crs"] is None else found


def _crs(projjson: Any) -> CRS | None:
    """The system of a PROJJSON, by the registry's own definition where it names a code."""
    if not isinstance(projjson, dict):
        return None
    try:
        return source_crs.with_code(CRS.from_json_dict(projjson))
    except (CRSError, RecursionError):
        return None


# --- rows --------------------------------------------------------------------------------------------------------


def _sample(file: pq.ParquetFile, primary: str) -> detect.Floats:
    batch = next(file.iter_batches(batch_size=SAMPLE, columns=[primary], use_threads=False), None)
    shapes = [] if batch is None else shapes_of(_wkb(batch, primary))
    return detect.first_points(shapes)


def _wkb(batch: pa.RecordBatch, primary: str) -> Any:
    found = [value if isinstance(value, bytes) else None for value in batch.column(primary).to_pylist()]
    wkb = np.empty(len(found), dtype=object)
    wkb[:] = found
    return wkb


def _emit(
    batch: pa.RecordBatch,
    primary: str,
    kept: list[str],
    first: int,
    finding: detect.Finding,
    request: Request,
    emit: Emit,
) -> bool:
    """Hand out the rows of a batch; true when any geometry has heights."""
    wkb = _wkb(batch, primary)
    shapes = shapes_of(wkb)
    areas = shaped(shapes, first, LAYER, finding, request.limits.points)
    columns = {name: list(_plain(batch.column(name))) for name in kept}
    for i, area in enumerate(areas):
        attributes, issues = values.cleaned(((name, columns[name][i]) for name in kept), area.row, LAYER)
        issues += _malformed(wkb[i], area.row) if wkb[i] is not None and shapes[i] is None else area.issues
        emit(area.as_row(attributes, issues))
    return any(shape is not None and shape.has_z for shape in shapes)


def _malformed(wkb: bytes, row: int) -> list[Issue]:
    reason = why_not(wkb)
    if reason is None:
        return [issue("geometry.not_finite", row=row, layer=LAYER)]
    zh, en = (
        ("环未闭合、点数不足或不是 WKB", "a ring is open or too short, or it is no WKB") if reason is OPEN else reason
    )
    return [issue("geometry.malformed", row=row, layer=LAYER, reason_zh=zh, reason_en=en)]


def _plain(column: pa.Array) -> Iterator[Any]:
    """Values as Python has them; dates and times as text, which needs neither pandas nor a list of time zones."""
    if pa.types.is_timestamp(column.type):
        column = (
            column.cast(pa.timestamp("us"), safe=False)
            if column.type.tz is None
            else column.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64()).cast(pa.timestamp("us"))
        )
        yield from (
            None if text is None else text.removesuffix(".000000") for text in pc.cast(column, pa.string()).to_pylist()
        )
    elif pa.types.is_temporal(column.type):
        yield from pc.cast(column, pa.string()).to_pylist()
    else:
        yield from column.to_pylist()
