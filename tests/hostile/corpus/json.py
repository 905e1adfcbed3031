"""H12 to H23: GeoJSON whose syntax, numbers, outlines or systems are wrong."""

import json
import math
from collections.abc import Iterator
from typing import Any

from tests.hostile.corpus.case import Accepted, Case, Refused, Told
from tests.hostile.corpus.good import LAT, LON, collection, degrees, feature

X, Y, S = LON, LAT, 0.0008
GOOD = collection(feature())


def cases() -> Iterator[Case]:
    yield from _syntax()
    yield from _numbers()
    yield from _outlines()
    yield from _kinds()
    yield from _places()
    yield from _members()
    yield from _masses()


def _one(kind: str, how: str, content: Any, expects: Any, **more: Any) -> Case:
    return Case(f"{kind}-{how}-geojson", "x.geojson", content, expects, small=more.pop("small", True), **more)


# --- H21 ---------------------------------------------------------------------------------------------------------

SYNTAX: list[tuple[str, str, int | None]] = [
    ("trailing-comma", GOOD.replace("]}]}", "]}},]}").replace("]]]}}]}", "]]]}},]}"), 1),
    ("comma-in-object", '{"type": "FeatureCollection",\n "features": [],\n}', 3),
    ("no-comma", '{"type": "FeatureCollection"\n "features": []}', 2),
    ("single-quotes", "{'type': 'FeatureCollection',\n'features': []}", 1),
    ("comment", '{"type": "FeatureCollection", // 注释\n "features": []}', 1),
    ("open-text", '{"type": "FeatureCollection", "features": [{"type": "Feature', 1),
    ("open-array", '{"type": "FeatureCollection", "features": [', 1),
    ("open-object", '{"type": "FeatureCollection",\n\n"features": []', 3),
    ("only-brace", "{", 1),
    ("twice", GOOD + "]", 1),
    ("control-character", GOOD.replace("BW-0001", "BW\x01"), 1),
    ("newline-in-text", GOOD.replace("BW-0001", "BW\n01"), 1),
    ("bad-escape", GOOD.replace("BW-0001", "BW\\q"), 1),
    ("half-escape", GOOD.replace("BW-0001", "BW\\u12"), 1),
    ("leading-zero", GOOD.replace("113.5345", "0113.5345"), 1),
    ("hex", GOOD.replace("113.5345", "0x71"), 1),
    ("plus", GOOD.replace("113.5345", "+113.5345"), 1),
    ("huge-integer", GOOD.replace("113.5345", "1" * 5000), 1),
    ("undefined", GOOD.replace("113.5345", "undefined"), 1),
    ("full-width", GOOD.replace(":", "："), 1),
]


def _syntax() -> Iterator[Case]:
    for how, text, line in SYNTAX:
        yield _one("H21", how, text, Refused(("json.syntax",), ("JSON", "行", "列"), line=line))
    for how, codec in {"utf8-marked": "utf-8-sig", "utf16": "utf-16", "gbk": "gb18030"}.items():
        yield _one("H21", how, GOOD.encode(codec), Accepted(1, ("BW-0001",)))
    yield _one("H21", "utf16-unmarked", GOOD.encode("utf-16-le"), Accepted(1, ("BW-0001",)))
    yield _one(
        "H21",
        "utf32",
        GOOD.encode("utf-32"),
        Refused(("json.syntax", "encoding.undecodable", "read.kind_mismatch", "json.not_geojson")),
    )
    yield _one(
        "H21",
        "bytes-of-no-text",
        GOOD.encode().replace(b"BW-0001", b"\xff\xfe\x80"),
        Refused(("encoding.undecodable",), ("解码", "字节")),
    )
    yield _one(
        "H21",
        "nul-in-text",
        GOOD.replace("BW-0001", "BW\\u0000x"),
        Told("value.characters", 1, "地块编号", ("地块编号",), rows=1),
    )
    yield _one(
        "H21", "half-of-a-pair", GOOD.replace("BW-0001", "\\ud800"), Told("value.characters", 1, "地块编号", rows=1)
    )
    yield _one(
        "H21",
        "same-key-twice",
        GOOD.replace('"地块编号"', '"地块编号": "A", "地块编号"'),
        Told("json.key_twice", 1, "地块编号", ("地块编号",)),
    )
    yield _one(
        "H21",
        "features-twice",
        GOOD[:-1] + ', "features": []}',
        Refused(("json.syntax",), ("features", "两次"), line=1),
    )
    yield _one(
        "H21",
        "same-geometry-twice",
        GOOD.replace('"geometry":', '"geometry": null, "geometry":'),
        Told("json.key_twice", 1, "geometry"),
    )
    for literal in ("NaN", "Infinity", "-Infinity"):
        yield _one(
            "H21",
            f"literal-{literal}-place",
            GOOD.replace("113.5345", literal, 1),
            Told("geometry.not_finite", 1, rows=1, drawn=0),
        )
        yield _one(
            "H21",
            f"literal-{literal}-value",
            GOOD.replace('"BW-0001"', literal),
            Told("value.not_finite", 1, "地块编号", rows=1),
        )
    deep = {"arrays": "[" * 100_000, "objects": '{"a": ' * 100_000, "closed": "[" * 100_000 + "]" * 100_000}
    for how, nest in deep.items():
        for where, before in {
            "features": '{"type": "FeatureCollection", "features": ',
            "other": '{"type": "Polygon", "x": ',
        }.items():
            yield _one("H21", f"deep-{how}-{where}", before + nest, Refused(("json.too_deep",), ("嵌套",)))
    million = '{"type": "Polygon", "coordinates": ' + "[" * 1_000_000 + "]" * 1_000_000 + "}"
    yield _one("H21", "deep-million", million, Refused(("json.too_deep",)), small=False)
    yield _one("H21", "deep-value", GOOD.replace('"BW-0001"', "[" * 200 + "]" * 200), Refused(("json.too_deep",)))
    others = {
        "array": "[]", "number-array": "[1,2,3]", "word": "null", "text": '"x"', "number": "12", "empty-object": "{}",
        "topojson": '{"type": "Topology", "objects": {}}', "esri": '{"geometryType": "esriGeometryPolygon", "features": []}',
        "lines": json.dumps(feature()) + "\n" + json.dumps(feature()), "type-number": '{"type": 5}', "type-object": '{"type": {"a": 1}}',
        "features-object": '{"type": "FeatureCollection", "features": {}}', "features-null": '{"type": "FeatureCollection", "features": null}',
    }  # fmt: skip
    for how, text in others.items():
        yield _one("H21", f"no-geojson-{how}", text, Refused(("json.not_geojson", "json.syntax"), ("JSON",)))
    yield _one("H21", "no-feature", '{"type": "FeatureCollection", "features": []}', Accepted(0))
    members = {
        "number": "1",
        "null": "null",
        "text": '"x"',
        "array": "[1]",
        "typeless": "{}",
        "type-array": '{"type": ["Feature"]}',
    }
    for how, text in members.items():
        both = GOOD[:-2] + f", {text}]}}"
        yield _one("H21", f"item-{how}", both, Told("json.not_a_feature", 2, rows=2, drawn=1))


# --- H14, H15 ----------------------------------------------------------------------------------------------------

NUMBERS: dict[str, tuple[Any, str]] = {
    "1e308": (1e308, "geometry.misplaced"),
    "minus-1e308": (-1e308, "geometry.misplaced"),
    "text": ("113.5", "geometry.malformed"),
    "null": (None, "geometry.malformed"),
    "true": (True, "geometry.malformed"),
    "array": ([113.5], "geometry.malformed"),
    "object": ({"x": 1}, "geometry.malformed"),
    "integer-of-400-digits": (10**400, "geometry.malformed"),
    "2-63": (2**63, "geometry.misplaced"),
}


def _numbers() -> Iterator[Case]:
    for how, (value, code) in NUMBERS.items():
        for at in (0, 2):
            ring: list[Any] = degrees()
            ring[at] = [value, Y]
            if at == 0:
                ring[-1] = [value, Y]
            bad, good = feature([ring]), [feature([degrees(n)]) for n in range(9)]
            yield _one("H14", f"{how}-{at}", collection(*good, bad), Told(code, 10, rows=10, drawn=9))
    text = collection(feature(), feature([degrees(1)])).replace(repr(X + 0.001), "1e999")
    yield _one("H14", "1e999", text, Told("geometry.not_finite", 2, rows=2, drawn=1))


HOLE = [[X + S * a, Y + S * b] for a, b in ((0.2, 0.2), (0.2, 0.4), (0.4, 0.4), (0.4, 0.2), (0.2, 0.2))]
OUTSIDE = [[x + 2 * S, y] for x, y in HOLE]
OUTLINES: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "bow-tie": ([[[X, Y], [X + S, Y + S], [X + S, Y], [X, Y + S], [X, Y]]], "geometry.invalid", ("位置",)),
    "figure-eight": (
        [[[X, Y], [X + S, Y], [X + S, Y + S], [X + S / 2, Y - S / 2], [X, Y + S], [X, Y]]], "geometry.invalid", ("位置",)),
    "spike": (
        [[[X, Y], [X + S, Y], [X + S, Y + S], [X + S, Y + 3 * S], [X + S, Y + S], [X, Y + S], [X, Y]]], "geometry.invalid", ()),
    "hole-outside": ([degrees(), OUTSIDE], "geometry.invalid", ("洞",)),
    "hole-crossing": ([degrees(), [[x + 0.7 * S, y] for x, y in HOLE]], "geometry.invalid", ()),
    "hole-twice": ([degrees(), HOLE, HOLE], "geometry.invalid", ()),
    "hole-is-shell": ([degrees(), degrees()], "geometry.invalid", ()),
    "no-area": ([[[X, Y], [X + S, Y], [X + 2 * S, Y], [X, Y]]], "geometry.invalid", ()),
    "open-ring": ([degrees()[:-1]], "geometry.ring_open", ("第 1 个环",)),
    "open-hole": ([degrees(), HOLE[:-1]], "geometry.ring_open", ("第 2 个环",)),
    "two-points": ([[[X, Y], [X + S, Y]]], "geometry.too_few_points", ("2 个",)),
    "two-points-closed": ([[[X, Y], [X + S, Y], [X, Y]]], "geometry.too_few_points", ()),
    "one-point": ([[[X, Y]]], "geometry.too_few_points", ("1 个",)),
    "one-point-many-times": ([[[X, Y]] * 9], "geometry.too_few_points", ()),
    "empty-ring": ([[]], "geometry.malformed", ("环",)),
    "empty-hole": ([degrees(), []], "geometry.malformed", ("环",)),
    "flat": (degrees(), "geometry.malformed", ()),
    "too-nested": ([[degrees()]], "geometry.malformed", ()),
    "one-number": ([[[X], [X + S], [X + S], [X]]], "geometry.malformed", ()),
    "ragged": ([[[X, Y], [X + S], [X + S, Y + S], [X, Y]]], "geometry.malformed", ()),
    "not-a-list": ("POLYGON", "geometry.malformed", ()),
    "none": ([], "geometry.empty", ()),
}  # fmt: skip


def _outlines() -> Iterator[Case]:
    for how, (coordinates, code, words) in OUTLINES.items():
        both = collection(feature([degrees(5)]), feature(coordinates))
        yield _one("H15", how, both, Told(code, 2, words=words, rows=2))
    twice = [[degrees()], [degrees()]]
    yield _one("H15", "part-twice", collection(feature(twice, "MultiPolygon")), Told("geometry.invalid", 1))
    beside = [[degrees()], [[[x + S / 2, y] for x, y in degrees()]]]
    yield _one("H15", "parts-overlap", collection(feature(beside, "MultiPolygon")), Told("geometry.invalid", 1))
    backwards = [degrees()[::-1]]
    yield _one("H15", "clockwise", collection(feature(backwards)), Accepted(1))
    ladder = [[X + S * (i % 2), Y + S * i / 400] for i in range(400)]
    yield _one("H15", "ladder", collection(feature([[*ladder, ladder[0]]])), Told("geometry.invalid", 1))


# --- H18 ---------------------------------------------------------------------------------------------------------

KINDS: dict[str, tuple[Any, str]] = {
    "point": ({"type": "Point", "coordinates": [X, Y]}, "geometry.not_area"),
    "points": ({"type": "MultiPoint", "coordinates": [[X, Y]]}, "geometry.not_area"),
    "line": ({"type": "LineString", "coordinates": [[X, Y], [X + S, Y]]}, "geometry.not_area"),
    "lines": ({"type": "MultiLineString", "coordinates": [[[X, Y], [X + S, Y]]]}, "geometry.not_area"),
    "null": (None, "geometry.missing"),
    "text": ("POLYGON((0 0,1 1,1 0,0 0))", "geometry.malformed"),
    "number": (7, "geometry.malformed"),
    "array": ([], "geometry.malformed"),
    "typeless": ({"coordinates": [degrees()]}, "geometry.malformed"),
    "circle": ({"type": "Circle", "coordinates": [X, Y], "radius": 5}, "geometry.malformed"),
    "curve": ({"type": "CurvePolygon", "coordinates": [degrees()]}, "geometry.malformed"),
    "lower-case": ({"type": "polygon", "coordinates": [degrees()]}, "geometry.malformed"),
    "type-object": ({"type": {}, "coordinates": [degrees()]}, "geometry.malformed"),
    "without-coordinates": ({"type": "Polygon"}, "geometry.malformed"),
    "null-coordinates": ({"type": "Polygon", "coordinates": None}, "geometry.malformed"),
    "a-feature": (feature(), "geometry.malformed"),
    "empty-collection": ({"type": "GeometryCollection", "geometries": []}, "geometry.empty"),
    "broken-collection": ({"type": "GeometryCollection", "geometries": [1]}, "geometry.malformed"),
    "mixed": ({"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "coordinates": [degrees()]}, {"type": "Point", "coordinates": [X, Y]}]}, "geometry.mixed"),
    "areas": ({"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [degrees()]}]}, "geometry.collection"),
    "point-of-text": ({"type": "Point", "coordinates": ["x", "y"]}, "geometry.malformed"),
    "line-of-one": ({"type": "LineString", "coordinates": [[X, Y]]}, "geometry.malformed"),
}  # fmt: skip


def _kinds() -> Iterator[Case]:
    for how, (geometry, code) in KINDS.items():
        both = collection(feature([degrees(3)]), {**feature(), "geometry": geometry})
        yield _one("H18", how, both, Told(code, 2, rows=2))
    nested: Any = {"type": "Polygon", "coordinates": [degrees()]}
    for _ in range(200):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    yield _one(
        "H18", "collections-in-collections", collection({**feature(), "geometry": nested}), Told("geometry.mixed", 1)
    )
    heights = [[[x, y, 12.5] for x, y in degrees()]]
    yield _one(
        "H18", "heights", collection(feature(heights)), Told("layer.z_dropped", None, words=("Z",), rows=1, drawn=1)
    )
    measures = [[[x, y, 12.5, 7] for x, y in degrees()]]
    yield _one("H18", "measures", collection(feature(measures)), Accepted(1))


# --- H11, H12, H20, H22 ------------------------------------------------------------------------------------------


def _crs(name: Any, kind: str = "name") -> dict[str, Any]:
    return {"crs": {"type": kind, "properties": {"name": name}}}


def _places() -> Iterator[Case]:
    swapped = [[[y, x] for x, y in degrees()]]
    yield _one("H12", "swapped-all", collection(feature(swapped)), Told("crs.axes_swapped", None, words=("颠倒",)))
    yield _one(
        "H12",
        "swapped-one",
        collection(*(feature([degrees(n)]) for n in range(9)), feature(swapped)),
        Told("geometry.misplaced", 10, rows=10, drawn=9),
    )
    far = {
        "beyond-pole": [[[113, 91], [114, 91], [114, 92], [113, 91]]],
        "longitude-473": [[[473.5, 22.4], [473.6, 22.4], [473.6, 22.5], [473.5, 22.4]]],
    }
    for how, coordinates in far.items():
        both = collection(*(feature([degrees(n)]) for n in range(9)), feature(coordinates))
        yield _one("H20", f"{how}-among-others", both, Told("geometry.misplaced", 10, rows=10, drawn=9))
        yield _one(
            "H20", f"{how}-alone", collection(feature(coordinates)), Refused(("crs.conflict",), ("坐标系", "不符"))
        )
    metres = [[[452_100.0, 2_478_450.0], [452_180.0, 2_478_450.0], [452_180.0, 2_478_530.0], [452_100.0, 2_478_450.0]]]
    yield _one(
        "H11", "metres-unsaid", collection(feature(metres)), Told("crs.declaration_wrong", None, words=("坐标",))
    )
    wrong = {"EPSG:4547": [degrees()], "EPSG:4526": metres}
    for name, coordinates in wrong.items():
        yield _one(
            "H11",
            f"not-{name[5:]}",
            collection(feature(coordinates), **_crs(name)),
            Told("crs.declaration_wrong", None, words=(name,)),
        )
    for name in ("EPSG:4326", "urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490"):
        yield _one(
            "H22", f"crs-{name.rpartition(':')[2]}-{len(name)}", collection(feature(), **_crs(name)), Accepted(1)
        )
    yield _one("H22", "crs-4547", collection(feature(metres), **_crs("EPSG:4547")), Accepted(1))
    unknown = [
        "EPSG:99999", "EPSG:0", "北京独立坐标系", "", "+proj=longlat +nadgrids=/etc/passwd", "/etc/passwd", "http://127.0.0.1/crs",
        "GEOGCS[", 4547, None, ["EPSG:4547"], {"a": 1}, "EPSG:4547\x00", "x" * 10_000, "EPSG:4610", "EPSG:2383", "EPSG:-1",
    ]  # fmt: skip
    for n, name in enumerate(unknown):
        expects = Refused(
            ("crs.not_understood", "crs.legacy_datum", "crs.no_transformation", "crs.unknown", "crs.conflict"),
            ("坐标系",),
        )
        yield _one("H22", f"crs-unknown-{n}", collection(feature(), **_crs(name)), expects)
    for how, member in {
        "text": "EPSG:9",
        "number": 5,
        "link": {"type": "link", "properties": {"href": "http://127.0.0.1/"}},
        "empty": {},
    }.items():
        yield _one(
            "H22", f"crs-member-{how}", collection(feature(), crs=member), Refused(("crs.not_understood",), ("坐标系",))
        )


# --- H23, H17, H16 -----------------------------------------------------------------------------------------------


def _members() -> Iterator[Case]:
    mixed: list[Any] = [
        1,
        "1",
        1.5,
        None,
        True,
        [1],
        {"a": 1},
        2**63,
        -(2**63),
        2**70,
        "x" * 5000,
        "",
        "'; DROP TABLE parcel;--",
        1,
    ]
    features = [feature([degrees(n)], id=value) for n, value in enumerate(mixed)]
    yield _one("H23", "ids-of-all-kinds", collection(*features), Accepted(len(mixed)))
    yield _one("H23", "ids-twice", collection(feature(id=1), feature([degrees(1)], id=1)), Accepted(2))
    yield _one(
        "H23",
        "id-1e400",
        collection(feature(id=5)).replace('"id": 5', '"id": 1e400'),
        Told("value.not_finite", 1, "id", rows=1),
    )
    properties = {"null": "null", "array": "[1]", "text": '"x"', "number": "5", "true": "true"}
    for how, text in properties.items():
        yield _one("H23", f"properties-{how}", GOOD.replace('{"地块编号": "BW-0001"}', text), Accepted(1))
    yield _one(
        "H23",
        "properties-many",
        collection({**feature(), "properties": {f"f{n}": n for n in range(5000)}}),
        Accepted(1),
    )


def _masses() -> Iterator[Case]:
    def many() -> str:
        one = json.dumps(feature())
        return '{"type": "FeatureCollection", "features": [' + ",".join([one] * 3000) + "]}"

    yield _one(
        "H17",
        "rows-over-the-limit",
        many,
        Refused(("read.too_many_rows",), ("1000",)),
        limits={"rows": 1000},
        small=False,
    )
    short = '{"type":"FeatureCollection","features":[' + ",".join(["1"] * 200_001) + "]}"
    yield _one("H17", "200001-short-items", short, Refused(("read.too_many_rows",), ("200000",)), small=False)

    def round_(points: int) -> list[list[float]]:
        ring = [
            [X + S * math.cos(2 * math.pi * n / points), Y + S * math.sin(2 * math.pi * n / points)]
            for n in range(points)
        ]
        return [*ring, ring[0]]

    def vertices() -> str:
        return collection(feature([degrees(9)]), feature([round_(20_000)]))

    yield _one(
        "H16",
        "vertices-over-the-limit",
        vertices,
        Told("geometry.too_many_points", 2, words=("20001",), rows=2, drawn=1),
        limits={"points": 10_000},
        small=False,
    )

    def million() -> str:
        ring = ",".join(f"[{X + n * 1e-10:.10f},{Y}]" for n in range(1_050_000))
        return f'{{"type":"Polygon","coordinates":[[{ring},[{X + 0.01},{Y + 0.01}],[{X:.10f},{Y}]]]}}'

    yield _one("H16", "a-million-vertices", million, Refused(("read.memory",), ("内存", "512 MB")), small=False)
    parts = [[degrees(n)] for n in range(500)]
    yield _one("H16", "500-parts", collection(feature(parts, "MultiPolygon")), Accepted(1))
    holes = [
        [
            [X + n * S / 400 + d, Y + 0.0001 + e]
            for d, e in ((0, 0), (0, S / 900), (S / 900, S / 900), (S / 900, 0), (0, 0))
        ]
        for n in range(1, 399)
    ]
    yield _one("H16", "400-holes", collection(feature([degrees(), *holes])), Accepted(1))
    for how, size in {"name": 100_000, "value": 1_000_000}.items():
        text = GOOD.replace("BW-0001", "长" * size) if how == "value" else GOOD.replace("地块编号", "长" * size)
        yield _one("H41", f"long-{how}", text, Accepted(1))
    fat = lambda: GOOD.replace("BW-0001", "x" * 60_000_000)
    yield _one(
        "H16",
        "60-megabytes-of-text",
        fat,
        Refused(("read.memory",), ("内存",)),
        small=False,
        limits={"memory_bytes": 300 << 20},
    )
    yield _one(
        "H16",
        "input-over-the-limit",
        lambda: GOOD + " " * 2_000_000,
        Refused(("read.too_big",), ("上限",)),
        small=False,
        limits={"input_bytes": 1 << 20},
    )
    yield _one(
        "H16",
        "output-over-the-limit",
        lambda: collection(*[feature()] * 300),
        Refused(("read.output_too_big",), ("展开",)),
        small=False,
        limits={"output_bytes": 50_000},
    )
