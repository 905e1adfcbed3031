"""Texts: measured no narrower than they print, wrapped without a stop at the beginning, escaped."""

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from gis_service.surveys.drawing import pen
from tests.surveys.drawing.reading import real_width_mm

SIGNS = "松散灰黑色,。;:、()≥±°·′–—…%0123456789.-+/()<>=&'\"_ abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("bold", [False, True])
def test_no_sign_prints_wider_than_it_was_measured(bold: bool) -> None:
    assert [sign for sign in SIGNS if real_width_mm(sign, 1, bold=bold) > pen.width_mm(sign, 1) + 1e-9] == []


@given(st.text(alphabet=SIGNS, max_size=200), st.floats(12, 80))
def test_wrapped_lines_fit_their_column_and_lose_no_sign(said: str, room: float) -> None:
    lines = pen.wrapped(said, room, pen.BODY)
    assert "".join("".join(lines).split()) == "".join(said.split())
    assert all(pen.width_mm(line, pen.BODY) <= room + 1e-6 for line in lines)


def test_no_line_begins_with_a_stop_and_words_stay_whole() -> None:
    lines = pen.wrapped("松散,含砖块、混凝土块,块径 5–35 cm。Concrete slabs (broken), timber.", 20, pen.BODY)
    assert all(line[0] not in ",。、;:)%" and line[-1] not in "((" for line in lines)
    assert any("Concrete" in line for line in lines)


@given(st.text(max_size=60))
def test_any_text_makes_sound_xml_and_comes_back(said: str) -> None:
    element = ElementTree.fromstring(pen.text(0, 0, said))
    assert element.tag == "text"
    assert (element.text or "") == pen.clean(said)


def test_a_script_is_a_text() -> None:
    assert "<script" not in pen.text(0, 0, '<script>alert("1")</script>')


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (-0.001, "0"), (10, "10"), (1.005, "1"), (-2.5, "-2.5"), (3.14159, "3.14")]
)
def test_coordinates_have_no_more_than_two_decimals(value: float, said: str) -> None:
    assert pen.number(value) == said


def test_what_is_too_long_for_its_line_ends_in_an_ellipsis() -> None:
    assert pen.cut("北围片区国有空闲地", 12, 2.8).endswith("…")
    assert pen.cut("北围", 12, 2.8) == "北围"
