"""The strip log: what stands on it, that nothing stands on anything else, and cases that are not usual."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from gis_service.surveys.drawing.errors import BadFactor, BadScale, NoDepth
from gis_service.surveys.drawing.strip import SCALES, strip_log, strip_log_pages
from gis_service.surveys.drawing.strip_parts import PANE
from gis_service.surveys.logs import Sample
from gis_service.surveys.rules import Medium
from tests.surveys.drawing.holes import OPEN, PIT, ZK01, layer, logs
from tests.surveys.drawing.reading import outside, overlapping, size_mm, texts

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEAD = {"project": "北围片区地下固废摸排(二期)", "parcel_no": "北围 TJ-03-12", "sample": True}


def said(svg: str) -> str:
    return "".join(each.text + "\n" for each in texts(svg))


def test_the_head_and_the_table_say_what_the_log_says() -> None:
    words = said(strip_log(ZK01, **HEAD))
    for expected in (
        "钻孔柱状图", "ZK01", "2478613.208", "452312.451", "3.62 m", "1985国家高程基准", "9.50 m", "2026-10-14", "陈某、林某",
        "EPSG:4547", "1.85 m", "1.30 m", "初见", "稳定", "示例数据", "北围 TJ-03-12", "建筑垃圾", "拆除垃圾", "砖瓦混凝土 62%",
        "G1", "0.72", "3.55 m", "0.25 m", "CH4 0.3 %",
    ):  # fmt: skip
        assert expected in words, expected


def test_elevations_are_ground_minus_depth_and_a_dash_where_the_ground_is_unknown() -> None:
    assert "-5.88\n" in said(strip_log(ZK01))
    without = said(strip_log(replace(ZK01, ground_elev_m=None)))
    assert "-5.88\n" not in without
    assert without.count("—\n") >= len(PIT)


@quick
@given(logs(thin=True))
def test_twenty_layers_of_a_decimetre_have_texts_that_do_not_meet(log) -> None:
    for sheet in strip_log_pages(log, **HEAD):
        assert overlapping(texts(sheet)) == []


@quick
@given(logs())
def test_no_text_stands_on_another_or_leaves_the_sheet(log) -> None:
    for svg in (*strip_log_pages(log, **HEAD), strip_log(log, sheet=PANE, **HEAD), strip_log(log, lang="en", **HEAD)):
        assert overlapping(texts(svg)) == []
        assert outside(svg) == []
        assert min(each.size for each in texts(svg)) >= 2.3


@quick
@given(logs())
def test_every_layer_stands_on_some_sheet_with_its_base(log) -> None:
    words = "".join(said(sheet) for sheet in strip_log_pages(log))
    for n, each in enumerate(log.layers, 1):
        assert f"\n{n}\n{each.to_m:.2f}\n" in words


def test_the_same_log_makes_the_same_bytes() -> None:
    assert strip_log(ZK01, **HEAD) == strip_log(replace(ZK01), **HEAD)


def test_a_remark_with_a_script_is_shown_as_text() -> None:
    svg = strip_log(OPEN)
    assert "<script" not in svg
    assert "<script>alert(1)</script>" in said(svg)


def test_an_open_foot_is_a_lower_bound_everywhere() -> None:
    words = said(strip_log(OPEN))
    assert "未见底" in words
    assert "≥ 3.25 m" in words  # thickness
    assert "≥ 4.10 m" in words  # bottom
    assert "≥ 0.95" in words  # the last layer
    assert "≥" not in said(strip_log(replace(OPEN, bottom_reached=True)))
    assert "未达原状土" in said(strip_log(replace(ZK01, bottom_reached=False)))


def test_a_hole_without_waste_says_so() -> None:
    clean = replace(ZK01, layers=[layer(0, 3, "素填土"), layer(3, "9.5", "淤泥")])
    assert "未见固废" in said(strip_log(clean))


@pytest.mark.parametrize("depth", ["0.6", "4", "9.5", "17", "60", "300"])
def test_a_hole_of_any_depth_fits_one_sheet_at_a_usual_scale(depth: str) -> None:
    pages = strip_log_pages(
        replace(
            ZK01,
            total_depth_m=Decimal(depth),
            layers=[layer(0, depth, "淤泥")],
            samples=[],
            water_first_m=None,
            water_stable_m=None,
        )
    )
    assert len(pages) == 1
    assert any(f"1:{scale}\n" in said(pages[0]) for scale in SCALES)
    assert size_mm(pages[0]) == (210, 297)


def test_a_scale_that_is_asked_for_is_kept_over_several_sheets() -> None:
    deep = replace(ZK01, total_depth_m=Decimal(60), layers=[*PIT[:-1], replace(PIT[-1], to_m=Decimal(60))])
    pages = strip_log_pages(deep, scale=100)
    assert len(pages) == 4
    assert all("1:100" in said(page) for page in pages)
    assert "淤泥(续)" in said(pages[1]).replace("\uff08", "(").replace("\uff09", ")")
    assert "下页续" in said(pages[0])
    assert "下页续" not in said(pages[-1])
    assert size_mm(strip_log(deep, scale=100)) == (210, 4 * 297)


def test_what_cannot_be_drawn_is_refused_with_a_way_out() -> None:
    with pytest.raises(BadScale) as refused:
        strip_log(replace(ZK01, total_depth_m=Decimal(300)), scale=10)
    assert "自动" in refused.value.sentence("zh")
    with pytest.raises(NoDepth):
        strip_log(replace(ZK01, total_depth_m=Decimal(0), layers=[]))
    for scale in (0, -50, "big"):
        with pytest.raises(BadFactor):
            strip_log(ZK01, scale=scale)


def test_a_log_without_layers_says_that_it_has_none() -> None:
    assert "没有地层记录" in said(strip_log(replace(ZK01, layers=[], samples=[])))


def test_words_too_many_for_a_sheet_end_in_an_ellipsis_and_nothing_meets() -> None:
    endless = replace(
        ZK01, layers=[replace(PIT[1], from_m=Decimal(0), to_m=Decimal("9.5"), description="含砖块、塑料。" * 400)]
    )
    (page,) = strip_log_pages(endless)
    assert "…\n" in said(page)
    assert overlapping(texts(page)) == []
    assert outside(page) == []


def test_more_samples_than_have_room_are_counted() -> None:
    crowd = [Sample(f"ZK01-{n}", Decimal(n) / 20, Decimal(n) / 20, Medium.SOIL) for n in range(150)]
    (page,) = strip_log_pages(replace(ZK01, samples=crowd))
    assert "另 " in said(page)
    assert overlapping(texts(page)) == []


def test_the_pane_is_narrow_and_as_high_as_it_needs() -> None:
    wide, high = size_mm(strip_log(ZK01, sheet=PANE))
    assert wide == 105
    assert high > 150
    assert 'width="105mm"' not in strip_log(ZK01, sheet=PANE)


def test_in_english_the_words_are_english_and_the_names_stay_as_written() -> None:
    words = said(strip_log(OPEN, lang="en", **HEAD))
    for expected in (
        "Test pit log",
        "construction waste",
        "Bottom not reached",
        "SAMPLE DATA",
        "demolition waste",
        "stable",
    ):
        assert expected in words, expected
