"""SVG in millimetres of the sheet: lines, boxes, texts, and how wide a text is before anybody has drawn it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
"""The fonts of the pages; in print `output` names the one of the papers instead."""
INK, SOFT, LINE, FAINT, PAPER = "#1b1f24", "#50575f", "#868d95", "#d8dbdf", "#ffffff"
WASTE, WASTE_PALE, WATER, SAMPLE_MARK = "#7B3FA0", "#f4ecf9", "#1f5fa8", "#7a5200"
SMALL, BODY, HEAD, TITLE = 2.6, 2.8, 3.2, 5.0
"""Heights of text in mm. Nothing printed is below 2.3 mm."""
LEADING = 1.25

_NARROW = {
    **dict.fromkeys("0123456789", 0.60), **dict.fromkeys(" .,:;'!|ijlI", 0.34), **dict.fromkeys("()[]{}-/\\", 0.48),
    **dict.fromkeys("ftr", 0.45), **dict.fromkeys("csvxyz", 0.58), **dict.fromkeys("MW%@m", 1.02), "w": 0.88,
    **dict.fromkeys("CDGHNOQU&", 0.78), **dict.fromkeys("°²³′", 0.45),
}  # fmt: skip
"""Widths in ems, from the bold face of Noto Sans CJK SC and a little above it, so that other faces fit too."""
_OTHER = 0.70

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for."""
_OPENING = r"(\[《“‘【" + "\uff08"
_CLOSING = r",.;:!?)\]%。、》”’】…" + "\uff0c\uff1b\uff1a\uff01\uff1f\uff09"
_WORD = re.compile(rf"\s+|[{_OPENING}]*(?:[A-Za-z0-9_.\-/%+<>=°²³′]+|[^\s])[{_CLOSING}]*", re.DOTALL)
"""A Latin word or a Chinese character, with the brackets before it and the stops behind it."""


@dataclass(frozen=True)
class Sheet:
    """Paper or pane in millimetres. Without a height it grows with what is drawn."""

    name: str
    width_mm: float
    height_mm: float | None
    margins_mm: tuple[float, float, float, float]
    """Top, right, bottom, left."""


def number(value: float) -> str:
    """A coordinate, to the hundredth of a millimetre.

    >>> number(3.14159), number(-0.001), number(2)
    ('3.14', '0', '2')
    """
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def clean(said: object) -> str:
    """A text on one line, of characters that XML can hold."""
    return " ".join(_UNWRITABLE.sub("", str(said)).split())


def width_mm(said: str, size: float) -> float:
    """How wide the text is at most. Chinese and ambiguous signs are one em wide."""
    return size * sum(_em(sign) for sign in said)


def _em(sign: str) -> float:
    if sign in _NARROW:
        return _NARROW[sign]
    return 1.0 if east_asian_width(sign) in "WFA" or ord(sign) > 0x2000 else _OTHER


def wrapped(said: str, room: float, size: float) -> list[str]:
    """The text in lines no wider than the room; words of Latin letters stay whole
    where one fits, no line begins with a stop or ends with an opening bracket."""
    lines, line = [], ""
    for word in _pieces(clean(said), room, size):
        if width_mm((line + word).rstrip(), size) <= room or not line:
            line += word
        else:
            lines.append(line.rstrip())
            line = word.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(said: str, room: float, size: float) -> Iterable[str]:
    for word in _WORD.findall(said):
        yield from [word] if width_mm(word, size) <= room else word


def cut(said: str, room: float, size: float) -> str:
    """The text on one line; what does not fit ends in an ellipsis."""
    said = clean(said)
    if width_mm(said, size) <= room:
        return said
    while said and width_mm(said + "…", size) > room:
        said = said[:-1]
    return said + "…"


def text(
    x: float, y: float, said: object, size: float = BODY, *, anchor: str = "start", bold: bool = False, fill: str = INK,
    turn: float = 0.0, halo: bool = False,
) -> str:  # fmt: skip
    """A text with its baseline at `y`. Everything is escaped."""
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += ' font-weight="700"' if bold else ""
    more += f' fill="{fill}"' if fill != INK else ""
    more += f' transform="rotate({number(turn)} {number(x)} {number(y)})"' if turn else ""
    more += ' stroke="#ffffff" stroke-width="0.7" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{more}>{escape(clean(said))}</text>'


def lines(x: float, top: float, said: Sequence[str], size: float = BODY, **more: object) -> str:
    """Lines of text under each other, the first beginning below `top`."""
    return "".join(text(x, top + size * (0.95 + n * LEADING), each, size, **more) for n, each in enumerate(said))  # type: ignore[arg-type]


def height_mm(count: int, size: float = BODY) -> float:
    """The height of that many lines."""
    return size * LEADING * count


def path(points: Sequence[tuple[float, float]], *, closed: bool = False) -> str:
    """Points as the data of a path."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")


def stroke(data: str, colour: str = INK, width: float = 0.18, *, dash: str = "", fill: str = "none") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{data}" fill="{fill}" stroke="{colour}" stroke-width="{number(width)}"{dashed}/>' if data else ""


def line(x1: float, y1: float, x2: float, y2: float, colour: str = INK, width: float = 0.18, *, dash: str = "") -> str:
    return stroke(path([(x1, y1), (x2, y2)]), colour, width, dash=dash)


def area(points: Sequence[tuple[float, float]], fill: str) -> str:
    return f'<path d="{path(points, closed=True)}" fill="{fill}"/>'


def box(
    x: float, y: float, wide: float, high: float, *, fill: str = "none", colour: str = INK, width: float = 0.18
) -> str:
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}" fill="{fill}" '
        f'stroke="{colour}" stroke-width="{number(width)}"/>'
    )


def water_sign(x: float, y: float, high: float, *, is_filled: bool) -> str:
    """The triangle of a water level, its tip on the level."""
    data = path([(x - 0.6 * high, y - high), (x + 0.6 * high, y - high), (x, y)], closed=True)
    return stroke(data, WATER, high / 8, fill=WATER if is_filled else PAPER)


def stamp(right: float, top: float, said: str) -> str:
    """The mark of sample data in a frame, its upper right corner given."""
    wide = width_mm(said, HEAD) + 4
    return box(right - wide, top, wide, 6, fill="#fff4dc", colour=SAMPLE_MARK, width=0.4) + text(
        right - wide / 2, top + 4.2, said, HEAD, anchor="middle", bold=True, fill=SAMPLE_MARK
    )


def whole(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    """The drawing: sized by its view box only, so that it fills a pane or a page."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-label="{escape(clean(label))}" font-family="{FONT}" fill="{INK}">'
        f'<rect width="{number(width)}" height="{number(height)}" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def moved(parts: Iterable[str], down: float) -> str:
    return f'<g transform="translate(0 {number(down)})">{"".join(parts)}</g>'
