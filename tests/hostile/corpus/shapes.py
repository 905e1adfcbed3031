"""H2 to H11: Shapefiles whose parts are missing, cut, or tell different stories."""

import struct
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.hostile.corpus.case import Accepted, Case, Refused, Survived, Told
from tests.hostile.corpus.good import E0, N0, dbf, packed, polygon, prj, shapefile, shp, shx, square

NO = ("NO", "C", 10, 0)
GOOD = shapefile()
SHP, SHX, DBF = bytes(GOOD["shp"]), bytes(GOOD["shx"]), bytes(GOOD["dbf"])  # type: ignore[arg-type]


def cases() -> Iterator[Case]:
    yield from _cut()
    yield from _missing()
    yield from _index()
    yield from _lengths()
    yield from _claims()
    yield from _tables()
    yield from _counts()
    yield from _texts()
    yield from _systems()
    yield from _shapes()
    yield from _by_chance()


def _one(kind: str, how: str, expects: Any, small: bool = True, asked: Any = None, **parts: Any) -> Case:
    return Case(f"{kind}-{how}-shp", "x.zip", packed(shapefile(**parts)), expects, small=small, asked=asked or {})


def _bare(shapes: list[bytes], **parts: Any) -> dict[str, Any]:
    table = dbf([NO], [[f"B{n}"] for n in range(len(shapes))])
    return {"shp": shp(shapes), "shx": shx(shapes), "dbf": table, **parts}


def _cut() -> Iterator[Case]:
    for keep in range(64, len(SHP), 64):
        words = ("x.shp", "不完整") if keep < 100 else ("x.shp", "条记录")
        row = None if keep <= 100 else (keep - 100) // 136 + 1
        yield _one("H2", f"cut-{keep}", Refused(("shapefile.truncated",), words, row=row, layer="x"), shp=SHP[:keep])
    yield _one(
        "H2", "cut-last-byte", Refused(("shapefile.truncated",), ("第 3 条记录",), row=3), shp=SHP[:-1], small=False
    )
    for keep in (0, 1, 31, 40, len(DBF) - 12, len(DBF) - 30):
        yield _one("H2", f"dbf-cut-{keep}", Refused(("read.damaged", "shapefile.truncated"), ("dbf",)), dbf=DBF[:keep])
    for keep in (0, 8, 99, 104):
        yield _one("H2", f"shx-cut-{keep}", Told("shapefile.shx_rebuilt", None, rows=3, drawn=3), shx=SHX[:keep])


def _missing() -> Iterator[Case]:
    yield _one("H3", "no-dbf", Refused(("shapefile.part_missing",), ("x", ".dbf")), dbf=None)
    yield _one("H3", "no-shp", Refused(("zip.no_shapefile",), ("x.dbf",)), shp=None)
    yield _one("H3", "no-shx", Told("shapefile.shx_rebuilt", None, words=("x", "缺失"), rows=3, drawn=3), shx=None)
    bare = _bare([polygon([[(x - 38e6, y) for x, y in square()]])], prj=None)
    yield _one("H3", "no-prj-no-prefix", Told("crs.zone_assumed", None, words=("带",)), **bare)
    yield _one("H3", "no-prj-prefix", Accepted(3), prj=None)
    yield Case("H3-bare-shp", "x.shp", SHP, Refused(("shapefile.part_missing",), (".dbf",)), small=True)
    yield Case("H3-bare-dbf", "x.dbf", DBF, Refused(("shapefile.only_dbf",), ("x.dbf", "NO")), small=True)
    gbk = dbf([("地块编号", "C", 10, 0)], [["北围"]], "gbk")
    yield Case(
        "H3-bare-dbf-gbk", "地块.dbf", gbk, Refused(("shapefile.only_dbf",), ("地块.dbf", "地块编号", "GB18030"))
    )


def _index() -> Iterator[Case]:
    def entry(n: int, offset: int, length: int) -> bytes:
        at = 100 + 8 * n
        return SHX[:at] + struct.pack(">2i", offset, length) + SHX[at + 8 :]

    bad = {
        "past-end": entry(1, 10_000, 68), "negative": entry(1, -50, 68), "in-the-header": entry(1, 10, 68), "length-past-end": entry(2, 194, 5000),
        "length-negative": entry(0, 50, -4), "huge": entry(0, 2**31 - 1, 2**31 - 1), "zero": entry(0, 0, 0),
        "magic": b"XXXX" + SHX[4:], "length-of-file": SHX[:24] + struct.pack(">i", 2**30) + SHX[28:], "odd": SHX[:24] + struct.pack(">i", 61) + SHX[28:],
    }  # fmt: skip
    for how, content in bad.items():
        yield _one("H4", how, Told("shapefile.shx_rebuilt", None, words=("x", "损坏"), rows=3, drawn=3), shx=content)
    overlapping = {
        "same-record": entry(1, 50, 68),
        "inside-a-record": entry(1, 60, 40),
        "one-off": entry(1, 121, 68),
        "short": entry(1, 122, 20),
    }
    for how, content in overlapping.items():
        yield _one(
            "H4", f"overlapping-{how}", Told("shapefile.shx_rebuilt", None, words=("x",), rows=3, drawn=3), shx=content
        )
    yield _one(
        "H4",
        "fewer",
        Refused(("shapefile.counts_differ",), ("2", "3")),
        shx=shx([polygon([square(n)]) for n in range(2)]),
    )


def _lengths() -> Iterator[Case]:
    def length(words: int) -> bytes:
        return SHP[:24] + struct.pack(">i", words) + SHP[28:]

    yield _one("H5", "longer", Refused(("shapefile.truncated",), ("x.shp",)), shp=length(len(SHP)))
    yield _one("H5", "much-longer", Refused(("shapefile.truncated",)), shp=length(2**31 - 1))
    damaged = Refused(("read.damaged",), ("x", "损坏"), layer="x")
    yield _one("H5", "shorter", damaged, shp=length(len(SHP) // 2 - 68))
    yield _one("H5", "zero", damaged, shp=length(0))
    yield _one("H5", "negative", damaged, shp=length(-1))
    yield _one("H5", "junk-after", Accepted(3), shp=SHP + b"junk" * 20)
    yield _one("H5", "version", Accepted(3), shp=SHP[:28] + struct.pack("<i", 7) + SHP[32:])
    yield _one("H5", "magic", Refused(("read.damaged",), ("x.shp",)), shp=b"\0\0\0\1" + SHP[4:])
    for name, kind in {"point": 1, "line": 3, "points": 8, "multipatch": 31, "measured-line": 23}.items():
        yield _one(
            "H18",
            f"kind-{name}",
            Refused(("shapefile.kind",), ("不是面",), layer="x"),
            shp=SHP[:32] + struct.pack("<i", kind) + SHP[36:],
        )
    for kind in (2, 99, -1, 2**31 - 1):
        yield _one(
            "H5",
            f"kind-{kind}",
            Refused(("shapefile.kind",), (str(kind),)),
            shp=SHP[:32] + struct.pack("<i", kind) + SHP[36:],
        )
    nan = struct.pack("<4d", *[float("nan")] * 4)
    yield _one("H14", "box-nan", Accepted(3), shp=SHP[:36] + nan + SHP[68:])


def _claims() -> Iterator[Case]:
    for what, at in {"parts": 100 + 8 + 36, "points": 100 + 8 + 40}.items():
        for claim in (2**31 - 1, -1, 10**6, 0, 6, -(2**31)):
            content = SHP[:at] + struct.pack("<i", claim) + SHP[at + 4 :]
            told = Refused(("shapefile.record",), ("x.shp", "第 1 条记录", str(claim)), row=1, layer="x")
            expects = Survived() if claim == 0 else told
            yield _one("H6", f"{what}-{claim}", expects, shp=content)
    for start in (-1, 5, 2**31 - 1):
        content = SHP[:152] + struct.pack("<i", start) + SHP[156:]
        yield _one("H6", f"part-begins-{start}", Survived(), shp=content)
    for words in (-1, 2, 10**6, 2**31 - 1):
        content = SHP[:104] + struct.pack(">i", words) + SHP[108:]
        yield _one("H6", f"record-length-{words}", Survived(), shp=content)


def _tables() -> Iterator[Case]:
    rows = [[""], [""], [""]]
    yield _one("H7", "no-fields", Accepted(3), dbf=dbf([], [[], [], []]))
    wide = [(f"F{n}", "C", 4, 0) for n in range(255)]
    yield _one("H7", "255-fields", Accepted(3), dbf=dbf(wide, [["x"] * 255] * 3))
    wide = [(f"F{n}", "C", 4, 0) for n in range(2000)]
    yield _one("H7", "2000-fields", Accepted(3), dbf=dbf(wide, [["x"] * 2000] * 3))
    same = [("NO", "C", 4, 0)] * 3
    yield _one(
        "H7",
        "same-names",
        Told("field.renamed", None, "NO", ("NO", "NO_2"), rows=3),
        dbf=dbf(same, [["a", "b", "c"]] * 3),
    )
    yield _one("H7", "empty-name", Accepted(3), dbf=dbf([("", "C", 4, 0)], rows))
    odd = {
        "header-0": DBF[:8] + struct.pack("<H", 0) + DBF[10:], "header-33": DBF[:8] + struct.pack("<H", 33) + DBF[10:],
        "header-64": DBF[:8] + struct.pack("<H", 64) + DBF[10:], "header-65535": DBF[:8] + struct.pack("<H", 65535) + DBF[10:],
        "record-0": DBF[:10] + struct.pack("<H", 0) + DBF[12:], "record-1": DBF[:10] + struct.pack("<H", 1) + DBF[12:],
        "record-65535": DBF[:10] + struct.pack("<H", 65535) + DBF[12:], "rows-billions": DBF[:4] + struct.pack("<I", 2**32 - 1) + DBF[8:],
        "nonsense": b"\x03" + b"\xff" * 31, "one-byte": b"x", "field-width-0": DBF[:48] + b"\0" + DBF[49:], "field-width-255": DBF[:48] + b"\xff" + DBF[49:],
    }  # fmt: skip
    for how, content in odd.items():
        codes = ("read.damaged", "shapefile.truncated", "shapefile.counts_differ")
        accepted = how in ("header-65535-", "field-width-0", "header-33", "header-64")
        yield _one("H7", how, Survived() if accepted else Refused(codes, ("x",)), dbf=content)
    for kind in ("M", "B", "G", "@", "I", "Y", "\0", "?", "+"):
        yield _one("H7", f"type-{ord(kind)}", Survived(), dbf=dbf([("F", kind, 10, 0)], [["1"]] * 3))
    values = {
        "nan": "nan",
        "inf": "inf",
        "1e400": "1e400",
        "stars": "*" * 10,
        "text": "abc",
        "hex": "0x1F",
        "comma": "1,5",
    }
    for how, text in values.items():
        yield _one("H41", f"number-{how}", Survived(), dbf=dbf([("F", "N", 10, 3)], [[text]] * 3))
    for text in ("20260230", "00000000", "99999999", "abcdefgh", "        ", "2026-2-3"):
        yield _one("H41", f"date-{text.strip() or 'blank'}", Survived(), dbf=dbf([("F", "D", 8, 0)], [[text]] * 3))
    deleted = bytearray(DBF)
    deleted[33 + 32] = ord("*")
    yield _one("H8", "deleted-row", Accepted(2), dbf=bytes(deleted))


def _counts() -> Iterator[Case]:
    for rows in (0, 2, 4, 1000):
        expects = Refused(("shapefile.counts_differ",), ("x", "3 条", f"{rows} 条"), layer="x")
        yield _one("H8", f"{rows}-rows", expects, dbf=dbf([NO], [["a"]] * rows))
    yield _one("H8", "no-records", Accepted(0), **_bare([]))


def _texts() -> Iterator[Case]:
    gbk = [NO, ("备注", "C", 20, 0)]
    rows = [["A", "北围地块"], ["B", "后环地块"], ["C", "有临时停车"]]
    table = dbf(gbk, rows, "gbk")
    yield _one("H9", "gbk-unsaid", Accepted(3, ("北围地块",)), dbf=table)
    for said in ("UTF-8", "65001", "ISO-8859-1", "1252", "", "nonsense", "\xff\xfe", "x" * 5000, "/etc/passwd"):
        yield _one(
            "H9",
            f"gbk-cpg-{said[:10].replace('/', '-') or 'empty'}",
            Accepted(3, ("北围地块",)),
            dbf=table,
            cpg=said.encode("latin-1"),
        )
    utf8 = dbf(gbk, rows, "utf-8")
    yield _one("H9", "utf8-cpg-gbk", Accepted(3, ("北围地块",)), dbf=utf8, cpg=b"GBK")
    mixed = dbf(gbk, [["A", "北围".encode("gbk")], ["B", "后环".encode()], ["C", b"\xff\xfe\xfd"]], "gbk")
    yield _one("H9", "mixed", Told("value.undecodable", 3, "备注", ("备注",), rows=3), dbf=mixed)
    given = Told("value.undecodable", 1, words=("UTF-8",), rows=3)
    yield _one("H9", "given-wrong", given, dbf=table, small=False, asked={"encoding": "UTF-8"})
    unknown = Refused(("encoding.not_understood",), ("火星文",))
    yield _one("H9", "given-unknown", unknown, dbf=table, small=False, asked={"encoding": "火星文"})
    half = dbf([("NAME", "C", 5, 0)], [["北围地块".encode("gbk")[:5]]] * 3)
    yield _one("H9", "half-a-character", Told("value.cut", 1, "NAME", rows=3), dbf=half)
    nul = dbf([NO], [[b"A\0B"], [b"\0\0\0"], [b"\x01\x02"]])
    yield _one("H9", "control-characters", Survived(), dbf=nul)
    for n, page in enumerate((0x57, 0x4D, 0x13, 0xFF)):
        yield _one("H9", f"language-byte-{n}", Accepted(3, ("北围地块",)), dbf=dbf(gbk, rows, "gbk", page))


def _systems() -> Iterator[Case]:
    yield _one("H10", "prj-marked", Accepted(3), prj="\ufeff" + prj(4526))
    yield _one("H10", "prj-utf16", Accepted(3), prj=prj(4526).encode("utf-16"))
    yield _one("H10", "prj-epsg", Accepted(3), prj="EPSG:4526")
    for how, code in {"xian80": 2362, "beijing54": 2414, "xian80-degrees": 4610}.items():
        yield _one("H10", how, Refused(("crs.legacy_datum", "crs.conflict"), ("坐标系",)), prj=prj(code))
    for how, text in {
        "nonsense": "xyz", "empty": "", "nul": "\0" * 50, "proj": "+proj=tmerc +nadgrids=/etc/passwd", "path": "/etc/passwd",
        "url": "http://127.0.0.1/x.prj", "half": prj(4526)[:80], "million": "A" * 1_000_000, "brackets": "PROJCS[" * 20_000,
        "quotes": '"' * 9999, "crlf": "\r\n\r\n",
    }.items():  # fmt: skip
        yield _one("H10", f"prj-{how}", Accepted(3), prj=text)
    local = prj(4547).replace("CGCS2000_3_Degree_GK_CM_114E", "珠海独立坐标系").replace("114", "113.35")
    yield _one("H10", "local-system", Survived(), prj=local)
    for code in (4527, 4525, 4498):
        expects = Refused(("crs.zone_conflict", "crs.conflict"), ("带",), layer="x")
        yield _one("H11", f"zone-{code}", expects, prj=prj(code))
    for code in (4547, 4490):
        yield _one("H11", f"said-{code}", Told("crs.declaration_wrong", None, words=("坐标",)), prj=prj(code))
    for code in (3857, 32649):
        yield _one("H11", f"said-{code}", Told("geometry.misplaced", 1, words=("带号不符",), drawn=0), prj=prj(code))
    bare = _bare([polygon([[(x - 38e6, y) for x, y in square()]])], prj=prj(4526))
    yield _one("H11", "prefix-said-not-there", Told("crs.declaration_wrong", None, words=("4547",)), **bare)
    swapped = _bare([polygon([[(y, x) for x, y in square()]])])
    yield _one("H12", "axes-swapped", Told("crs.axes_swapped", None), **swapped)


def _shapes() -> Iterator[Case]:
    good = polygon([square(1)])
    at = 100 + 8 + 44 + 4
    for how, value in {
        "nan": float("nan"),
        "inf": float("inf"),
        "minus-inf": float("-inf"),
        "1e308": 1e308,
        "minus-zero": -0.0,
    }.items():
        content = SHP[:at] + struct.pack("<d", value) + SHP[at + 8 :]
        codes = {"1e308": "geometry.malformed", "minus-zero": "geometry.malformed"}
        yield _one("H14", how, Told(codes.get(how, "geometry.not_finite"), 1, rows=3, drawn=2), shp=content)
    x, y = E0, N0
    rings: dict[str, Any] = {
        "bow-tie": [[(x, y), (x + 80, y + 80), (x + 80, y), (x, y + 80), (x, y)]],
        "open": [square()[:-1]],
        "two-points": [[(x, y), (x + 80, y)]],
        "one-point": [[(x, y)]],
        "no-area": [[(x, y), (x + 80, y), (x + 160, y), (x, y)]],
        "twice": [square(), square()],
        "hole-outside": [square(), [(px + 300, py + 10) for px, py in square()[::-1]]],
        "no-rings": [],
        "empty-ring": [square(), []],
    }
    for how, drawn in rings.items():
        parts = _bare([good, polygon(drawn)])
        yield _one("H15", how, Survived(), **parts)
    null = _bare([good, struct.pack("<i", 0)])
    yield _one("H18", "null-shape", Told("geometry.missing", 2, rows=2, drawn=1), **null)
    point = _bare([good, struct.pack("<i2d", 1, x, y)])
    yield _one("H18", "point-among-areas", Survived(), **point)
    z = struct.pack("<2d5d", 0, 1, *range(5))
    heights = [polygon([square(n)], 15, z) for n in range(3)]
    yield _one(
        "H18", "heights", Told("layer.z_dropped", None, rows=3, drawn=3), shp=shp(heights, 15), shx=shx(heights, 15)
    )
    m = [polygon([square(n)], 25, z) for n in range(3)]
    yield _one("H18", "measures", Told("layer.m_dropped", None, rows=3, drawn=3), shp=shp(m, 25), shx=shx(m, 25))


def _by_chance() -> Iterator[Case]:
    """Bytes changed here and there, from a fixed seed: rows or a sentence, never a crash."""
    chance = Random(20261125)
    for n in range(60):
        suffix = chance.choice(["shp", "shx", "dbf", "prj"])
        content = bytearray(GOOD[suffix] if isinstance(GOOD[suffix], bytes) else str(GOOD[suffix]).encode())
        for _ in range(4):
            at = chance.randrange(min(len(content), 200))
            content[at] = chance.randrange(256)
        yield _one("H6", f"chance-{n}-{suffix}", Survived(), **{suffix: bytes(content)})
