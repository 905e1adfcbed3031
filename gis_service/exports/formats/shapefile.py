"""Shapefile as a zip: pinyin names of at most ten bytes with a table that explains them, .cpg and .prj, UTF-8 or GBK.

Texts end at 254 bytes of the encoding, after a whole character; what was cut is told in the zip and with the export.
"""

import csv
import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS

from gis_service.exports.fields import Field, Value
from gis_service.exports.source import Record, Source

NAME = "parcels"
TABLE, REMARKS = "字段对照.csv", "说明.txt"
MOST_BYTES = 254
CODECS = {"UTF-8": "utf-8", "GBK": "gbk"}
NUMPY: dict[str, Any] = {"number": np.float64, "integer": np.int32, "date": "datetime64[D]"}


def write(path: Path, source: Source) -> None:
    with tempfile.TemporaryDirectory(prefix="export-") as name:
        folder = Path(name)
        shp = folder / f"{NAME}.shp"
        for portion in source.portions():
            _append(shp, source, portion)
        (folder / f"{NAME}.prj").write_text(CRS(source.crs).to_wkt("WKT1_ESRI"), encoding="ascii")
        (folder / f"{NAME}.cpg").write_text(source.wish.encoding, encoding="ascii")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, part.name)
            archive.writestr(TABLE, _table(source.wish.fields))
            archive.writestr(REMARKS, _remarks(source))


def _append(shp: Path, source: Source, portion: list[Record]) -> None:
    fields = source.wish.fields
    rows = [source.cells(record) for record in portion]
    data = [_column(source, field, [row[at] for row in rows]) for at, field in enumerate(fields)]
    raw.write(
        shp,
        np.array(shapely.to_wkb([record.shape for record in portion]), dtype=object),
        [values for values, _ in data],
        [field.shp for field in fields],
        field_mask=[mask for _, mask in data],
        driver="ESRI Shapefile",
        geometry_type="MultiPolygon",
        crs=f"EPSG:{source.crs}",
        encoding=CODECS[source.wish.encoding],
        append=shp.exists(),
    )


def _column(source: Source, field: Field, values: list[Value]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """The values of a column, and which of them are empty."""
    if field.holds == "text":
        codec = CODECS[source.wish.encoding]
        texts = [None if value is None else _fitting(source, field, str(value), codec) for value in values]
        return np.array(texts, dtype=object), None
    mask = np.array([value is None for value in values])
    if field.holds == "date":
        return np.array(values, dtype=NUMPY["date"]), mask
    return np.array([0 if value is None else value for value in values], dtype=NUMPY[field.holds]), mask


def _fitting(source: Source, field: Field, text: str, codec: str) -> str:
    stored = text.encode(codec, "replace")
    if stored.decode(codec) != text:
        source.notes.column("text.replaced", field.zh)
    if len(stored) > MOST_BYTES:
        source.notes.column("text.cut", field.zh)
    return stored[:MOST_BYTES].decode(codec, "ignore")


def _table(fields: tuple[Field, ...]) -> str:
    """字段对照: the name in the table, what it is called, what it means; as Excel opens it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["字段名", "中文", "English", "说明"])
    rows.writerows([field.shp, field.zh, field.en, field.means[0]] for field in fields)
    return "\ufeff" + text.getvalue()


def _remarks(source: Source) -> str:
    facts = source.facts()
    lines = [
        f"截止时间 {facts['cut_off']} · 坐标系 {facts['crs']} · 文字编码 {source.wish.encoding} · {source.count} 块",
        *([facts["sample"]] if "sample" in facts else []),
        *(note["zh"] for note in source.notes.told()),
    ]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"
