"""The list and what is made of it: SVG, hatches, text widths, glyphs."""

import math
from xml.etree import ElementTree as ET

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.maps.catalogue import Catalogue, Categories
from gis_service.papers.errors import CharactersMissing
from gis_service.sheets.composing.template import FOLDER
from gis_service.sheets.drawing import letters
from gis_service.sheets.drawing.hatching import HATCHES, hatch
from gis_service.sheets.drawing.items import Page, Text, texts
from gis_service.sheets.drawing.svg import clean, svg
from gis_service.sheets.errors import TooManyPages
from tests.sheets import making

SHAPES = [shapely.box(10, 10, 40, 30), shapely.Point(30, 30).buffer(15).difference(shapely.Point(30, 30).buffer(5)), shapely.box(0.3, 0.3, 1.1, 0.9)]  # fmt: skip

SIZES = sorted(path.stem for path in FOLDER.glob("*.toml") if "slide" not in path.stem)


@pytest.mark.parametrize("name", sorted(HATCHES))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_hatch_stays_inside_its_shape(name: str, shape: shapely.Polygon) -> None:
    lines = [shapely.LineString(ring) for ring in hatch(shape, name, "#000000").rings]
    grown = shape.buffer(1e-6)
    assert all(grown.contains(each) for each in lines)
    assert lines or shape.area < 1


def test_every_hatch_of_the_layers_is_known() -> None:
    styles = [layer.style for layer in Catalogue.load().values()]
    looks = [
        look
        for style in styles
        for look in [style.default, *(style.categories if isinstance(style, Categories) else ())]
    ]
    assert {look.hatch for look in looks if look.hatch} <= set(HATCHES)


def test_hatches_of_neighbours_agree() -> None:
    """Lines lie on one grid of the page: a line of the left square goes on in the right one."""
    left, right = (hatch(shapely.box(x, 0, x + 20, 20), "horizontal", "#000").rings for x in (0, 20))
    assert [ring[0][1] for ring in left] == [ring[0][1] for ring in right]


def test_svg_is_well_formed_and_has_no_pattern_whatever_people_write() -> None:
    (page,) = making.pages(said='<&">\x00\x1b]]>')
    found = ET.fromstring(svg(page))  # noqa: S314  (ours)
    assert "pattern" not in {each.tag.rsplit("}", 1)[-1] for each in found.iter()}
    assert any('<&">' in (each.text or "") for each in found.iter())


@settings(deadline=None)
@given(st.text(max_size=60), st.floats(4, 60))
def test_wrapped_lines_fit_and_lose_nothing(said: str, room: float) -> None:
    lines = letters.wrapped(said, room, 2.6)
    assert "".join(lines).replace(" ", "") == clean(said).replace(" ", "")
    for line in lines:
        assert (
            letters.width_mm(line, 2.6) <= room
            or len(line) == 1
            or not line[1:].strip("，。、：；！？)]}%”’》】…,.:;!?）([{《“‘【（")
        )


def test_a_text_that_is_cut_keeps_both_ends_and_fits() -> None:
    said = letters.cut("珠海高新区北围片区新沙三路以北地块", 20, 2.6)
    assert letters.width_mm(said, 2.6) <= 20
    assert (said[:2], said[-2:]) == ("珠海", "地块")
    assert "…" in said


def test_every_character_of_gb2312_and_rare_names_can_be_printed() -> None:
    """The 6,763 characters of GB 2312 and characters of names beyond it."""
    common = "".join(
        bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    assert len(common) == 6763
    letters.require_glyphs([Page(100, 100, (Text(0, 0, common), Text(0, 0, "䶮㙟垚湉犇淼㛃㛹珺璟昇喆")))])


def test_a_character_without_a_picture_is_refused_by_name() -> None:
    with pytest.raises(CharactersMissing) as refused:
        making.pages(said="地块\U0002b740")
    assert "U+2B740" in refused.value.sentence("zh")


def test_no_text_is_too_small_to_be_read() -> None:
    for size in SIZES:
        for page in making.pages(size):
            assert all(text.size >= 2.4 for text in texts(page)), size


def test_every_text_is_on_the_page() -> None:
    for size in SIZES:
        for page in [*making.pages(size, rows=180), *making.pages(size, rows=180, chapters=6, facts=9)]:
            for text in texts(page):
                wide = letters.width_mm(text.said, text.size, bold=text.bold)
                start = {"start": 0.0, "middle": -wide / 2, "end": -wide}[text.anchor]
                angle = math.radians(text.turn)
                ends = [(text.x + d * math.cos(angle), text.y + d * math.sin(angle)) for d in (start, start + wide)]
                assert all(5 <= x <= page.width - 5 and 5 <= y <= page.height - 4 for x, y in ends), text


@pytest.mark.parametrize("count", [5, 20, 30, 60])
def test_a_title_stays_beside_the_marks_however_long_it_is(count: int) -> None:
    for size in SIZES:
        (page, *_) = making.pages(size, title="移" * count)
        (title,) = (each for each in texts(page) if each.said.startswith("移"))
        right = title.x + letters.width_mm(title.said, title.size, bold=True) / 2
        marks = [each for each in texts(page) if each.said in ("示例数据", "内部使用")]
        left = min(each.x - letters.width_mm(each.said, each.size, bold=True) / 2 for each in marks)
        assert len(marks) == 2
        assert right < left - 1.7, (size, "1.7 mm of paper are within the frame of the mark")


def test_nothing_lies_on_the_map_beside_it_however_long_the_facts_are() -> None:
    """Above the map, facts of two lines push it down; in a stack, texts do not meet."""
    for size in SIZES:
        (page, *_) = making.pages(size, facts=9, chapters=6)
        boxes = []
        for text in (text for text in texts(page) if not text.turn):
            wide = letters.width_mm(text.said, text.size, bold=text.bold)
            left = text.x + {"start": 0.0, "middle": -wide / 2, "end": -wide}[text.anchor]
            boxes.append(shapely.box(left, text.y - 0.72 * text.size, left + wide, text.y))
        pairs = shapely.STRtree(boxes).query(boxes, predicate="intersects").T
        meeting = [(texts(page)[a].said, texts(page)[b].said) for a, b in pairs if a < b]
        assert not meeting, (size, meeting)


def test_a_list_without_end_is_refused_not_cut() -> None:
    with pytest.raises(TooManyPages):
        making.pages("parcel-a4", rows=9000)
