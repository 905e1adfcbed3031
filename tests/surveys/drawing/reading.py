"""A drawing read back: its texts and the boxes they cover, measured with the real font and not with the drawing's own estimate."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from defusedxml import ElementTree
from fontTools.ttLib import TTFont

from gis_service.papers import fonts

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Said:
    """A text and the box of its ink, in mm of the sheet."""

    text: str
    left: float
    top: float
    right: float
    low: float
    size: float


@cache
def _advances(weight: int) -> dict[int, float]:
    """Widths in ems of Noto Sans CJK SC, the font of the prints."""
    font = next(
        each
        for each in fonts.installed().fonts()
        if each.family == "Noto Sans CJK SC" and each.weight == weight and each.path
    )
    with TTFont(str(font.path), fontNumber=font.index, lazy=True) as opened:
        widths = opened["hmtx"]
        return {code: widths[name][0] / 1000 for code, name in opened.getBestCmap().items()}


def real_width_mm(text: str, size: float, *, bold: bool = False) -> float:
    known = _advances(700 if bold else 400)
    return size * sum(known.get(ord(sign), 1.0) for sign in text)


def texts(svg: str) -> list[Said]:
    """Every text of the drawing with its box; a turned text with the box it covers after its quarter turn."""
    return list(_walked(ElementTree.fromstring(svg), 0.0))


def _walked(element, down):  # type: ignore[no-untyped-def]
    shift = re.match(r"translate\(0 ([-\d.]+)\)", element.get("transform", ""))
    down += float(shift[1]) if shift and element.tag == f"{SVG}g" else 0.0
    if element.tag == f"{SVG}text":
        yield _boxed(element, down)
    for child in element:
        yield from _walked(child, down)


def _boxed(element, down: float) -> Said:  # type: ignore[no-untyped-def]
    x, y, size = float(element.get("x")), float(element.get("y")) + down, float(element.get("font-size"))
    text = element.text or ""
    wide = real_width_mm(text, size, bold=element.get("font-weight") == "700")
    start = {"start": 0.0, "middle": wide / 2, "end": wide}[element.get("text-anchor", "start")]
    turn = re.match(r"rotate\(([-\d.]+)", element.get("transform", ""))
    if turn and float(turn[1]) == -90:  # reads upwards: what was to the right lies above
        return Said(text, x - 0.8 * size, y + start - wide, x + 0.12 * size, y + start, size)
    assert not turn, "only quarter turns are measured"
    return Said(text, x - start, y - 0.8 * size, x - start + wide, y + 0.12 * size, size)


def overlapping(found: list[Said]) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other by more than a twentieth of a millimetre."""
    seen = [each for each in found if each.text.strip()]
    return [
        (a.text, b.text)
        for a, b in combinations(seen, 2)
        if min(a.right, b.right) - max(a.left, b.left) > 0.05 and min(a.low, b.low) - max(a.top, b.top) > 0.05
    ]


def size_mm(svg: str) -> tuple[float, float]:
    wide, high = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    return float(wide), float(high)


def outside(svg: str) -> list[str]:
    """Texts that leave the sheet."""
    wide, high = size_mm(svg)
    return [each.text for each in texts(svg) if each.left < 0 or each.top < 0 or each.right > wide or each.low > high]
