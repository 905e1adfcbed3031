"""A GeoPackage file (OGC 12-128, version 1.4) as SQLite writes it: tables, views, spatial indexes, styles."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import shapely
from pyproj import CRS

from gis_service.maps.styles.drawing import Drawn
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.sld import sld

APPLICATION_ID, USER_VERSION = 0x47504B47, 10400  # "GPKG", 1.4.0
RTREE = "http://www.geopackage.org/spec120/#extension_rtree"

Add = Callable[[Iterable[tuple[Any, ...]]], None]

SCHEMA = """
create table gpkg_spatial_ref_sys (srs_name text not null, srs_id integer not null primary key, organization text not null,
    organization_coordsys_id integer not null, definition text not null, description text);
create table gpkg_contents (table_name text not null primary key, data_type text not null, identifier text unique,
    description text default '', last_change datetime not null default (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x double, min_y double, max_x double, max_y double, srs_id integer,
    constraint fk_gc_r_srs_id foreign key (srs_id) references gpkg_spatial_ref_sys(srs_id));
create table gpkg_geometry_columns (table_name text not null, column_name text not null, geometry_type_name text not null,
    srs_id integer not null, z tinyint not null, m tinyint not null,
    constraint pk_geom_cols primary key (table_name, column_name), constraint uk_gc_table_name unique (table_name),
    constraint fk_gc_tn foreign key (table_name) references gpkg_contents(table_name),
    constraint fk_gc_srs foreign key (srs_id) references gpkg_spatial_ref_sys(srs_id));
create table gpkg_extensions (table_name text, column_name text, extension_name text not null, definition text not null,
    scope text not null, constraint ge_tce unique (table_name, column_name, extension_name));
create table layer_styles (id integer primary key autoincrement not null, f_table_catalog text(256),
    f_table_schema text(256), f_table_name text(256), f_geometry_column text(256), styleName text(30), styleQML text,
    styleSLD text, useAsDefault boolean, description text, owner text(30), ui text(30),
    update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
insert into gpkg_spatial_ref_sys values
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', null),
    ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', null);
insert into gpkg_contents (table_name, data_type, identifier) values ('layer_styles', 'attributes', 'layer_styles');
"""

# The index is kept in step by whoever edits the file later; these are the triggers of the specification (F.3), as GDAL has them.
INDEX = (
    """create virtual table {rtree} using rtree(id, minx, maxx, miny, maxy)""",
    """create trigger {rtree_insert} after insert on {table} when (new.geom not null and not st_isempty(new.geom)) begin
    insert or replace into {rtree} values (new.fid, st_minx(new.geom), st_maxx(new.geom), st_miny(new.geom), st_maxy(new.geom)); end;""",
    """create trigger {rtree_update6} after update of geom on {table} when old.fid = new.fid and (new.geom notnull and not st_isempty(new.geom))
    and (old.geom notnull and not st_isempty(old.geom)) begin
    update {rtree} set minx = st_minx(new.geom), maxx = st_maxx(new.geom), miny = st_miny(new.geom), maxy = st_maxy(new.geom)
     where id = new.fid; end;""",
    """create trigger {rtree_update7} after update of geom on {table} when old.fid = new.fid and (new.geom notnull and not st_isempty(new.geom))
    and (old.geom isnull or st_isempty(old.geom)) begin
    insert into {rtree} values (new.fid, st_minx(new.geom), st_maxx(new.geom), st_miny(new.geom), st_maxy(new.geom)); end;""",
    """create trigger {rtree_update2} after update of geom on {table} when old.fid = new.fid and (new.geom isnull or st_isempty(new.geom)) begin
    delete from {rtree} where id = old.fid; end;""",
    """create trigger {rtree_update5} after update on {table} when old.fid != new.fid and (new.geom notnull and not st_isempty(new.geom)) begin
    delete from {rtree} where id = old.fid;
    insert or replace into {rtree} values (new.fid, st_minx(new.geom), st_maxx(new.geom), st_miny(new.geom), st_maxy(new.geom)); end;""",
    """create trigger {rtree_update4} after update on {table} when old.fid != new.fid and (new.geom isnull or st_isempty(new.geom)) begin
    delete from {rtree} where id in (old.fid, new.fid); end;""",
    """create trigger {rtree_delete} after delete on {table} when old.geom not null begin delete from {rtree} where id = old.fid; end;""",
)
PARTS = ("", "_insert", "_update6", "_update7", "_update2", "_update5", "_update4", "_delete")


@dataclass(frozen=True)
class Table:
    """A table to be: columns beside `fid` and `geom` as (name, SQLite type); without a geometry it has no place on a map."""

    name: str
    title: str
    geometry: str | None
    columns: list[tuple[str, str]]
    about: str


class File:
    """An open GeoPackage. It is written aside of any journal: a file that was not finished is thrown away whole."""

    def __init__(self, path: Path, epsg: int):
        self.epsg = epsg
        self._db = sqlite3.connect(path, isolation_level=None)

    def __enter__(self) -> Self:
        for pragma in (f"application_id = {APPLICATION_ID}", f"user_version = {USER_VERSION}", "journal_mode = off",
                       "synchronous = off"):  # fmt: skip
            self._db.execute(f"pragma {pragma}")
        self._db.execute("begin")
        for statement in SCHEMA.split(";\n"):
            self._db.execute(statement)
        for code in {4326, self.epsg}:
            self._system(code)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._db.execute("commit")
        self._db.close()

    def _system(self, code: int) -> None:
        crs = CRS(code)
        row = (crs.name, code, "EPSG", code, crs.to_wkt("WKT1_GDAL"), None)
        self._db.execute("insert into gpkg_spatial_ref_sys values (?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def table(self, table: Table) -> Iterator[Add]:
        """Make a table and fill it: hand over rows of (fid, shape, values …) in portions."""
        columns = ['"fid" integer primary key autoincrement not null']
        columns += [f'"geom" {table.geometry}'] if table.geometry else []
        columns += [f"{_named(name)} {kind}" for name, kind in table.columns]
        self._db.execute(f"create table {_named(table.name)} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        insert = f"insert into {_named(table.name)} values ({marks})"  # noqa: S608  (our own names, quoted)
        extent = Extent()

        def add(rows: Iterable[tuple[Any, ...]]) -> None:
            if table.geometry is None:
                self._db.executemany(insert, ((fid, *values) for fid, _, *values in rows))
            else:
                self._db.executemany(insert, self._with_blobs(list(rows), extent))

        yield add
        self._list(table, extent)

    def _with_blobs(self, rows: list[tuple[Any, ...]], extent: "Extent") -> Iterator[tuple[Any, ...]]:
        shapes = [row[1] for row in rows]
        boxes = shapely.bounds(shapes)
        extent.add([row[0] for row in rows], boxes)
        head = b"GP\x00\x01" + self.epsg.to_bytes(4, "little")
        headed = b"GP\x00\x03" + self.epsg.to_bytes(4, "little")
        for (fid, shape, *values), box, wkb in zip(rows, boxes, shapely.to_wkb(shapes, byte_order=1), strict=True):
            # envelope: minx, maxx, miny, maxy; points need none
            envelope = b"" if shape.geom_type == "Point" else box[[0, 2, 1, 3]].astype("<f8").tobytes()
            yield fid, (headed + envelope if envelope else head) + wkb, *values

    def _list(self, table: Table, extent: "Extent") -> None:
        kind, srs = ("attributes", None) if table.geometry is None else ("features", self.epsg)
        self._contents(table.name, kind, table.title, table.about, (*extent.box, srs))
        if table.geometry is None:
            return
        self._geometry(table.name, table.geometry)
        names = {f"rtree{part}": _named(f"rtree_{table.name}_geom{part}") for part in PARTS}
        for statement in INDEX:
            self._db.execute(statement.format(table=_named(table.name), **names))
        boxes = f"insert into {names['rtree']} values (?, ?, ?, ?, ?)"  # noqa: S608  (our own names, quoted)
        self._db.executemany(boxes, extent.entries)
        entry = (table.name, "geom", "gpkg_rtree_index", RTREE, "write-only")
        self._db.execute("insert into gpkg_extensions values (?, ?, ?, ?, ?)", entry)

    def _contents(self, name: str, kind: str, title: str, about: str, place: tuple[Any, ...]) -> None:
        self._db.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, description, min_x, min_y, max_x, max_y, srs_id)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (name, kind, title, about, *place),
        )

    def _geometry(self, name: str, kind: str) -> None:
        self._db.execute("insert into gpkg_geometry_columns values (?, 'geom', ?, ?, 0, 0)", (name, kind, self.epsg))

    def view(self, name: str, title: str, of: str, about: str) -> None:
        """A layer that shows the rows of a table under a name (and a style) of its own."""
        self._db.execute(f"create view {_named(name)} as select * from {_named(of)}")  # noqa: S608  (our own names, quoted)
        place = self._db.execute(
            "select min_x, min_y, max_x, max_y, srs_id from gpkg_contents where table_name = ?", (of,)
        ).fetchone()
        self._contents(name, "features", title, about, place)
        (kind,) = self._db.execute(
            "select geometry_type_name from gpkg_geometry_columns where table_name = ?", (of,)
        ).fetchone()
        self._geometry(name, kind)

    def style(self, table: str, drawn: Drawn) -> None:
        """A style for a table; the first is the one it is opened with."""
        others = self._db.execute("select count(*) from layer_styles where f_table_name = ?", (table,)).fetchone()[0]
        row = ("", "", table, "geom", drawn.title, qml(drawn), sld(drawn), not others, drawn.layer.description, "")
        self._db.execute(
            "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,"
            " styleSLD, useAsDefault, description, owner) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )


class Extent:
    """The boxes of the rows, for the index and the catalogue."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, ...]] = []

    def add(self, ids: list[int], boxes: Any) -> None:
        self.entries += [(fid, box[0], box[2], box[1], box[3]) for fid, box in zip(ids, boxes.tolist(), strict=True)]

    @property
    def box(self) -> tuple[float | None, ...]:
        if not self.entries:
            return (None,) * 4
        _, west, east, south, north = zip(*self.entries, strict=True)
        return min(west), min(south), max(east), max(north)


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
