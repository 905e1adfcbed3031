"""How wide a text will be, from the font that prints it, and whether the font has all its characters."""

import gc
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from fontTools.ttLib import TTFont

from gis_service.papers import fonts
from gis_service.papers.errors import CharactersMissing, FontMissing
from gis_service.sheets.drawing.items import Page, texts
from gis_service.sheets.drawing.svg import clean

LEADING = 1.28
_BEFORE, _AFTER = r"(\[《“‘【（", r",.;:!?)\]%。、》”’】…，；：！？）"
_WORD = re.compile(rf"\s+|[{_BEFORE}]*(?:[A-Za-z0-9_.\-/%+<>=°²³′]+|[^\s])[{_AFTER}]*", re.DOTALL)
"""A Latin word or a Chinese character, with the brackets before it and the stops behind it."""


@dataclass(frozen=True)
class _Face:
    widths: dict[int, int]
    """Character → how far it moves on."""
    unknown: int
    units: int

    def width(self, said: str) -> float:
        """In ems."""
        return sum(self.widths.get(ord(sign), self.unknown) for sign in said) / self.units


def family() -> str:
    """The family of the deployment for 黑体, in which maps are lettered."""
    return fonts.family(fonts.FACES["黑体"])[0]


@cache
def _face(name: str, *, bold: bool) -> _Face:
    found = [font for font in fonts.installed().fonts() if font.family == name and font.path]
    if not found:
        raise FontMissing(font=name)
    best = min(found, key=lambda font: (font.style != "normal", abs(font.weight - (700 if bold else 400))))
    with TTFont(str(best.path), fontNumber=best.index, lazy=True) as opened:
        advances = opened["hmtx"].metrics
        widths = {sign: advances[glyph][0] for sign, glyph in opened.getBestCmap().items()}
        face = _Face(widths, advances[".notdef"][0], opened["head"].unitsPerEm)
    gc.collect()  # its tables hold each other: 25 MB that would stay
    return face


def width_mm(said: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is at this size."""
    return size * _ems(said, family(), bold=bold)


@lru_cache(maxsize=20_000)
def _ems(said: str, name: str, *, bold: bool) -> float:
    """The same text is measured many times: for its column, its label in each place, its wrapping."""
    return _face(name, bold=bold).width(clean(said))


def wrapped(said: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than the room; Latin words stay whole where one fits, and no line begins with a stop."""
    lines, line = [], ""
    for word in _pieces(clean(said), room, size, bold=bold):
        if width_mm((line + word).rstrip(), size, bold=bold) <= room or not line:
            line += word
        else:
            lines.append(line.rstrip())
            line = word.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(said: str, room: float, size: float, *, bold: bool) -> Iterator[str]:
    for word in _WORD.findall(said):
        yield from [word] if width_mm(word, size, bold=bold) <= room else word


def cut(said: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text on one line; what does not fit is left out in its middle, so that both ends can be told apart."""
    said = clean(said)
    if width_mm(said, size, bold=bold) <= room:
        return said
    for kept in range(len(said) - 1, 0, -1):
        short = said[: (kept + 1) // 2] + "…" + said[len(said) - kept // 2 :]
        if width_mm(short, size, bold=bold) <= room:
            return short
    return "…"


def require_glyphs(pages: Iterable[Page]) -> None:
    """Every character has a picture in the font; raises `CharactersMissing`. Typst itself would print nothing and say nothing."""
    name = family()
    for page in pages:
        for text in texts(page):
            lacking = fonts.missing(clean(text.said), name)
            if lacking:
                named = "、".join(f"{sign}(U+{ord(sign):04X})" for sign in lacking[:5])
                raise CharactersMissing(font=name, characters=named, near=text.said[:40])
