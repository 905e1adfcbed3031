"""H34, H35: GeoPackages that would run something, lie about what they hold, or are none; and GeoParquet and MapInfo alike."""

import io
import json
import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyogrio import raw

from tests.hostile.corpus.case import Accepted, Case, Refused, Survived, Told
from tests.hostile.corpus.good import zipped

BOXES = [shapely.box(452_100 + i * 100, 2_478_450, 452_180 + i * 100, 2_478_530) for i in range(3)]
DEGREES = [shapely.box(113.5345 + n * 0.001, 22.4025, 113.5353 + n * 0.001, 22.4033) for n in range(3)]


def cases() -> Iterator[Case]:
    yield from _running()
    yield from _lying()
    yield from _damaged()
    yield from _parquet()
    yield from _mapinfo()


@cache
def gpkg() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        raw.write(
            path, layer="地块", geometry=shapely.to_wkb(np.array(BOXES, dtype=object)),
            field_data=[np.array(["a", "b", "c"], dtype=object)], fields=["NO"], geometry_type="Polygon", crs="EPSG:4547", driver="GPKG",
        )  # fmt: skip
        return path.read_bytes()


def changed(*statements: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        path.write_bytes(gpkg())
        with closing(sqlite3.connect(path)) as connection:
            connection.create_function("ST_IsEmpty", 1, lambda _: 0)
            for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                connection.create_function(name, 1, lambda _: 0.0)
            for statement in statements:
                connection.execute("PRAGMA writable_schema=ON")
                connection.execute(statement)
            connection.commit()
        return path.read_bytes()


def _one(kind: str, how: str, content: Any, expects: Any, **more: Any) -> Case:
    return Case(f"{kind}-{how}-gpkg", "x.gpkg", content, expects, small=more.pop("small", True), **more)


LISTED = "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) VALUES('v', 'features', 'v', 4547)"
DRAWN = "INSERT INTO gpkg_geometry_columns VALUES('v', 'geom', 'POLYGON', 4547, 0, 0)"


def _running() -> Iterator[Case]:
    views = {
        "load-extension": "SELECT load_extension('/tmp/evil') AS fid, geom FROM 地块",
        "recursive": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n AS fid, null AS geom FROM c",
        "readfile": "SELECT readfile('/etc/passwd') AS fid, geom FROM 地块",
        "zeroblob": "SELECT zeroblob(1000000000) AS fid, geom FROM 地块",
        "plain": "SELECT * FROM 地块",
    }
    for how, body in views.items():
        content = lambda body=body: changed(f"CREATE VIEW v AS {body}", LISTED, DRAWN)
        yield _one("H34", f"view-{how}", content, Told("layer.not_a_table", None, words=("v", "视图"), rows=3, drawn=3))
    only = lambda: changed(
        "CREATE VIEW v AS SELECT * FROM 地块",
        "UPDATE gpkg_contents SET table_name='v'",
        "UPDATE gpkg_geometry_columns SET table_name='v'",
    )
    yield _one("H34", "view-only", only, Refused(("read.no_polygons",), ("v",)))
    for how, event in {"insert": "INSERT", "update": "UPDATE", "delete": "DELETE"}.items():
        trigger = f"CREATE TRIGGER t{how} AFTER {event} ON 地块 BEGIN SELECT load_extension('/tmp/evil'); END"
        yield _one("H34", f"trigger-{how}", lambda t=trigger: changed(t), Accepted(3))
    yield _one(
        "H34",
        "virtual-table",
        lambda: changed("CREATE VIRTUAL TABLE v USING fts5(geom)", LISTED, DRAWN),
        Told("layer.not_a_table", None, rows=3),
    )
    generated = (
        "CREATE TABLE v(fid INTEGER PRIMARY KEY, geom BLOB, x TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))))"
    )
    yield _one(
        "H34", "generated-column", lambda: changed(generated, "INSERT INTO v(fid) VALUES(1)", LISTED, DRAWN), Survived()
    )
    yield _one(
        "H34",
        "default-column",
        lambda: changed(
            "CREATE TABLE v(fid INTEGER PRIMARY KEY, geom BLOB, x TEXT DEFAULT (load_extension('/tmp/evil')))",
            LISTED,
            DRAWN,
        ),
        Survived(),
    )
    yield _one(
        "H34",
        "extension",
        lambda: changed(
            "CREATE TABLE IF NOT EXISTS gpkg_extensions(table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL)",
            "INSERT INTO gpkg_extensions VALUES(null, null, 'evil', 'http://127.0.0.1/', 'read-write')",
        ),
        Accepted(3),
    )
    names = [
        "a'; DROP TABLE parcel;--",
        'a"b',
        "select",
        "sqlite_x y",
        "n" * 300,
        "地块\u202e",
        "a.b",
        "",
        "a\nb",
        "%n",
    ]
    for n, name in enumerate(names):
        quoted = '"' + name.replace('"', '""') + '"'
        text = "'" + name.replace("'", "''") + "'"
        made = [
            f"ALTER TABLE 地块 RENAME TO {quoted}",
            f"UPDATE gpkg_contents SET table_name={text}",
            f"UPDATE gpkg_geometry_columns SET table_name={text}",
        ]
        yield _one("H44", f"table-name-{n}", lambda made=made: _renamed(made), Survived())
        column = f"ALTER TABLE 地块 RENAME COLUMN NO TO {quoted}"
        yield _one("H44", f"column-name-{n}", lambda column=column: _renamed([column]), Survived())


def _renamed(statements: list[str]) -> bytes:
    try:
        return changed(*statements)
    except sqlite3.Error:  # a name that SQLite itself does not take
        return gpkg()


def _lying() -> Iterator[Case]:
    plain = {
        "no-geopackage": ["DROP TABLE gpkg_contents"], "no-columns": ["DROP TABLE gpkg_geometry_columns"], "no-systems": ["DROP TABLE gpkg_spatial_ref_sys"],
        "empty-contents": ["DELETE FROM gpkg_contents"], "no-table": ["UPDATE gpkg_contents SET table_name='nirgends'"], "kind": ["UPDATE gpkg_geometry_columns SET geometry_type_name='POINT'"],
        "kind-unknown": ["UPDATE gpkg_geometry_columns SET geometry_type_name='NONSENSE'"], "column": ["UPDATE gpkg_geometry_columns SET column_name='nirgends'"],
        "srs-missing": ["PRAGMA foreign_keys=OFF", "UPDATE gpkg_geometry_columns SET srs_id=99999"], "srs-text": ["UPDATE gpkg_spatial_ref_sys SET definition='nonsense'"],
        "srs-long": ["UPDATE gpkg_spatial_ref_sys SET definition=hex(zeroblob(2000000))"], "no-index": ["DELETE FROM gpkg_extensions WHERE extension_name='gpkg_rtree_index'"],
        "z-text": ["UPDATE gpkg_geometry_columns SET z='x'"], "user-version": ["PRAGMA user_version=1"], "application-id": ["PRAGMA application_id=1"], "two-entries": [LISTED.replace("'v'", "'地块 '"), DRAWN.replace("'v'", "'地块 '")],
        "tiles": ["UPDATE gpkg_contents SET data_type='tiles'"], "data-type": ["UPDATE gpkg_contents SET data_type='evil'"],
    }  # fmt: skip
    for how, statements in plain.items():
        expects = Refused(("gpkg.not_a_geopackage",), ("GeoPackage",)) if how == "no-geopackage" else Survived()
        yield _one("H35", how, lambda made=statements: _renamed(made), expects)
    yield _one("H35", "other-sqlite", _other, Refused(("gpkg.not_a_geopackage",), ("SQLite",)))
    blobs = {
        "empty": "x''", "null": "null", "text": "'POLYGON'", "number": "7", "short": "x'4750'", "header-only": "x'4750000100000000'", "magic": "x'585800010000000001'",
        "huge-envelope": "x'4750000F00000000'", "claims": "x'47500001000000000103000000FFFFFFFF'", "curve": "x'4750000100000000010A00000000000000'",
        "collection-deep": "x'4750000100000000" + "010700000001000000" * 200 + "'", "point": "x'47500001000000000101000000000000000000F03F000000000000F03F'", "zeros": "zeroblob(1000)", "megabytes": "zeroblob(5000000)",
    }  # fmt: skip
    for how, blob in blobs.items():
        row = _no_triggers(f"UPDATE 地块 SET geom={blob} WHERE fid=2")
        yield _one("H18", f"blob-{how}", lambda made=row: _renamed(made), Survived())
    values = {
        "text-in-number": "'abc'",
        "blob": "x'00FF'",
        "nul": "'a' || char(0) || 'b'",
        "no-utf8": "CAST(x'FFFE80' AS TEXT)",
        "infinite": "9e999",
        "huge": "9223372036854775807",
        "long": "hex(zeroblob(500000))",
    }
    for how, value in values.items():
        row = _no_triggers(f"UPDATE 地块 SET NO={value} WHERE fid=2")
        yield _one("H41", f"value-{how}", lambda made=row: _renamed(made), Survived())


def _no_triggers(statement: str) -> list[str]:
    return ["DELETE FROM sqlite_master WHERE type='trigger'", statement]


def _other() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE a(b)")
            connection.commit()
        return path.read_bytes()


def _damaged() -> Iterator[Case]:
    damaged = Refused(("read.damaged",), ("损坏",))
    for keep in (100, 1000, 4096, 5000, 8192, 20_000):
        yield _one(
            "H34",
            f"cut-{keep}",
            lambda keep=keep: gpkg()[:keep],
            Survived() if keep > 5000 else Refused(("read.damaged", "gpkg.not_a_geopackage")),
        )
    wal = lambda: gpkg()[:18] + b"\x02\x02" + gpkg()[20:]
    yield _one("H34", "wal", wal, Accepted(3))
    yield _one("H34", "page-size-0", lambda: gpkg()[:16] + b"\0\0" + gpkg()[18:], damaged)
    yield _one("H34", "page-size-3", lambda: gpkg()[:16] + b"\0\3" + gpkg()[18:], damaged)
    yield _one("H34", "encoding", lambda: gpkg()[:56] + b"\0\0\0\x09" + gpkg()[60:], Survived())
    yield _one("H34", "loop", lambda: _patched(100, 400), Survived())
    chance = Random(34)
    for n in range(24):
        spots = [(chance.randrange(100, 90_000), chance.randrange(256)) for _ in range(12)]
        yield _one("H34", f"chance-{n}", lambda spots=spots: _at(spots), Survived())


def _patched(start: int, end: int) -> bytes:
    return gpkg()[:start] + bytes(end - start) + gpkg()[end:]


def _at(spots: list[tuple[int, int]]) -> bytes:
    content = bytearray(gpkg())
    for at, value in spots:
        content[at % len(content)] = value
    return bytes(content)


# --- GeoParquet --------------------------------------------------------------------------------------------------


def parquet(wkb: list[Any], geo: Any = None, **columns: Any) -> bytes:
    said = (
        {
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
        }
        if geo is None
        else geo
    )
    table = pa.table({**columns, "geometry": pa.array(wkb, pa.binary())})
    out = io.BytesIO()
    text = said if isinstance(said, str) else json.dumps(said)
    pq.write_table(table.replace_schema_metadata({"geo": text}), out)
    return out.getvalue()


def _parquet() -> Iterator[Case]:
    good = [shapely.to_wkb(box) for box in DEGREES]

    def one(kind: str, how: str, made: Callable[[], bytes], expects: Any) -> Case:
        return Case(f"{kind}-{how}-parquet", "x.parquet", made, expects, small=True)

    curve = b"\x01" + struct.pack("<2I", 10, 0)
    bad: dict[str, Any] = {
        "null": (None, "geometry.missing"), "empty": (b"", "geometry.malformed"), "short": (good[0][:50], "geometry.malformed"), "claims": (b"\x01" + struct.pack("<2I", 3, 2**32 - 1), "geometry.malformed"),
        "points-claim": (b"\x01" + struct.pack("<3I", 3, 1, 2**32 - 1), "geometry.malformed"), "curve": (curve, "geometry.malformed"),  "kind": (b"\x01" + struct.pack("<2I", 999, 1), "geometry.malformed"),
        "point": (shapely.to_wkb(shapely.Point(113, 22)), "geometry.not_area"), "words": (b"POLYGON", "geometry.malformed"), "deep": ((b"\x01" + struct.pack("<2I", 7, 1)) * 3000, "geometry.malformed"),
        "nan": (good[0][:13] + struct.pack("<d", float("nan")) + good[0][21:], "geometry.not_finite"),
    }  # fmt: skip
    for how, (blob, code) in bad.items():
        yield one("H18", f"blob-{how}", lambda blob=blob: parquet([*good, blob]), Told(code, 4, rows=4, drawn=3))
    heads: dict[str, Any] = {
        "not-json": "{", "array": "[]", "number": "5", "no-columns": "{}", "columns-list": {"columns": []}, "primary-missing": {"primary_column": "x", "columns": {}},
        "primary-not-there": {"primary_column": "x", "columns": {"x": {"encoding": "WKB"}}}, "column-list": {"primary_column": "geometry", "columns": {"geometry": []}},
        "primary-object": {"primary_column": {"a": 1}, "columns": {"geometry": {}}}, "primary-array": {"primary_column": ["geometry"], "columns": {"geometry": {}}}, "deep": "[" * 100_000,
        "encoding": {"primary_column": "geometry", "columns": {"geometry": {"encoding": "polygon"}}}, "encoding-object": {"primary_column": "geometry", "columns": {"geometry": {"encoding": {}}}},
    }  # fmt: skip
    for how, geo in heads.items():
        yield one(
            "H35",
            f"geo-{how}",
            lambda geo=geo: parquet(good, geo),
            Refused(("parquet.no_geo", "parquet.encoding"), ("Parquet",) if "encoding" not in how else ("WKB",)),
        )
    for n, crs in enumerate(
        [
            "EPSG:4547",
            5,
            {},
            [],
            {"type": "ProjectedCRS"},
            "/etc/passwd",
            {"id": {"authority": "EPSG", "code": 99999}},
            "x" * 100_000,
            True,
        ]
    ):
        geo = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": crs}}}
        yield one("H22", f"crs-{n}", lambda geo=geo: parquet(good, geo), Survived())
    covering = {
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "covering": {"bbox": {"xmin": [{"a": 1}]}}}},
    }
    yield one("H35", "covering", lambda: parquet(good, covering), Survived())
    whole = parquet(good)
    for keep in (4, 50, len(whole) // 2, len(whole) - 8, len(whole) - 1):
        yield one("H2", f"cut-{keep}", lambda keep=keep: whole[:keep], Refused(("read.damaged",), ("Parquet",)))
    yield one(
        "H6",
        "footer-length",
        lambda: whole[:-8] + struct.pack("<I", 2**31 - 1) + whole[-4:],
        Refused(("read.damaged",)),
    )
    chance = Random(35)
    for n in range(20):
        content = bytearray(whole)
        for _ in range(3):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        yield one("H6", f"chance-{n}", lambda content=bytes(content): content, Survived())


# --- MapInfo -----------------------------------------------------------------------------------------------------


def _mapinfo() -> Iterator[Case]:
    head = '!table\n!version 300\n!charset WindowsSimpChinese\n\nDefinition Table\n  Type {} Charset "WindowsSimpChinese"\n  Fields 1\n    NO Char (10) ;\n'
    for kind in ("LINKED", "ODBC", "ACCESS", "ASCII", "XLS", "DBF", "WMS", "VIEW"):
        content = head.format(kind)
        yield Case(
            f"H25-{kind}-tab",
            "x.zip",
            zipped({"x.tab": content, "x.dat": b"x", "x.map": b"x", "x.id": b"x"}),
            Refused(("mapinfo.not_native",), ("x", kind)),
            small=True,
        )
    yield Case(
        "H25-file-tab",
        "x.zip",
        lambda b: zipped(
            {
                "x.tab": f'!table\n!version 300\nDefinition Table\n  File "{b.secret}"\n  Type "RASTER"\n',
                "x.dat": b"x",
                "x.map": b"x",
                "x.id": b"x",
            }
        ),
        Refused(("mapinfo.not_native",)),
        small=True,
    )
    yield Case(
        "H3-parts-tab",
        "x.zip",
        zipped({"x.tab": head.format("NATIVE")}),
        Refused(("mapinfo.part_missing",), (".map", ".dat", ".id")),
        small=True,
    )
    yield Case("H3-bare-tab", "x.tab", head.format("NATIVE"), Refused(("mapinfo.part_missing",), (".map",)), small=True)
    mif = 'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 1\n  NO Char(10)\nData\n\nRegion 1\n  5\n452100 2478450\n452180 2478450\n452180 2478530\n452100 2478530\n452100 2478450\n'
    zips = {
        "good": (mif, '"a"\n'), "no-mid-row": (mif, ""), "region-billions": (mif.replace("Region 1\n  5", "Region 1\n  2000000000"), '"a"\n'), "region-negative": (mif.replace("Region 1", "Region -1"), '"a"\n'),
        "regions-billions": (mif.replace("Region 1", "Region 2000000000"), '"a"\n'), "word": (mif.replace("452180 2478450", "东 北"), '"a"\n'), "nan": (mif.replace("452180 2478450", "nan nan"), '"a"\n'), "cut": (mif[:-60], '"a"\n'),
        "columns-billions": (mif.replace("Columns 1", "Columns 2000000000"), '"a"\n'), "width-billions": (mif.replace("Char(10)", "Char(2000000000)"), '"a"\n'), "delimiter": (mif.replace('","', '""'), '"a"\n'), "no-data": (mif.partition("Data")[0], ""),
        "coordsys": (mif.replace("Columns", 'CoordSys Earth Projection 8, 9999, "m", 1e999, 0, 1, 0, 0\nColumns'), '"a"\n'), "long-line": (mif + "x" * 2_000_000, '"a"\n'),
    }  # fmt: skip
    for how, (text, rows) in zips.items():
        expects = Accepted(1) if how == "good" else Survived()
        yield Case(f"H6-{how}-mif", "x.zip", zipped({"x.mif": text, "x.mid": rows}), expects, small=True)
