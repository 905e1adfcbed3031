"""The one entrance: bytes or a path in, logs and issues out."""

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath

from gis_service.parcels.reading import sniff
from gis_service.parcels.reading.result import MEGABYTE, Unreadable
from gis_service.surveys.reading import ags, assemble, files
from gis_service.surveys.reading.places import Box
from gis_service.surveys.reading.result import Entry, Notes, Read, RefusedFile, Tables

OFFERED = ("XLSX(模板)、CSV、装有 CSV 的 ZIP、AGS", "XLSX (the template), CSV, a ZIP of CSV, or AGS")


def read(
    source: Path | bytes,
    file_name: str,
    *,
    crs: int | None = None,
    box: Box | None = None,
    soils: Mapping[str, str] | None = None,
) -> Read:
    """The logs in a file of any kind that is read here.

    `crs` is the EPSG code a person gave; without it the file says it, or the values show it. `box` is where the district lies (west,
    south, east, north in degrees): a hole elsewhere is an error. `soils` maps what an AGS file calls a layer (its legend code, its
    geology code, or the words of the legend) to a name of `words.toml`, and goes before every rule. Never raises for what a file
    holds: what is wrong with it is among the issues, and `logs` are those that may be kept.
    """
    notes = Notes(PurePath(file_name.replace("\\", "/")).name[:100])
    with tempfile.TemporaryDirectory(prefix="boreholes-") as folder:
        path = Path(folder) / "input" if isinstance(source, bytes) else source
        if isinstance(source, bytes):
            path.write_bytes(source)
        kind = ""
        try:
            kind = _kind(path, notes.file)
            tables = _tables(kind, path, notes, soils or {})
            return assemble.read(tables, notes, crs=crs, box=box)
        except RefusedFile as fault:
            at = Entry(fault.sheet, fault.row or 1, {}) if fault.sheet else None
            notes.error(fault.code, fault.zh, fault.en, at=at, row=fault.row)
        except Unreadable as fault:
            place = fault.place
            at = Entry(place.layer, place.row or place.line or 1, {}) if place.layer else None
            notes.error(fault.code, fault.zh, fault.en, at=at, row=place.row or place.line)
    return Read([], notes.issues, crs, kind.upper(), list(notes.refused))


def _kind(path: Path, name: str) -> str:
    """What the file is, by its first bytes and its name."""
    size = path.stat().st_size
    if size > files.LIMITS.input_bytes:
        limit = files.LIMITS.input_bytes // MEGABYTE
        raise RefusedFile(
            "too_big", f"文件 {size // MEGABYTE} MB,超过 {limit} MB。请按孔分成几个文件", f"The file has {size // MEGABYTE} MB, more than {limit} MB. Split it by holes"
        )  # fmt: skip
    with path.open("rb") as opened:
        head = opened.read(sniff.HEAD_BYTES)
    if ags.looks_like(head):
        return "ags"
    if head.strip() and PurePath(name).suffix.lower() == ".ags":
        raise RefusedFile(
            "not_ags", '文件名是 .ags,内容却不是 AGS:AGS 4 以 "GROUP" 开头,AGS 3 以 "**PROJ" 开头。请重新导出',
            'The name says AGS, but the content is none: AGS 4 begins with "GROUP", AGS 3 with "**PROJ". Export it again',
        )  # fmt: skip
    kind = sniff.kind_of(path, name if PurePath(name).suffix.lower() != ".ags" else "empty.txt")
    if kind not in ("xlsx", "csv", "zip", "txt"):
        raise RefusedFile(
            "kind", f"钻孔文件可以是 {OFFERED[0]},不能是 .{kind}。请另存后再导入", f"A file of boreholes is {OFFERED[1]}, not .{kind}. Save it so and import it again"
        )  # fmt: skip
    return kind


def _tables(kind: str, path: Path, notes: Notes, soils: Mapping[str, str]) -> Tables:
    if kind == "ags":
        return ags.read(path.read_bytes(), notes, soils)
    if kind == "xlsx":
        return files.workbook(path, notes.file, notes)
    if kind == "zip":
        return files.zipped(path, notes)
    return files.delimited(path, notes.file, notes)
