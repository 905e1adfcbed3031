"""CQL2 expressions made at random from its grammar, in JSON, over what the parcel layers may be asked for; and what spoils them.

Everything comes from the dice given, so that one seed makes one list.
"""

import json
import random
from collections.abc import Callable
from typing import Any

from gis_service.maps.cql2.arrays import RELATIONS as ARRAYS
from gis_service.maps.cql2.compiling import ARITHMETIC, COMPARISONS
from gis_service.maps.cql2.spatial import RELATIONS as SPATIAL
from gis_service.maps.cql2.temporal import RELATIONS as TEMPORAL
from tests.factories import SOUTH, WEST

Node = Any
Dice = random.Random

TEXTS = ("parcel_no", "parcel_name", "area_name", "fence_status", "risk_level", "use_status")
NUMBERS = ("id", "area_computed_m2", "area_mu", "planned_supply_year")
WORDS = (
    "none",
    "full",
    "low",
    "idle",
    "北围一号",
    "O'Brien",
    "100%",
    "a_b",
    "é",
    "e\u0301",
    "",
    "𠮷",
    "\\",
    '"',
    "--",
    ";",
)
SIGNS = "()'\",<>=+-*/%^ \t\n\\;北é0a._\u200b\x7f"
TOKENS = (
    "(", ")", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS NULL", "''", "'", '"', ",", "=", "<>", "-", "1e400", "NULL", "TRUE",
    "CASEI(", "A_CONTAINS(", "S_WITHIN(", "DATE('x')", "POINT(1", "INTERVAL('..','..')", "BBOX(1,2)", "id", "geometry",
    "use_statuses", "pg_sleep(9)", "/*", "--", "$1", "%s", "\0",
)  # fmt: skip


def an_expression(dice: Dice, depth: int = 2) -> Node:
    """A condition that the grammar allows and our types too."""
    kind = dice.random()
    if depth and kind < 0.35:
        return _op(dice.choice(["and", "or"]), *(an_expression(dice, depth - 1) for _ in range(dice.choice([2, 2, 3]))))
    if depth and kind < 0.45:
        return _op("not", an_expression(dice, depth - 1))
    return dice.choice(PREDICATES)(dice)


def _op(name: str, *args: Node) -> Node:
    return {"op": name, "args": list(args)}


def _property(dice: Dice, names: tuple[str, ...]) -> Node:
    return {"property": dice.choice(names)}


def _word(dice: Dice) -> str:
    return dice.choice(WORDS) if dice.random() < 0.8 else "".join(dice.choices("aé北 '_%\\", k=dice.randrange(12)))


def _text(dice: Dice) -> Node:
    made = _property(dice, TEXTS) if dice.random() < 0.6 else _word(dice)
    return _op(dice.choice(["casei", "accenti"]), made) if dice.random() < 0.2 else made


def _number(dice: Dice) -> Node:
    """No powers: the greatest of them have no result, which is another matter (400)."""
    made = (
        _property(dice, NUMBERS)
        if dice.random() < 0.6
        else dice.choice([0, 1, -3, 2.5, 2025, 1e9, -1e-9, 2**53, 1e300])
    )
    if dice.random() < 0.25:
        return _op(dice.choice([name for name in ARITHMETIC if name != "^"]), made, dice.choice([0, 2, -7, 0.5]))
    return made


def _day(dice: Dice) -> str:
    return f"20{dice.randrange(20, 30)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"


def _moment(dice: Dice) -> str:
    return f"{_day(dice)}T{dice.randrange(24):02}:{dice.randrange(60):02}:00Z"


def _corner(dice: Dice) -> list[float]:
    return [round(WEST + dice.randrange(-4, 30) * 5e-4, 6), round(SOUTH + dice.randrange(-4, 30) * 5e-4, 6)]


def _shape(dice: Dice) -> Node:
    """Six digits at most: what the text says is then the very same place."""
    (west, south), wide, high = _corner(dice), dice.randrange(1, 9) * 5e-4, dice.randrange(1, 9) * 5e-4
    east, north = round(west + wide, 6), round(south + high, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return dice.choice(
        [
            {"bbox": [west, south, east, north]},
            {"type": "Point", "coordinates": [west, south]},
            {"type": "LineString", "coordinates": [[west, south], [east, north]]},
            {"type": "Polygon", "coordinates": [ring]},
            {"type": "MultiPoint", "coordinates": [[west, south], [east, north]]},
        ]
    )


def _span(dice: Dice) -> Node:
    made = dice.random()
    if made < 0.4:
        return {"property": "updated_at"}
    if made < 0.6:
        return dice.choice([{"date": _day(dice)}, {"timestamp": _moment(dice)}])
    ends: list[str] = sorted([_moment(dice), _moment(dice)] if dice.random() < 0.5 else [_day(dice), _day(dice)])
    if dice.random() < 0.4:
        ends[dice.randrange(2)] = ".."
    return {"interval": ends}


def _array(dice: Dice) -> Node:
    if dice.random() < 0.4:
        return {"property": "use_statuses"}
    return [
        dice.choice(["idle", "parking", _word(dice), 1, 2.5, True, {"date": _day(dice)}])
        for _ in range(dice.randrange(2, 5))
    ]


def _like(dice: Dice) -> Node:
    return _op("like", _property(dice, TEXTS), _word(dice).rstrip("\\") + dice.choice(["%", "_", "%_%", ""]))


def _in(dice: Dice) -> Node:
    if dice.random() < 0.5:
        return _op("in", _text(dice), [_word(dice) for _ in range(dice.randrange(1, 40))])
    return _op("in", _number(dice), [dice.randrange(-5, 3000) for _ in range(dice.randrange(1, 40))])


PREDICATES: tuple[Callable[[Dice], Node], ...] = (
    lambda dice: _op(dice.choice(list(COMPARISONS)), _text(dice), _text(dice)),
    lambda dice: _op(dice.choice(list(COMPARISONS)), _number(dice), _number(dice)),
    lambda dice: _op(dice.choice(list(COMPARISONS)), {"property": "updated_at"}, {"timestamp": _moment(dice)}),
    lambda dice: _op(dice.choice(["=", "<>"]), {"property": "waste_found"}, dice.random() < 0.5),
    lambda dice: _op("isNull", _property(dice, (*TEXTS, *NUMBERS, "geometry", "use_statuses"))),
    lambda dice: _op("between", _number(dice), dice.randrange(3000), dice.randrange(3000)),
    lambda dice: _op(dice.choice(sorted(SPATIAL)), {"property": "geometry"}, _shape(dice)),
    lambda dice: _op(dice.choice(sorted(TEMPORAL)), _span(dice), _span(dice)),
    lambda dice: _op(dice.choice(sorted(ARRAYS)), _array(dice), _array(dice)),
    lambda dice: _op("<", _op("area_m2", {"property": "geometry"}), dice.randrange(20_000)),
    lambda dice: dice.random() < 0.5,
    _like,
    _in,
)


# --- spoiling


def spoiled_text(dice: Dice, text: str) -> str:
    """A few characters or words of it taken out, put in, doubled or exchanged."""
    for _ in range(dice.randrange(1, 4)):
        at, upto = sorted((dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)))
        piece = dice.choice(
            [dice.choice(TOKENS), dice.choice(SIGNS), text[at : at + 9], "", chr(dice.randrange(1, 0xD7FF)), "9" * 400]
        )
        text = text[:at] + piece + text[dice.choice([at, at + 1, min(upto, at + 12)]) :]
    return text


JUNK: tuple[Node, ...] = (
    None, True, -0.0, 1e308, 10**400, "", "\0", "\ud800", [], {}, [[]], [None], {"op": "and"}, {"op": "and", "args": []},
    {"op": 7, "args": 7}, {"op": "casei", "args": []}, {"property": "geom"}, {"property": {}}, {"date": 7}, {"timestamp": "x"},
    {"interval": []}, {"interval": ["..", ".."]}, {"bbox": [1]}, {"bbox": [9e99] * 4}, {"type": "Point", "coordinates": []},
    {"type": "Polygon", "coordinates": [[[0, 0]]]}, {"type": "GeometryCollection", "geometries": []}, {"op": "pg_sleep", "args": [9]},
    {"type": "Point", "coordinates": [1e300, 1e300]}, {"op": "^", "args": [10, 400]}, "x" * 4000, {"property": "use_statuses"},
)  # fmt: skip


def spoiled_json(dice: Dice, node: Node) -> str:
    """A piece of the tree exchanged for junk, or a few of its characters."""
    if dice.random() < 0.3:
        return spoiled_text(dice, json.dumps(node, ensure_ascii=False))
    return json.dumps(_with_junk(dice, node))


def _with_junk(dice: Dice, node: Node) -> Node:
    if dice.random() < 0.25 or not isinstance(node, dict | list) or not node:
        return dice.choice(JUNK)
    if isinstance(node, list):
        at = dice.randrange(len(node))
        return [_with_junk(dice, one) if n == at else one for n, one in enumerate(node)]
    key = dice.choice(sorted(node))
    if dice.random() < 0.1:
        return {dice.choice(["op", "args", "type", "x"]) if name == key else name: one for name, one in node.items()}
    return {name: _with_junk(dice, one) if name == key else one for name, one in node.items()}


# --- bombs


def bombs() -> list[tuple[str, str]]:
    """(language, filter): what made parsers fall, or work for ever."""
    box = f"{WEST} {SOUTH}"
    vertices = ",".join([box] * 2_900)
    points = ", ".join(f"{WEST + n * 1e-7:.7f} {SOUTH}" for n in range(300))
    texts = [
        *("(" * n + "id=1" + ")" * n for n in (5, 20, 64, 65, 500, 2000, 4000)), "(" * 2000, ")" * 2000, "(" * 8000,
        *("NOT " * n + "id=1" for n in (4, 5, 100, 1000, 10_000)), "NOT(" * 30 + "TRUE" + ")" * 30, "id = " + "-" * 8000 + "1",
        "id = " + "+".join(["1"] * 3000), "id = " + "^".join(["9"] * 1000), "id=1" + " AND id=1" * 300, "TRUE" + " OR TRUE" * 1000,
        "parcel_no = '" + "x" * 60_000 + "'", "parcel_no = '" + "''" * 4000 + "'", "parcel_no = '" + "(" * 8000 + "'",
        *(f"parcel_name LIKE '{'%_' * n}'" for n in (5, 100, 3000)), f"parcel_name LIKE '{'%a' * 2000}b'", f"parcel_name LIKE '{'%' * 8000}'",
        f"S_INTERSECTS(geometry, LINESTRING({vertices}))", f"S_INTERSECTS(geometry, LINESTRING({points}))",
        f"S_INTERSECTS(geometry, MULTIPOINT({points}))", "S_INTERSECTS(geometry, BBOX(3,2,1,0))", "S_INTERSECTS(geometry, BBOX(1,1,1,1))",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "S_INTERSECTS(geometry, POINT(1e308 1e308))",
        "area_m2(" * 500 + "geometry" + ")" * 500 + "=1", "f(" * 2000, "CASEI(" * 60 + "parcel_no" + ")" * 60 + "='x'",
        "id IN (" + ",".join(["1"] * 4000) + ")", "parcel_no IN (" + ",".join(["'x'"] * 2000) + ")", "a_contains(use_statuses,(" * 900,
        f"A_OVERLAPS(use_statuses, ({','.join(['1'] * 3900)}))", f"A_OVERLAPS(use_statuses, ({','.join(chr(39) + 'x' + chr(39) for _ in range(1900))}))",
        "id = 1e308 * 1e308", "id = 1e400", "id = 10 ^ 400", "area_computed_m2 ^ 99 > 1", "id = " + "9" * 8000, "id div 0 = 1", "0 ^ -1 = 1",
        "(-1) ^ 0.5 = 1", "\0", "\ufeffid=1", "id=1\0", "'" * 8001, '"' * 8001, "[" * 5000, "\n" * 8000 + "id=1", " " * 8000 + "id", "\U0010ffff" * 2000,
        "updated_at = TIMESTAMP('9999-12-31T23:59:60Z')", "updated_at > TIMESTAMP('0000-00-00T00:00:00Z')", "T_AFTER(updated_at, DATE('0001-01-01'))",
        "T_AFTER(updated_at, INTERVAL('0001-01-01','9999-12-31'))", "a=" * 3000, "<" * 8000, "id between " * 600, "id in (" * 1000,
    ]  # fmt: skip
    nodes = [
        "[" * n for n in (10, 129, 5000)] + ['{"op":"not","args":[' * n for n in (64, 65, 300)] + ['{"a":' * 1200, "NaN", "-Infinity", "1" * 8000,
        '{"op":"not","args":[' * 60 + "true" + "]}" * 60, '{"op":"=","args":[{"property":"id"},1e999]}', '{"op":"=","args":[{"property":"id"},' + "9" * 5000 + "]}",
        '{"op":"and","args":[' + ",".join(["true"] * 1500) + "]}", '{"op":"in","args":[{"property":"id"},[' + ",".join(["1"] * 3900) + "]]}",
        '{"op":"=","args":[{"property":"parcel_no"},"\\u0000"]}', '{"op":"=","args":[{"property":"parcel_no"},"\\ud800"]}', '"' + "\\u0041" * 1300 + '"',
        '{"op":"a_equals","args":[' + "[" * 100 + "]" * 100 + ",[]]}", '{"op":"a_equals","args":[[],[]]}', '{"op":"a_equals","args":[{"property":"use_statuses"},[[]]]}',
        '{"op":"+","args":[' * 60 + "1" + ",1]}" * 60, '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[3,2,1,0]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1e308,1e308,1.1e308,1.1e308]}]}', '{"property":"' + "x" * 8000 + '"}',
    ]  # fmt: skip
    return [("cql2-text", text) for text in texts] + [("cql2-json", node) for node in nodes]
