"""A filter as a tree: bounded before anything recursive sees it.

The parser of text is a wheel with two weaknesses, measured. It overflows its stack, and ends the process, on some
thousand nested parentheses, signs in a row or comparisons of comparisons; and where a text is wrong within parentheses,
it tries again twice for each of them: 20 opening parentheses take 2.5 s, 24 more than 3 s (doubling with each, some
40 s). So a filter has at most `MAX_BYTES`, and what makes the parser descend is counted first, in the raw text, whether
or not it stands in quotes: the count may be too high, and never too low. JSON has no such trouble and may nest as deep
as `MAX_DEPTH`.
"""

import json
import re
from typing import NoReturn

import cql2

from gis_service.maps.cql2.terms import Node, fault, shown

MAX_BYTES = 8192
MAX_DEPTH = 64
MAX_EFFORT = 2**19
"""Bytes of a text, twice for each level of parentheses: 6 levels in 8 kB, 10 levels in 512 bytes. The worst such text
takes the parser a quarter of a second."""
MAX_COMPARISONS = 250
SIGNS = re.compile(r"(?:(?:[-+]|not\b)\s*){5}", re.IGNORECASE)
MAX_TREE = 100
"""Operators within each other: `a + b + c + …` and `NOT NOT NOT …` are deep without a parenthesis."""

TEXT, JSON = "cql2-text", "cql2-json"
LANGUAGES = (TEXT, JSON)


def read(text: str, language: str) -> Node:
    """The expression in its JSON form; raises `BadFilter`."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise fault("filter", f"超过 {MAX_BYTES} 字节", f"it is longer than {MAX_BYTES} bytes")
    tree = _from_text(text) if language == TEXT else _from_json(text)
    _check(tree)
    return tree


def _from_text(text: str) -> Node:
    depth = _depth(text, "(", ")")
    if depth > MAX_DEPTH or len(text.encode()) << depth > MAX_EFFORT:
        said = (
            "括号套得太深,请拆开或改用 cql2-json",
            "parentheses nest too deep for its length; part it or use cql2-json",
        )
        raise fault("filter", *said)
    if SIGNS.search(text):
        raise fault("filter", "连续的正负号或 NOT 超过 4 个", "more than 4 signs or NOTs stand in a row")
    if sum(map(text.count, "<>=")) > MAX_COMPARISONS:
        raise fault("filter", f"比较超过 {MAX_COMPARISONS} 个", f"it has more than {MAX_COMPARISONS} comparisons")
    try:
        return cql2.parse_text(text).to_json()
    except Exception as error:  # of a coordinate beyond all numbers the wheel raises the plain class
        _not_cql2(text, error)


def _not_cql2(text: str, error: Exception) -> NoReturn:
    """The parser's place (line and column), and what stands there."""
    found = re.search(r"--> (\d+):(\d+)", str(error))
    if not found:
        raise fault("filter", "不是 CQL2 表达式", "it is not a CQL2 expression")
    line, column = int(found[1]), int(found[2])
    rest = shown("\n".join(text.split("\n")[line - 1 :])[column - 1 :]) or "—"
    raise fault(
        f"{line}:{column}",
        f"从“{rest}”起读不懂",
        f"it cannot be understood from '{rest}' on",
    )


def _from_json(text: str) -> Node:
    if _depth(text, "[{", "]}", quotes='"') > 2 * MAX_DEPTH:  # an operator is an object and the list of its arguments
        _too_deep()
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise fault(place, "不是 JSON", "it is not JSON") from None
    except (ValueError, RecursionError):
        raise fault("filter", "数太大或不是数", "a number is too large, or no number") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _depth(text: str, opening: str, closing: str, quotes: str = "'\"") -> int:
    """How deep brackets nest. Those within quotes may open but never close: no text hides depth from the count."""
    depth = deepest = 0
    within = ""
    for character in text:
        if character in quotes:
            within = "" if within == character else within or character
        elif character in opening:
            depth += 1
            deepest = max(deepest, depth)
        elif character in closing and not within:
            depth -= 1
    return deepest


def _check(tree: Node) -> None:
    """Depth of the tree, and that its texts can be stored at all; without recursion."""
    level = [tree]
    for _ in range(3 * MAX_TREE):
        if not level:
            return
        for node in level:
            if isinstance(node, str):
                _storable(node)
        level = [child for node in level for child in _children(node)]
    if level:
        _too_deep()


def _children(node: Node) -> list[Node]:
    if isinstance(node, dict):
        return [*node, *node.values()]
    return node if isinstance(node, list) else []


def _storable(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise fault("filter", "文本中有不能存储的字符", "a text holds a character that cannot be stored")


def _too_deep() -> NoReturn:
    raise fault("filter", f"嵌套超过 {MAX_DEPTH} 层", f"it nests more than {MAX_DEPTH} levels")
