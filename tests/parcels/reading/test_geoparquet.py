"""GeoParquet: its own metadata says the system; its values come without threads, within the limits of the cell."""

import datetime
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from gis_service.parcels.reading.result import Limits, Unreadable

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

DEGREES = shapely.box(113.537, 22.401, 113.538, 22.402)
METRES = shapely.box(452_100, 2_478_450, 452_200, 2_478_550)
NO_CRS = object()


def parquet(
    shapes: list[Any],
    *,
    crs: Any = NO_CRS,
    encoding: str = "WKB",
    geo: Any = None,
    covering: bool = False,
    **columns: Any,
) -> bytes:
    column: dict[str, Any] = {"encoding": encoding, "geometry_types": ["Polygon"]}
    if crs is not NO_CRS:
        column["crs"] = crs
    if covering:
        column["covering"] = {"bbox": {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}}
    said = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}} if geo is None else geo
    wkb = [shape if isinstance(shape, bytes | None) else shapely.to_wkb(shape) for shape in shapes]
    table = pa.table({**columns, "geometry": pa.array(wkb, pa.binary())})
    out = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata({"geo": json.dumps(said)} if said != "" else {}), out, row_group_size=2
    )
    return out.getvalue()


@pytest.mark.parametrize(
    ("crs", "epsg", "source", "words"),
    [
        (NO_CRS, 4326, "file", "CRS84"),
        (CRS.from_epsg(4490).to_json_dict(), 4490, "file", "EPSG:4490"),
        (None, 4490, "detected", "crs: null"),
    ],
)
def test_degrees_are_in_the_system_that_is_said(
    read_file: Reading, crs: Any, epsg: int, source: str, words: str
) -> None:
    got = read_file(parquet([DEGREES], crs=crs, 地块编号=["BW-01"]), "a.parquet")
    assert (got.summary.crs.epsg, got.summary.crs.source, got.summary.format) == (epsg, source, "GeoParquet")
    assert words in " ".join(got.summary.crs.evidence_zh)
    assert got.rows[0].attributes == {"地块编号": "BW-01"}
    assert got.rows[0].shape.bounds == DEGREES.bounds
    assert got.codes == []


def test_metres_are_placed_by_projjson_or_by_their_numbers(read_file: Reading) -> None:
    got = read_file(parquet([METRES], crs=CRS.from_epsg(4547).to_json_dict()), "a.geoparquet")
    assert (got.summary.crs.epsg, got.area_m2) == (4547, pytest.approx(10_000))
    nameless = CRS.from_epsg(4547).to_json_dict()
    del nameless["id"]
    assert read_file(parquet([METRES], crs=nameless), "a.parquet").summary.crs.epsg == 4547
    assert "crs.declaration_wrong" in read_file(parquet([METRES]), "a.parquet").codes
    assert read_file(parquet([METRES], crs=None), "a.parquet").codes == ["crs.zone_assumed"]
    assert read_file(parquet([METRES], crs={"type": "nonsense"}), "a.parquet").summary.crs.epsg == 4547


def test_values_of_all_kinds_come_as_they_are(read_file: Reading) -> None:
    day = datetime.date(2026, 5, 22)
    moment = datetime.datetime(2026, 5, 22, 8, 30, tzinfo=datetime.timezone.utc)  # noqa: UP017
    content = parquet(
        [DEGREES],
        day=pa.array([day]),
        plain=pa.array([moment.replace(tzinfo=None)], pa.timestamp("ns")),
        zoned=pa.array([moment], pa.timestamp("us", "Asia/Shanghai")),
        price=pa.array([Decimal("12.30")]),
        list=pa.array([["堆土", "停车"]]),
        deep=pa.array([{"a": 1}]),
        whole=pa.array([None], pa.int64()),
        flag=pa.array([True]),
        code=pa.array(["007"]).dictionary_encode(),
        raw=pa.array([b"\x00\x01"]),
        nan=pa.array([float("nan")]),
    )
    (row,) = read_file(content, "a.parquet").rows
    assert row.attributes == {
        "day": "2026-05-22", "plain": "2026-05-22 08:30:00", "zoned": "2026-05-22 08:30:00", "price": "12.30",
        "list": ["堆土", "停车"], "deep": {"a": 1}, "whole": None, "flag": True, "code": "007", "raw": None, "nan": None,
    }  # fmt: skip
    assert [found.code for found in row.issues] == ["value.binary", "value.not_finite"]


def test_many_rows_come_in_order_with_the_broken_ones_named(read_file: Reading) -> None:
    shapes: list[Any] = [DEGREES] * 2500
    shapes[1], shapes[2], shapes[3] = None, b"\x01\x03", shapely.Point(113.5, 22.4)
    got = read_file(parquet(shapes, n=list(range(2500))), "a.parquet")
    assert [row.attributes["n"] for row in got.rows] == list(range(2500))
    assert [row.row for row in got.rows] == list(range(1, 2501))
    assert [row.issues[0].code for row in got.rows[1:4]] == [
        "geometry.missing",
        "geometry.malformed",
        "geometry.not_area",
    ]
    assert got.summary.cost.peak_memory_mb < 250


def test_boxes_and_other_geometries_are_left_out(read_file: Reading) -> None:
    geo = json.loads(pq.read_schema(io.BytesIO(parquet([DEGREES], covering=True))).metadata[b"geo"])
    geo["columns"]["center"] = {"encoding": "WKB", "geometry_types": []}
    box = pa.array([{"xmin": 1.0, "ymin": 1.0, "xmax": 2.0, "ymax": 2.0}])
    content = parquet(
        [shapely.force_3d(DEGREES, 5)], geo=geo, bbox=box, center=pa.array([shapely.to_wkb(DEGREES.centroid)]), n=[1]
    )
    got = read_file(content, "a.parquet")
    assert got.rows[0].attributes == {"n": 1}
    assert got.codes == ["parquet.other_geometries", "layer.z_dropped"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (parquet([DEGREES], geo=""), "parquet.no_geo"),
        (parquet([DEGREES], geo={"columns": []}), "parquet.no_geo"),
        (parquet([DEGREES], geo={"primary_column": "shape", "columns": {"shape": {}}}), "parquet.no_geo"),
        (parquet([DEGREES], encoding="polygon"), "parquet.encoding"),
        (parquet([DEGREES])[:-30], "read.damaged"),
        (b"PAR1" + b"\xff" * 400 + b"PAR1", "read.damaged"),
        (b"PARE" + b"\xff" * 400, "read.kind_mismatch"),
    ],
)
def test_what_is_no_geoparquet_is_refused(refused: Refusing, content: bytes, code: str) -> None:
    assert refused(content, "a.parquet").code == code


def test_limits_hold(refused: Refusing) -> None:
    assert refused(parquet([DEGREES] * 11), "a.parquet", limits=Limits(rows=10)).code == "read.too_many_rows"
    wide = parquet([DEGREES], x=pa.array(["x" * 300_000_000]))
    assert refused(wide, "a.parquet").code in ("read.memory", "read.time")
