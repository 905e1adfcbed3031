"""GeoPackage: every layer of areas is read, the others are reported. Views and virtual tables stay unread.

The catalogue is looked at with SQLite itself, read-only and without trust in the file's schema, before GDAL opens it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyogrio import read_info

from gis_service.geo import detect
from gis_service.parcels.reading import encoding, source_crs, vector
from gis_service.parcels.reading.request import Emit, Request
from gis_service.parcels.reading.result import CrsInfo, EncodingInfo, Issue, Layer, Summary, issue, unreadable

AREAS = {"POLYGON", "MULTIPOLYGON", "CURVEPOLYGON", "MULTISURFACE", "SURFACE"}
ANYTHING = {"GEOMETRY", "GEOMETRYCOLLECTION", "GEOMCOLLECTION"}
POLYGONAL = {"Polygon", "MultiPolygon", "GeometryCollection"}
CURVED = {"CURVEPOLYGON", "MULTISURFACE", "COMPOUNDCURVE", "CIRCULARSTRING", "MULTICURVE", "CURVE", "SURFACE"}


@dataclass(frozen=True)
class Listed:
    """A layer as the catalogue lists it."""

    name: str
    kind: str
    rows: int
    is_table: bool
    has_z: bool = False
    has_m: bool = False
    curved: bool = False

    @property
    def has_areas(self) -> bool:
        return self.is_table and self.kind in AREAS | ANYTHING


def read(request: Request, emit: Emit) -> Summary:
    path = request.source.rename(request.folder / "input.gpkg")
    listed = _chosen(_catalogue(path), request.layer)
    reading = Reading(request, emit)
    for layer in listed:
        reading.add(path, layer)
    if reading.crs is None:
        raise unreadable("read.no_polygons", layers=_described(listed))
    evidence = ("GeoPackage 的文字一律是 UTF-8", "Text in a GeoPackage is always UTF-8")
    return Summary(
        "GeoPackage",
        reading.layers,
        reading.crs,
        EncodingInfo(encoding.shown("utf-8"), [evidence[0]], [evidence[1]]),
        reading.issues,
    )


def _chosen(listed: list[Listed], wanted: str | None) -> list[Listed]:
    if wanted is None:
        return listed
    chosen = [layer for layer in listed if layer.name == wanted]
    if not chosen:
        raise unreadable("read.no_layer", layer=wanted, layers=_described(listed))
    return chosen


def _described(listed: list[Listed]) -> str:
    return ", ".join(f"{layer.name} ({layer.kind}, {layer.rows})" for layer in listed[:20]) or "—"


@dataclass
class Reading:
    """The layers read so far and what was found about them."""

    request: Request
    emit: Emit
    layers: list[Layer] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    crs: CrsInfo | None = None

    def add(self, path: Path, listed: Listed) -> None:
        if not listed.has_areas:
            self._report(listed)
            return
        source = vector.Source(path, listed.name, listed.name, listed.rows)
        kinds = vector.kinds_of(source)
        if listed.kind in ANYTHING and kinds and not kinds & POLYGONAL:
            self._report(replace(listed, kind="/".join(sorted(kinds))))
            return
        finding = self._finding(source)
        names, renamed = vector.distinct(vector.field_names(source), listed.name)
        self.issues += renamed + _told(listed)
        vector.emit_rows(source, names, finding, self.request, self.emit)
        self.layers.append(Layer(listed.name, listed.rows, listed.kind, finding.epsg))
        self.crs = self.crs or source_crs.described(finding)

    def _report(self, listed: Listed) -> None:
        code = "layer.skipped" if listed.is_table else "layer.not_a_table"
        self.issues.append(issue(code, layer=listed.name, kind=listed.kind, rows=listed.rows))
        self.layers.append(Layer(listed.name, listed.rows, listed.kind, None, read=False))

    def _finding(self, source: vector.Source) -> detect.Finding:
        try:
            declared = source_crs.from_wkt(read_info(source.path, layer=source.layer)["crs"])
        except (RuntimeError, ValueError):
            raise unreadable("read.damaged", part=source.name) from None
        sample = vector.sample_of(source)
        return source_crs.placed(self.request, declared, sample, layer=source.name, issues=self.issues)


def _told(listed: Listed) -> list[Issue]:
    told = {"layer.z_dropped": listed.has_z, "layer.m_dropped": listed.has_m, "layer.curves": listed.curved}
    return [issue(code, layer=listed.name) for code, true in told.items() if true]


# --- the catalogue -----------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database read-only, as it lies there, without running what its schema would have run."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except (sqlite3.Error, UnicodeDecodeError):  # the latter where its complaint quotes bytes that are no text
        raise unreadable("read.damaged", part="GeoPackage") from None


def _catalogue(path: Path) -> list[Listed]:
    with _opened(path) as connection:
        tables = _tables(connection)
        if "gpkg_contents" not in tables:
            raise unreadable("gpkg.not_a_geopackage")
        curved = _curved(connection, tables)
        return [_listed(connection, row, tables, curved) for row in _contents(connection, tables)]


def _tables(connection: sqlite3.Connection) -> set[str]:
    """Names of true tables, in lower case: a view or a virtual table may run anything when it is read."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {str(name).lower() for name, sql in rows if not str(sql or "").lstrip().upper().startswith("CREATE VIRTUAL")}


def _contents(connection: sqlite3.Connection, tables: set[str]) -> list[tuple[Any, ...]]:
    if "gpkg_geometry_columns" not in tables:
        return [
            (name, None, 0, 0)
            for (name,) in connection.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name")
        ]
    return connection.execute(
        "SELECT c.table_name, g.geometry_type_name, g.z, g.m FROM gpkg_contents c LEFT JOIN gpkg_geometry_columns g"
        " ON lower(g.table_name) = lower(c.table_name) WHERE c.data_type IN ('features', 'attributes')"
        " ORDER BY c.rowid"
    ).fetchall()


def _curved(connection: sqlite3.Connection, tables: set[str]) -> set[str]:
    """Names of tables that announce curves."""
    if "gpkg_extensions" not in tables:
        return set()
    rows = connection.execute("SELECT table_name, extension_name FROM gpkg_extensions WHERE table_name IS NOT NULL")
    return {
        str(name).lower() for name, extension in rows if str(extension).upper().removeprefix("GPKG_GEOM_") in CURVED
    }


def _listed(connection: sqlite3.Connection, row: tuple[Any, ...], tables: set[str], curved: set[str]) -> Listed:
    name, kind = str(row[0]), str(row[1] or "TABLE").upper()
    is_table = name.lower() in tables
    return Listed(
        name=name,
        kind=kind,
        rows=_count(connection, name) if is_table else 0,
        is_table=is_table,
        has_z=bool(row[2]) and kind != "TABLE",
        has_m=bool(row[3]) and kind != "TABLE",
        curved=kind in CURVED or name.lower() in curved,
    )


def _count(connection: sqlite3.Connection, name: str) -> int:
    quoted = '"' + name.replace('"', '""') + '"'
    return int(connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608 - quoted by us
