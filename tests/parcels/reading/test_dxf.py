"""Drawings made by a script: closed outlines as land, arcs, blocks, layers, texts, units, code pages; and what is refused."""

import contextlib
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import shapely
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace

from gis_service.parcels.reading.dxf import read as dxf
from gis_service.parcels.reading.dxf import texts as dxf_texts
from gis_service.parcels.reading.dxf.marks import APPLICATION, Mark
from gis_service.parcels.reading.result import Unreadable

Reading = Callable[..., Any]
Refusing = Callable[..., Unreadable]

E0, N0 = 38_452_100.0, 2_478_450.0  # a corner in 北围, zone prefix 38


def square(x: float = 0, y: float = 0, side: float = 100) -> list[tuple[float, float]]:
    return [(E0 + x, N0 + y), (E0 + x, N0 + y + side), (E0 + x + side, N0 + y + side), (E0 + x + side, N0 + y)]


def drawing(version: str = "R2010", units: int = 6) -> tuple[Drawing, Modelspace]:
    made = ezdxf.new(version)
    made.header["$INSUNITS"] = units
    return made, made.modelspace()


def written(made: Drawing, *, binary: bool = False) -> bytes:
    if binary:
        out = io.BytesIO()
        made.write(out, fmt="bin")
        return out.getvalue()
    text = io.StringIO()
    made.write(text)
    return text.getvalue().encode(made.output_encoding, "dxfreplace" if made.output_encoding != "utf-8" else "strict")


@pytest.fixture
def parse(parse_file: Reading) -> Reading:
    def parsing(made: Drawing | bytes, **asked: Any) -> Any:
        return parse_file(dxf.read, made if isinstance(made, bytes) else written(made), name="a.dxf", **asked)

    return parsing


# --- outlines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2010", "R2018"])
def test_closed_polylines_are_land_in_every_version(parse: Reading, version: str, binary: bool) -> None:
    made, space = drawing(version)
    if version == "R12":
        space.add_polyline2d(square(), close=True, dxfattribs={"layer": "JZX"})
    else:
        space.add_lwpolyline(square(), close=True, dxfattribs={"layer": "JZX"})
    space.add_text("BW-01", height=3).set_placement((E0 + 40, N0 + 50))
    got = parse(written(made, binary=binary))
    (row,) = got.rows
    assert (got.summary.crs.epsg, row.source_area_crs) == (4526, 4526)
    assert row.source_area_m2 == pytest.approx(10_000, abs=1e-6)
    assert (row.attributes["地块编号"], row.attributes["layer"]) == ("BW-01", "JZX")
    assert got.codes == []


def test_what_closes_by_its_coordinates_is_closed_too(parse: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline([*square(), square()[0]])
    space.add_polyline3d([(*point, 3.0) for point in square(200)], close=True)
    space.add_lwpolyline(square(400))  # open, beside closed ones: no land
    assert [row.source_area_m2 for row in parse(made).rows] == pytest.approx([10_000, 10_000])


def test_bulges_are_flattened_to_a_centimetre(parse: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline([(E0, N0, 1.0), (E0 + 100, N0, 1.0)], format="xyb", close=True)
    (row,) = parse(made).rows
    circle = math.pi * 50**2
    assert circle - 2 * math.pi * 50 * 0.01 < row.source_area_m2 < circle
    assert 100 < shapely.count_coordinates(row.shape) < 320


def test_outlines_drawn_from_below_are_turned_round(parse: Reading) -> None:
    made, space = drawing()
    seen = [(-x, y, b) for (x, y), b in zip(square(), (0.0, 0.5, 0.0, 0.0), strict=True)]
    space.add_lwpolyline(seen, format="xyb", close=True, dxfattribs={"extrusion": (0, 0, -1)})
    space.add_lwpolyline(
        [(x + 300, y, -b) for (x, y), b in zip(square(), (0.0, 0.5, 0.0, 0.0), strict=True)], format="xyb", close=True
    )
    first, second = parse(made).rows
    assert first.source_area_m2 == pytest.approx(second.source_area_m2, abs=0.01)
    assert first.source_area_m2 > 11_000


def test_blocks_are_exploded_however_deep_and_on_the_layer_they_are_put(parse: Reading) -> None:
    made, space = drawing()
    inner, outer = made.blocks.new("INNER"), made.blocks.new("OUTER")
    inner.add_lwpolyline([(0, 0), (0, 10), (10, 10), (10, 0)], close=True)
    inner.add_attdef("NO", (5, 5))
    outer.add_blockref("INNER", (0, 0), dxfattribs={"xscale": 10, "yscale": 10, "layer": "0"})
    space.add_blockref("OUTER", (E0, N0), dxfattribs={"layer": "地块", "rotation": 90})
    other = space.add_blockref("INNER", (E0 + 500, N0), dxfattribs={"layer": "地块"})
    other.add_attrib("NO", "HH-02", (E0 + 505, N0 + 5))
    rows = parse(made).rows
    assert [row.source_area_m2 for row in rows] == pytest.approx([10_000, 100])
    assert [row.attributes["layer"] for row in rows] == ["地块", "地块"]
    assert rows[1].attributes["地块编号"] == "HH-02"


def test_rings_in_rings_are_holes_unless_a_number_stands_in_them(parse: Reading) -> None:
    made, space = drawing()
    for x, y, side in ((0, 0, 100), (20, 20, 20), (60, 60, 20), (25, 25, 5)):
        space.add_lwpolyline(square(x, y, side), close=True)
    space.add_text("BW-01", height=2).set_placement((E0 + 50, N0 + 5))
    space.add_text("BW-02", height=2).set_placement((E0 + 65, N0 + 70))
    got = parse(made)
    assert {row.attributes["地块编号"]: row.source_area_m2 for row in got.rows} == pytest.approx(
        {"BW-01": 9600, "BW-02": 400, None: 25}
    )
    assert got.codes == ["dxf.holes"]


def test_the_same_outline_drawn_twice_is_read_once(parse: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline(square(), close=True)
    space.add_lwpolyline(list(reversed(square())), close=True)
    got = parse(made)
    assert (len(got.rows), got.codes) == (1, ["dxf.drawn_twice"])


def test_a_crossing_outline_is_passed_on_with_its_fault(parse: Reading) -> None:
    made, space = drawing()
    a, b, c, d = square()
    space.add_lwpolyline([a, c, b, d], close=True)
    assert parse(made).codes == ["geometry.invalid"]


# --- layers ------------------------------------------------------------------------------------------------------


def test_layers_of_land_are_preferred_and_the_rest_is_listed(parse: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline(square(), close=True, dxfattribs={"layer": "JMD"})
    space.add_lwpolyline(square(200), close=True, dxfattribs={"layer": "A-用地红线"})
    got = parse(made)
    assert [row.attributes["layer"] for row in got.rows] == ["A-用地红线"]
    (told,) = got.summary.issues
    assert (told.code, "JMD(1)" in told.message_zh) == ("dxf.layers_left", True)
    assert [(layer.name, layer.read) for layer in got.summary.layers] == [("A-用地红线", True), ("JMD", False)]
    assert [row.attributes["layer"] for row in parse(made, layer="jmd").rows] == ["JMD"]
    with pytest.raises(Unreadable) as refusal:
        parse(made, layer="宗地")
    assert "JMD (1)" in refusal.value.zh


def test_layers_that_are_off_are_read_only_when_asked_for(parse: Reading) -> None:
    made, space = drawing()
    made.layers.add("旧红线").off()
    space.add_lwpolyline(square(), close=True, dxfattribs={"layer": "旧红线"})
    space.add_lwpolyline(square(200), close=True, dxfattribs={"layer": "0"})
    assert [row.attributes["layer"] for row in parse(made).rows] == ["0"]
    assert [row.attributes["layer"] for row in parse(made, layer="旧红线").rows] == ["旧红线"]


# --- texts -------------------------------------------------------------------------------------------------------


def test_the_text_inside_is_the_number_and_the_others_stay(parse: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline(square(), close=True)
    for n, text in enumerate(["J1", "12000.5", "工业用地", "S=10000㎡"]):
        space.add_text(text, height=2).set_placement((E0 + 20, N0 + 20 + 5 * n))
    space.add_mtext("TJ-06-12\\P{\\fSimSun;格创}", dxfattribs={"insert": (E0 + 50, N0 + 80), "char_height": 2})
    space.add_text("OUTSIDE-1", height=2).set_placement((E0 + 300, N0))
    (row,) = parse(made).rows
    assert row.attributes["地块编号"] == "TJ-06-12"
    assert row.attributes["texts"] == ["J1", "12000.5", "工业用地", "S=10000㎡", "格创"]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["440402001001GB00001"], "440402001001GB00001"),
        (["地块编号：北围-7"], "北围-7"),
        (["后环12", "7"], "后环12"),
        (["J12", "X=2478450", "2478450.12", "2024-05-02", "3.5亩", "H:3"], None),
        ([], None),
    ],
)
def test_what_looks_like_a_number(texts: list[str], found: str | None) -> None:
    assert dxf_texts.number(texts) == found


@pytest.mark.parametrize("page", ["ANSI_936", "ANSI_1252"])
def test_text_of_older_drawings_is_in_their_code_page_or_in_what_makes_words(parse: Reading, page: str) -> None:
    made, space = drawing("R2000")
    made.encoding = "gbk"
    space.add_lwpolyline(square(), close=True, dxfattribs={"layer": "用地红线"})
    space.add_text("北围地块-01", height=2).set_placement((E0 + 20, N0 + 20))
    content = written(made).replace(b"ANSI_936", page.encode())
    assert "北围地块".encode("gbk") in content
    got = parse(content)
    assert got.rows[0].attributes["地块编号"] == "北围地块-01"
    assert got.rows[0].attributes["layer"] == "用地红线"
    assert got.summary.encoding.name == "GB18030"
    assert got.codes == ([] if page == "ANSI_936" else ["encoding.declared_wrong"])


# --- coordinates -------------------------------------------------------------------------------------------------


def scaled(factor: float, units: int, prefix: bool = True) -> Drawing:
    made, space = drawing(units=units)
    shift = 0 if prefix else 38_000_000
    space.add_lwpolyline([((x - shift) * factor, y * factor) for x, y in square()], close=True)
    return made


@pytest.mark.parametrize(
    ("factor", "units", "codes"),
    [
        (1, 6, []),
        (1, 0, []),
        (1000, 4, ["dxf.unit_used"]),
        (1000, 0, ["dxf.unit_seen"]),
        (1, 4, ["dxf.unit_not_used"]),  # the template says millimetres, the surveyor drew metres
        (100, 5, ["dxf.unit_used"]),
    ],
)
def test_units_are_what_the_numbers_show(parse: Reading, factor: float, units: int, codes: list[str]) -> None:
    got = parse(scaled(factor, units))
    assert got.rows[0].source_area_m2 == pytest.approx(10_000, abs=0.001)
    assert (got.summary.crs.epsg, got.codes) == (4526, codes)


def test_a_bulge_in_millimetres_is_flattened_to_the_same_centimetre(parse: Reading) -> None:
    counts = []
    for factor, units in ((1, 6), (1000, 4)):
        made, space = drawing(units=units)
        space.add_lwpolyline(
            [(E0 * factor, N0 * factor, 1), ((E0 + 100) * factor, N0 * factor, 1)], format="xyb", close=True
        )
        counts.append(shapely.count_coordinates(parse(made).rows[0].shape))
    assert counts[0] == counts[1]


def test_eastings_without_prefix_are_taken_by_the_existing_rules(parse: Reading) -> None:
    got = parse(scaled(1, 6, prefix=False))
    assert (got.summary.crs.epsg, got.codes) == (4547, ["crs.zone_assumed"])
    swapped, space = drawing()
    space.add_lwpolyline([(y, x) for x, y in square()], close=True)
    assert parse(swapped).codes == ["crs.axes_swapped"]


def test_local_coordinates_are_refused_with_the_way_out_and_land_by_it(parse: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline([(1000, 1000), (1000, 1100), (1100, 1100), (1100, 1000)], close=True)
    with pytest.raises(Unreadable) as refusal:
        parse(made)
    assert refusal.value.code == "dxf.local_coordinates"
    assert "--control-points" in refusal.value.zh
    points = ((1000, 1000, 452_100, 2_478_450), (1100, 1000, 452_200, 2_478_450), (1000, 1100, 452_100, 2_478_550))
    got = parse(made, control_points=points)
    assert got.rows[0].source_area_m2 == pytest.approx(10_000, abs=1e-6)
    assert (got.summary.crs.epsg, got.summary.crs.accuracy_m) == (4547, 0.5)
    unchecked = parse(made, control_points=points[:2])
    assert unchecked.codes == ["fit.unchecked"]
    far = parse(made, control_points=tuple((x - 5000, y, e, n) for x, y, e, n in points))
    assert far.codes == ["fit.extrapolated"]
    turned = parse(made, control_points=tuple((-y, x, e, n) for x, y, e, n in points[:2]))
    assert "fit.turned" in turned.codes


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (
            {"control_points": ((0, 0, 452_100, 2_478_450), (9, 9, 38_452_200, 2_478_450))},
            "way.points_not_4547",
            "去掉带号",
        ),
        ({"control_points": ((0, 0, 2_478_450, 452_100), (9, 9, 2_478_459, 452_109))}, "way.points_not_4547", "写反"),
        ({"control_points": ((0, 0, 1, 2),)}, "way.points_not_4547", "第 1 个"),
        ({"control_points": ((0, 0, 452_100),)}, "way.points_malformed", "四个数"),
        ({"control_points": ((0, 0, 452_100, 2_478_450),)}, "fit.too_few", "至少要 2 个"),
        ({"control_points": ((0, 0, 452_100, 2_478_450),), "crs": "EPSG:4547"}, "way.points_and_crs", "EPSG:4547"),
        ({"control_points": ((0, 0, 452_100, 2_478_450),), "shift": "gcj02"}, "way.two", "只能用一种"),
        ({"shift": "mars"}, "way.shift_unknown", "gcj02"),
    ],
)
def test_ways_out_that_lead_nowhere_are_refused_with_what_is_wrong(
    parse: Reading, asked: dict[str, Any], code: str, words: str
) -> None:
    made, space = drawing()
    space.add_lwpolyline([(1000, 1000), (1000, 1100), (1100, 1100)], close=True)
    with pytest.raises(Unreadable) as refusal:
        parse(made, **asked)
    assert (refusal.value.code, words in refusal.value.zh) == (code, True)


def test_rows_that_came_by_a_way_out_say_so_across_the_walls(read_file: Reading) -> None:
    made, space = drawing()
    space.add_lwpolyline([(1000, 1000), (1000, 1100), (1100, 1100)], close=True)
    points = [[1000, 1000, 452_100, 2_478_450], [1100, 1100, 452_200, 2_478_550]]
    (row,) = read_file(written(made), "a.dxf", control_points=points).rows
    assert (row.geom_source, row.geom_accuracy_m) == ("imported", 2.0)


# --- loose lines -------------------------------------------------------------------------------------------------


def test_lines_and_arcs_that_close_exactly_are_joined_and_told(parse: Reading) -> None:
    made, space = drawing()
    a, b, c, d = square()
    space.add_line(b, a)
    space.add_line(b, c)
    space.add_arc(((c[0] + d[0]) / 2, (c[1] + d[1]) / 2), 50, -90, 90)
    space.add_lwpolyline([d, a])
    space.add_line((E0 + 900, N0), (E0 + 950, N0))
    got = parse(made)
    assert got.codes == ["dxf.joined", "dxf.loose_left"]
    assert got.rows[0].source_area_m2 == pytest.approx(10_000 + math.pi * 50**2 / 2, abs=2)


def test_lines_that_do_not_close_are_refused_with_a_count_and_what_to_do(refused: Refusing) -> None:
    made, space = drawing()
    a, b, c, d = square()
    for start, end in ((a, b), (b, c), (c, d), (d, (a[0] + 0.5, a[1]))):
        space.add_line(start, end, dxfattribs={"layer": "JZX"})
    refusal = refused(written(made), "a.dxf")
    assert refusal.code == "dxf.no_outlines"
    for words in ("4 条", "JZX", "PEDIT", "LINE 4"):
        assert words in refusal.zh


def test_drawings_that_are_none_are_refused(refused: Refusing) -> None:
    assert refused(b"AC1027" + b"\x00" * 50, "a.dxf").code == "read.kind_mismatch"
    assert refused("0\nSECTION\n2\nHEADER\n", "a.dxf").code in ("dxf.cut", "dxf.no_outlines", "read.damaged")
    assert refused("地块\n一\n", "a.dxf").code == "read.kind_mismatch"
    made, space = drawing()
    space.add_lwpolyline(square(), close=True)
    assert refused(written(made), "a.txt").code == "read.kind_mismatch"
    cut = written(made, binary=True)
    assert refused(cut.replace(b"\r\n\x1a\x00", b"\n\x1a\x00", 1), "a.dxf").code == "read.damaged"
    assert refused(cut[: len(cut) // 2], "a.dxf").code in ("read.damaged", "dxf.no_outlines")


@pytest.mark.parametrize("text", [b"38452100,0", b"38452100.0.0", b"abc", b"1.#QNAN"])
def test_numbers_that_are_none_are_not_mended(parse: Reading, text: bytes) -> None:
    made, space = drawing()
    space.add_lwpolyline(square(), close=True)
    content = written(made)
    assert b"38452100.0" in content
    with pytest.raises(Unreadable) as refusal:
        parse(content.replace(b"38452100.0", text, 1))
    assert refusal.value.code in ("dxf.number", "read.damaged")
    assert refusal.value.code == "read.damaged" or text.decode() in refusal.value.zh


@pytest.mark.parametrize("text", [b"nan", b"inf", b"1e308"])
@pytest.mark.parametrize("bulge", [0.0, 0.5])
def test_coordinates_of_no_place_name_their_entity(parse: Reading, text: bytes, bulge: float) -> None:
    made, space = drawing()
    space.add_lwpolyline([(x, y, bulge) for x, y in square()], format="xyb", close=True, dxfattribs={"layer": "JZX"})
    space.add_lwpolyline(square(300), close=True, dxfattribs={"layer": "0"})
    content = written(made).replace(b"38452100.0", text, 1)
    with pytest.raises(Unreadable) as refusal:
        parse(content)
    assert (refusal.value.code, "JZX" in refusal.value.zh) == ("dxf.not_finite", True)
    assert len(parse(content, layer="0").rows) == 1


def test_random_damage_ends_in_rows_or_a_sentence(parse: Reading) -> None:
    made, space = drawing("R2000")
    space.add_lwpolyline(square(), close=True)
    space.add_mtext("BW-01", dxfattribs={"insert": (E0 + 50, N0 + 50)})
    random = np.random.default_rng(7)
    for binary in (False, True):
        for _ in range(15):
            content = bytearray(written(made, binary=binary))
            for at in random.integers(0, len(content), 4):
                content[at] = random.integers(0, 256)
            with contextlib.suppress(Unreadable):
                parse(bytes(content))


def test_blocks_that_multiply_stop_at_a_limit(parse: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    made, space = drawing()
    made.blocks.new("B0").add_line((0, 0), (1, 1))
    for level in range(1, 6):
        block = made.blocks.new(f"B{level}")
        for _ in range(10):
            block.add_blockref(f"B{level - 1}", (0, 0))
    space.add_blockref("B5", (E0, N0))
    monkeypatch.setattr(dxf.dxf_entities, "MOST_ENTITIES", 500)
    with pytest.raises(Unreadable) as refusal:
        parse(made)
    assert refusal.value.code == "dxf.too_many"


# --- real files --------------------------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_other_peoples_drawings(shared: Path, read_file: Reading, refused: Refusing) -> None:
    folder = shared / "dxf"
    loose = refused(folder / "2_polylines.dxf", "2_polylines.dxf", crs="EPSG:4547")
    assert loose.code == "dxf.no_outlines"
    assert "LINE 57, ARC 22" in loose.zh
    assert refused(folder / "bin_dxf_r2000.dxf", "bin_dxf_r2000.dxf").code == "dxf.no_outlines"
    assert refused(folder / "usa.dxf", "usa.dxf").code == "dxf.local_coordinates"
    points = [[-20, -5, 452_000, 2_470_000], [20, -5, 456_000, 2_470_000], [20, 10, 456_000, 2_471_500]]
    usa = read_file(folder / "usa.dxf", "usa.dxf", control_points=points)
    assert sum(len(part.interiors) + 1 for row in usa.rows for part in row.shape.geoms) == 59
    house = read_file(folder / "houses_of_parliament_georeferenced.dxf", "houses.dxf")
    assert (house.summary.crs.epsg, house.summary.row_count) == (27700, 1)
    assert house.area_m2 == pytest.approx(47_098_443.038 * 0.0254**2, rel=1e-5)


# --- marks of our own drawings -----------------------------------------------------------------------------------


def marked(space: Modelspace, points: list[tuple[float, float]], *mark: Any) -> Any:
    line = space.add_lwpolyline(points, close=True)
    line.set_xdata(APPLICATION, Mark(*mark).tags())
    return line


def two_parts(number: str = "北围-01") -> tuple[Drawing, Modelspace]:
    """A parcel of two parts, the first with a hole, the number in each part."""
    made, space = drawing()
    made.appids.add(APPLICATION)
    marked(space, square(), number, 1, 0)
    marked(space, square(40, 40, 20), number, 1, 1)
    marked(space, square(300), number, 2, 0)
    for x in (10, 310):
        space.add_text(number, height=3).set_placement((E0 + x, N0 + 10))
    return made, space


@pytest.mark.parametrize("version", ["R2004", "R2010"])
def test_parts_and_holes_that_are_marked_are_one_parcel(parse: Reading, version: str) -> None:
    made, _ = two_parts()
    made.dxfversion = version
    made.encoding = "gbk"
    (row,) = parse(made).rows
    assert row.attributes["地块编号"] == "北围-01"
    assert len(row.shape.geoms) == 2
    assert row.source_area_m2 == pytest.approx(100 * 100 * 2 - 20 * 20)


def test_a_copied_part_makes_the_marks_worthless(parse: Reading) -> None:
    made, space = two_parts()
    marked(space, square(600), "北围-01", 2, 0)
    space.add_text("北围-02", height=3).set_placement((E0 + 610, N0 + 10))
    rows = list(parse(made).rows)
    assert [row.attributes["地块编号"] for row in rows] == ["北围-01", "北围-01", "北围-02"]


def test_a_number_that_was_written_anew_outweighs_the_mark(parse: Reading) -> None:
    made, space = drawing()
    made.appids.add(APPLICATION)
    marked(space, square(), "A-1", 1, 0)
    space.add_text("A-2", height=3).set_placement((E0 + 10, N0 + 10))
    (row,) = parse(made).rows
    assert row.attributes["地块编号"] == "A-2"


def test_a_hole_drawn_into_a_marked_parcel_is_cut_out(parse: Reading) -> None:
    made, space = two_parts()
    space.add_lwpolyline(square(330, 30, 20), close=True)
    (row,) = parse(made).rows
    assert row.source_area_m2 == pytest.approx(100 * 100 * 2 - 20 * 20 * 2)


def test_marks_of_other_programs_are_no_marks(parse: Reading) -> None:
    made, space = drawing()
    made.appids.add(APPLICATION)
    line = space.add_lwpolyline(square(), close=True)
    line.set_xdata(APPLICATION, [(1000, "A-1"), (1040, 2.5)])
    (row,) = parse(made).rows
    assert row.attributes["地块编号"] is None
