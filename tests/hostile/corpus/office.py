"""H38, H39: workbooks and drawings that hold more, or other things, than a register or a red line."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

import ezdxf
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace

from tests.hostile.corpus.case import Accepted, Bait, Case, Refused, Survived, Told
from tests.hostile.corpus.good import E0, N0, zipped
from tests.parcels.reading.sheets import book, changed, raw_book, sheet_xml

ROWS = [["地块编号", "地块名称", "用地面积(㎡)"], ["BW-0001", "北围一", 6400], ["BW-0002", "北围二", 6400]]


def cases() -> Iterator[Case]:
    yield from _books()
    yield from _sheets()
    yield from _packages()
    yield from _drawings()


def _book(kind: str, how: str, content: Any, expects: Any, name: str = "x.xlsx", **more: Any) -> Case:
    return Case(f"{kind}-{how}-xlsx", name, content, expects, small=more.pop("small", True), **more)


@cache
def _good() -> bytes:
    return book({"台账": ROWS})


def _with(parts: Mapping[str, Any]) -> bytes:
    return changed(_good(), parts)


def _books() -> Iterator[Case]:
    yield _book("H38", "good", _good(), Accepted(2))
    names = {
        "macro.xlsm": "带宏",
        "old.xls": ".xls",
        "binary.xlsb": "二进制",
        "wps.et": "WPS",
        "open.ods": "ODS",
        "apple.numbers": "Numbers",
    }
    for name, word in names.items():
        yield _book("H38", name, _good(), Refused(("table.other_format",), (word, "另存为")), name=name)
    yield _book("H38", "macro-renamed", _with({"xl/vbaProject.bin": b"x"}), Refused(("table.other_format",), ("宏",)))
    yield _book("H38", "old-renamed", b"\xd0\xcf\x11\xe0" + bytes(2000), Refused(("table.other_format",), (".xls",)))
    yield _book(
        "H38",
        "locked",
        b"\xd0\xcf\x11\xe0" + bytes(508) + "EncryptedPackage".encode("utf-16-le") + bytes(2000),
        Refused(("table.encrypted", "table.other_format")),
    )
    entities = {
        "external": lambda b: f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{b.secret}">]>', "net": lambda b: f'<!DOCTYPE x [<!ENTITY e SYSTEM "{b.url}x">]>', "parameter": lambda b: f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{b.url}x"> %e;]>',
        "laughs": lambda _: '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY e "&a;&a;">]>', "dtd": lambda b: f'<!DOCTYPE x SYSTEM "{b.url}x.dtd">',
    }  # fmt: skip
    for how, made in entities.items():

        def shared(bait: Bait, made: Any = made) -> bytes:
            strings = f'<?xml version="1.0"?>{made(bait)}<sst><si><t>&e;</t></si></sst>'
            return raw_book(sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings)

        yield _book("H38", f"xxe-{how}", shared, Refused(("table.doctype",), ("DTD",)))
    for part in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"):
        dtd = lambda part=part: _dtd(part)
        yield _book("H38", f"dtd-{part.rpartition('/')[2]}", dtd, Refused(("table.doctype",), ("DTD",)))
    link = lambda b: _with(
        {
            "xl/externalLinks/externalLink1.xml": "<x/>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships><Relationship Id="a" Target="{b.url}x.xlsx" TargetMode="External"/></Relationships>',
        }
    )
    yield _book("H38", "external-link", link, Told("table.external", None, words=("没有打开",), rows=2))
    formulas = book([ROWS[0], ["BW-0001", "=cmd|' /C calc'!A0", '=WEBSERVICE("http://127.0.0.1/")']])
    yield _book("H38", "formula-without-result", formulas, Told("cell.no_value", 2, words=("公式", "B2"), rows=1))
    hidden = changed(book({"隐藏": ROWS}), {"xl/workbook.xml": ('state="visible"', 'state="hidden"')})
    yield _book("H38", "hidden-only", hidden, Refused(("table.no_sheets",), ("隐藏",)))
    yield _book("H38", "no-table", book([["这是一份说明"]]), Refused(("table.no_header", "read.no_rows")))
    yield _book("H38", "header-only", book([ROWS[0]]), Refused(("read.no_rows", "table.no_header")))
    merged = book([["台账"], *ROWS], merges=("A1:C1", "A3:A4"))
    yield _book("H38", "merged", merged, Survived())
    for how, texts in {
        "formula": ["'=1+1", "@SUM(1)", "+1", "-1"],
        "script": ["<script>window.__pwned=1</script>"],
        "rtl": ["\u202eabc"],
        "zero": ["a\u200b\ufeffb"],
        "escape": ["_x0000_", "_x000D_"],
    }.items():
        yield _book(
            "H43", how, book([ROWS[0], *([f"BW-{n}", text, 1] for n, text in enumerate(texts))]), Accepted(len(texts))
        )
    wide = [["地块编号", "地块名称", *(f"'); DROP TABLE parcel;--{n}" for n in range(50))], ["BW-1", "一", *["x"] * 50]]
    yield _book("H44", "columns", book(wide), Accepted(1))
    yield _book("H44", "sheet-name", book({"'); DROP--": ROWS}), Accepted(2))


def _dtd(part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_good())) as archive:
        text = archive.read(part).decode()
    head, _, rest = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
    return _with({part: ((head + "?>") if head else "") + "<!DOCTYPE x [<!ENTITY e 'x'>]>" + rest})


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>地块编号</t></is></c><c r="B1" t="inlineStr"><is><t>地块名称</t></is></c><c r="C1" t="inlineStr"><is><t>用地面积(㎡)</t></is></c></row>'


def _sheets() -> Iterator[Case]:
    def cell(inside: str) -> bytes:
        row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>BW-1</t></is></c><c r="B2" t="inlineStr"><is><t>一</t></is></c>{inside}</row>'
        return raw_book(sheet_xml(HEADER + row))

    damaged = Refused(("table.damaged",), ("工作簿已损坏",))
    bad = {
        "reference": '<c r="ZZZZ9999999"><v>1</v></c>', "reference-empty": '<c r=""><v>1</v></c>', "reference-negative": '<c r="C-2"><v>1</v></c>', "shared-missing": '<c r="C2" t="s"><v>5</v></c>',
        "shared-negative": '<c r="C2" t="s"><v>-1</v></c>', "shared-huge": f'<c r="C2" t="s"><v>{"9" * 5000}</v></c>', "shared-square": '<c r="C2" t="s"><v>²</v></c>', "unclosed": '<c r="C2"><v>1</c>', "entity": '<c r="C2"><v>&e;</v></c>',
    }  # fmt: skip
    for how, inside in bad.items():
        expects = damaged if how != "reference-empty" else Survived()
        yield _book("H38", f"cell-{how}", lambda inside=inside: cell(inside), expects)
    odd = {
        "style-huge": f'<c r="C2" s="{"9" * 5000}"><v>1</v></c>', "style-square": '<c r="C2" s="²"><v>1</v></c>', "style-negative": '<c r="C2" s="-1"><v>1</v></c>', "nan": '<c r="C2"><v>NaN</v></c>', "infinite": '<c r="C2"><v>1e999</v></c>',
        "digits": f'<c r="C2"><v>{"9" * 5000}</v></c>', "date-word": '<c r="C2" t="d"><v>2026-02-30</v></c>', "boolean": '<c r="C2" t="b"><v>7</v></c>', "error": '<c r="C2" t="e"><v>#REF!</v></c>', "type": '<c r="C2" t="evil"><v>1</v></c>',
        "twice": '<c r="C2"><v>1</v></c><c r="C2"><v>2</v></c>', "backwards": '<c r="A2"><v>1</v></c>', "empty": "<c/>", "nested": '<c r="C2"><c r="D2"><v>1</v></c></c>', "row-in-row": '<row r="3"><c r="A3"><v>1</v></c></row>', "long": f'<c r="C2" t="str"><v>{"x" * 300_000}</v></c>',
    }  # fmt: skip
    for how, inside in odd.items():
        yield _book("H41", f"cell-{how}", lambda inside=inside: cell(inside), Survived())
    for number in ("0", "-1", "99999999", "9" * 5000, "²", "x", "1"):
        row = f'<row r="{number}"><c><v>1</v></c></row>'
        yield _book("H38", f"row-{number[:9]}", lambda row=row: raw_book(sheet_xml(HEADER + row)), Survived())
    empty = lambda: raw_book(sheet_xml(HEADER + "".join(f'<row r="{n}"/>' for n in range(2, 1_000_001))))
    yield _book("H38", "million-empty-rows", empty, Refused(("read.no_rows",), ("记录",)), small=False)
    columns = lambda: raw_book(sheet_xml('<row r="1">' + "<c><v>1</v></c>" * 16_385 + "</row>"))
    yield _book(
        "H38",
        "16385-columns",
        columns,
        Refused(("table.damaged", "table.too_many_columns", "table.no_header"), ("列",)),
    )
    many = lambda: raw_book(
        sheet_xml(
            HEADER
            + '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
            + "<row><c><v>1</v></c><c><v>2</v></c></row>" * 30_000
        )
    )
    yield _book(
        "H38",
        "rows-over-the-limit",
        many,
        Refused(("read.too_many_rows",), ("1000",)),
        small=False,
        limits={"rows": 1000},
    )
    deep = lambda: raw_book("<a>" * 200_000)
    yield _book("H38", "deep", deep, Refused(("table.damaged", "table.no_sheets", "table.no_header"), ("工作",)))
    yield _book(
        "H38",
        "attributes",
        lambda: raw_book("<worksheet " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>"),
        Survived(),
    )
    strings = lambda: raw_book(sheet_xml(HEADER), "<sst>" + "<si><t>x</t></si>" * 300_000 + "</sst>")
    yield _book("H38", "300000-strings", strings, Refused(("read.no_rows", "table.no_header")))
    dates = book(
        [["地块编号", "收储时间"], ["A", 45414], ["B", -1], ["C", 1e12], ["D", 0]],
        formats={f"B{n}": "yyyy-mm-dd" for n in range(2, 6)},
    )
    yield _book("H41", "dates", dates, Survived())
    yield _book(
        "H38",
        "merge-huge",
        lambda: raw_book(
            sheet_xml(HEADER).replace(
                "</worksheet>", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
            )
        ),
        Survived(),
    )
    yield _book(
        "H38",
        "merge-nonsense",
        lambda: raw_book(
            sheet_xml(HEADER).replace(
                "</worksheet>",
                '<mergeCells><mergeCell ref="B2:A1"/><mergeCell ref="x"/><mergeCell/></mergeCells></worksheet>',
            )
        ),
        Survived(),
    )
    merges = "".join(f'<mergeCell ref="A{n}:C{n}"/>' for n in range(1, 60_000))
    yield _book(
        "H38",
        "60000-merges",
        lambda: raw_book(sheet_xml(HEADER).replace("</worksheet>", f"<mergeCells>{merges}</mergeCells></worksheet>")),
        Survived(),
    )


def _packages() -> Iterator[Case]:
    for part in (
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
    ):
        for how, content in {"empty": b"", "cut": b"<a><b", "binary": bytes(range(256))}.items():
            yield _book(
                "H38",
                f"{how}-{part.strip('[]').replace('/', '-')}",
                _with({part: content}),
                Survived()
                if part.endswith("rels")
                else Refused(("table.damaged", "table.not_a_workbook", "table.no_sheets")),
            )
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    for how, target in {
        "out": "../../../../etc/passwd",
        "absolute": "/etc/passwd",
        "file": "file:///etc/passwd",
        "net": "http://127.0.0.1/x.xml",
    }.items():
        text = f'<Relationships><Relationship Id="rId1" Type="{rels}/worksheet" Target="{target}"/></Relationships>'
        yield _book(
            "H38",
            f"sheet-elsewhere-{how}",
            _with({"xl/_rels/workbook.xml.rels": text}),
            Refused(("table.damaged", "table.no_sheets")),
        )
    external = f'<Relationships><Relationship Id="rId1" Type="{rels}/worksheet" TargetMode="External" Target="http://127.0.0.1/"/></Relationships>'
    yield _book(
        "H38",
        "sheet-external",
        _with({"xl/_rels/workbook.xml.rels": external}),
        Refused(("table.no_sheets",), ("工作表",)),
    )
    yield _book("H38", "ordinary-zip", zipped({"a.txt": "x"}), Refused(("table.not_a_workbook",), ("不是 Excel",)))
    yield _book(
        "H38",
        "docx",
        zipped({"[Content_Types].xml": "wordprocessingml", "word/document.xml": "x"}),
        Refused(("table.not_a_workbook",)),
    )
    yield _book(
        "H38",
        "ods",
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        Refused(("table.not_a_workbook",), ("ODS",)),
    )
    whole = _good()
    # named by where they are cut: the size of a workbook hangs on the minute it was made
    for name, keep in (("10", 10), ("100", 100), ("half", len(whole) // 2), ("end", len(whole) - 30)):
        yield _book("H38", f"cut-{name}", whole[:keep], Refused(("zip.damaged",), ("损坏",)))
    chance = Random(38)
    for n in range(10):
        content = bytearray(whole)
        for _ in range(3):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        yield _book("H38", f"chance-{n}", bytes(content), Survived())


# --- H39 ---------------------------------------------------------------------------------------------------------

SQUARE = [(E0, N0), (E0, N0 + 80), (E0 + 80, N0 + 80), (E0 + 80, N0)]


Draw = Callable[[Drawing, Modelspace], object]


def _outline(space: Modelspace, points: Any = SQUARE) -> None:
    space.add_lwpolyline(points, close=True, dxfattribs={"layer": "JZX"})


def _xref(made: Drawing, space: Modelspace) -> None:
    _outline(space)
    made.add_xref_def("/etc/passwd", "evil")
    space.add_blockref("evil", (0, 0))


def _itself(made: Drawing, space: Modelspace) -> None:
    block = made.blocks.new("A")
    block.add_blockref("A", (1, 1))
    block.add_lwpolyline(SQUARE, close=True)
    space.add_blockref("A", (0, 0))


def _multiply(made: Drawing, space: Modelspace) -> None:
    made.blocks.new("B0").add_lwpolyline(SQUARE, close=True)
    for n in range(1, 8):
        block = made.blocks.new(f"B{n}")
        for _ in range(10):
            block.add_blockref(f"B{n - 1}", (0, 0))
    space.add_blockref("B7", (0, 0))


def _array(made: Drawing, space: Modelspace) -> None:
    made.blocks.new("B").add_lwpolyline(SQUARE, close=True)
    many = {"row_count": 30_000, "column_count": 30_000, "row_spacing": 1, "column_spacing": 1}
    space.add_blockref("B", (0, 0), dxfattribs=many)


def _text(_: Drawing, space: Modelspace) -> None:
    _outline(space)
    space.add_text("=cmd|' /C calc'!A0").set_placement((E0 + 40, N0 + 40))


DRAW: dict[str, Draw] = {
    "good": lambda _, space: _outline(space),
    "units-99": lambda _, space: _outline(space),
    "script-layer": lambda _, space: _outline(space),
    "faces": lambda _, space: space.add_3dface(SQUARE),
    "open": lambda _, space: space.add_lwpolyline(SQUARE, dxfattribs={"layer": "JZX"}),
    "points": lambda _, space: space.add_point(SQUARE[0]),
    "spline": lambda _, space: space.add_spline([(x, y, 0) for x, y in SQUARE]),
    "local": lambda _, space: _outline(space, [(0, 0), (0, 80), (80, 80), (80, 0)]),
    "bow-tie": lambda _, space: _outline(space, [SQUARE[i] for i in (0, 2, 1, 3)]),
    "bulge": lambda _, space: _outline(space, [(*SQUARE[0], 0, 0, 1e300), *SQUARE[1:]]),
    "xref": _xref,
    "itself": _itself,
    "multiply": _multiply,
    "array": _array,
    "text": _text,
}


@cache
def drawn(how: str) -> bytes:
    made = ezdxf.new("R2010")
    made.header["$INSUNITS"] = 99 if how == "units-99" else 6
    DRAW[how](made, made.modelspace())
    out = io.StringIO()
    made.write(out)
    text = out.getvalue()
    return (text.replace("JZX", "<script>alert(1)</script>") if how == "script-layer" else text).encode()


def _drawings() -> Iterator[Case]:
    def one(how: str, content: Any, expects: Any, kind: str = "H39", **more: Any) -> Case:
        return Case(f"{kind}-{how}-dxf", "x.dxf", content, expects, small=more.pop("small", True), **more)

    expected: dict[str, Any] = {
        "good": Accepted(1), "units-99": Accepted(1), "xref": Told("dxf.xrefs", None, rows=1), "faces": Refused(("dxf.no_outlines",), ("3DFACE",)), "open": Refused(("dxf.no_outlines",), ("JZX",)),
        "points": Refused(("dxf.no_outlines",), ("POINT",)), "itself": Survived(), "local": Refused(("dxf.local_coordinates",), ("独立坐标",)), "bow-tie": Told("geometry.invalid", 1, words=("位置",)), "bulge": Refused(("dxf.not_finite",), ("图元", "JZX")),
        "script-layer": Accepted(1), "spline": Refused(("dxf.no_outlines",), ("SPLINE",)), "text": Accepted(1),
    }  # fmt: skip
    for how, expects in expected.items():
        yield one(how, lambda how=how: drawn(how), expects)
    yield one("multiply", lambda: drawn("multiply"), Refused(("dxf.too_many",), ("超过",)), small=False)
    yield one("array", lambda: drawn("array"), Refused(("dxf.too_many",), ("超过",)), small=False)
    yield one(
        "no-layer", lambda: drawn("good"), Refused(("read.no_layer",), ("JZX",)), small=False, asked={"layer": "没有"}
    )
    number = f"{E0:.1f}".encode()
    for how, text in {
        "nan": b"nan",
        "inf": b"inf",
        "1e999": b"1e999",
        "word": "东".encode(),
        "comma": b"38452100,0",
        "empty": b"",
        "1e308": b"1e308",
    }.items():
        yield one(
            f"number-{how}",
            lambda text=text: drawn("good").replace(number, text),
            Refused(
                (
                    "dxf.number",
                    "dxf.not_finite",
                    "read.damaged",
                    "dxf.no_outlines",
                    "crs.unknown",
                    "dxf.local_coordinates",
                )
            ),
            "H14",
        )
    whole = drawn("good")
    for share in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        keep = int(len(whole) * share)
        yield one(f"cut-{share}", whole[:keep], Refused(("dxf.cut",), ("不完整", "EOF")))
    yield one("section-only", "0\nSECTION\n", Refused(("dxf.cut",)))
    yield one("eof-only", "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n", Refused(("read.damaged", "dxf.no_outlines")))
    yield one(
        "group-code-word",
        "0\nSECTION\nabc\nENTITIES\n0\nENDSEC\n0\nEOF\n",
        Refused(("read.damaged", "dxf.no_outlines", "dxf.number")),
    )
    yield one(
        "group-code-huge",
        "0\nSECTION\n" + "9" * 5000 + "\nENTITIES\n0\nENDSEC\n0\nEOF\n",
        Refused(("read.damaged", "dxf.no_outlines", "dxf.number")),
    )
    yield one(
        "binary-cut",
        b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(range(256)),
        Refused(("read.damaged", "dxf.no_outlines", "dxf.number")),
    )
    yield one("binary-empty", b"AutoCAD Binary DXF\r\n\x1a\x00", Refused(("read.damaged", "dxf.no_outlines")))
    chance = Random(39)
    for n in range(12):
        content = bytearray(whole)
        for _ in range(4):
            content[chance.randrange(len(content))] = chance.randrange(256)
        yield one(f"chance-{n}", bytes(content), Survived())
