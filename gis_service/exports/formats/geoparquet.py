"""GeoParquet 1.1: one row group for each portion, outlines as WKB (east, north), the system as PROJJSON.

The `geo` metadata are added at the end, when the extent is known.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from gis_service.exports.source import Record, Source
from gis_service.geo import crs as systems

TYPES = {"text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "date": pa.date32()}


def write(path: Path, source: Source) -> None:
    schema = pa.schema(
        [
            ("id", pa.int64()),
            *((header, TYPES[field.holds]) for header, field in zip(source.headers(), source.wish.fields, strict=True)),
            ("geometry", pa.binary()),
        ]
    )
    bounds: list[tuple[float, ...]] = []
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for portion in source.portions():
            writer.write_table(_table(source, portion, schema))
            bounds.append(tuple(shapely.total_bounds([record.shape for record in portion]).tolist()))
        writer.add_key_value_metadata({"geo": _geo(source.crs, bounds), "gis_service": json.dumps(source.facts())})


def _table(source: Source, portion: list[Record], schema: pa.Schema) -> pa.Table:
    rows = [source.cells(record) for record in portion]
    columns = [[record.id for record in portion], *(list(column) for column in zip(*rows, strict=True))]
    wkb = shapely.to_wkb([record.shape for record in portion], byte_order=1).tolist()
    arrays = [pa.array(c, type_) for c, type_ in zip([*columns, wkb], schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _geo(epsg: int, bounds: list[tuple[float, ...]]) -> str:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "crs": systems.as_crs(epsg).to_json_dict(),
        "edges": "planar",
    }
    if bounds:
        west, south, east, north = zip(*bounds, strict=True)
        column["bbox"] = [min(west), min(south), max(east), max(north)]
    return json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})
