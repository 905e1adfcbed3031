"""Good files, byte by byte, so that one thing at a time can be made bad: squares in 北围, zone 38."""

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pyproj import CRS

E0, N0 = 38_452_100.0, 2_478_450.0
"""A corner in 北围, EPSG:4526: easting with the zone prefix, northing."""

LON, LAT = 113.5345, 22.4025
"""The same corner in degrees, about."""

Ring = Sequence[tuple[float, float]]


def square(n: int = 0, side: float = 80.0) -> list[tuple[float, float]]:
    """A closed ring, clockwise as a shell of a Shapefile."""
    x, y = E0 + 100 * n, N0
    return [(x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y)]


def degrees(n: int = 0, side: float = 0.0008) -> list[list[float]]:
    """A closed ring in degrees, counter-clockwise as a shell of GeoJSON."""
    x, y = LON + 0.001 * n, LAT
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


# --- GeoJSON -----------------------------------------------------------------------------------------------------


def feature(coordinates: Any = None, kind: str = "Polygon", **more: Any) -> dict[str, Any]:
    drawn = [degrees()] if coordinates is None else coordinates
    geometry = {"type": kind, "coordinates": drawn}
    return {"type": "Feature", "properties": {"地块编号": "BW-0001"}, "geometry": geometry, **more}


def collection(*features: Any, **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)}, ensure_ascii=False)


# --- zip ---------------------------------------------------------------------------------------------------------


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# --- Shapefile ---------------------------------------------------------------------------------------------------


def polygon(rings: Sequence[Ring], kind: int = 5, more: bytes = b"") -> bytes:
    """The content of one record."""
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    starts, at = [], 0
    for ring in rings:
        starts.append(at)
        at += len(ring)
    head = struct.pack("<i4d2i", kind, min(xs), min(ys), max(xs), max(ys), len(rings), len(points))
    body = b"".join(struct.pack("<i", start) for start in starts)
    return head + body + b"".join(struct.pack("<2d", x, y) for x, y in points) + more


def _header(words: int, kind: int) -> bytes:
    box = (E0, N0, E0 + 400, N0 + 80)
    return struct.pack(">i20xi", 9994, words) + struct.pack("<2i8d", 1000, kind, *box, 0, 0, 0, 0)


def shp(records: Sequence[bytes], kind: int = 5) -> bytes:
    body = b"".join(struct.pack(">2i", n, len(one) // 2) + one for n, one in enumerate(records, start=1))
    return _header((100 + len(body)) // 2, kind) + body


def shx(records: Sequence[bytes], kind: int = 5) -> bytes:
    entries, at = b"", 50
    for one in records:
        entries += struct.pack(">2i", at, len(one) // 2)
        at += 4 + len(one) // 2
    return _header((100 + len(entries)) // 2, kind) + entries


Field = tuple[str | bytes, str, int, int]


def dbf(
    fields: Sequence[Field], rows: Iterable[Sequence[str | bytes]], codec: str = "ascii", language: int = 0
) -> bytes:
    width = 1 + sum(field[2] for field in fields)
    body, count = b"", 0
    for row in rows:
        count += 1
        body += b" " + b"".join(
            (value if isinstance(value, bytes) else value.encode(codec)).ljust(field[2])[: field[2]]
            for value, field in zip(row, fields, strict=True)
        )
    heads = b"".join(
        (name if isinstance(name, bytes) else name.encode(codec))[:10].ljust(11, b"\0")
        + kind.encode()
        + struct.pack("<4xBB14x", size, places)
        for name, kind, size, places in fields
    )
    head = struct.pack("<4BIHH17xB2x", 3, 126, 6, 30, count, 33 + len(heads), width, language)
    return head + heads + b"\r" + body + b"\x1a"


@cache
def prj(epsg: int) -> str:
    return CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")


def shapefile(count: int = 3, **parts: bytes | str | None) -> dict[str, bytes | str]:
    """The parts of a good one by suffix, some replaced, those that are None left out."""
    records = [polygon([square(n)]) for n in range(count)]
    table = dbf([("NO", "C", 10, 0)], [[f"BW-{n}"] for n in range(count)])
    made: dict[str, bytes | str | None] = {
        "shp": shp(records), "shx": shx(records), "dbf": table, "prj": prj(4526), **parts,
    }  # fmt: skip
    return {suffix: part for suffix, part in made.items() if part is not None}


def packed(parts: Mapping[str, bytes | str], name: str = "x") -> bytes:
    return zipped({f"{name}.{suffix}": part for suffix, part in parts.items()})


# --- KML ---------------------------------------------------------------------------------------------------------


def ring_text(n: int = 0) -> str:
    return " ".join(f"{x},{y},0" for x, y in degrees(n))


def placemark(n: int = 0, more: str = "", coordinates: str | None = None) -> str:
    text = ring_text(n) if coordinates is None else coordinates
    return (
        f"<Placemark><name>BW-{n}</name>{more}<Polygon><outerBoundaryIs><LinearRing><coordinates>{text}</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def kml(*inside: str) -> str:
    body = "".join(inside)
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


# --- 国土 TXT ----------------------------------------------------------------------------------------------------

HEAD = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.01
转换参数=,,,,,,
[地块坐标]
"""
PLOT = """4,0.6400,BW-0001,北围一,面,,工业用地,100102,@
J1,1,2478450.000,38452100.000
J2,1,2478530.000,38452100.000
J3,1,2478530.000,38452180.000
J4,1,2478450.000,38452180.000
J1,1,2478450.000,38452100.000
"""
