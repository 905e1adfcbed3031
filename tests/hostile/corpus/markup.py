"""H27 to H29: KML and KMZ that call others, unfold, or lie about what they hold."""

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.hostile.corpus.case import Accepted, Bait, Case, Refused, Survived, Told
from tests.hostile.corpus.good import kml, placemark, ring_text, zipped

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
ROOT = '<kml xmlns="http://www.opengis.net/kml/2.2">'


def cases() -> Iterator[Case]:
    yield from _entities()
    yield from _links()
    yield from _xml()
    yield from _outlines()
    yield from _kmz()
    yield from _by_chance()


def _one(kind: str, how: str, content: Any, expects: Any, **more: Any) -> Case:
    return Case(f"{kind}-{how}-kml", "x.kml", content, expects, small=more.pop("small", True), **more)


def _entities() -> Iterator[Case]:
    dtd = Refused(("kml.dtd", "kml.syntax", "read.kind_mismatch"), ("DTD",))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    inside = {
        "external-file": lambda b: f'<!ENTITY x SYSTEM "file://{b.secret}">',
        "external-net": lambda b: f'<!ENTITY x SYSTEM "{b.url}x">',
        "parameter": lambda b: f'<!ENTITY % x SYSTEM "{b.url}x.dtd"> %x;',
        "public": lambda b: f'<!ENTITY x PUBLIC "-//x" "{b.url}x">',
        "unparsed": lambda b: f'<!ENTITY x SYSTEM "{b.url}x" NDATA gif>',
        "notation": lambda b: f'<!NOTATION gif SYSTEM "{b.url}x">',
        "laughs": lambda _: f'<!ENTITY l0 "ha">{laughs}',
        "quadratic": lambda _: f'<!ENTITY x "{"a" * 100_000}">',
        "attribute": lambda _: '<!ATTLIST kml x CDATA "y">',
    }
    for how, made in inside.items():

        def content(bait: Bait, made: Any = made) -> str:
            return f"{HEAD}<!DOCTYPE kml [{made(bait)}]>{ROOT}<Document>{placemark(0, '<description>&x;&l9;</description>')}</Document></kml>"

        yield _one("H27", how, content, dtd)
    yield _one("H27", "dtd-by-net", lambda b: f'{HEAD}<!DOCTYPE kml SYSTEM "{b.url}kml.dtd">{ROOT}</kml>', dtd)
    yield _one("H27", "dtd-by-file", lambda b: f'{HEAD}<!DOCTYPE kml SYSTEM "file://{b.secret}">{ROOT}</kml>', dtd)
    yield _one(
        "H27",
        "utf16",
        lambda b: (
            f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file://{b.secret}">]>{ROOT}</kml>'.encode(
                "utf-16"
            )
        ),
        dtd,
    )
    yield _one(
        "H27",
        "undeclared-entity",
        kml(placemark(0, "<description>&nope;</description>")),
        Refused(("kml.syntax",), ("第 1 行", "列"), line=1),
    )
    xinclude = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    yield _one("H27", "xinclude", kml(xinclude, placemark()), Accepted(1))
    yield _one(
        "H27",
        "stylesheet",
        lambda b: (
            f'<?xml version="1.0"?><?xml-stylesheet href="{b.url}x.xsl"?>{ROOT}<Document>{placemark()}</Document></kml>'
        ),
        Accepted(1),
    )
    yield _one(
        "H27",
        "schema-location",
        lambda b: kml(placemark()).replace(
            "<Document>",
            f'<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {b.url}x.xsd">',
        ),
        Accepted(1),
    )


def _links() -> Iterator[Case]:
    def link(href: str) -> str:
        return f"<NetworkLink><Link><href>{href}</href></Link></NetworkLink>"

    only = Refused(("kml.only_links",), ("网络链接", "1 个"))
    yield _one("H28", "link-net", lambda b: kml(link(b.url + "x.kml")), only)
    yield _one("H28", "link-file", lambda b: kml(link(f"file://{b.secret}")), only)
    yield _one("H28", "link-path", lambda b: kml(link(str(b.secret))), only)
    yield _one(
        "H28", "link-beside", lambda b: kml(link(b.url), placemark()), Told("kml.links", None, words=("1 个",), rows=1)
    )
    yield _one("H28", "many-links", lambda b: kml(*[link(b.url)] * 10_000), Refused(("kml.only_links",), ("10000",)))
    yield _one(
        "H28",
        "icon",
        lambda b: kml(
            f"<Style id='a'><IconStyle><Icon><href>{b.url}i.png</href></Icon></IconStyle></Style>", placemark()
        ),
        Accepted(1),
    )
    yield _one(
        "H28",
        "overlay",
        lambda b: kml(f"<GroundOverlay><Icon><href>{b.url}i.png</href></Icon></GroundOverlay>", placemark()),
        Accepted(1),
    )
    yield _one(
        "H28",
        "schema-url",
        lambda b: kml(
            placemark(
                0,
                f'<ExtendedData><SchemaData schemaUrl="{b.url}#s"><SimpleData name="a">1</SimpleData></SchemaData></ExtendedData>',
            )
        ),
        Accepted(1),
    )
    yield _one(
        "H28",
        "model",
        lambda b: kml(f"<Placemark><Model><Link><href>{b.url}m.dae</href></Link></Model></Placemark>", placemark()),
        Told("kml.points_left_out", None, rows=1),
    )
    yield _one(
        "H28",
        "update",
        lambda b: kml(
            f"<NetworkLinkControl><Update><targetHref>{b.url}</targetHref></Update></NetworkLinkControl>", placemark()
        ),
        Accepted(1),
    )
    script = "<![CDATA[<script>window.__pwned=1</script><img src=x onerror=alert(1)>靠近港湾大道]]>"
    yield _one(
        "H28", "script", kml(placemark(0, f"<description>{script}</description>")), Accepted(1, ("靠近港湾大道",))
    )
    deep = "<![CDATA[" + "<table><tr><td>" * 3000 + "x]]>"
    yield _one("H28", "balloon-of-tables", kml(placemark(0, f"<description>{deep}</description>")), Accepted(1))
    brackets = "<![CDATA[" + "<" * 200_000 + "]]>"
    yield _one("H28", "balloon-of-brackets", kml(placemark(0, f"<description>{brackets}</description>")), Accepted(1))
    comments = "<![CDATA[" + "<!--" * 50_000 + "]]>"
    yield _one("H28", "balloon-of-comments", kml(placemark(0, f"<description>{comments}</description>")), Accepted(1))
    ands = "<![CDATA[<p>" + "&#x1F600;&lt;&" * 30_000 + "]]>"
    yield _one("H28", "balloon-of-references", kml(placemark(0, f"<description>{ands}</description>")), Accepted(1))


def _xml() -> Iterator[Case]:
    good = kml(placemark(), placemark(1))
    for keep in range(60, len(good) - 1, 64):
        yield _one("H27", f"cut-{keep}", good[:keep], Refused(("kml.syntax",), ("第 1 行",), line=1))
    bad = {
        "wrong-end": good.replace("</Document>", "</Dokument>"), "bare-and": kml(placemark(0, "<a>x & y</a>")), "no-quotes": good.replace('"http://www.opengis.net/kml/2.2"', "x"),
        "attribute-twice": good.replace("<Document>", "<Document id='a' id='b'>"), "two-roots": good + "<x/>", "control": good.replace("BW-0", "BW\x02"),
        "text-before": "垃圾" + good, "nul": good.replace("BW-0", "B\0"), "nothing-but-head": HEAD, "bad-reference": good.replace("BW-0", "&#0;"),
        "huge-reference": good.replace("BW-0", "&#x110000;"), "unclosed-cdata": kml("<![CDATA["), "unclosed-comment": kml("<!--"),
    }  # fmt: skip
    for how, content in bad.items():
        yield _one("H27", f"xml-{how}", content, Refused(("kml.syntax", "read.kind_mismatch", "read.empty")))
    yield _one("H27", "deep", ROOT + "<Folder>" * 100_000, Refused(("json.too_deep", "kml.syntax")))
    yield _one("H27", "deep-other", ROOT + "<a>" * 100_000, Refused(("json.too_deep", "kml.syntax")))
    yield _one(
        "H27",
        "deep-geometry",
        kml("<Placemark>" + "<MultiGeometry>" * 150 + "</MultiGeometry>" * 150 + "</Placemark>"),
        Survived(),
    )
    yield _one(
        "H27",
        "million-attributes",
        ROOT.replace(">", " " + " ".join(f"a{n}='1'" for n in range(50_000)) + ">") + placemark() + "</kml>",
        Survived(),
    )
    yield _one("H27", "long-name", kml(f"<{'n' * 500_000}/>", placemark()), Survived())
    yield _one("H27", "many-prefixes", kml("".join(f"<p{n}:a/>" for n in range(3000)), placemark()), Accepted(1))
    yield _one(
        "H27", "bogus-encoding", good.replace('version="1.0"', 'version="1.0" encoding="x-nonsense"'), Accepted(2)
    )
    yield _one(
        "H27",
        "gbk-said-utf8",
        kml(placemark(0, "<address>北围地块</address>"))
        .replace('version="1.0"', 'version="1.0" encoding="UTF-8"')
        .encode("gbk"),
        Accepted(1, ("北围地块",)),
    )
    yield _one("H27", "utf7", kml(placemark()).replace('version="1.0"', 'version="1.0" encoding="utf-7"'), Accepted(1))
    yield _one(
        "H27", "other-xml", "<gpx><wpt lat='22' lon='113'/></gpx>", Refused(("read.no_rows", "read.no_polygons"))
    )
    yield _one(
        "H27",
        "svg",
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        Refused(("read.no_rows", "read.no_polygons")),
    )


def _outlines() -> Iterator[Case]:
    texts = {
        "nan": "nan,22 113.6,22.4 113.6,22.5 nan,22", "inf": "inf,22 113.6,22.4 113.6,22.5 inf,22", "1e400": "1e400,22 113.6,22.4 113.6,22.5",
        "words": "东,北 东,北 东,北", "1e308": "1e308,22 113.6,22.4 113.6,22.5 1e308,22", "underscores": "1_1_3,22 113.6,22.4 113.6,22.5 1_1_3,22",
    }  # fmt: skip
    for how, text in texts.items():
        good = [placemark(n) for n in range(9)]
        codes = "geometry.misplaced" if how in ("1e308",) else "geometry.not_finite"
        yield _one("H14", how, kml(*good, placemark(9, "", text)), Told(codes, 10, rows=10, drawn=9))
    for how, text in {
        "one-point": "113.5,22.4",
        "two-points": "113.5,22.4 113.6,22.4",
        "empty": "",
        "commas": ",,, ,,,",
        "blanks": "  \n ",
    }.items():
        yield _one("H15", how, kml(placemark(), placemark(1, "", text)), Survived())
    bow = "113.5,22.4 113.51,22.41 113.51,22.4 113.5,22.41 113.5,22.4"
    yield _one(
        "H15", "bow-tie", kml(placemark(), placemark(1, "", bow)), Told("geometry.invalid", 2, words=("位置",), rows=2)
    )
    open_line = f"<Placemark><LineString><coordinates>{' '.join(ring_text().split()[:3])}</coordinates></LineString></Placemark>"
    yield _one(
        "H15", "open-line", kml(placemark(), open_line), Told("geometry.line_open", 2, words=("没有闭合",), rows=2)
    )
    pins = "<Placemark><Point><coordinates>113.5,22.4</coordinates></Point></Placemark>"
    yield _one("H18", "pins-only", kml(pins), Refused(("read.no_polygons", "read.no_rows")))
    yield _one(
        "H18",
        "nothing-drawn",
        kml("<Placemark><name>x</name></Placemark>"),
        Refused(("read.no_polygons", "read.no_rows")),
    )
    yield _one("H18", "empty-multi", kml(placemark(), "<Placemark><MultiGeometry/></Placemark>"), Survived())
    yield _one(
        "H18", "no-outer", kml(placemark(), "<Placemark><Polygon><innerBoundaryIs/></Polygon></Placemark>"), Survived()
    )
    swapped = " ".join(f"{y},{x}" for x, y in ((113.5, 22.4), (113.6, 22.4), (113.6, 22.5), (113.5, 22.4)))
    yield _one("H12", "swapped", kml(placemark(0, "", swapped)), Told("crs.axes_swapped", None, words=("颠倒",)))
    metres = "38452100,2478450 38452180,2478450 38452180,2478530 38452100,2478450"
    yield _one("H11", "metres", kml(placemark(0, "", metres)), Survived())
    yield Case(
        "H13-ovital-name", "奥维.ovkml", kml(placemark()), Refused(("kml.ovital",), ("火星坐标", "gcj02")), small=True
    )
    yield _one(
        "H13", "ovital-head", kml("<name>奥维互动地图</name>", placemark()), Refused(("kml.ovital",), ("火星坐标",))
    )
    yield _one(
        "H13",
        "shift-unknown",
        kml(placemark()),
        Refused(("way.shift_unknown",), ("mars",)),
        small=False,
        asked={"shift": "mars"},
    )


def _kmz() -> Iterator[Case]:
    good = kml(placemark())

    def one(how: str, members: dict[str, Any], expects: Any, **more: Any) -> Case:
        return Case(f"H29-{how}", "x.kmz", lambda: zipped(members), expects, small=True, **more)

    yield one(
        "two-below", {"a/doc.kml": good, "b/doc.kml": good}, Refused(("kmz.several",), ("a/doc.kml", "b/doc.kml"))
    )
    yield one("two-names", {"一.kml": good, "二.kml": good}, Refused(("kmz.several",), ("一.kml", "二.kml")))
    yield one("doc-and-other", {"doc.kml": good, "二.kml": good}, Told("kmz.others", None, words=("二.kml",), rows=1))
    yield one("case", {"DOC.KML": good}, Accepted(1))
    yield one("none", {"a.png": b"x"}, Refused(("kmz.no_kml",), ("a.png",)))
    yield one("empty-doc", {"doc.kml": b""}, Refused(("kml.syntax", "read.empty")))
    yield one(
        "dtd-inside",
        {"doc.kml": '<!DOCTYPE kml [<!ENTITY x SYSTEM "/etc/passwd">]><kml>&x;</kml>'},
        Refused(("kml.dtd",), ("DTD",)),
    )
    yield one("900-overlays", {"doc.kml": good, **{f"o{n}.png": b"x" for n in range(900)}}, Accepted(1))
    yield one(
        "10000-overlays",
        {"doc.kml": good, **{f"o{n}.png": b"x" for n in range(10_000)}},
        Refused(("zip.too_many",), ("10001",)),
    )
    yield one("nested", {"doc.kml": good, "a.kmz": zipped({"doc.kml": good})}, Refused(("zip.nested",), ("a.kmz",)))
    yield one("vrt", {"doc.kml": "<OGRVRTDataSource/>"}, Refused(("read.no_rows", "read.no_polygons")))
    whole = zipped({"doc.kml": good})
    for keep in (5, 40, len(whole) // 2, len(whole) - 5):
        yield Case(f"H29-cut-{keep}", "x.kmz", whole[:keep], Refused(("zip.damaged",), ("损坏",)), small=True)
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    yield Case("H29-flipped", "x.kmz", bytes(flipped), Refused(("zip.damaged",), ("损坏",)), small=True)


def _by_chance() -> Iterator[Case]:
    chance = Random(27)
    good = kml(placemark(), placemark(1)).encode()
    for n in range(20):
        content = bytearray(good)
        for _ in range(3):
            content[chance.randrange(len(content))] = chance.randrange(256)
        yield _one("H27", f"chance-{n}", bytes(content), Survived())
