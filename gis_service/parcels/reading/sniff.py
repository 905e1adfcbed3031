"""What a file is, by its first bytes, before any library sees it; its name must agree.

GDAL decides by content: an OGR VRT named `.geojson` made it read other files of the server. So content it has no
business with never reaches it.
"""

import re
import struct
from dataclasses import dataclass
from pathlib import Path, PurePath

from gis_service.parcels.reading.result import Unreadable, unreadable

HEAD_BYTES = 4096

#: Name ending → the kind of reading it asks for.
BY_NAME = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".zip": "zip",
    ".shp": "shp",
    ".dbf": "dbf",
    ".txt": "txt",
    ".kml": "kml",
    ".ovkml": "kml",
    ".kmz": "kmz",
    ".ovkmz": "kmz",
    ".dxf": "dxf",
    ".dat": "dat",
    ".tab": "tab",
    ".mif": "mif",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
}


@dataclass(frozen=True)
class Foreign:
    """Something we know by sight and do not read."""

    zh: str
    en: str


#: Tables that have to be saved as .xlsx first: name ending → what it is.
OTHER_TABLES = {
    ".xls": Foreign("旧版 Excel 工作簿(.xls)", "an old Excel workbook (.xls)"),
    ".xlt": Foreign("旧版 Excel 模板(.xlt)", "an old Excel template (.xlt)"),
    ".xlsm": Foreign("带宏的工作簿(.xlsm)", "a workbook with macros (.xlsm)"),
    ".xltm": Foreign("带宏的模板(.xltm)", "a template with macros (.xltm)"),
    ".xlsb": Foreign("二进制工作簿(.xlsb)", "a binary workbook (.xlsb)"),
    ".et": Foreign("WPS 表格(.et)", "a WPS sheet (.et)"),
    ".ett": Foreign("WPS 表格模板(.ett)", "a WPS template (.ett)"),
    ".ods": Foreign("ODS 表格(.ods)", "an ODS sheet (.ods)"),
    ".numbers": Foreign("Numbers 表格", "a Numbers sheet"),
}
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

#: First bytes of binary kinds. Strings are the kinds we read.
MAGIC: list[tuple[bytes, str | Foreign]] = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\x00", "gpkg"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"AutoCAD Binary DXF", "dxf"),
    (b"PAR1", "parquet"),
    (b"PARE", Foreign("加密的 Parquet", "encrypted Parquet")),
    (b"Rar!", Foreign("RAR 压缩包", "a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", Foreign("7z 压缩包", "a 7z archive")),
    (b"\x1f\x8b", Foreign("gzip 压缩包", "a gzip archive")),
    (b"AC10", Foreign("DWG 图纸", "a DWG drawing")),
    (b"%PDF", Foreign("PDF 文件", "a PDF file")),
    (OLE, Foreign("旧版 Office 文件", "an old Office file")),
    (b"\x89PNG", Foreign("图片", "a picture")),
    (b"\xff\xd8\xff", Foreign("图片", "a picture")),
    (b"II*\x00", Foreign("栅格影像", "a raster image")),
]
#: How texts begin, after byte-order mark and blanks, in lower case.
TEXTS: list[tuple[bytes, str | Foreign]] = [
    (b"<ogrvrt", Foreign("OGR VRT(虚拟数据源)", "an OGR VRT, a virtual data source")),
    (b"<vrtdataset", Foreign("GDAL VRT(虚拟栅格)", "a GDAL VRT, a virtual raster")),
    (b"<!doctype", Foreign("HTML 或带 DTD 的 XML", "HTML, or XML with a DTD")),
    (b"<html", Foreign("HTML 网页", "an HTML page")),
    (b"<", "xml"),
    (b"{", "geojson"),
    (b"[", "bracket"),
]
#: How a DXF in text begins: comments, then its first section.
_DXF = re.compile(rb"(?:999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION")

KINDS = {
    "geojson": Foreign("JSON", "JSON"),
    "gpkg": Foreign("SQLite 数据库", "an SQLite database"),
    "zip": Foreign("zip 压缩包", "a zip archive"),
    "shp": Foreign("Shapefile 的 .shp", "the .shp of a Shapefile"),
    "xml": Foreign("XML", "XML"),
    "dxf": Foreign("DXF 图纸", "a DXF drawing"),
    "parquet": Foreign("Parquet", "Parquet"),
    "binary": Foreign("二进制数据", "binary data"),
    "text": Foreign("纯文本", "plain text"),
    "bracket": Foreign("纯文本", "plain text"),
}

#: What a kind of reading may look like, where it is not simply itself.
MAY_LOOK_LIKE: dict[str, tuple[str, ...]] = {
    "dbf": ("binary",),
    "txt": ("text", "bracket"),
    "geojson": ("geojson", "text", "bracket"),
    "xlsx": ("zip",),
    "csv": ("text", "bracket", "binary"),  # binary: the reader names the line with the first NUL
    "kml": ("xml",),
    "kmz": ("zip",),
    "dat": ("text",),
    "tab": ("text",),
    "mif": ("text",),
}


def directory_at(head: bytes) -> int:
    """Where an OLE file (old Office, or a workbook behind a password) lists what it holds; 0 for other files."""
    if not head.startswith(OLE) or len(head) < 512:
        return 0
    (shift,), (sector,) = struct.unpack("<H", head[30:32]), struct.unpack("<I", head[48:52])
    return int(min((sector + 1) << min(shift, 12), MOST_OFFSET))


MOST_OFFSET = 1 << 31


def kind_of(path: Path, file_name: str) -> str:
    """The kind of reading for a file of that name, as `kind` tells it."""
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
        source.seek(directory_at(head))
        return kind(file_name, head, path.stat().st_size, source.read(HEAD_BYTES))


def kind(file_name: str, head: bytes, size: int, directory: bytes = b"") -> str:
    """The kind of reading for a file, from its name and first bytes; refuses what is empty, foreign or disguised.

    `directory` is what stands at `directory_at`: it tells an encrypted workbook from an old one.
    """
    path = PurePath(file_name.replace("\\", "/"))
    name, suffix = path.name[:100], path.suffix.lower()[:20]
    if size == 0 or not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise unreadable("read.empty", file=name)
    wanted = BY_NAME.get(suffix)
    seen = _seen(head)
    if (wanted == "xlsx" and head.startswith(OLE)) or suffix in OTHER_TABLES:
        raise _other_table(name, suffix, ENCRYPTED in directory)
    if wanted is None:
        raise _unknown(name, seen)
    if not _agree(wanted, seen):
        foreign = seen if isinstance(seen, Foreign) else KINDS[seen]
        raise unreadable("read.kind_mismatch", file=name, kind_zh=foreign.zh, kind_en=foreign.en)
    return wanted


def _unknown(name: str, seen: str | Foreign) -> Unreadable:
    """Names what it is where that helps: a drawing, a picture, another archive."""
    known = KINDS["xml"] if seen == "xml" else seen
    if isinstance(known, Foreign):
        return unreadable("read.kind_unknown", file=name, kind_zh=f"({known.zh})", kind_en=f" ({known.en})")
    return unreadable("read.kind_unknown", file=name, kind_zh="", kind_en="")


def _other_table(name: str, suffix: str, encrypted: bool) -> Unreadable:
    """The refusal of a table that has to be saved anew; an .xlsx that is none is an old workbook under a new name."""
    if encrypted:
        return unreadable("table.encrypted", file=name)
    other = OTHER_TABLES.get(suffix, OTHER_TABLES[".xls"])
    return unreadable("table.other_format", file=name, kind_zh=other.zh, kind_en=other.en)


def _seen(head: bytes) -> str | Foreign:
    for magic, found in MAGIC:
        if head.startswith(magic):
            return found
    if _is_utf16(head):
        return "text" if b"<\x00" not in head[:4] and b"\x00<" not in head[:4] else "xml"
    if b"\x00" in head:
        return "binary"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _DXF.match(text):
        return "dxf"
    text = text.lower()
    return next((found for start, found in TEXTS if text.startswith(start)), "text")


def _is_utf16(head: bytes) -> bool:
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or unmarked_utf16(head) is not None


def unmarked_utf16(raw: bytes) -> str | None:
    """The codec of a text whose ASCII characters carry a zero byte, always on the same side; None for other content."""
    head = raw[:4000]
    before, after = head[0::2].count(0), head[1::2].count(0)
    if before + after < len(head) / 20 or min(before, after) > max(before, after) / 20:
        return None
    letters = [high or low for high, low in zip(head[0::2], head[1::2], strict=False) if 0 in (high, low)]
    if any(letter < 0x20 and letter not in b"\t\r\n" for letter in letters):
        return None
    return "utf-16-le" if after > before else "utf-16-be"


def _agree(wanted: str, seen: str | Foreign) -> bool:
    return seen in MAY_LOOK_LIKE.get(wanted, (wanted,))
