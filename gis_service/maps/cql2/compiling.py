"""A CQL2 tree as one SQL condition.

Names come from the queryables and go in as identifiers; every literal is bound; operators and functions come from the
tables here. Nothing of the filter's own text reaches the statement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any, LiteralString, NoReturn

import shapely
from psycopg import sql

from gis_service.maps import crs
from gis_service.maps.cql2 import arrays, literals, spatial, temporal
from gis_service.maps.cql2.arrays import Members
from gis_service.maps.cql2.functions import FUNCTIONS
from gis_service.maps.cql2.reading import MAX_TREE, read
from gis_service.maps.cql2.temporal import Span
from gis_service.maps.cql2.terms import WORDS, Kind, Node, Queryable, Term, fault, shown
from gis_service.maps.crs import Crs

COMPARISONS: dict[str, LiteralString] = {
    "=": "({} = {})", "<>": "({} <> {})", "<": "({} < {})", ">": "({} > {})", "<=": "({} <= {})", ">=": "({} >= {})",
}  # fmt: skip
IN_ORDER = ("<", ">", "<=", ">=")
ARITHMETIC: dict[str, LiteralString] = {
    "+": "({}::float8 + {}::float8)",
    "-": "({}::float8 - {}::float8)",
    "*": "({}::float8 * {}::float8)",
    "/": "({}::float8 / nullif({}::float8, 0))",
    "div": "trunc({}::float8 / nullif({}::float8, 0))",
    "%": "mod({}::float8::numeric, nullif({}::float8::numeric, 0))::float8",
    "^": "power({}::float8, {}::float8)",
}
"""Division by zero has no value, so such a row is not found; it is no reason to refuse the others."""

CODE_POINTS = sql.SQL('({} collate "C")')
"""Texts are compared by code point: the same order on every machine."""
FOLDED = sql.SQL('(lower({} collate "und-x-icu") collate "C")')
PLAIN = sql.SQL("(normalize(regexp_replace(normalize({}, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC) collate \"C\")")
"""Letters without the marks that combine with them."""

CASTS: dict[Kind, LiteralString] = {
    Kind.TEXT: "{}::text",
    Kind.NUMBER: "{}::float8",
    Kind.BOOLEAN: "{}::boolean",
    Kind.DATE: "{}::date",
    Kind.INSTANT: "{}::timestamptz",
    Kind.SHAPE: "{}::geometry",
}
EXACT = 2**53


@dataclass(frozen=True)
class Filter:
    """A condition and the values to bind to its placeholders. Filters that differ in values only share their SQL."""

    sql: str
    values: Mapping[str, Any]


def compiled(text: str, language: str, queryables: Mapping[str, Queryable], system: Crs) -> Filter:
    """The filter as SQL; coordinates in it are in `system`. Raises `BadFilter`."""
    writer = _Writer(queryables, system)
    condition = writer.condition(read(text, language), "filter")
    return Filter(condition.sql.as_string(None), writer.values)


@dataclass
class _Writer:
    queryables: Mapping[str, Queryable]
    system: Crs
    values: dict[str, Any] = field(default_factory=dict)
    depth: int = 0

    # --- terms

    def condition(self, node: Node, place: str) -> Term:
        return self.of_kind(node, (Kind.BOOLEAN,), place)

    def of_kind(self, node: Node, kinds: Sequence[Kind], place: str) -> Term:
        term = self.term(node, place)
        if term.kind not in kinds:
            self._unlike(term, kinds, place)
        return term

    def term(self, node: Node, place: str) -> Term:
        """Any value: a literal, a queryable, an operation."""
        if isinstance(node, bool):
            return self.bound(Kind.BOOLEAN, node)
        if isinstance(node, int | float):
            return self.number(node, place)
        if isinstance(node, str):
            return self.bound(Kind.TEXT, node)
        if isinstance(node, dict):
            return self.piece(node, place)
        if node is None:
            raise fault(place, "不能与 NULL 比较,请用 IS NULL", "nothing compares with NULL; use IS NULL")
        raise fault(place, "这里不能是列表", "there may be no list here")

    def piece(self, node: dict[str, Node], place: str) -> Term:
        if "op" in node:
            return self.operation(node)
        if "property" in node:
            return self.property(node["property"])
        if literals.is_shape(node):
            return self.shape(node, place)
        for word, kind in (("date", Kind.DATE), ("timestamp", Kind.INSTANT)):
            if word in node:
                return self.moment(node[word], kind, word.upper())
        said = shown("、".join(map(str, node)))
        raise fault(place, f"不认识“{said}”", f"'{said}' is not known here")

    def property(self, name: Node) -> Term:
        known = self.queryables.get(name) if isinstance(name, str) else None
        if known is None:
            names = "、".join(self.queryables)
            raise fault(
                shown(name),
                f"没有这个字段,可用:{names}",
                f"there is no such property; known are {', '.join(self.queryables)}",
            )
        return Term(known.kind, sql.Identifier(known.column), of=known.of)

    def moment(self, text: Node, kind: Kind, place: str) -> Term:
        value = literals.moment(text, place)
        if isinstance(value, datetime) is not (kind is Kind.INSTANT):
            said = shown(text)
            raise fault(place, f"“{said}”不是{WORDS[kind][0]}", f"'{said}' is not {WORDS[kind][1]}")
        return self.bound(kind, value)

    def bound(self, kind: Kind, value: Any, cast: LiteralString | None = None, *, mixed: bool = False) -> Term:
        name = f"filter_{len(self.values)}"
        self.values[name] = value
        return Term(kind, sql.SQL(cast or CASTS[kind]).format(sql.Placeholder(name)), literal=True, mixed=mixed)

    def number(self, value: float, place: str) -> Term:
        """A whole number is bound as one, so that an index on whole numbers serves; text gives no others than floats."""
        exact = _exact(value, place)
        return (
            self.bound(Kind.NUMBER, exact, "{}::bigint") if isinstance(exact, int) else self.bound(Kind.NUMBER, exact)
        )

    def numbers(self, values: Sequence[float], place: str) -> Term:
        """Many numbers, bound together as one array; as whole numbers if all are."""
        exact = [_exact(value, place) for value in values]
        if all(isinstance(one, int) for one in exact):
            return self.bound(Kind.NUMBER, exact, "{}::bigint[]")
        return self.bound(Kind.NUMBER, [float(one) for one in exact], "{}::float8[]")

    def shape(self, node: Node, place: str) -> Term:
        drawn = literals.shape(node, self.system, place)
        mixed = drawn.geom_type == "GeometryCollection"
        if mixed and not shapely.unary_union(drawn).geom_type.endswith("Collection"):
            drawn, mixed = shapely.unary_union(drawn), False
        return self.bound(Kind.SHAPE, crs.ewkb(drawn), mixed=mixed)

    # --- operations

    def operation(self, node: dict[str, Node]) -> Term:
        op, args = node["op"], node.get("args", [])
        if not isinstance(op, str) or not isinstance(args, list):
            raise fault(shown(op), "运算应有名称和参数列表", "an operation has a name and a list of arguments")
        self.depth += 1
        if self.depth > MAX_TREE:
            raise fault(shown(op), f"嵌套超过 {MAX_TREE} 层", f"it nests more than {MAX_TREE} levels")
        try:
            return self._written(op, args)
        finally:
            self.depth -= 1

    def _written(self, op: str, args: list[Node]) -> Term:
        name = op.lower()
        write = OPERATIONS.get(name)
        if write is None:
            known = ", ".join(FUNCTIONS)
            zh, en = "不支持该运算或函数;本服务的函数有", "there is no such operator or function here; functions are"
            raise fault(shown(op), f"{zh} {known}", f"{en} {known}")
        return write(self, name, args)

    def spatial(self, op: str, args: list[Node]) -> Term:
        one, other = (self.of_kind(arg, (Kind.SHAPE,), op.upper()) for arg in _of(op, args, 2))
        return spatial.relation(op, one, other)

    def temporal(self, op: str, args: list[Node]) -> Term:
        one, other = (self.span(arg, op.upper()) for arg in _of(op, args, 2))
        return temporal.relation(op, one, other)

    def joined(self, op: str, args: list[Node]) -> Term:
        if not args:
            raise fault(op, "缺少条件", "there are no conditions")
        parts = [self.condition(arg, op).sql for arg in args]
        return Term(Kind.BOOLEAN, sql.SQL("({})").format(sql.SQL(f" {op} ").join(parts)))

    def negation(self, op: str, args: list[Node]) -> Term:
        (arg,) = _of(op, args, 1)
        return Term(Kind.BOOLEAN, sql.SQL("(not {})").format(self.condition(arg, op).sql))

    def is_null(self, op: str, args: list[Node]) -> Term:
        (arg,) = _of(op, args, 1)
        return Term(Kind.BOOLEAN, sql.SQL("({} is null)").format(self.term(arg, "IS NULL").sql))

    def comparison(self, op: str, args: list[Node]) -> Term:
        one, other = (self.term(arg, op) for arg in _of(op, args, 2))
        self._alike(op, one, other)
        if one.kind is Kind.SHAPE:
            raise fault(op, "图形请用 S_EQUALS 等比较", "geometries are compared by S_EQUALS and its like")
        if one.kind is Kind.BOOLEAN and op in IN_ORDER:
            raise fault(op, "是否值没有大小", "booleans have no order")
        return Term(Kind.BOOLEAN, sql.SQL(COMPARISONS[op]).format(self._ordered(op, one), other.sql))

    def between(self, op: str, args: list[Node]) -> Term:
        """The bounds are included."""
        value, low, high = (self.term(arg, "BETWEEN") for arg in _of(op, args, 3))
        for bound in (low, high):
            self._alike("BETWEEN", value, bound)
        if value.kind not in (Kind.NUMBER, Kind.DATE, Kind.INSTANT, Kind.TEXT):
            self._unlike(value, (Kind.NUMBER, Kind.DATE, Kind.INSTANT), "BETWEEN")
        parts = (self._ordered("<", value), low.sql, high.sql)
        return Term(Kind.BOOLEAN, sql.SQL("({} between {} and {})").format(*parts))

    def within(self, op: str, args: list[Node]) -> Term:
        """IN: literals of one kind are bound together, as one list."""
        value, wanted = _of(op, args, 2)
        if not isinstance(wanted, list) or not wanted:
            raise fault("IN", "需要一个非空列表", "it needs a list that is not empty")
        one = self.term(value, "IN")
        if one.kind is Kind.SHAPE:
            raise fault("IN", "图形不能用 IN", "geometries do not go with IN")
        if one.kind is Kind.TEXT and all(isinstance(item, str) for item in wanted):
            return _any(one, self.bound(Kind.TEXT, wanted, "{}::text[]"))
        if one.kind is Kind.NUMBER and all(_is_number(item) for item in wanted):
            return _any(one, self.numbers(wanted, "IN"))
        items = [self.term(item, "IN") for item in wanted]
        for item in items:
            self._alike("IN", one, item)
        listed = sql.SQL(", ").join(item.sql for item in items)
        return Term(Kind.BOOLEAN, sql.SQL("({} in ({}))").format(one.sql, listed))

    def like(self, op: str, args: list[Node]) -> Term:
        """% any characters, _ one, \\ before either for itself."""
        value, pattern = _of(op, args, 2)
        written = pattern
        while isinstance(written, dict) and written.get("op") in ("casei", "accenti"):
            (written,) = _of(str(written["op"]), written.get("args", []), 1)
        if not isinstance(written, str):
            raise fault("LIKE", "模式应是文本", "the pattern is a text")
        if (len(written) - len(written.rstrip("\\"))) % 2:
            raise fault("LIKE", "模式不能以单个 \\ 结尾", "the pattern may not end with a single \\")
        one, other = self.of_kind(value, (Kind.TEXT,), "LIKE"), self.term(pattern, "LIKE")
        return Term(Kind.BOOLEAN, sql.SQL("({} like {})").format(one.sql, other.sql))

    def case(self, op: str, args: list[Node]) -> Term:
        (arg,) = _of(op, args, 1)
        return Term(Kind.TEXT, FOLDED.format(self.of_kind(arg, (Kind.TEXT,), "CASEI").sql))

    def accent(self, op: str, args: list[Node]) -> Term:
        (arg,) = _of(op, args, 1)
        return Term(Kind.TEXT, PLAIN.format(self.of_kind(arg, (Kind.TEXT,), "ACCENTI").sql))

    def arithmetic(self, op: str, args: list[Node]) -> Term:
        left, right = (self.of_kind(arg, (Kind.NUMBER,), op).sql for arg in _of(op, args, 2))
        return Term(Kind.NUMBER, sql.SQL(ARITHMETIC[op]).format(left, right))

    def function(self, name: str, args: list[Node]) -> Term:
        known = FUNCTIONS[name]
        given = _of(name, args, len(known.takes))
        terms = [self.of_kind(arg, (kind,), name) for arg, (_, kind) in zip(given, known.takes, strict=True)]
        return Term(known.gives, known.write([term.sql for term in terms]))

    # --- arrays

    def of_arrays(self, op: str, args: list[Node]) -> Term:
        one, other = (self.members(arg, op.upper()) for arg in _of(op, args, 2))
        return arrays.relation(op, one, other)

    def members(self, node: Node, place: str) -> Members:
        """An array of the row, or one that was written into the filter. Any other value than a property's is the array of
        itself: the parser of text drops the parentheses of some arrays of one."""
        if not isinstance(node, dict) or "property" not in node:
            return self.listed(node if isinstance(node, list) else [node], place)
        term = self.of_kind(node, (Kind.ARRAY,), place)
        assert term.of is not None  # noqa: S101  (queryables say it of every array)
        return Members({term.of: term.sql}, column=term.sql)

    def listed(self, nodes: list[Node], place: str) -> Members:
        """The elements of a literal by kind; texts and numbers are bound together."""
        texts, numbers = [one for one in nodes if isinstance(one, str)], [one for one in nodes if _is_number(one)]
        found: dict[Kind, list[sql.Composable]] = {}
        for node in nodes:
            if not isinstance(node, str) and not _is_number(node):
                term = self.of_kind(node, tuple(arrays.TYPES), place)
                found.setdefault(term.kind, []).append(sql.SQL(CASTS[term.kind]).format(term.sql))
        parts: list[tuple[Kind, sql.Composable]] = [
            (kind, sql.SQL("array[{}]::" + arrays.TYPES[kind]).format(sql.SQL(", ").join(items)))
            for kind, items in found.items()
        ]
        if texts:
            parts.append((Kind.TEXT, self.bound(Kind.TEXT, texts, "{}::text[]").sql))
        if numbers:
            parts.append((Kind.NUMBER, sql.SQL("{}::float8[]").format(self.numbers(numbers, place).sql)))
        return arrays.joined(parts)

    # --- time

    def span(self, node: Node, place: str) -> Span:
        if isinstance(node, dict) and "interval" in node and "op" not in node:
            return self.interval(node["interval"], place)
        term = self.of_kind(node, (Kind.DATE, Kind.INSTANT), place)
        return Span(term, term)

    def interval(self, ends: Node, place: str) -> Span:
        if not isinstance(ends, list) or len(ends) != 2:
            raise fault(place, "区间有起止两端", "an interval has two ends")
        first, last = ends
        start, end = self.end(first, place), self.end(last, place)
        if isinstance(first, str) and isinstance(last, str) and start and end:
            self._in_order(first, last, place)
        return Span(start, end)

    def end(self, node: Node, place: str) -> Term | None:
        if node in ("..", ""):
            return None
        if isinstance(node, str):
            value = literals.moment(node, place)
            return self.bound(Kind.INSTANT if isinstance(value, datetime) else Kind.DATE, value)
        return self.of_kind(node, (Kind.DATE, Kind.INSTANT), place)

    def _in_order(self, first: str, last: str, place: str) -> None:
        start, end = literals.moment(first, place), literals.moment(last, place)
        if isinstance(start, datetime) is isinstance(end, datetime) and start > end:
            raise fault(place, "区间的起点晚于终点", "the interval begins after its end")

    # --- refusals

    def _ordered(self, op: str, term: Term) -> sql.Composable:
        return CODE_POINTS.format(term.sql) if term.kind is Kind.TEXT and op in IN_ORDER else term.sql

    def _alike(self, place: str, one: Term, other: Term) -> None:
        if Kind.ARRAY in (one.kind, other.kind):
            names = ", ".join(name.upper() for name in arrays.RELATIONS)
            raise fault(place, f"列表请用 {names} 比较", f"arrays are compared by {names}")
        if one.kind is not other.kind:
            self._unlike(other, (one.kind,), place)

    def _unlike(self, term: Term, wanted: Sequence[Kind], place: str) -> NoReturn:
        zh, en = "或".join(WORDS[kind][0] for kind in wanted), " or ".join(WORDS[kind][1] for kind in wanted)
        help_zh = help_en = ""
        if term.kind is Kind.TEXT and {Kind.DATE, Kind.INSTANT} & set(wanted):
            help_zh, help_en = ",请写 DATE('…') 或 TIMESTAMP('…')", "; write DATE('…') or TIMESTAMP('…')"
        raise fault(
            place,
            f"需要{zh},得到的是{WORDS[term.kind][0]}{help_zh}",
            f"it needs {en}, not {WORDS[term.kind][1]}{help_en}",
        )


OPERATIONS: Mapping[str, Callable[[_Writer, str, list[Node]], Term]] = {
    **dict.fromkeys(("and", "or"), _Writer.joined),
    **dict.fromkeys(COMPARISONS, _Writer.comparison),
    **dict.fromkeys(ARITHMETIC, _Writer.arithmetic),
    **dict.fromkeys(spatial.RELATIONS, _Writer.spatial),
    **dict.fromkeys(temporal.RELATIONS, _Writer.temporal),
    **dict.fromkeys(arrays.RELATIONS, _Writer.of_arrays),
    **dict.fromkeys(FUNCTIONS, _Writer.function),
    "not": _Writer.negation,
    "isnull": _Writer.is_null,
    "between": _Writer.between,
    "in": _Writer.within,
    "like": _Writer.like,
    "casei": _Writer.case,
    "accenti": _Writer.accent,
}


def _any(one: Term, of: Term) -> Term:
    return Term(Kind.BOOLEAN, sql.SQL("({} = any({}))").format(one.sql, of.sql))


def _is_number(node: Node) -> bool:
    return isinstance(node, int | float) and not isinstance(node, bool)


def _exact(value: float, place: str) -> float | int:
    """As a whole number where it is one that a float holds exactly."""
    try:
        exact = float(value)
    except OverflowError:
        exact = float("inf")
    if not isfinite(exact):
        raise fault(place, "数太大", "the number is too large")
    return int(exact) if exact.is_integer() and abs(exact) < EXACT else exact


def _of(op: str, args: Node, count: int) -> list[Node]:
    if not isinstance(args, list) or len(args) != count:
        raise fault(op, f"需要 {count} 个参数", f"it takes {count} arguments")
    return args
