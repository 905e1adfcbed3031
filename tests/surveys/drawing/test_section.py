"""The section: what is known, what is inferred, what is not known; nothing on top of anything else."""

import random
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.surveys.drawing.errors import BadFactor, NoHoleNear, NotALine, OtherSystem, TooManyHoles
from gis_service.surveys.drawing.output import to_pdf
from gis_service.surveys.drawing.section import scales, section
from gis_service.surveys.drawing.section_parts import A3, PANE, WIDE_PANE
from tests.surveys.drawing.holes import hole, layer
from tests.surveys.drawing.reading import outside, overlapping, size_mm, texts

X, Y = 452_300, 2_478_600
LINE = [(X, Y), (X + 100, Y), (X + 180, Y + 10)]
MORE = {
    "project": "北围片区地下固废摸排(二期)",
    "parcel_no": "北围 TJ-03-12",
    "sample": True,
    "as_of": date(2026, 11, 23),
}
NEGATIVE = [layer(0, 1.2, "素填土"), layer(1.2, 4.5, "冲填土"), layer(4.5, 9, "淤泥")]
POSITIVE = [
    layer(0, 0.6, "素填土"),
    layer(0.6, 2.9, "建筑垃圾"),
    layer(2.9, 3.3, "素填土"),
    layer(3.3, 4.6, "杂填土"),
    layer(4.6, 9.5, "淤泥"),
]
UNDONE = [layer(0, 0.4, "素填土"), layer(0.4, 4.1, "建筑垃圾")]


def some_holes(count: int = 5, step: float = 40.0) -> list:  # type: ignore[type-arg]
    kinds = (NEGATIVE, POSITIVE, UNDONE)
    return [
        hole(f"ZK{n:02d}", X + n * step, Y + (n * 7 % 19) - 9, kinds[n % 3], bottom_reached=n % 3 != 2,
             ground_elev_m=Decimal("3.4") + Decimal(n % 5) / 10, water_stable_m=Decimal("1.3"))
        for n in range(count)
    ]  # fmt: skip


def said(svg: str) -> str:
    return "".join(each.text + "\n" for each in texts(svg))


def test_a_section_says_what_it_shows() -> None:
    words = said(section(some_holes(), LINE, corridor_m=15, **MORE))
    for expected in (
        "A—A′", "ZK00", "ZK04", "偏右 9.0", "3.40 / 深 9.00", "示例数据", "2026-11-23", "1985国家高程基准", "EPSG:4547", "建筑垃圾",
        "推断的固废", "A  西".replace("  ", " "), "东 A′", "方位角 87°", "放大", "?", "水平", "垂直", "里程", "孔距", "40.0", "15 m 以内",
    ):  # fmt: skip
        assert expected in words, expected


def test_one_hole_without_an_elevation_turns_the_whole_section_to_depths_and_it_says_so() -> None:
    holes = some_holes()
    words = said(section([replace(holes[0], ground_elev_m=None), *holes[1:]], LINE, corridor_m=15))
    assert "按地面以下深度绘制" in words
    assert "ZK00" in words
    assert "高程(m)" not in words


@pytest.mark.parametrize("sheet", [A3, WIDE_PANE, PANE], ids=lambda sheet: sheet.name)
@pytest.mark.parametrize(("count", "step"), [(1, 40), (5, 40), (40, 4.5)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_stands_on_another_or_leaves_the_sheet(sheet, count, step, lang) -> None:
    svg = section(some_holes(count, step), LINE, corridor_m=15, sheet=sheet, lang=lang, **MORE)
    assert overlapping(texts(svg)) == []
    assert outside(svg) == []
    assert min(each.size for each in texts(svg)) >= 2.3


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_holes_anywhere_are_named_without_touching(dice: random.Random, count: int) -> None:
    holes = [
        replace(
            each,
            easting=Decimal(round(X + dice.uniform(0, 180), 1)),
            northing=Decimal(round(Y + dice.uniform(-12, 12), 1)),
        )
        for each in some_holes(count)
    ]
    svg = section(holes, LINE, corridor_m=25, **MORE)
    assert overlapping(texts(svg)) == []
    assert outside(svg) == []


def test_holes_at_one_place_stand_beside_each_other_and_the_sheet_says_so() -> None:
    twins = [replace(each, easting=Decimal(X + 50), northing=Decimal(Y)) for each in some_holes(3)]
    assert "略有移动" in said(section(twins, LINE, corridor_m=5))


def test_holes_outside_the_corridor_are_not_drawn() -> None:
    far = hole("ZK99", X + 50, Y + 40, POSITIVE)
    assert "ZK99" not in said(section([*some_holes(), far], LINE, corridor_m=15))


def test_what_cannot_be_drawn_is_refused_with_a_way_out() -> None:
    with pytest.raises(NoHoleNear) as refused:
        section(some_holes(), [(X, Y + 500), (X + 100, Y + 500)], corridor_m=15)
    assert "加宽" in refused.value.sentence("zh")
    assert "m away" in refused.value.sentence("en")
    with pytest.raises(NoHoleNear):
        section([], LINE, corridor_m=15)
    for line in ([], [(X, Y)], [(X, Y), (X, Y)], [(X, Y), (float("nan"), Y)], [(X,), (Y,)]):
        with pytest.raises(NotALine):
            section(some_holes(), line, corridor_m=15)
    with pytest.raises(TooManyHoles):
        section(some_holes(300, 0.5), LINE, corridor_m=15)
    with pytest.raises(OtherSystem):
        section([*some_holes(2), replace(some_holes(3)[2], crs=4526)], LINE, corridor_m=15)
    for more in ({"corridor_m": 0}, {"corridor_m": 15, "exaggeration": -2}, {"corridor_m": 15, "exaggeration": "much"}):
        with pytest.raises(BadFactor):
            section(some_holes(), LINE, **more)


def test_the_same_holes_make_the_same_bytes_in_any_order() -> None:
    assert section(some_holes(), LINE, corridor_m=15) == section(some_holes()[::-1], LINE, corridor_m=15)


def test_a_factor_that_is_asked_for_is_kept() -> None:
    assert "垂直放大 4 倍" in said(section(some_holes(), LINE, corridor_m=15, exaggeration=4))


@given(st.floats(1, 5_000), st.floats(0.5, 80))
def test_scales_let_everything_fit_and_exaggerate_at_most_twentyfold(length_m: float, range_m: float) -> None:
    horizontal, vertical = scales(length_m, range_m, 350, 130)
    assert length_m * 1000 / horizontal <= 350
    assert range_m * 1000 / vertical <= 130
    assert 1 <= horizontal / vertical <= 20


def test_a_hostile_name_is_a_text() -> None:
    svg = section([replace(some_holes()[0], point_no='<script>"&')], LINE, corridor_m=15, title="<img onerror=x>")
    assert "<script" not in svg
    assert "<img" not in svg


def test_the_pdf_is_vectors_on_a3_with_chinese_that_can_be_found() -> None:
    svg = section(some_holes(), LINE, corridor_m=15, **MORE)
    assert size_mm(svg) == (420, 297)
    with closing(pypdfium2.PdfDocument(to_pdf(svg, "a3"))) as opened:
        page = opened[0]
        text = page.get_textpage().get_text_range()
        assert all(word in text for word in ("剖面图", "推断的固废", "建筑垃圾", "示例数据"))
        assert list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=15)) == []
