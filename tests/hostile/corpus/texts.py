"""H36, H37, H40: tables as text, 国土 TXT and CASS points whose lines are wrong."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.corpus.case import ANY, Accepted, Case, Refused, Survived, Told
from tests.hostile.corpus.good import HEAD, PLOT

WKT = '"POLYGON((113.5345 22.4025,113.5353 22.4025,113.5353 22.4033,113.5345 22.4025))"'
REGISTER = "地块编号,地块名称,用地面积(㎡)\nBW-0001,北围一,6400\nBW-0002,北围二,6400\n"


def cases() -> Iterator[Case]:
    yield from _tables()
    yield from _lines()
    yield from _coordinates()
    yield from _land_txt()
    yield from _cass()


def _csv(kind: str, how: str, content: Any, expects: Any, **more: Any) -> Case:
    return Case(f"{kind}-{how}-csv", more.pop("name", "x.csv"), content, expects, small=more.pop("small", True), **more)


def _tables() -> Iterator[Case]:
    def broken(at: int, wkt: str) -> str:
        lines = [f"BW-{n},{WKT}" for n in range(1, 5001)]
        lines[at - 1] = f"BW-{at},{wkt}"
        return "地块编号,WKT\n" + "\n".join(lines)

    yield _csv(
        "H36",
        "wkt-4712",
        lambda: broken(4711, '"POLYGON((113.5 22.4,113.6"'),
        Told("coordinate.wkt", 4712, "WKT", ("B4712", "WKT"), rows=5000, drawn=4999),
        small=False,
    )
    bad = {
        "empty-ring": '"POLYGON(())"', "word": '"POLYGONE((1 2))"', "numbers": '"POLYGON((a b,c d))"', "open": '"POLYGON((113.5 22.4,113.6 22.4,113.6 22.5))"',
        "one-point": '"POLYGON((113.5 22.4))"', "nested": '"' + "GEOMETRYCOLLECTION(" * 300 + '"', "nan": '"POLYGON((nan nan,113.6 22.4,113.6 22.5,nan nan))"', "huge": '"POLYGON((1e999 1,2 2,3 3,1e999 1))"',
        "point": '"POINT(113.5 22.4)"', "line": '"LINESTRING(113.5 22.4,113.6 22.4)"', "hex": '"0103000000FFFFFFFF"', "sql": "\"POLYGON((1 1));DROP TABLE parcel\"", "curve": '"CURVEPOLYGON(CIRCULARSTRING(113 22,114 23,113 22))"',
    }  # fmt: skip
    for how, wkt in bad.items():
        lines = "".join(f"BW-{n},{WKT}\n" for n in range(9))
        yield _csv("H36", f"wkt-{how}", f"地块编号,WKT\n{lines}BW-9,{wkt}\n", Told(ANY, 11))
    yield _csv(
        "H36",
        "wkt-two-systems",
        f'地块编号,WKT\nA,"SRID=4490;{WKT[1:]}\nB,"SRID=4547;{WKT[1:]}\n',
        Refused(("table.mixed_srid", "crs.conflict"), ("坐标系",)),
    )


def _lines() -> Iterator[Case]:
    yield _csv(
        "H37",
        "one-line-30-mb",
        lambda: "地块编号," + "x" * 30_000_000,
        Refused(("csv.line_too_long",), ("第 1 行",), line=1),
        small=False,
    )
    yield _csv(
        "H37",
        "one-line-later",
        lambda: REGISTER + "x" * 17_000_000,
        Refused(("csv.line_too_long",), ("第 4 行",), line=4),
    )
    yield _csv(
        "H37",
        "quote-open-20-mb",
        lambda: REGISTER + '"' + "x\n" * 10_000_000,
        Refused(("csv.quote_open",), ("第 4 行", "引号"), line=4),
        small=False,
    )
    yield _csv("H37", "quote-open", REGISTER + 'BW-0003,"北围', Refused(("csv.quote_open",), ("第 4 行",), line=4))
    yield _csv(
        "H37", "quote-stray", REGISTER + 'BW-0003,"北"围,1\n', Refused(("csv.quote_stray",), ("第 4 行",), line=4)
    )
    yield _csv("H37", "nul", REGISTER + "BW\x00,1,2\n", Refused(("csv.nul",), ("第 4 行", "NUL"), line=4))
    yield _csv("H37", "nul-first", "\x00" + REGISTER, Refused(("csv.nul", "read.kind_mismatch"), ()))
    yield _csv("H37", "commas", REGISTER + "," * 100_000, Refused(("csv.too_many_fields",), ("第 4 行",), line=4))
    yield _csv(
        "H37",
        "columns",
        ",".join(f"c{n}" for n in range(20_000)) + "\n",
        Refused(("csv.too_many_fields", "table.too_many_columns", "table.no_header", "read.no_rows")),
    )
    yield _csv(
        "H37",
        "too-many-fields",
        REGISTER + "BW-0003,a,1,2,3\n",
        Told("csv.ragged", 4, words=("第 4 行", "5 列"), rows=3),
    )
    for how, end in {"crlf": "\r\n", "cr": "\r", "mixed": "\n\r"}.items():
        yield _csv("H37", f"ends-{how}", REGISTER.replace("\n", end), Accepted(2, ("BW-0002",)))
    for codec in ("utf-8-sig", "gb18030", "utf-16", "utf-16-le"):
        yield _csv("H37", f"codec-{codec}", REGISTER.encode(codec), Accepted(2, ("北围二",)))
    yield _csv(
        "H37",
        "big5",
        REGISTER.replace("编号", "編號")
        .replace("名称", "名稱")
        .replace("地块", "地塊")
        .replace("北围", "北圍")
        .replace("用地面积", "用地面積")
        .encode("big5"),
        Survived(),
    )
    yield _csv("H37", "mixed-codecs", REGISTER.encode("gbk") + "后环,三,1\n".encode(), Survived())
    yield _csv("H37", "no-text", bytes(range(1, 256)) * 20, Survived())
    yield _csv("H37", "header-only", "地块编号,地块名称\n", Refused(("read.no_rows",), ("记录",)))
    yield _csv("H37", "prose", "这不是表格。\n只是几行字。\n", Refused(("table.no_header",), ("表头",)))
    yield _csv("H37", "blank-lines", "\n" * 100_000 + REGISTER, Survived())
    yield _csv("H37", "sep-word", "sep=;\n" + REGISTER.replace(",", ";"), Accepted(2))
    yield _csv("H37", "sep-strange", "sep=地\n" + REGISTER, Survived())
    yield _csv("H37", "tsv-of-commas", REGISTER, Accepted(2), name="x.tsv")
    formulas = (
        '地块编号,地块名称,备注\n=cmd|\' /C calc\'!A0,@SUM(1+1),+1\n-2+3,"=HYPERLINK(""http://127.0.0.1"")",{{7*7}}\n'
    )
    yield _csv("H43", "formulas", formulas, Accepted(2, ("=cmd|' /C calc'!A0", "@SUM(1+1)", "{{7*7}}")))
    words = "地块编号,地块名称\n'); DROP TABLE parcel;--,<script>window.__pwned=1</script>\n\u202eABC,a\u200bb\n%n%s,${jndi:ldap://127.0.0.1}\n"
    yield _csv(
        "H43", "words", words, Accepted(3, ("'); DROP TABLE parcel;--", "<script>window.__pwned=1</script>", "%n%s"))
    )
    names = [
        "select",
        "'); DROP TABLE parcel;--",
        'a"b',
        "a.b",
        "n" * 70,
        "n" * 70 + "2",
        "geom",
        "id",
        "\u202eabc",
        "ctid",
        "__proto__",
        "constructor",
    ]
    text = ",".join('"' + name.replace('"', '""') + '"' for name in ["地块编号", "地块名称", *names])
    yield _csv("H44", "field-names", f"{text}\nBW-1,一," + ",".join("x" for _ in names) + "\n", Accepted(1))
    yield _csv(
        "H44",
        "same-names",
        "地块编号,地块名称,备注,备注,备注\nBW-1,一,a,b,c\n",
        Told("field.renamed", None, words=("备注",), rows=1),
    )


def _coordinates() -> Iterator[Case]:
    head = "地块编号,点号,经度,纬度\n"
    dms = [("113°32′04″", "22°24′09″"), ("113°32′07″", "22°24′09″"), ("113°32′07″", "22°24′12″")]
    dresses: dict[str, Any] = {
        "dms": lambda t: t, "full-width": lambda t: t.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789"}),
        "words": lambda t: t.replace("°", "度").replace("′", "分").replace("″", "秒"), "east": lambda t: t.replace("113", "东经113"),
        "typewriter": lambda t: t.replace("′", "'").replace("″", "''"),
    }  # fmt: skip
    for how, dress in dresses.items():
        lines = "".join(f"BW-1,J{n},{dress(x)},{dress(y)}\n" for n, (x, y) in enumerate(dms, start=1))
        yield _csv("H36", f"degrees-{how}", head + lines, Accepted(1))
    thousands = "地块编号,点号,X坐标,Y坐标\n" + "".join(
        f'BW-1,J{n},"{y:,}","{x:,}"\n'
        for n, (x, y) in enumerate(((38452100, 2478450), (38452180, 2478450), (38452180, 2478530)), 1)
    )
    yield _csv("H36", "thousands", thousands, Accepted(1))
    bad = {
        "word": "东",
        "minutes-61": "113°61′00″",
        "two-points": "113.53.2",
        "nan": "nan",
        "inf": "1e999",
        "formula": "=1+1",
        "empty": "",
    }
    for how, text in bad.items():
        lines = "".join(f"BW-1,J{n},{x},{y}\n" for n, (x, y) in enumerate(dms, start=1)) + f"BW-1,J4,{text},22°24′12″\n"
        yield _csv("H36", f"coordinate-{how}", head + lines, Told(ANY, 2))


def _txt(how: str, content: str | bytes, expects: Any, kind: str = "H40") -> Case:
    raw = content.encode("gb18030") if isinstance(content, str) else content
    return Case(f"{kind}-{how}-txt", "x.txt", raw, expects, small=True)


def _land_txt() -> Iterator[Case]:
    good = HEAD + PLOT
    yield _txt("good", good, Accepted(1))
    yield _txt("wrong-count", good.replace("4,0.64", "9,0.64"), Told("txt.count_differs", 1, words=("9", "5 行")))
    yield _txt("not-closed", good.replace("J1,1,2478450.000,38452100.000\n", "", 1) + "", Survived())
    opened = HEAD + "\n".join(PLOT.splitlines()[:-1]) + "\n"
    yield _txt("missing-close", opened, Told("txt.ring_closed", 1, words=("第 1 圈",)))
    swapped = HEAD + "\n".join(
        ",".join((*p[:2], p[3], p[2])) if (p := line.split(","))[0][:1] == "J" else line for line in PLOT.splitlines()
    )
    yield _txt("swapped", swapped, Told("crs.axes_swapped", None, words=("颠倒",)))
    for how, text in {
        "word": "二四七",
        "comma": "2478530;000",
        "empty": "",
        "nan": "nan",
        "inf": "inf",
        "exponent": "1e999",
        "two-points": "2478.530.0",
        "hex": "0x10",
    }.items():
        yield _txt(
            f"coordinate-{how}",
            good.replace("J2,1,2478530.000", f"J2,1,{text}"),
            Told("txt.coordinate", 1, words=("第 12 行",)),
        )
    lines = good.splitlines()
    yield _txt("no-head", PLOT, Survived())
    yield _txt("no-plot", "\n".join(lines[:9] + lines[10:]), Refused(("txt.no_plots",), ("@",)))
    yield _txt(
        "points-before-plot",
        "\n".join([*lines[:9], lines[10], *lines[9:]]),
        Told("txt.point_without_plot", None, words=("第 10 行",)),
    )
    yield _txt("no-points", HEAD + PLOT.splitlines()[0], Survived())
    yield _txt("two-points", "\n".join(lines[:12]), Told("geometry.too_few_points", 1, words=("第 1 个环", "2 个")))
    yield _txt("line-plot", good.replace(",面,", ",线,"), Refused(("read.no_polygons",), ("线",)))
    yield _txt("short-line", good.replace("J2,1,2478530.000,38452100.000", "J2,1"), Survived())
    yield _txt(
        "prose-between",
        good.replace("J2,", "这里有一行说明\nJ2,"),
        Told("txt.line_not_understood", None, words=("第 12 行",)),
    )
    yield _txt("much-prose", good + "说明\n" * 5000, Told("txt.more_lines", None))
    yield _txt(
        "local",
        good.replace("2000国家大地坐标系", "珠海独立坐标系"),
        Refused(("txt.local_system",), ("珠海独立坐标系",)),
    )
    for name in ("1980西安坐标系", "1954年北京坐标系"):
        yield _txt(
            f"datum-{name[:4]}", good.replace("2000国家大地坐标系", name), Refused(("crs.legacy_datum",), ("坐标系",))
        )
    yield _txt(
        "zone-39", good.replace("带号=38", "带号=39"), Refused(("crs.zone_conflict",), ("带号不符",)), kind="H11"
    )
    yield _txt(
        "zone-99", good.replace("带号=38", "带号=99"), Refused(("crs.zone_conflict",), ("带号不符",)), kind="H11"
    )
    yield _txt(
        "zone-huge", good.replace("带号=38", "带号=" + "9" * 5000), Told("txt.zone_not_understood", None), kind="H11"
    )
    yield _txt("belt-6", good.replace("几度分带=3", "几度分带=6"), Told("txt.belt_conflict", None), kind="H11")
    for how, text in {
        "word": "约十亩",
        "negative": "-5",
        "1e400": "1e400",
        "nan": "nan",
        "digits": "9" * 400,
        "dots": "1.2.3",
    }.items():
        yield _txt(f"area-{how}", good.replace("0.6400", text), Survived(), kind="H41")
    yield _txt("ring-text", good.replace(",1,2478", ",一,2478"), Survived())
    yield _txt("ring-negative", good.replace("J1,1,", "J1,-1,"), Survived())
    bow = HEAD + "\n".join(PLOT.splitlines()[i] for i in (0, 1, 3, 2, 4, 5))
    yield _txt("bow-tie", bow, Told("geometry.invalid", 1, words=("位置",)), kind="H15")
    yield _txt("many-plots", HEAD + PLOT * 300, Accepted(300))
    yield _txt(
        "same-point-only",
        HEAD + PLOT.splitlines()[0] + "\n" + (PLOT.splitlines()[1] + "\n") * 5,
        Told("geometry.too_few_points", 1),
    )
    yield _txt("long-line", good + "x" * 1_000_000, Survived())
    yield _txt("many-commas", HEAD + "," * 100_000 + "@\n" + PLOT, Survived())
    yield _txt("utf16", good.encode("utf-16"), Accepted(1), kind="H37")
    yield _txt("utf8-marked", good.encode("utf-8-sig"), Accepted(1), kind="H37")
    yield _txt("nul", good.encode("gb18030").replace(b"BW-0001", b"BW\x00001"), Survived(), kind="H37")
    yield _txt(
        "broken-gbk",
        good.encode("gb18030").replace("北围一".encode("gb18030"), b"\xff\xff\xff"),
        Refused(("encoding.undecodable",), ("解码", "字节")),
        kind="H9",
    )
    yield _txt(
        "markup-name",
        good.replace("北围一", "<img src=x onerror=alert(1)>"),
        Accepted(1, ("<img src=x onerror=alert(1)>",)),
        kind="H43",
    )
    raw = good.encode("gb18030")
    for keep in range(64, len(raw), 64):
        yield _txt(f"cut-{keep}", raw[:keep], Survived())


def _cass() -> Iterator[Case]:
    points = [
        "1,,38452100.0,2478450.0,3.1",
        "2,,38452100.0,2478530.0,3.1",
        "3,,38452180.0,2478530.0,3.1",
        "4,,38452180.0,2478450.0,3.1",
    ]

    def one(how: str, lines: list[str], expects: Any, kind: str = "H40") -> Case:
        return Case(f"{kind}-{how}-dat", "x.dat", "\n".join(lines), expects, small=True)

    yield one("points", points, Told("dat.points_joined", None, words=("4 个点",), rows=1, drawn=1))
    yield one("two-points", points[:2], Refused(("dat.too_few",), ("2 个点",)))
    yield one("same-point", points[:1] * 5, Told("geometry.too_few_points", 1))
    yield one("no-points", ["这不是点文件"] * 3, Refused(("dat.too_few",), ("0 个点",)))
    yield one("word", [*points, "5,,东,北,0"], Told("txt.coordinate", None, words=("第 5 行",)))
    for text in ("nan", "inf", "1e999", "-inf", "1_000"):
        yield one(
            f"number-{text}",
            [*points, f"5,,{text},2478450.0,0"],
            Told("txt.coordinate", None, words=("第 5 行", text)),
            "H14",
        )
    swapped = [",".join((p[0], p[1], p[3], p[2], p[4])) for p in (line.split(",") for line in points)]
    yield one("swapped", swapped, Told("crs.axes_swapped", None), "H12")
    yield one(
        "local",
        ["1,,100.0,100.0,0", "2,,100.0,200.0,0", "3,,200.0,200.0,0"],
        Refused(("crs.unknown", "dxf.local_coordinates"), ("坐标",)),
        "H11",
    )
    bow = [points[i] for i in (0, 2, 1, 3)]
    yield one("bow-tie", bow, Told("geometry.invalid", 1, words=("位置",)), "H15")
