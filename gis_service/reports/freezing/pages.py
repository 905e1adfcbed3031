"""Drawn pages as JSON and back: a map in a snapshot stays as it was drawn, whatever later draws maps otherwise. Pure."""

import base64
from collections.abc import Iterable
from typing import Any

from gis_service.sheets.drawing.items import Circle, Group, Item, Page, Path, Picture, Text

THOUSANDTHS = 3
"""Decimals of a millimetre that are kept, as many as a page is printed with."""


def page_out(page: Page) -> dict[str, Any]:
    return {"wide": page.width, "high": page.height, "title": page.title, "items": items_out(page.items)}


def page_in(kept: dict[str, Any]) -> Page:
    return Page(kept["wide"], kept["high"], items_in(kept["items"]), kept["title"])


def items_out(items: Iterable[Item]) -> list[Any]:
    return [_out(each) for each in items]


def items_in(kept: Iterable[Any]) -> tuple[Item, ...]:
    return tuple(_in(each) for each in kept)


def _n(value: float) -> float:
    return round(float(value), THOUSANDTHS)


def _out(item: Item) -> list[Any]:
    if isinstance(item, Group):
        return ["G", item.name, items_out(item.items)]
    if isinstance(item, Circle):
        return ["C", _n(item.x), _n(item.y), _n(item.radius), item.fill, item.stroke, _n(item.width)]
    if isinstance(item, Text):
        return [
            "T", _n(item.x), _n(item.y), item.said, _n(item.size), item.anchor, item.bold, item.fill, _n(item.turn), item.halo,
        ]  # fmt: skip
    if isinstance(item, Picture):
        where = [_n(each) for each in (item.x, item.y, item.wide, item.high)]
        return ["I", *where, base64.b64encode(item.jpeg).decode(), item.said]
    rings = [[_n(value) for point in ring for value in point] for ring in item.rings]
    return [
        "P",
        rings,
        item.closed,
        item.fill,
        _n(item.opacity),
        item.stroke,
        _n(item.width),
        [_n(each) for each in item.dash],
    ]


def _in(kept: list[Any]) -> Item:
    kind, *rest = kept
    if kind == "G":
        return Group(rest[0], items_in(rest[1]))
    if kind == "C":
        return Circle(*rest)
    if kind == "T":
        return Text(*rest)
    if kind == "I":
        x, y, wide, high, jpeg, said = rest
        return Picture(x, y, wide, high, base64.b64decode(jpeg), said)
    rings = tuple(tuple(zip(ring[::2], ring[1::2], strict=True)) for ring in rest[0])
    closed, fill, opacity, stroke, width, dash = rest[1:]
    return Path(rings, closed, fill, opacity, stroke, width, tuple(dash))
