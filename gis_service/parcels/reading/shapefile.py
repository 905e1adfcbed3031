"""Shapefiles: zipped (one or several), or a bare .shp with its siblings. GDAL sees only checked parts of our naming.

The text of the .dbf is decoded here, because its declared encoding is often missing or wrong (domain 4.2); the .prj is
read here, because the numbers may contradict it.
"""

import mmap
import shutil
import struct
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from gis_service.parcels.reading import archive, dbf, encoding, source_crs, vector
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import (
    CrsInfo,
    EncodingInfo,
    Issue,
    Layer,
    Summary,
    issue,
    unreadable,
)

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NEEDED = (".shp", ".dbf")
HEADER = 100
POLYGON, POLYGON_Z, POLYGON_M, NULL = 5, 15, 25, 0
AREAS = (POLYGON, POLYGON_Z, POLYGON_M)
FEWEST = 44
"""Bytes of an area before its rings: kind, bounds, and how many rings and points there are."""

_WORD, _KIND, _CLAIMS = struct.Struct(">i"), struct.Struct("<i"), struct.Struct("<2i")
KINDS = {
    1: ("点", "points"),
    3: ("线", "lines"),
    8: ("多点", "sets of points"),
    11: ("点", "points"),
    13: ("线", "lines"),
    18: ("多点", "sets of points"),
    21: ("点", "points"),
    23: ("线", "lines"),
    28: ("多点", "sets of points"),
    31: ("三维体(MultiPatch)", "multipatches"),
}


@dataclass(frozen=True)
class Bundle:
    """The parts of one shapefile, by suffix; `name` is what people call it."""

    name: str
    parts: dict[str, Path]


@dataclass(frozen=True)
class Checked:
    """A shapefile whose parts agree with each other and are ready for GDAL."""

    name: str
    path: Path
    kind: int
    rows: int
    table: dbf.Table
    prj: bytes | None
    cpg: str | None

    @property
    def has_areas(self) -> bool:
        return self.kind in (POLYGON, POLYGON_Z, POLYGON_M, NULL)

    @property
    def kind_words(self) -> tuple[str, str]:
        return KINDS.get(self.kind, (f"类型 {self.kind}", f"of type {self.kind}"))


def read_zip(request: Request, emit: Emit) -> Summary:
    """A zip of one or several shapefiles."""
    issues: list[Issue] = []
    with archive.opened(request.source) as zipped:
        bundles = _unpacked(zipped, request, issues)
    return _read(bundles, request, emit, issues)


def read_parts(request: Request, emit: Emit) -> Summary:
    """A bare .shp with whatever stood beside it."""
    parts = {suffix: path for suffix in PARTS if (path := request.folder / f"input{suffix}").exists()}
    return _read([Bundle(PurePath(request.file).stem, parts)], request, emit, [])


def read_table(request: Request, emit: Emit) -> Summary:  # noqa: ARG001 - a table alone has no rows to hand out
    """A .dbf without its .shp is refused, but its encoding is named: that helps to find the rest."""
    head = dbf.table(request.source, called=request.file)
    choice, _, _ = _encoding(request.source, head, None, request.encoding)
    names = [(encoding.decode_cut(field.name, choice.codec)[0] or "?") for field in head.fields]
    raise unreadable(
        "shapefile.only_dbf",
        file=request.file,
        rows=head.rows,
        fields=", ".join(names[:30]),
        encoding=encoding.shown(choice.codec),
    )


# --- the archive -------------------------------------------------------------------------------------------------


def _unpacked(zipped: zipfile.ZipFile, request: Request, issues: list[Issue]) -> list[Bundle]:
    members = archive.members(zipped, request.limits)
    groups: dict[str, dict[str, archive.Member]] = defaultdict(dict)
    unused = []
    for member in members:
        if member.suffix not in PARTS:
            unused.append(member)
            continue
        group = groups[member.stem.lower()]
        if member.suffix in group:
            raise unreadable("zip.duplicate", member=str(member.path)[:80])
        group[member.suffix] = member
    shapefiles = {stem: group for stem, group in groups.items() if ".shp" in group}
    if not shapefiles:
        raise unreadable("zip.no_shapefile", members=_names(members))
    unused += [member for stem, group in groups.items() if stem not in shapefiles for member in group.values()]
    if unused:
        issues.append(issue("zip.ignored", members=_names(unused)))
    return [_extracted(zipped, group, request.folder / f"part{n}") for n, group in enumerate(shapefiles.values())]


def _names(members: list[archive.Member]) -> str:
    shown = ", ".join(str(member.path)[:60] for member in members[:10])
    return f"{shown} …({len(members)})" if len(members) > 10 else shown or "—"


def _extracted(zipped: zipfile.ZipFile, group: dict[str, archive.Member], folder: Path) -> Bundle:
    folder.mkdir()
    parts = {}
    for suffix, member in group.items():
        parts[suffix] = folder / f"zipped{suffix}"
        archive.unpack(zipped, member, parts[suffix])
    return Bundle(group[".shp"].path.stem, parts)


# --- checking the parts ------------------------------------------------------------------------------------------


def _checked(bundle: Bundle, folder: Path, issues: list[Issue]) -> Checked:
    """Check one shapefile and lay its parts out for GDAL: .shp, .dbf, and .shx where it can be trusted."""
    missing = [suffix for suffix in NEEDED if suffix not in bundle.parts]
    if missing:
        raise unreadable("shapefile.part_missing", layer=bundle.name, parts=" ".join(missing))
    kind = _shape_kind(bundle)
    table = dbf.table(bundle.parts[".dbf"], called=f"{bundle.name}.dbf")
    if table.size < table.expected_size - 1:  # some writers leave out the last end-of-file mark
        _refuse_truncated(bundle, "dbf", table.expected_size, table.size)
    folder.mkdir(exist_ok=True)
    for suffix in NEEDED:
        shutil.copyfile(bundle.parts[suffix], folder / f"layer{suffix}")
    dbf.silence_language_byte(folder / "layer.dbf")
    _refuse_false_claims(bundle)
    rows = _index(bundle, folder, issues)
    if rows != table.rows:
        raise unreadable("shapefile.counts_differ", layer=bundle.name, shapes=rows, records=table.rows)
    return Checked(
        name=bundle.name,
        path=folder / "layer.shp",
        kind=kind,
        rows=rows - dbf.deleted(folder / "layer.dbf", table),
        table=table,
        prj=_bytes_of(bundle, ".prj"),
        cpg=(_bytes_of(bundle, ".cpg") or b"").decode("ascii", "replace").strip()[:40] or None,
    )


def _bytes_of(bundle: Bundle, suffix: str) -> bytes | None:
    path = bundle.parts.get(suffix)
    return None if path is None else path.read_bytes()[:20_000]


def _shape_kind(bundle: Bundle) -> int:
    path = bundle.parts[".shp"]
    size = path.stat().st_size
    with path.open("rb") as source:
        head = source.read(HEADER)
    if len(head) < HEADER or head[:4] != b"\x00\x00\x27\x0a":
        if size and head[:4] != b"\x00\x00\x27\x0a":
            raise unreadable("read.damaged", part=f"{bundle.name}.shp")
        _refuse_truncated(bundle, "shp", HEADER, size)
    expected = 2 * struct.unpack(">i", head[24:28])[0]
    if size < expected:
        _refuse_truncated(bundle, "shp", expected, size)
    return int(struct.unpack("<i", head[32:36])[0])


def _refuse_truncated(bundle: Bundle, part: str, expected: int, actual: int) -> None:
    zh = en = ""
    row = None
    if part == "shp" and actual > HEADER:
        row = len(_scanned(bundle.parts[".shp"])) + 1
        zh, en = f"，第 {row} 条记录起缺失", f", from record {row} on"
    raise unreadable(
        "shapefile.truncated",
        layer=bundle.name,
        part=part,
        expected=expected,
        actual=actual,
        row=row,
        record_zh=zh,
        record_en=en,
    )


def _scanned(path: Path) -> list[int]:
    """Offsets of the whole records of a .shp, one after the other."""
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return [at for at, _ in _records(content)]


def _records(content: mmap.mmap) -> Iterator[tuple[int, int]]:
    """(offset, length) of the whole records, one after the other."""
    at, size = HEADER, len(content)
    while at + 12 <= size:
        length = 2 * _WORD.unpack_from(content, at + 4)[0]
        if length < 4 or at + 8 + length > size:
            return
        yield at, length
        at += 8 + length


def _refuse_false_claims(bundle: Bundle) -> None:
    """A record that claims more rings or points than it has room for: GDAL would give up without saying which one it was."""
    path = bundle.parts[".shp"]
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for row, (at, length) in enumerate(_records(content), start=1):
            if _KIND.unpack_from(content, at + 8)[0] not in AREAS:
                continue
            parts, points = _CLAIMS.unpack_from(content, at + 8 + 36) if length >= FEWEST else (0, 0)
            if length < FEWEST or min(parts, points) < 0 or FEWEST + 4 * parts + 16 * points > length:
                raise unreadable("shapefile.record", layer=bundle.name, row=row, parts=parts, points=points)


def _index(bundle: Bundle, folder: Path, issues: list[Issue]) -> int:
    """How many records there are. A .shx that is missing or points beyond the .shp is left for GDAL to rebuild."""
    source = bundle.parts.get(".shx")
    if source is not None and (rows := _trusted_index(source, bundle.parts[".shp"])) is not None:
        shutil.copyfile(source, folder / "layer.shx")
        return rows
    why = ("缺失", "missing") if source is None else ("已损坏", "damaged")
    issues.append(issue("shapefile.shx_rebuilt", layer=bundle.name, why_zh=why[0], why_en=why[1]))
    return len(_scanned(bundle.parts[".shp"]))


def _trusted_index(path: Path, shp: Path) -> int | None:
    """Number of entries of a .shx each of which is a record of the .shp and shares no byte with another, else None."""
    content, shp_size = path.read_bytes(), shp.stat().st_size
    if len(content) < HEADER or content[:4] != b"\x00\x00\x27\x0a":
        return None
    said = 2 * struct.unpack(">i", content[24:28])[0]
    if said > len(content) or (said - HEADER) % 8:
        return None
    entries = np.frombuffer(content[HEADER:said], dtype=">i4").reshape(-1, 2).astype(np.int64) * 2
    inside = (entries[:, 0] >= HEADER) & (entries[:, 1] >= 0) & (entries.sum(axis=1) + 8 <= shp_size)
    return len(entries) if inside.all() and _apart(entries) and _as_written(entries, shp) else None


def _apart(entries: NDArray[np.int64]) -> bool:
    """Whether no two entries share a byte: one record under two numbers would be two parcels of one outline."""
    ordered = entries[np.argsort(entries[:, 0], kind="stable")]
    return bool((ordered[:-1].sum(axis=1) + 8 <= ordered[1:, 0]).all())


def _as_written(entries: NDArray[np.int64], shp: Path) -> bool:
    """Whether each entry gives the length that stands at the head of its record."""
    with shp.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return all(2 * _WORD.unpack_from(content, at + 4)[0] == length for at, length in entries.tolist())


# --- reading -----------------------------------------------------------------------------------------------------


def _read(bundles: list[Bundle], request: Request, emit: Emit, issues: list[Issue]) -> Summary:
    chosen = [bundle for bundle in bundles if request.layer in (None, bundle.name)]
    if not chosen:
        listed = ", ".join(bundle.name for bundle in bundles[:20])
        raise unreadable("read.no_layer", layer=request.layer, layers=listed)
    checked = [_checked(bundle, request.folder / f"layer{n}", issues) for n, bundle in enumerate(chosen)]
    areas = [one for one in checked if one.has_areas]
    if not areas:
        zh, en = checked[0].kind_words
        raise unreadable("shapefile.kind", layer=checked[0].name, kind_zh=zh, kind_en=en)
    layers = [_skipped(one, issues) for one in checked if not one.has_areas]
    read = [_read_layer(one, request, emit, issues) for one in areas]
    return Summary("ESRI Shapefile", [layer for layer, _, _ in read] + layers, read[0][1], read[0][2], issues)


def _skipped(one: Checked, issues: list[Issue]) -> Layer:
    zh, en = one.kind_words
    issues.append(issue("layer.skipped", layer=one.name, kind=f"{zh}/{en}", rows=one.rows))
    return Layer(one.name, one.rows, en, None, read=False)


def _read_layer(one: Checked, request: Request, emit: Emit, issues: list[Issue]) -> tuple[Layer, CrsInfo, EncodingInfo]:
    choice, looked, doubts = _encoding(one.path.with_suffix(".dbf"), one.table, one.cpg, request.encoding)
    codec = choice.codec
    shown = encoding.shown(codec)
    source = vector.Source(one.path, 0, one.name, one.rows, lambda text: encoding.passed_on(text, codec), shown)
    finding = source_crs.placed(
        request, source_crs.from_wkt(one.prj), vector.sample_of(source), layer=one.name, issues=issues
    )
    names, renamed = _field_names(source, codec)
    issues += doubts + renamed
    issues += [issue("layer.z_dropped", layer=one.name)] if one.kind == POLYGON_Z else []
    issues += [issue("layer.m_dropped", layer=one.name)] if one.kind == POLYGON_M else []
    vector.emit_rows(source, names, finding, request, emit)
    return Layer(one.name, one.rows, "POLYGON", finding.epsg), source_crs.described(finding), choice.info(*looked)


def _encoding(
    path: Path, head: dbf.Table, cpg: str | None, given: str | None
) -> tuple[encoding.Choice, list[tuple[str, str]], list[Issue]]:
    return encoding.of_table(dbf.texts(path, head), cpg=cpg, language_byte=head.language_byte, given=given)


def _field_names(source: vector.Source, codec: str) -> tuple[list[str], list[Issue]]:
    """Field names decoded by us; a name of ten bytes may end in half a character."""
    return vector.distinct([encoding.passed_on(name, codec)[0] for name in vector.field_names(source)], source.name)
