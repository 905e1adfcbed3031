"""What reads the words and files of strangers, each as a function of bytes that may only refuse.

A target returns for whatever it was given, having refused or not: what its parser may raise, and nothing else, is held back
here. Files that are read in a cell (`parcels/reading/sandbox.py`) are read in this process, so that what is run of the
readers is seen; libraries in C that only ever run in the cell (GDAL, Arrow) are left to the corpus of `tests/hostile`.
"""

import io
import json
import os
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from gis_service.core.errors import Refusal
from gis_service.parcels.reading.result import Unreadable

TEXT = "utf-8"


@dataclass(frozen=True)
class Target:
    """`fuzz` gets bytes; `seeds` are good ones to begin with; `words` are what the grammar is made of."""

    fuzz: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    words: tuple[str, ...] = ()


def _text(data: bytes) -> str:
    return data.decode(TEXT, "replace")


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="gis-parsers-"))  # below TMPDIR, which who started us removes


# --- words in addresses


def _cql2(language: str) -> Callable[[bytes], None]:
    def fuzz(data: bytes) -> None:
        from gis_service.maps.catalogue import Catalogue
        from gis_service.maps.cql2.compiling import compiled
        from gis_service.maps.crs import LONLAT
        from gis_service.maps.queryables import queryables

        if not _LAYERS:
            _LAYERS.update(Catalogue.load())
        with suppress(Refusal):
            compiled(_text(data), language, queryables(_LAYERS["parcel-use"]), LONLAT)

    return fuzz


_LAYERS: dict[str, Any] = {}


def _parameters(data: bytes) -> None:
    """Days, intervals, boxes, rings, cursors, systems: what stands behind `=` in an address."""
    from gis_service.core.paging import place
    from gis_service.geo.crs import CrsNotUnderstood, parse
    from gis_service.maps import asked, crs, identify
    from gis_service.parcels.filters import box_of, moment

    text = _text(data)
    for read in (
        asked.day,
        asked.instants,
        moment,
        box_of,
        identify.ring,
        lambda word: place(word, 2),
        lambda word: crs.window(word, crs.LONLAT),
        lambda word: crs.named(word, "crs"),
    ):
        with suppress(Refusal):
            read(text)
    with suppress(CrsNotUnderstood):
        parse(text)


def _coordinates(data: bytes) -> None:
    """A pair in any notation, and lists of them: never a refusal, at most nothing found."""
    from gis_service.geo import notation
    from gis_service.maps.places import places

    text = _text(data)
    places(text, 4547)
    notation.points(text)


# --- bodies


def _record(data: bytes) -> None:
    """A record of a phone: start, tracks, observations, the end."""
    from gis_service.patrols.inbox import reading
    from gis_service.patrols.inbox.verdicts import Refused

    text, uuid = _text(data), UUID(int=1)
    reading.glimpse(text, uuid)
    reading.glimpse_count(text)
    with suppress(Refused):
        reading.read(text, uuid)


def _feature(data: bytes) -> None:
    """A feature that a GIS client writes."""
    from gis_service.editing import asking

    with suppress(Refusal):
        feature = asking._read(data)
        asking._properties(feature, part=True)
        asking._geometry(feature.get("geometry"))


def _calendar(data: bytes) -> None:
    from gis_service.procedures.calendar import read_csv

    with suppress(Refusal):
        read_csv(_text(data))


def _form(data: bytes) -> None:
    from gis_service.patrols.forms.catalogue import BadForm, read
    from gis_service.patrols.forms.expression import BadExpression, parse

    text = _text(data)
    with suppress(BadForm):
        read(text)
    with suppress(BadExpression):
        parse(text)


# --- files


def _file(kind: str, module: str, function: str = "read") -> Callable[[bytes], None]:
    """A reader of files of land; what its child process says of too deep nesting and too much memory is said there."""

    def fuzz(data: bytes) -> None:
        from gis_service.parcels.reading.request import Request
        from gis_service.parcels.reading.result import Limits, row_to_json

        read = getattr(import_module(f"gis_service.parcels.reading.{module}"), function)
        with _cell() as folder:
            (folder / "input").write_bytes(data)
            request = Request(kind=kind, file=f"x.{kind}", folder=folder, limits=Limits())
            with suppress(Unreadable, RecursionError, MemoryError):
                read(request, lambda row: bool(row_to_json(row)))

    return fuzz


@contextmanager
def _cell() -> Iterator[Path]:
    """A folder that is empty afterwards; always the same, since making one takes as long as reading."""
    folder = _folder()
    try:
        yield folder
    finally:
        for root, folders, files in os.walk(folder, topdown=False):
            for name in files:
                (Path(root) / name).unlink()
            for name in folders:
                (Path(root) / name).rmdir()


def _within(wrap: Callable[[bytes], bytes], fuzz: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """What is fuzzed is the document inside of a zip: the sums of a zip keep bytes from the outside from getting that far."""
    return lambda data: fuzz(wrap(data))


def _kmz(document: bytes) -> bytes:
    from tests.hostile.corpus.good import zipped

    return zipped({"doc.kml": document})


def _book(sheet: bytes) -> bytes:
    from tests.parcels.reading.sheets import raw_book

    return raw_book(sheet)


def _archive(data: bytes) -> None:
    """The directory of a zip, and every member that it lets through."""
    from gis_service.parcels.reading import archive
    from gis_service.parcels.reading.result import Limits

    with _cell() as folder:
        (folder / "input").write_bytes(data)
        with suppress(Unreadable), archive.opened(folder / "input") as zipped:
            for n, member in enumerate(archive.members(zipped, Limits(unpacked_bytes=4 << 20))):
                archive.unpack(zipped, member, folder / f"member{n}")


def _shapefile(data: bytes) -> None:
    """The parts of a shapefile, checked before GDAL sees them: two lengths say where .shp and .dbf end."""
    from gis_service.parcels.reading import dbf, shapefile

    if len(data) < 4:
        return
    (shp, table_size), body = struct.unpack("<HH", data[:4]), data[4:]
    with _cell() as folder:
        pieces = {".shp": body[:shp], ".dbf": body[shp : shp + table_size], ".shx": body[shp + table_size :]}
        parts = {}
        for suffix, content in pieces.items():
            parts[suffix] = folder / f"input{suffix}"
            parts[suffix].write_bytes(content)
        with suppress(Unreadable):
            shapefile._checked(shapefile.Bundle("x", parts), folder / "layer", [])
        with suppress(Unreadable):
            table = dbf.table(parts[".dbf"])
            shapefile._encoding(parts[".dbf"], table, None, None)


def _holes(name: str) -> Callable[[bytes], None]:
    """A file of boreholes: never a refusal, what is wrong is among the issues."""

    def fuzz(data: bytes) -> None:
        from gis_service.surveys.reading import reader

        reader.read(data, name, crs=4547)

    return fuzz


def _surface(data: bytes) -> None:
    from gis_service.geo.elevation import xyz
    from gis_service.geo.elevation.refused import ElevationRefused

    with _cell() as folder:
        path = folder / "input.xyz"
        path.write_bytes(data)
        with suppress(ElevationRefused):
            xyz.read(path, 4547, most_cells=10_000)


def _kind(data: bytes) -> None:
    """What a file is, by its first bytes."""
    from gis_service.parcels.reading import sniff

    for name in ("x.zip", "x.csv", "x.shp", "x", "x.txt", "x.geojson"):
        with suppress(Unreadable):
            sniff.kind(name, data, len(data))


def _picture(data: bytes) -> None:
    """A photo with its EXIF, made small."""
    from PIL import Image, ImageOps

    from gis_service.parcels.attachments import picture_child

    with _cell() as folder:
        (folder / "input").write_bytes(data)
        here = Path.cwd()
        os.chdir(folder)
        try:
            picture_child._made(Image, ImageOps)
        finally:
            os.chdir(here)


# --- seeds


def _of_grammar(language: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        from tests.maps.cql2.expressions import text_of
        from tests.proving.grammar import an_expression

        dice = random.Random(7)
        made = [an_expression(dice, 1) for _ in range(60)]
        return [
            (text_of(one) if language == "cql2-text" else json.dumps(one, ensure_ascii=False)).encode() for one in made
        ]

    return seeds


def _good(name: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        from tests.hostile.corpus import good
        from tests.hostile.corpus.texts import REGISTER, WKT

        kml = good.kml(good.placemark(), good.placemark(1))
        shapes = good.shapefile(2)
        parts = [bytes(one) for one in (shapes["shp"], shapes["dbf"], shapes["shx"]) if isinstance(one, bytes)]
        found = {
            "txt": [(good.HEAD + good.PLOT).encode("gb18030"), (good.HEAD + good.PLOT).encode()],
            "csv": [(REGISTER + f"BW-3,{WKT},1\n").encode()],
            "kml": [kml.encode()],
            "geojson": [good.collection(good.feature(), good.feature()).encode()],
            "dat": [b"1,,38452100,2478450,3\n2,,38452100,2478530,3\n3,,38452180,2478530,3\n"],
            "zip": [good.zipped({"a.txt": "x", "b/c.shp": "y"}), good.packed(shapes)],
            "shp": [struct.pack("<HH", len(parts[0]), len(parts[1])) + b"".join(parts)],
        }
        return found[name]

    return seeds


def _dxf_seeds() -> list[bytes]:
    return [
        (
            b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n3\n70\n1\n10\n452100\n20\n2478450\n10\n452180\n20\n2478450\n10\n452180\n20\n2478530\n"
            b"0\nTEXT\n8\n0\n10\n452120\n20\n2478460\n40\n2\n1\nBW-1\n0\nENDSEC\n0\nEOF\n"
        )
    ]


def _sheet_seeds() -> list[bytes]:
    from tests.parcels.reading.sheets import sheet_xml

    cells = [
        ["地块编号", "X", "Y"],
        ["BW-1", 2478450.0, 452100.0],
        ["BW-1", 2478530.0, 452100.0],
        ["BW-1", 2478530.0, 452180.0],
    ]

    def cell(value: str | float) -> str:
        kind, inner = ("inlineStr", f"<is><t>{value}</t></is>") if isinstance(value, str) else ("n", f"<v>{value}</v>")
        return f'<c t="{kind}">{inner}</c>'

    return [sheet_xml("".join(f"<row>{''.join(map(cell, row))}</row>" for row in cells)).encode()]


def _picture_seeds() -> list[bytes]:
    from PIL import Image

    found = []
    for kind in ("JPEG", "PNG", "WEBP"):
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 6, "x"
        Image.new("RGB", (9, 7), (200, 10, 10)).save(out, kind, exif=exif)
        found.append(out.getvalue())
    return found


def _hole_seeds() -> list[bytes]:
    return [
        "孔号,X,Y,孔口高程,孔深\nZK1,2478450.1,452100.2,3.2,12\n".encode(),
        (
            b'"GROUP","LOCA"\r\n"HEADING","LOCA_ID","LOCA_NATE","LOCA_NATN","LOCA_GL","LOCA_FDEP"\r\n"UNIT","","m","m","m","m"\r\n'
            b'"TYPE","ID","2DP","2DP","2DP","2DP"\r\n"DATA","BH1","452100.00","2478450.00","3.20","12.00"\r\n'
        ),
        b'"**PROJ"\r\n"*PROJ_ID"\r\n"1"\r\n"**HOLE"\r\n"*HOLE_ID","*HOLE_NATE","*HOLE_NATN"\r\n"BH1","452100","2478450"\r\n',
    ]


def _record_seeds() -> list[bytes]:
    base = {
        "uuid": str(UUID(int=1)),
        "seq": 1,
        "by": 1,
        "made_at": 1764460800000,
        "device": str(UUID(int=2)),
        "app": "1.0",
        "schema": 1,
    }
    place = {"lon": 113.5, "lat": 22.4, "accuracy_m": 5, "at": 1764460800000}
    seen = {"form": "observation", "form_version": 1, "answers": {"a": [1]}, "position": place}
    bodies: dict[str, dict[str, Any]] = {
        "patrol.start": {"task_id": 1, "position": place},
        "track": {"fixes": [[1764460800000, 113.5, 22.4, 5, None, None]], "gaps": [{"from": 1, "to": 2}]},
        "visit": {"parcel_id": 1, "came_at": 1, "all_fine": True, **seen},
        "observation": {
            "item": "DUMP",
            "severity": "high",
            "geometry": {"type": "Point", "coordinates": [113.5, 22.4]},
            **seen,
        },
        "correction": {"of": str(UUID(int=3)), "changes": {"severity": {"was": "low", "now": "high"}}},
        "facility.edit": {"noun": "fences", "id": 1, "seen": 1, "changes": {"height_m": {"was": 1, "now": 2}}},
        "patrol.end": {"at": 1, "records": 3},
    }
    return [json.dumps({**base, "kind": kind, "body": body}).encode() for kind, body in bodies.items()]


CQL2_WORDS = (
    "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS NULL", "TRUE", "CASEI(", "ACCENTI(", "S_INTERSECTS(", "T_AFTER(", "A_CONTAINS(",
    "POINT(", "POLYGON((", "BBOX(", "DATE('", "TIMESTAMP('", "INTERVAL('", "geometry", "use_statuses", "parcel_no", "updated_at", "div", "'..'",
    '{"op":"', '"args":[', '{"property":"', '"interval":', '"bbox":', '"coordinates":', '"type":"', "a_equals", "s_within", "t_during", "isNull",
)  # fmt: skip

TARGETS: dict[str, Target] = {
    "cql2-text": Target(_cql2("cql2-text"), _of_grammar("cql2-text"), CQL2_WORDS),
    "cql2-json": Target(_cql2("cql2-json"), _of_grammar("cql2-json"), CQL2_WORDS),
    "parameters": Target(
        _parameters,
        lambda: [b"2026-01-01/..", b"2026-01-01T08:00:00Z", b"113.5,22.4,113.6,22.5", b"113.5,22.4;113.6,22.4;113.6,22.5", b"WyJCVy0wMDAxIiw3XQ", b"EPSG:4547"],
    ),
    "coordinates": Target(
        _coordinates,
        lambda: [w.encode() for w in ("X 2473733.499  Y 453649.888", "北纬22°21′36″ 东经113°33′00″", "22.2136,113.33", "J1,2478700.1,452100.2\nJ2,2478700.1,452500.2\nJ3,2478450.1,452500.2")],
        ("°", "′", "″", "度", "分", "秒", "东经", "北纬", "N", "E", "e308", "X", "Y", "："),
    ),
    "record": Target(_record, _record_seeds, ('"kind":', '"body":', '"fixes":', '"made_at":', "1e308", "null", "\\ud800", "\\u0000")),
    "feature": Target(_feature, _good("geojson"), ('"Polygon"', '"coordinates":', '"geometries":', "[[[", "1e999", "NaN", "\\ud800")),
    "calendar": Target(_calendar, lambda: ["2026-10-01,休,国庆\n2026-10-10,班,\n".encode()]),
    "form": Target(_form, lambda: [b'code = "x"\nzh = "x"\nen = "x"\n', b"${a} > 3 and (b or not c)", b"if(a = 1, b + 2, round(c, 2))"]),
    "kind": Target(_kind, _good("zip")),
    "archive": Target(_archive, _good("zip")),
    "shapefile": Target(_shapefile, _good("shp")),
    "geojson": Target(_file("geojson", "geojson"), _good("geojson"), ('"FeatureCollection"', '"crs":', '"MultiPolygon"', "1e999", "[[[")),
    "kml": Target(_file("kml", "kml.read"), _good("kml"), ("<Placemark>", "<coordinates>", "<!DOCTYPE", "<!ENTITY", "<ExtendedData>", "&#0;", "<![CDATA[", "<table>")),
    "kmz": Target(_within(_kmz, _file("kmz", "kml.read", "read_kmz")), _good("kml"), ("<Placemark>", "<coordinates>", "<NetworkLink>", "<href>")),
    "csv": Target(_file("csv", "tables.delimited"), _good("csv"), ("POLYGON((", "MULTIPOLYGON(((", "SRID=4547;", '"', "\t", ";", "EMPTY", "坐标")),
    "xlsx": Target(_within(_book, _file("xlsx", "tables.workbook")), _sheet_seeds, ("<row", "<c t=", "<v>", "<f>", "<mergeCell ref=", "<!ENTITY", "1e999", " r=\"XFD1048576\"")),
    "txt": Target(_file("txt", "land_txt.read"), _good("txt"), ("[属性描述]", "[地块坐标]", "@", "J1,1,", "坐标系=")),
    "dat": Target(_file("dat", "cass"), _good("dat")),
    "dxf": Target(_file("dxf", "dxf.read"), _dxf_seeds, ("LWPOLYLINE", "POLYLINE", "HATCH", "SPLINE", "INSERT", "BLOCK", "$DWGCODEPAGE", "1e999")),
    "boreholes": Target(_holes("x.csv"), _hole_seeds, ('"GROUP"', '"DATA"', '"HEADING"', "LOCA_ID", "GEOL_TOP", "**HOLE", "孔号", "层底深度")),
    "surface": Target(_surface, lambda: [b"452100 2478450 3.2\n452101 2478450 3.3\n452100 2478451 3.1\n", b"x,y,z\n1,2,3\n"]),
    "picture": Target(_picture, _picture_seeds),
}  # fmt: skip
