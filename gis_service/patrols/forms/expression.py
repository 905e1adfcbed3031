"""The small language of the forms: one parser, one evaluator. Pure. `web/src/field/forms/expression.ts` says the same; both are held to
`tests/patrols/forms/cases.json`.

    ${name}  .  12.5  'text'  true  false  + - * div mod  = != < <= > >=  and or not(x)
    selected(list, value)  count(x)  sum(x)  if(c, a, b)  round(x, places)  coalesce(a, b)

A value is a number, a text, true or false, a list, or nothing. Nothing is contagious in arithmetic (1 + nothing is nothing, and so is a
division by zero), equals the empty text, and is neither smaller nor larger than anything.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = Any
"""float | int | str | bool | list | None"""

Get = Callable[[str], Value]
"""The value of a question by its name; `.` is the question itself."""

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>[^']*)'|\$\{(?P<name>\w+)\}|(?P<word>[a-z]+)|(?P<sign><=|>=|!=|[-+*=<>(),.]))",
    re.ASCII,
)
FUNCTIONS = {"not": 1, "selected": 2, "count": 1, "sum": 1, "if": 3, "round": 2, "coalesce": 2}
DEEPEST = 40
"""Nesting of brackets beyond this is no form anybody wrote."""


class BadExpression(ValueError):
    """What stands there is not in the language; says where."""


@dataclass(frozen=True)
class Node:
    """One operation with what it works on; a leaf holds its value."""

    what: str
    parts: tuple["Node", ...] = ()
    value: Value = None

    def names(self) -> set[str]:
        own = {self.value} if self.what == "name" else set()
        return own.union(*(part.names() for part in self.parts)) if self.parts else own


def parse(source: str) -> Node:
    """The expression as a tree; raises `BadExpression`."""
    return _Parser(source).whole()


class _Parser:
    def __init__(self, source: str):
        self.source, self.at, self.depth = source, 0, 0
        self.tokens = self._tokens()
        self.next = 0

    def _tokens(self) -> list[tuple[str, str]]:
        found, at, source = [], 0, self.source.rstrip()
        while at < len(source):
            match = TOKEN.match(source, at)
            if not match:
                raise BadExpression(f"{source[at : at + 10]!r} is not understood at {at} of {source!r}")
            kind = match.lastgroup or ""
            found.append((kind, match[kind]))
            at = match.end()
        return found

    def whole(self) -> Node:
        node = self.either()
        if self.next < len(self.tokens):
            raise BadExpression(f"{self.tokens[self.next][1]!r} is one too many in {self.source!r}")
        return node

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def takes(self, *wanted: str) -> str | None:
        kind, value = self.peek()
        if kind in ("sign", "word") and value in wanted:
            self.next += 1
            return value
        return None

    def must(self, sign: str) -> None:
        if not self.takes(sign):
            raise BadExpression(f"{sign!r} is missing in {self.source!r}")

    def chain(self, part: Callable[[], Node], *signs: str) -> Node:
        node = part()
        while sign := self.takes(*signs):
            node = Node(sign, (node, part()))
        return node

    def either(self) -> Node:
        return self.chain(self.both, "or")

    def both(self) -> Node:
        return self.chain(self.compared, "and")

    def compared(self) -> Node:
        node = self.added()
        sign = self.takes("=", "!=", "<", "<=", ">", ">=")
        return Node(sign, (node, self.added())) if sign else node

    def added(self) -> Node:
        return self.chain(self.multiplied, "+", "-")

    def multiplied(self) -> Node:
        return self.chain(self.signed, "*", "div", "mod")

    def signed(self) -> Node:
        negative = False
        while self.takes("-"):
            negative = not negative
        node = self.single()
        return Node("negative", (node,)) if negative else node

    def single(self) -> Node:
        kind, value = self.peek()
        self.next += 1
        if (kind, value) == ("sign", "("):
            return self.inner()
        if kind == "word" and value in FUNCTIONS:
            return self.call(value)
        leaf = _leaf(kind, value)
        if leaf is None:
            raise BadExpression(f"{value or 'more'!r} is not expected in {self.source!r}")
        return leaf

    def inner(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadExpression(f"too deep: {self.source[:40]!r}")
        node = self.either()
        self.must(")")
        self.depth -= 1
        return node

    def call(self, name: str) -> Node:
        self.must("(")
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadExpression(f"too deep: {self.source[:40]!r}")
        parts = [self.either()]
        while self.takes(","):
            parts.append(self.either())
        self.must(")")
        self.depth -= 1
        if len(parts) != FUNCTIONS[name]:
            raise BadExpression(f"{name}() takes {FUNCTIONS[name]}, not {len(parts)}, in {self.source!r}")
        return Node(name, tuple(parts))


def _leaf(kind: str, value: str) -> Node | None:
    """A number, a text, a name or a truth value; None where the word is none of these."""
    if kind in ("number", "text"):
        return Node("value", value=float(value) if kind == "number" else value)
    if kind == "name" or (kind, value) == ("sign", "."):
        return Node("name", value=value)
    if kind == "word" and value in ("true", "false"):
        return Node("value", value=value == "true")
    return None


def empty(value: Value) -> bool:
    return value is None or value in ("", [])


def truth(value: Value) -> bool:
    """Nothing, '', 0, false and the empty list are false."""
    return not empty(value) and value is not False and not (_is_number(value) and value == 0)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Value) -> float | None:
    """A number, or a text that is one written plainly."""
    if isinstance(value, bool):
        return float(value)
    if _is_number(value):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        return float(value)
    return None


def same(one: Value, other: Value) -> bool:
    if empty(one) or empty(other):
        return empty(one) and empty(other)
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    left, right = number(one), number(other)
    return left is not None and left == right


def evaluate(node: Node, get: Get) -> Value:
    """What the expression comes to; never raises."""
    if node.what == "value":
        return node.value
    if node.what == "name":
        return get(node.value)
    if node.what in _LAZY:
        return _LAZY[node.what](node.parts, get)
    return _EAGER[node.what](*(evaluate(part, get) for part in node.parts))


_LAZY: Mapping[str, Callable[[tuple[Node, ...], Get], Value]] = {
    "and": lambda parts, get: all(truth(evaluate(part, get)) for part in parts),
    "or": lambda parts, get: any(truth(evaluate(part, get)) for part in parts),
    "if": lambda parts, get: evaluate(parts[1] if truth(evaluate(parts[0], get)) else parts[2], get),
}


def _of_numbers(work: Callable[[float, float], float]) -> Callable[[Value, Value], float | None]:
    def over(one: Value, other: Value) -> float | None:
        left, right = number(one), number(other)
        if left is None or right is None:
            return None
        try:
            result = work(left, right)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        return result if math.isfinite(result) else None

    return over


def _ordered(work: Callable[[float, float], bool]) -> Callable[[Value, Value], bool]:
    def over(one: Value, other: Value) -> bool:
        left, right = number(one), number(other)
        return left is not None and right is not None and work(left, right)

    return over


def _rounded(value: float, places: float) -> float:
    """Half away from zero, as people round."""
    scale = 10.0 ** max(0, min(6, math.trunc(places)))
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _count(value: Value) -> float:
    if isinstance(value, list):
        return float(sum(not empty(one) for one in value))
    return 0.0 if empty(value) else 1.0


def _sum(value: Value) -> float | None:
    found = [number(one) for one in (value if isinstance(value, list) else [value])]
    total = 0.0
    for one in found:
        total += one if one is not None else 0.0
    return total if math.isfinite(total) else None


def _negative(value: Value) -> float | None:
    told = number(value)
    return None if told is None else -told


_EAGER: Mapping[str, Callable[..., Value]] = {
    "+": _of_numbers(lambda one, other: one + other),
    "-": _of_numbers(lambda one, other: one - other),
    "*": _of_numbers(lambda one, other: one * other),
    "div": _of_numbers(lambda one, other: one / other),
    "mod": _of_numbers(math.fmod),
    "negative": _negative,
    "=": same,
    "!=": lambda one, other: not same(one, other),
    "<": _ordered(lambda one, other: one < other),
    "<=": _ordered(lambda one, other: one <= other),
    ">": _ordered(lambda one, other: one > other),
    ">=": _ordered(lambda one, other: one >= other),
    "not": lambda value: not truth(value),
    "selected": lambda chosen, value: (
        any(same(one, value) for one in (chosen if isinstance(chosen, list) else [chosen])) and not empty(value)
    ),
    "count": _count,
    "sum": _sum,
    "round": _of_numbers(_rounded),
    "coalesce": lambda one, other: other if empty(one) else one,
}
