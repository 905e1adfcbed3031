"""A page as SVG: for Typst, which sets it in a PDF, and for the browser."""

import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape

from gis_service.sheets.drawing.items import Circle, Group, Item, Page, Path, Picture, Text

FONTS = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for."""


def clean(said: object) -> str:
    """A text on one line, of characters that XML can hold."""
    return " ".join(_UNWRITABLE.sub("", str(said)).split())


def number(value: float) -> str:
    """To the thousandth of a millimetre, so that lengths on paper are true.

    >>> number(3.14159), number(-0.0001), number(2)
    ('3.142', '0', '2')
    """
    said = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def svg(page: Page, family: str | None = None) -> str:
    """The page; `family` names the one font that print uses."""
    wide, high = number(page.width), number(page.height)
    fonts = f"'{escape(family)}'" if family else FONTS
    ground = f'<rect width="{wide}" height="{high}" fill="{page.ground}"/>' if page.ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}mm" height="{high}mm" viewBox="0 0 {wide} {high}" '
        f'role="img" aria-label="{escape(clean(page.title))}" font-family="{fonts}">'
        f"{ground}{_all(page.items)}</svg>"
    )


def _all(items: Iterable[Item]) -> str:
    return "".join(map(_one, items))


def _one(item: Item) -> str:
    if isinstance(item, Group):
        return f"<g>{_all(item.items)}</g>"
    if isinstance(item, Text):
        return _text(item)
    if isinstance(item, Picture):
        place = f'x="{number(item.x)}" y="{number(item.y)}" width="{number(item.wide)}" height="{number(item.high)}"'
        return (
            f'<image {place} preserveAspectRatio="none" href="data:image/jpeg;base64,{b64encode(item.jpeg).decode()}"/>'
        )
    if isinstance(item, Circle):
        place = f'cx="{number(item.x)}" cy="{number(item.y)}" r="{number(item.radius)}"'
        return f"<circle {place}{_paint(item.fill, item.stroke, item.width)}/>"
    return _path(item)


def _path(item: Path) -> str:
    end = "Z" if item.closed else ""
    data = "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in ring) + end for ring in item.rings if ring)
    if not data:
        return ""
    more = f' stroke-dasharray="{" ".join(map(number, item.dash))}"' if item.dash and item.stroke else ""
    more += f' fill-opacity="{number(item.opacity)}"' if item.fill and item.opacity < 1 else ""
    more += ' fill-rule="evenodd"' if item.fill and len(item.rings) > 1 else ""
    return f'<path d="{data}"{_paint(item.fill, item.stroke, item.width)}{more}/>'


def _paint(fill: str | None, stroke: str | None, width: float) -> str:
    drawn = f' stroke="{stroke}" stroke-width="{number(width)}" stroke-linejoin="round"' if stroke else ""
    return f' fill="{fill or "none"}"{drawn}'


def _text(item: Text) -> str:
    more = f' text-anchor="{item.anchor}"' if item.anchor != "start" else ""
    more += ' font-weight="700"' if item.bold else ""
    more += f' transform="rotate({number(item.turn)} {number(item.x)} {number(item.y)})"' if item.turn else ""
    if item.halo:
        width = number(item.size * 0.22)
        more += f' stroke="#ffffff" stroke-width="{width}" stroke-linejoin="round" paint-order="stroke"'
    place = f'x="{number(item.x)}" y="{number(item.y)}" font-size="{number(item.size)}" fill="{item.fill}"'
    return f"<text {place}{more}>{escape(clean(item.said))}</text>"
