"""Filters are bounded before the parser, which could end the process, sees them; nothing but a refusal comes out."""

import json
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.maps.cql2.compiling import compiled
from gis_service.maps.cql2.reading import JSON, TEXT, read
from gis_service.maps.crs import LONLAT
from gis_service.maps.errors import BadFilter
from tests.maps.cql2.test_evaluation import QUERYABLES

DEEPEST = """
import threading
from gis_service.maps.cql2.reading import read
from gis_service.maps.errors import BadFilter

threading.stack_size(2 * 1024 * 1024)
signs = ["", "-" * 4, "NOT " * 4, "- NOT " * 2, "NOT(" , "f("]
tails = ["1", "=".join(["1"] * 250), "+".join(["1"] * 900), "^".join(["1"] * 900), "1 and " * 400 + "1", "1 like 1 " * 200,
         "1 between 1 and " * 200 + "1", "1 in (1) " * 300, "1 is null " * 300, "1 div " * 500 + "1", ",".join("1" * 2000)]
for sign in signs:
    for tail in tails:
        for depth in (0, 4, 6, 9):
            opened = (sign + "(") * depth
            text = opened + tail + ")" * opened.count("(")
            thread = threading.Thread(target=lambda: ends.append(attempt(text)))
            def attempt(text):
                try:
                    read(text, "cql2-text")
                except BadFilter:
                    pass
            ends = []
            thread.start()
            thread.join()
            assert len(ends) == 1, text[:80]
print("lives")
"""


def test_the_deepest_filter_that_is_let_through_stands_on_a_quarter_of_the_stack() -> None:
    done = subprocess.run([sys.executable, "-c", DEEPEST], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "lives\n"), done.stderr[-500:]


@pytest.mark.parametrize(
    "text", ["(" * 30, "(" * 18 + "a b" + ")" * 18, "NOT((" * 9 + "a b", "a in (" * 8 + "1+" * 3000]
)
def test_what_would_keep_the_parser_busy_for_long_is_refused_at_once(text: str) -> None:
    with pytest.raises(BadFilter, match="deep"):
        read(text, TEXT)


@pytest.mark.parametrize("number", ["9" * 400, "-1e999", "1e999"])
def test_a_coordinate_beyond_all_numbers_is_refused(number: str) -> None:
    """The parser raises its plainest error there, which once was answered with 500."""
    for shape in (f"POINT({number} 1)", f"LINESTRING(1 1,2 {number})", f"BBOX(1,1,2,{number})"):
        with pytest.raises(BadFilter):
            compiled(f"S_INTERSECTS(geometry, {shape})", TEXT, QUERYABLES, LONLAT)


def test_json_nests_deeper_than_text() -> None:
    node: object = {"op": "=", "args": [{"property": "n"}, 1]}
    for _ in range(60):
        node = {"op": "not", "args": [node]}
    compiled(json.dumps(node), JSON, QUERYABLES, LONLAT)
    with pytest.raises(BadFilter, match="deep"):
        read("NOT (" * 60 + "n = 1" + ")" * 60, TEXT)


WORDS = st.sampled_from(
    """( ) , ' " = <> < > + - * / % ^ div AND OR NOT IN LIKE BETWEEN IS NULL TRUE name size geometry 北围 1 2.5 1e9 'x' CASEI(
    S_INTERSECTS( POINT(1 POLYGON(( BBOX(1,2,3,4) T_AFTER( DATE('2026-01-01') INTERVAL( '..' TIMESTAMP( \\ ;""".split()  # noqa: SIM905
)


@given(words=st.lists(WORDS, max_size=25), gap=st.sampled_from(["", " ", "\n"]))
def test_any_row_of_words_is_a_filter_or_refused(words: list[str], gap: str) -> None:
    attempt(gap.join(words), TEXT)


@given(text=st.text(max_size=200))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    attempt(text, TEXT)
    attempt(text, JSON)


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([{"property": "name"}, {"property": "geometry"}, {"property": "tags"}, {"date": "x"}, {"timestamp": 1}, {"interval": ["..", 3]}]),
    lambda inner: st.lists(inner, max_size=3)
    | st.fixed_dictionaries(
        {"op": st.sampled_from(["and", "=", "in", "like", "s_within", "t_after", "a_contains", "a_equals", "+", "casei", "isNull", "area_m2", "between", "x"]),
         "args": st.lists(inner, max_size=3) | inner}
    )
    | st.fixed_dictionaries({"type": st.sampled_from(["Point", "Polygon", "MultiPoint", "GeometryCollection"]), "coordinates": inner})
    | st.fixed_dictionaries({"bbox": inner})
    | st.dictionaries(st.sampled_from(["op", "args", "property", "type", "date", "interval", "geometries"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(node=NODES)
def test_any_json_is_a_filter_or_refused(node: object) -> None:
    attempt(json.dumps(node), JSON)


def attempt(text: str, language: str) -> None:
    with suppress(BadFilter):
        compiled(text, language, QUERYABLES, LONLAT)


@pytest.mark.parametrize("text", ["北围='x'", "\"北围\"='x'", "北围 LIKE '%后环%'"])
def test_names_and_literals_may_be_chinese(text: str) -> None:
    assert read(text, TEXT)["args"][0] == {"property": "北围"}


def test_a_fault_is_placed_by_line_and_column() -> None:
    with pytest.raises(BadFilter) as caught:
        read("size = 1\nAND size ~ 2", TEXT)
    assert "2:10" in caught.value.sentence("zh")
    assert "~ 2" in caught.value.sentence("en")
