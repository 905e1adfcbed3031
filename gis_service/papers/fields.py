"""What a template asks for: its fields, loops and conditions, read without running anything.

A template knows fields, `for` over a list and `if`; everything else of the template language is refused, so that a template
can neither run code nor work for hours. Loops go over a list of the facts, or, inside a loop, over the loop's own row.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from jinja2 import nodes
from jinja2.environment import Environment
from jinja2.exceptions import TemplateSyntaxError

from gis_service.papers.errors import TemplateRefused, UnknownField, fault
from gis_service.papers.facts import Group, groups

SCALAR = "scalar"
LOOP = frozenset({"index", "index0", "first", "last", "length"})
MAX_TAGS, MAX_XML = 1_000, 1 << 20
"""Tags of a template, and bytes of one of its parts: docxtpl's patterns take long over more."""

RAW = re.compile(r"\{\{(p|r|tr|tc)\s")
"""docxtpl's way to put raw XML in; a template of ours has no such thing."""

Kind = Any
"""What a name stands for: SCALAR, a `Group` or ("row" | "fact" | "cells", …)."""


class Examiner:
    """Reads the syntax tree of a template part."""

    def __init__(self, kind: str, allowed: Collection[str]):
        self.kind = kind
        self.known: dict[str, Group] = {name: group for name, group in groups().items() if name in allowed}

    def examine(self, source: str) -> None:
        """Raises `TemplateRefused` or `UnknownField`; `source` is a patched part, one line for each paragraph."""
        lines = source.splitlines()
        try:
            tree = Environment(autoescape=True).parse(source)
        except TemplateSyntaxError as error:
            raise fault("tag_syntax", place=_plain(lines, error.lineno), found=error.message or "") from None
        except RecursionError:
            raise fault("tag_forbidden", found="过深的嵌套") from None
        self.lines = lines
        self._body(tree.body, {}, 0)

    def _body(self, body: list[nodes.Node], scope: Mapping[str, Kind], depth: int) -> None:
        for node in body:
            step = STEPS.get(type(node))
            if step is None:
                raise self._forbidden(node)
            step(self, node, scope, depth)

    def _output(self, node: nodes.Output, scope: Mapping[str, Kind], _depth: int) -> None:
        for child in node.nodes:
            if not isinstance(child, nodes.TemplateData) and self.kind_of(child, scope) != SCALAR:
                raise self._forbidden(child)

    def _for(self, node: nodes.For, scope: Mapping[str, Kind], depth: int) -> None:
        over = self.kind_of(node.iter, scope)
        own = isinstance(node.iter, nodes.Name) and node.iter.name in scope
        if node.recursive or node.test or not isinstance(node.target, nodes.Name) or depth > 1 or (depth and not own):
            raise self._forbidden(node)
        item = _item(over)
        if item is None:
            raise self._forbidden(node)
        self._body(node.body, {**scope, node.target.name: item, "loop": "loop"}, depth + 1)
        self._body(node.else_, scope, depth)

    def _if(self, node: nodes.If, scope: Mapping[str, Kind], depth: int) -> None:
        self._test(node.test, scope)
        for part in (node.body, node.elif_, node.else_):
            self._body(list(part), scope, depth)

    def _test(self, node: nodes.Node, scope: Mapping[str, Kind]) -> None:
        if isinstance(node, nodes.Not):
            self._test(node.node, scope)
        elif isinstance(node, nodes.And | nodes.Or):
            self._test(node.left, scope)
            self._test(node.right, scope)
        elif isinstance(node, nodes.Compare):
            self._test(node.expr, scope)
            for operand in node.ops:
                self._test(operand.expr, scope)
        elif not isinstance(node, nodes.Const):
            self.kind_of(node, scope)

    def kind_of(self, node: nodes.Node, scope: Mapping[str, Kind]) -> Kind:
        """What an expression stands for; raises where it is no field."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            return self._top(node)
        if isinstance(node, nodes.Getattr):
            return self._field(node, self.kind_of(node.node, scope), node.attr)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._field(node, self.kind_of(node.node, scope), node.arg.value)
        raise self._forbidden(node)

    def _top(self, node: nodes.Name) -> Kind:
        if node.name not in self.known:
            raise self._unknown(node, node.name)
        return self.known[node.name]

    def _field(self, node: nodes.Node, holder: Kind, name: str) -> Kind:
        if holder == "loop" and name in LOOP:
            return SCALAR
        if isinstance(holder, Group) and holder.shape == "named" and not name.startswith("_"):
            return ("row", holder)
        fields = _fields(holder)
        if fields is None:
            raise self._forbidden(node)
        if name not in fields:
            raise self._unknown(node, f"{_group(holder).name}.{name}")
        return SCALAR

    def _unknown(self, node: nodes.Node, field: str) -> UnknownField:
        return UnknownField(kind=self.kind, field=field, near=_plain(self.lines, node.lineno).strip()[:40])

    def _forbidden(self, node: nodes.Node) -> TemplateRefused:
        return fault("tag_forbidden", place=_plain(self.lines, node.lineno), found=type(node).__name__)


Step = Callable[[Examiner, Any, Mapping[str, Kind], int], None]
STEPS: dict[type[nodes.Node], Step] = {
    nodes.Output: Examiner._output,
    nodes.For: Examiner._for,
    nodes.If: Examiner._if,
}


def _item(over: Kind) -> Kind | None:
    """What each turn of a loop gives."""
    if over == "cells":
        return SCALAR
    if not isinstance(over, Group):
        return None
    return {"many": ("row", over), "named": ("row", over), "texts": SCALAR, "table": "cells"}.get(over.shape)


def _group(holder: Kind) -> Group:
    found: Group = holder if isinstance(holder, Group) else holder[1]
    return found


def _fields(holder: Kind) -> Collection[str] | None:
    if isinstance(holder, Group):
        return holder.fields if holder.shape == "one" else None
    return holder[1].fields if isinstance(holder, tuple) else None


def _plain(lines: list[str], number: int) -> str:
    """The text of a line of a part, for a person."""
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return re.sub(r"<[^>]*>|^[^<]*>", "", line)


def check_tags(text: str, size: int) -> None:
    """Before anything is parsed: tags that open and close, not too many of them, none that would put raw XML in."""
    if size > MAX_XML or text.count("{{") + text.count("{%") > MAX_TAGS:
        raise fault("too_large")
    for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
        if text.count(opening) != text.count(closing):
            raise fault("tag_syntax", found=f"{opening} … {closing}")
    raw = RAW.search(text)
    if raw:
        raise fault("tag_forbidden", place=text[raw.start() :], found=raw.group())
