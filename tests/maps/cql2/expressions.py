"""Random CQL2 expressions over the rows of `test_evaluation.py`, in JSON, and the same written as text."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from hypothesis import strategies as st

from gis_service.maps.cql2.functions import FUNCTIONS
from gis_service.maps.cql2.spatial import RELATIONS as SPATIAL
from gis_service.maps.cql2.temporal import RELATIONS as TEMPORAL

Node = Any

LETTERS = "aAbéÉ北围'\"%_\\ "
DAYS = st.integers(0, 9).map(lambda n: f"2026-01-{n + 1:02}")
MOMENTS = st.integers(0, 30).map(
    lambda n: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=8 * n)).strftime("%Y-%m-%dT%H:%M:%SZ")
)
TEXTS = st.text(LETTERS, max_size=4)
NUMBERS = st.integers(-6, 6) | st.integers(-12, 12).map(lambda n: n / 2)
PLACES = st.tuples(st.integers(0, 6), st.integers(0, 6))


def prop(*names: str) -> st.SearchStrategy[Node]:
    return st.sampled_from([{"property": name} for name in names])


def op(name: str, *args: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.tuples(*args).map(lambda found: {"op": name, "args": list(found)})


def shapes() -> st.SearchStrategy[Node]:
    """Valid shapes on a small grid, so that they meet in all ways."""
    box = st.tuples(PLACES, st.integers(1, 3), st.integers(1, 3)).map(
        lambda b: shapely.box(b[0][0], b[0][1], b[0][0] + b[1], b[0][1] + b[2])
    )
    line = st.lists(PLACES, min_size=2, max_size=3, unique=True).map(shapely.LineString)
    point = PLACES.map(shapely.Point)
    points = st.lists(PLACES, min_size=1, max_size=3, unique=True).map(shapely.MultiPoint)
    lines = st.lists(line, min_size=1, max_size=2).map(shapely.MultiLineString)
    boxes = st.lists(box, min_size=2, max_size=2).map(shapely.MultiPolygon)
    every = st.one_of(box, line, point, points, lines, boxes)
    return every.filter(shapely.is_valid).map(lambda shape: json.loads(shapely.to_geojson(shape)))


def boxes() -> st.SearchStrategy[Node]:
    return st.tuples(PLACES, PLACES).map(
        lambda c: {
            "bbox": [min(c[0][0], c[1][0]), min(c[0][1], c[1][1]), max(c[0][0], c[1][0]) + 1, max(c[0][1], c[1][1]) + 1]
        }
    )


numbers = st.recursive(
    prop("size", "n") | NUMBERS,
    lambda inner: (
        st.sampled_from(["+", "-", "*", "/", "div", "%"]).flatmap(lambda name: op(name, inner, inner))
        | op("^", inner, st.integers(0, 2))
    ),
    max_leaves=3,
)
texts = st.recursive(
    prop("name", "other") | TEXTS,
    lambda inner: st.sampled_from(["casei", "accenti"]).flatmap(lambda name: op(name, inner)),
    max_leaves=2,
)
days = prop("day") | DAYS.map(lambda day: {"date": day})
moments = prop("since", "until") | MOMENTS.map(lambda moment: {"timestamp": moment})


def interval(ends: st.SearchStrategy[str], columns: list[str]) -> st.SearchStrategy[Node]:
    fixed = st.tuples(ends, ends).map(lambda found: {"interval": sorted(found)})
    opened = ends.flatmap(lambda end: st.sampled_from([{"interval": ["..", end]}, {"interval": [end, ".."]}]))
    of_row = st.just({"interval": [{"property": column} for column in columns]})
    return fixed | opened | of_row


spans = st.one_of(days, moments, interval(DAYS, ["day", "day"]), interval(MOMENTS, ["since", "until"]))
comparisons = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])
patterns = TEXTS.filter(lambda text: (len(text) - len(text.rstrip("\\"))) % 2 == 0)
patterns = patterns | patterns.map(lambda text: {"op": "casei", "args": [text]})


def pairs(of: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return comparisons.flatmap(lambda name: op(name, of, of))


WORDS = st.sampled_from(["a", "b", "é'", "北", ""])
elements = WORDS | NUMBERS | st.booleans() | DAYS.map(lambda day: {"date": day})
arrays = prop("tags", "more") | st.lists(WORDS, min_size=1, max_size=3) | st.lists(elements, min_size=1, max_size=4)

predicates = st.one_of(
    pairs(numbers),
    pairs(texts),
    pairs(days),
    pairs(moments),
    st.sampled_from(["=", "<>"]).flatmap(lambda name: op(name, prop("ok"), st.booleans())),
    prop("ok"),
    op("isNull", prop("name", "size", "ok", "day", "since", "geometry")),
    op("between", numbers, NUMBERS, NUMBERS),
    op("between", moments, moments, moments),
    op("in", prop("n", "size"), st.lists(NUMBERS, min_size=1, max_size=4)),
    op("in", texts, st.lists(TEXTS, min_size=1, max_size=4)),
    op("like", texts, patterns),
    st.sampled_from(sorted(SPATIAL)).flatmap(lambda name: op(name, prop("geometry"), shapes() | boxes())),
    st.sampled_from(sorted(SPATIAL)).flatmap(lambda name: op(name, shapes(), prop("geometry"))),
    st.sampled_from(sorted(TEMPORAL)).flatmap(lambda name: op(name, spans, spans)),
    st.sampled_from(["a_equals", "a_contains", "a_containedBy", "a_overlaps"]).flatmap(
        lambda name: op(name, arrays, arrays)
    ),
    op("isNull", prop("tags")),
)
filters = st.recursive(
    predicates,
    lambda inner: (
        op("not", inner)
        | st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda found: {"op": found[0], "args": found[1]}
        )
    ),
    max_leaves=4,
)


def text_of(node: Node) -> str:  # noqa: PLR0911
    """The expression in the text encoding."""
    if isinstance(node, bool):
        return str(node).upper()
    if isinstance(node, str):
        return "'" + node.replace("'", "''") + "'"
    if isinstance(node, list):
        return f"({', '.join(map(text_of, node))})"
    if not isinstance(node, dict):
        return repr(node)
    if "property" in node:
        return f'"{node["property"]}"'
    if "type" in node:
        return shapely.to_wkt(shapely.from_geojson(json.dumps(node)), trim=True)
    for word in ("date", "timestamp"):
        if word in node:
            return f"{word.upper()}('{node[word]}')"
    if "interval" in node:
        return f"INTERVAL({','.join(text_of(end) for end in node['interval'])})"
    if "bbox" in node:
        return f"BBOX({','.join(map(str, node['bbox']))})"
    return _operation(node["op"], node["args"])


def _operation(name: str, args: list[Node]) -> str:
    if name == "in":
        return f"({text_of(args[0])} IN ({', '.join(map(text_of, args[1]))}))"
    said = [text_of(arg) for arg in args]
    if name == "not":
        return f"(NOT ({said[0]}))"
    if name == "isNull":
        return f"({said[0]} IS NULL)"
    if name == "between":
        return f"({said[0]} BETWEEN {said[1]} AND {said[2]})"
    if name[:2] in ("s_", "t_", "a_") or name in ("casei", "accenti", *FUNCTIONS):
        return f"{name.upper()}({', '.join(said)})"
    return "(" + f" {name.upper()} ".join(said) + ")"
