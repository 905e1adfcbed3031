"""CQL2 evaluated in Python over rows in memory: what the SQL of a filter is held against.

Values that are absent make a comparison unknown (None), as in SQL; only what is true is found.
"""

import json
import math
import operator
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import shapely

from gis_service.core.clock import BEIJING

Row = Mapping[str, Any]

COMPARE = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
RELATE = {
    "s_intersects": shapely.intersects, "s_equals": shapely.equals, "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches, "s_within": shapely.within, "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses, "s_contains": shapely.contains,
}  # fmt: skip
ALLEN = {
    "t_after": "a>d", "t_before": "b<c", "t_contains": "a<c b>d", "t_during": "a>c b<d", "t_equals": "a=c b=d",
    "t_finishedby": "a<c b=d", "t_finishes": "a>c b=d", "t_intersects": "a<=d b>=c", "t_meets": "b=c", "t_metby": "a=d",
    "t_overlappedby": "a>c a<d b>d", "t_overlaps": "a<c b>c b<d", "t_startedby": "a=c b>d", "t_starts": "a=c b<d",
}  # fmt: skip
"""a, b: start and end of the first; c, d: of the second. All must hold; T_DISJOINT is the opposite of T_INTERSECTS."""
FIRST, LAST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def value(node: Any, row: Row) -> Any:  # noqa: PLR0911
    """What an expression is for a row."""
    if isinstance(node, dict):
        if "property" in node:
            return row[node["property"]]
        if "date" in node:
            return date.fromisoformat(node["date"])
        if "timestamp" in node:
            return datetime.fromisoformat(node["timestamp"])
        if "type" in node:
            return shapely.from_geojson(json.dumps(node))
        if "bbox" in node:
            return shapely.box(*node["bbox"])
        return _operation(node["op"], node["args"], row)
    return node


def _operation(op: str, args: list[Any], row: Row) -> Any:  # noqa: PLR0911
    if op in ("and", "or"):
        return _joined(op, [value(arg, row) for arg in args])
    if op.startswith("t_"):
        return _in_time(op, args, row)
    if op == "in":
        one, items = value(args[0], row), [value(item, row) for item in args[1]]
        return None if one is None else one in items
    given = [[value(one, row) for one in arg] if isinstance(arg, list) else value(arg, row) for arg in args]
    if op == "between":
        return _joined(
            "and", [_operation(">=", [given[0], given[1]], row), _operation("<=", [given[0], given[2]], row)]
        )
    if op == "isNull":
        return given[0] is None
    if any(one is None for one in given):
        return None
    return _known(op, given)


def _joined(op: str, parts: list[bool | None]) -> bool | None:
    decisive = op == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _known(op: str, given: list[Any]) -> Any:  # noqa: PLR0911
    """An operation none of whose values is absent."""
    first, *rest = given
    if op in COMPARE:
        return COMPARE[op](first, rest[0])
    if op.startswith("a_"):
        return _of_sets(op, *({_element(one) for one in side} for side in given))
    if op in RELATE:
        return bool(RELATE[op](first, rest[0]))
    if op == "not":
        return not first
    if op == "like":
        return _like(first, rest[0])
    if op == "casei":
        return first.lower()
    if op == "accenti":
        bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", first))
        return unicodedata.normalize("NFC", bare)
    return _calculated(op, float(first), float(rest[0]))


def _element(one: Any) -> tuple[str, Any]:
    """Values of unlike kinds are unlike elements: TRUE is not 1."""
    return ("number" if isinstance(one, int | float) and not isinstance(one, bool) else type(one).__name__), one


def _of_sets(op: str, one: set[Any], other: set[Any]) -> bool:
    return {"a_equals": one == other, "a_contains": one >= other, "a_containedBy": one <= other}.get(
        op, bool(one & other)
    )


def _calculated(op: str, one: float, other: float) -> float | None:
    if op in ("/", "div", "%") and other == 0:
        return None
    if op in ("/", "div"):
        return one / other if op == "/" else float(math.trunc(one / other))
    return {"+": one + other, "-": one - other, "*": one * other}.get(op) if op in "+-*" else _rest(op, one, other)


def _rest(op: str, one: float, other: float) -> float:
    return math.fmod(one, other) if op == "%" else one**other


def _like(text: str, pattern: str) -> bool:
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(wild.get(p) or re.escape(p[-1]) for p in pieces), text, re.DOTALL))


def _in_time(op: str, args: list[Any], row: Row) -> bool | None:
    if op == "t_disjoint":
        meets = _in_time("t_intersects", args, row)
        return None if meets is None else not meets
    ends = [end for arg in args for end in _span(arg, row)]
    days = all(end is None or not isinstance(end, datetime) or end in (FIRST, LAST) for end in ends)
    known = {name: _end(end, name in "bd", days) for name, end in zip("abcd", ends, strict=True)}
    return _joined("and", [_holds(condition, known) for condition in ALLEN[op].split()])


def _holds(condition: str, known: Mapping[str, Any]) -> bool | None:
    one, other = known[condition[0]], known[condition[-1]]
    return None if one is None or other is None else bool(COMPARE[condition[1:-1]](one, other))


def _span(node: Any, row: Row) -> tuple[Any, Any]:
    if isinstance(node, dict) and "interval" in node:
        first, last = node["interval"]
        return (FIRST if first == ".." else _moment(first, row)), (LAST if last == ".." else _moment(last, row))
    found = value(node, row)
    return found, found


def _moment(node: Any, row: Row) -> Any:
    if isinstance(node, str):
        return datetime.fromisoformat(node) if "T" in node else date.fromisoformat(node)
    return value(node, row)


def _end(end: Any, is_last: bool, days: bool) -> Any:
    """Days as days among days; beside instants, all of the day in Beijing."""
    if end is None:
        return None
    if isinstance(end, datetime):
        return end.date() if days else end
    if days:
        return end
    begin = datetime.combine(end, time(), BEIJING)
    return begin + timedelta(days=1) - timedelta(microseconds=1) if is_last else begin
