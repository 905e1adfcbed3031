"""H1, H24, H26: empty files, files under a false flag, names that mean something to a library."""

from collections.abc import Iterator

from tests.hostile.corpus.case import Accepted, Bait, Case, Refused
from tests.hostile.corpus.good import collection, feature, zipped

KINDS = [
    "geojson",
    "json",
    "gpkg",
    "zip",
    "shp",
    "dbf",
    "txt",
    "kml",
    "ovkml",
    "kmz",
    "ovkmz",
    "dxf",
    "dat",
    "tab",
    "mif",
    "parquet",
    "geoparquet",
    "xlsx",
    "csv",
    "tsv",
]


EMPTY = {"nothing": b"", "blank": b"\xef\xbb\xbf \r\n\t", "zeros": b"\x00" * 5000}


def cases() -> Iterator[Case]:
    yield from _empty()
    yield from _disguised()
    yield from _virtual()
    yield from _names()


def _empty() -> Iterator[Case]:
    for ending in KINDS:
        for how, content in EMPTY.items():
            expects = Refused(("read.empty",), ("空文件", f"空.{ending}"))
            yield Case(f"H1-{how}-{ending}", f"空.{ending}", content, expects, small=True)


LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><kml><Placemark>&b;</Placemark></kml>'
GOOD = collection(feature())

DISGUISES: list[tuple[str, str, bytes | str, str, str]] = [
    ("H1", "xml-geojson", LAUGHS, "a.geojson", "XML"),
    ("H1", "utf16-xml-geojson", "<\0k\0m\0l\0", "a.geojson", "XML"),
    ("H32", "rar-zip", b"Rar!\x1a\x07\x00" + bytes(40), "a.zip", "RAR"),
    ("H32", "rar5-zip", b"Rar!\x1a\x07\x01\x00" + bytes(40), "a.zip", "RAR"),
    ("H32", "7z-zip", b"7z\xbc\xaf\x27\x1c" + bytes(40), "a.zip", "7z"),
    ("H32", "gzip-zip", b"\x1f\x8b\x08" + bytes(40), "a.zip", "gzip"),
    ("H32", "rar-kmz", b"Rar!\x1a\x07\x00" + bytes(40), "a.kmz", "RAR"),
    ("H32", "rar-xlsx", b"Rar!\x1a\x07\x00" + bytes(40), "a.xlsx", "RAR"),
    ("H39", "dwg-dxf", b"AC1027" + bytes(200), "a.dxf", "DWG"),
    ("H39", "dwg-txt", b"AC1015" + bytes(200), "a.txt", "DWG"),
    ("H39", "dwg", b"AC1032" + bytes(200), "a.dwg", "DWG"),
    ("H1", "png-geojson", b"\x89PNG\r\n\x1a\n" + bytes(30), "a.geojson", "图片"),
    ("H1", "jpeg-txt", b"\xff\xd8\xff\xe0" + bytes(30), "a.txt", "图片"),
    ("H1", "pdf-txt", b"%PDF-1.7\n", "a.txt", "PDF"),
    ("H1", "pdf", b"%PDF-1.7\n", "红线.pdf", "PDF"),
    ("H1", "html-kml", "<!DOCTYPE html><html><body>404</body></html>", "a.kml", "HTML"),
    ("H1", "html-csv", "<html><table><tr><td>1</td></tr></table></html>", "a.csv", "HTML"),
    ("H1", "zip-gpkg", zipped({"a.txt": "x"}), "a.gpkg", "zip"),
    ("H1", "zip-dxf", zipped({"a.dxf": "x"}), "a.dxf", "zip"),
    ("H1", "json-txt", GOOD, "a.txt", "JSON"),
    ("H1", "json-kml", GOOD, "a.kml", "JSON"),
    ("H1", "json-csv", GOOD, "a.csv", "JSON"),
    ("H1", "json-docx", GOOD, "a.docx", ".geojson"),
    ("H1", "json-no-ending", GOOD, "地块", ".geojson"),
    ("H1", "json-ending-only", GOOD, ".geojson", ".geojson"),
    ("H1", "sqlite-geojson", b"SQLite format 3\x00" + bytes(100), "a.geojson", "SQLite"),
    ("H1", "parquet-csv", b"PAR1" + bytes(100), "a.csv", "Parquet"),
    ("H1", "text-gpkg", "地块编号,面积\n1,2\n", "a.gpkg", "纯文本"),
    ("H1", "text-zip", "地块编号,面积\n1,2\n", "a.zip", "纯文本"),
    ("H1", "text-shp", "地块编号,面积\n1,2\n", "a.shp", "纯文本"),
    ("H1", "text-parquet", "地块编号,面积\n1,2\n", "a.parquet", "纯文本"),
    ("H1", "text-xlsx", "地块编号,面积\n1,2\n", "a.xlsx", "纯文本"),
    ("H1", "tiff-dat", b"II*\x00" + bytes(20), "a.dat", "栅格"),
    ("H1", "exe-dbf", b"MZ\x90\x00", "a.exe", ".geojson"),
]


def _disguised() -> Iterator[Case]:
    for kind, how, content, name, word in DISGUISES:
        expects = Refused(("read.kind_mismatch", "read.kind_unknown", "read.empty"), (word,))
        yield Case(f"{kind}-{how}", name, content, expects, small=True)


def _vrt(bait: Bait) -> str:
    """A virtual data source that would hand out another file of the server as features."""
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{bait.secret}</SrcDataSource>'
        '<GeometryType>wkbPolygon</GeometryType><GeometryField encoding="WKT" field="WKT"/>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def _vrt_net(bait: Bait) -> str:
    return _vrt(bait).replace(str(bait.secret), f"/vsicurl/{bait.url}a.geojson")


def _virtual() -> Iterator[Case]:
    expects = Refused(("read.kind_mismatch", "read.kind_unknown"), ("VRT",))
    for ending in (*KINDS, "vrt", "xml"):
        for how, before in {"plain": "", "marked": "\ufeff \n"}.items():
            yield Case(f"H24-vrt-{ending}-{how}", f"a.{ending}", lambda b, s=before: s + _vrt(b), expects, small=True)
        yield Case(f"H25-vrt-net-{ending}", f"a.{ending}", _vrt_net, expects, small=True)
    declared = '<?xml version="1.0"?>\n'
    for ending in ("geojson", "csv", "txt", "tab", "mif", "gpkg"):
        codes = Refused(("read.kind_mismatch",), ("XML",))
        yield Case(f"H24-vrt-declared-{ending}", f"a.{ending}", lambda b: declared + _vrt(b), codes, small=True)
    kml = Refused(("kml.syntax", "read.no_rows", "read.no_polygons"))
    yield Case("H24-vrt-declared-kml", "a.kml", lambda b: declared + _vrt(b), kml)
    utf16 = Refused(("read.kind_mismatch",), ("XML",))
    yield Case("H24-vrt-utf16", "a.geojson", lambda b: _vrt(b).encode("utf-16"), utf16, small=True)
    yield Case("H24-vrt-raster", "a.json", "<VRTDataset rasterXSize='1'/>", expects, small=True)


NAMES = [
    "PG:dbname=x.geojson", "CSV:/etc/passwd", "/vsistdin/.geojson", "/vsicurl/http://127.0.0.1/x.geojson", "../../x.json",
    "..\\..\\x.geojson", "/etc/passwd.geojson", "x.geojson\x00.txt", "x\r\nSet-Cookie: a=b.geojson", 'x".geojson',
    "x'; DROP TABLE parcel;--.geojson", "地" * 80 + ".geojson", "a" * 250 + ".geojson", "CON.geojson", "x.geojson.", "...geojson",
    "MVT:x.geojson", "GPKG:/etc/passwd:x.geojson", "-h.geojson", "$(id).geojson", "{0.__class__}.geojson", "%n%s.geojson",
    "\u202enosjoeg.geojson", "a\u200b.geojson",
]  # fmt: skip


def _names() -> Iterator[Case]:
    """The name is never passed on: what ends as GeoJSON is read as such, the others are refused by name."""
    for n, name in enumerate(NAMES):
        known = name.replace("\\", "/").rpartition("/")[2].lower()
        readable = known.endswith((".geojson", ".json")) and known != ".geojson"
        expects = Accepted(1) if readable else Refused(("read.kind_unknown", "read.kind_mismatch"))
        kind = "H26" if n in range(7) or n in (16, 17) else "H47"
        yield Case(f"{kind}-name-{n}", name, GOOD, expects, small=readable)
