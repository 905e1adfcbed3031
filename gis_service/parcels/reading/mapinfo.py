"""MapInfo tables: .tab with .map .dat .id, and the exchange files .mif with .mid; zipped, or with their siblings.

GDAL reads the geometries. The text is decoded here, as that of Shapefiles is: tables say "Neutral" over GBK, or name a
charset that is not theirs. Only tables that hold their own data are opened: others are names of files elsewhere.
"""

import re
import shutil
import zipfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from pyogrio import read_info

from gis_service.parcels.reading import archive, dbf, encoding, source_crs, vector
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import (
    CrsInfo,
    EncodingInfo,
    Issue,
    Layer,
    Summary,
    Unreadable,
    issue,
    unreadable,
)

FORMAT = "MapInfo"
NEEDED: dict[str, tuple[str, ...]] = {".tab": (".map", ".dat", ".id"), ".mif": (".mid",)}
PARTS = frozenset({*NEEDED, *(part for parts in NEEDED.values() for part in parts), ".ind"})
POLYGONAL = {"Polygon", "MultiPolygon", "GeometryCollection"}

#: MapInfo's names of character sets → codec; "Neutral" says nothing.
CHARSETS = {
    "windowssimpchinese": "gb18030",
    "windowstradchinese": "cp950",
    "windowslatin1": "cp1252",
    "iso8859-1": "iso-8859-1",
    "utf-8": "utf-8",
}
HEAD_BYTES = 64 * 1024
SAMPLE_BYTES = 16 * 1024 * 1024

_TYPE = re.compile(rb'^\s*Type\s+"?(\w+)', re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(rb"^[ \t]+\S+[ \t]+([A-Za-z]+)[ \t]*(?:\([^)\r\n]*\))?[^;\r\n]*;", re.MULTILINE)
_CHARSET = re.compile(rb'(charset\s+)("[^"\r\n]*"|\w[\w-]*)', re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """One table: what people call it, its kind (.tab or .mif), and its parts by suffix."""

    name: str
    kind: str
    parts: dict[str, Path]


def read_zip(request: Request, emit: Emit) -> Summary:
    """A zip of one or several tables."""
    issues: list[Issue] = []
    with archive.opened(request.source) as zipped:
        tables = _unpacked(zipped, request, issues)
    return _read(tables, request, emit, issues)


def read_parts(request: Request, emit: Emit) -> Summary:
    """A bare .tab or .mif with whatever stood beside it."""
    parts = {suffix: path for suffix in PARTS if (path := request.folder / f"input{suffix}").exists()}
    return _read([Table(PurePath(request.file).stem, f".{request.kind}", parts)], request, emit, [])


def _unpacked(zipped: zipfile.ZipFile, request: Request, issues: list[Issue]) -> list[Table]:
    groups: dict[str, dict[str, archive.Member]] = defaultdict(dict)
    unused = []
    for member in archive.members(zipped, request.limits):
        if member.suffix not in PARTS:
            unused.append(str(member.path)[:60])
            continue
        group = groups[member.stem.lower()]
        if member.suffix in group:
            raise unreadable("zip.duplicate", member=str(member.path)[:80])
        group[member.suffix] = member
    if unused:
        issues.append(issue("zip.ignored", members=", ".join(unused[:10])))
    return [
        _extracted(zipped, group, kind, request.folder / f"part{n}")
        for n, group in enumerate(groups.values())
        for kind in NEEDED
        if kind in group
    ]


def _extracted(zipped: zipfile.ZipFile, group: dict[str, archive.Member], kind: str, folder: Path) -> Table:
    folder.mkdir(exist_ok=True)
    parts = {}
    for suffix in (kind, *NEEDED[kind]):
        if suffix in group:
            parts[suffix] = folder / f"zipped{suffix}"
            archive.unpack(zipped, group[suffix], parts[suffix])
    return Table(group[kind].path.stem, kind, parts)


# --- reading -----------------------------------------------------------------------------------------------------


def _read(tables: list[Table], request: Request, emit: Emit, issues: list[Issue]) -> Summary:
    chosen = [table for table in tables if request.layer in (None, table.name)]
    if not chosen:
        listed = ", ".join(table.name for table in tables[:20])
        raise unreadable("read.no_layer", layer=request.layer, layers=listed)
    done = [
        _read_table(_laid_out(table, request.folder / f"layer{n}"), request, emit, issues)
        for n, table in enumerate(chosen)
    ]
    read = [(layer, crs, text) for layer, crs, text in done if crs is not None]
    if not read:
        listed = ", ".join(f"{layer.name} ({layer.geometry_type}, {layer.rows})" for layer, _, _ in done)
        raise unreadable("read.no_polygons", layers=listed)
    crs, text = read[0][1], read[0][2]
    assert crs is not None  # noqa: S101 - those without were left out
    return Summary(FORMAT, [layer for layer, _, _ in done], crs, text, issues)


def _laid_out(table: Table, folder: Path) -> Table:
    """The parts under one name for GDAL, the head without its charset so that GDAL leaves the text alone."""
    missing = [part for part in NEEDED[table.kind] if part not in table.parts]
    if missing:
        raise unreadable("mapinfo.part_missing", layer=table.name, parts=" ".join(missing))
    head = _head(table)
    kind = _TYPE.search(head)
    if table.kind == ".tab" and (kind is None or kind[1].upper() != b"NATIVE"):
        raise unreadable(
            "mapinfo.not_native", layer=table.name, kind=kind[1].decode("ascii", "replace") if kind else "?"
        )
    folder.mkdir()
    for part in NEEDED[table.kind]:
        shutil.copyfile(table.parts[part], folder / f"layer{part}")
    whole = table.parts[table.kind].read_bytes()
    plain = _CHARSET.sub(_neutral, whole[:HEAD_BYTES])
    (folder / f"layer{table.kind}").write_bytes(plain + whole[HEAD_BYTES:])
    return Table(table.name, table.kind, {**table.parts, "open": folder / f"layer{table.kind}"})


def _head(table: Table) -> bytes:
    with table.parts[table.kind].open("rb") as source:
        return source.read(HEAD_BYTES)


def _neutral(match: "re.Match[bytes]") -> bytes:
    return match[1] + (b'"Neutral"' if match[2].startswith(b'"') else b"Neutral")


def _read_table(
    table: Table, request: Request, emit: Emit, issues: list[Issue]
) -> tuple[Layer, CrsInfo | None, EncodingInfo]:
    choice, looked, doubts = _encoding(table, request.encoding)
    codec, shown = choice.codec, encoding.shown(choice.codec)
    rows, declared = _info(table)
    source = vector.Source(
        table.parts["open"], 0, table.name, rows, lambda text: encoding.passed_on(text, codec), shown
    )
    kinds = vector.kinds_of(source)
    text = choice.info(*looked)
    if kinds and not kinds & POLYGONAL:
        named = "/".join(sorted(kinds))
        issues.append(issue("layer.skipped", layer=table.name, kind=named, rows=rows))
        return Layer(table.name, rows, named, None, read=False), None, text
    finding = source_crs.placed(
        request, source_crs.from_wkt(declared), vector.sample_of(source), layer=table.name, issues=issues
    )
    names, renamed = vector.distinct(
        [encoding.passed_on(name, codec)[0] for name in vector.field_names(source)], table.name
    )
    issues += doubts + renamed
    vector.emit_rows(source, names, finding, request, emit)
    return Layer(table.name, rows, "POLYGON", finding.epsg), source_crs.described(finding), text


def _info(table: Table) -> tuple[int, str | None]:
    try:
        info = read_info(table.parts["open"], layer=0, encoding="ISO-8859-1", force_feature_count=True)
    except (RuntimeError, ValueError, OSError):
        raise unreadable("read.damaged", part=f"{table.name}{table.kind}") from None
    return int(info["features"]), info["crs"]


# --- text --------------------------------------------------------------------------------------------------------


def _encoding(table: Table, given: str | None) -> tuple[encoding.Choice, list[tuple[str, str]], list[Issue]]:
    """As given, else as the table declares, each put to the test of the words it makes."""
    said = _CHARSET.search(_head(table))
    name = said[2].strip(b'"').decode("ascii", "replace") if said else "?"
    codec = CHARSETS.get(name.lower())
    declared = codec and encoding.Choice(codec, f"表声明字符集 {name}", f"The table declares the character set {name}")
    looked = (f"表声明的字符集：{name}", f"Character set of the table: {name}")
    return encoding.of_texts(_texts(table), declared or None, [looked], given)


def _texts(table: Table) -> list[bytes]:
    """Names of fields and text values that are not ASCII."""
    found = [word for word in re.findall(rb"[^\s\";,()]+", _head(table)) if not word.isascii()]
    if table.kind == ".mif":
        with table.parts[".mid"].open("rb") as source:
            body = source.read(SAMPLE_BYTES)
        return found + [text for text in re.split(rb'["\t\r\n,]+', body) if not text.isascii()]
    try:
        head = dbf.table(table.parts[".dat"])
    except Unreadable:
        return found  # then GDAL will say what is wrong with it
    return found + [text for text in dbf.texts(table.parts[".dat"], _texts_only(head, table)) if not text.isascii()]


def _texts_only(head: dbf.Table, table: Table) -> dbf.Table:
    """The .dat without the columns that hold numbers as bytes, which its own header calls texts as well."""
    kinds = [kind.lower() for kind in _FIELD.findall(_head(table).partition(b"Fields")[2])]
    texts = [field for field, kind in zip(head.fields, kinds, strict=False) if kind == b"char"]
    return replace(head, fields=tuple(texts))
