"""Items moved and scaled: a drawing set into another page. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from gis_service.sheets.drawing.items import Circle, Group, Item, Picture, Text


def placed(items: Iterable[Item], x: float, y: float, scale: float = 1.0) -> tuple[Item, ...]:
    """The items scaled around their origin and then moved; lines and letters become wider with them."""
    return tuple(_placed(item, x, y, scale) for item in items)


def _placed(item: Item, x: float, y: float, scale: float) -> Item:
    if isinstance(item, Group):
        return Group(item.name, placed(item.items, x, y, scale))
    if isinstance(item, Circle):
        return replace(
            item, x=item.x * scale + x, y=item.y * scale + y, radius=item.radius * scale, width=item.width * scale
        )
    if isinstance(item, Text):
        return replace(item, x=item.x * scale + x, y=item.y * scale + y, size=item.size * scale)
    if isinstance(item, Picture):
        return replace(item, x=item.x * scale + x, y=item.y * scale + y, wide=item.wide * scale, high=item.high * scale)
    rings = tuple(tuple((px * scale + x, py * scale + y) for px, py in ring) for ring in item.rings)
    return replace(item, rings=rings, width=item.width * scale, dash=tuple(each * scale for each in item.dash))
