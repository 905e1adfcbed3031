"""How colours look in a grey print and to people who tell red from green badly, and which looks are then mistaken for each other.

Colours are `#RRGGBB` (sRGB). A way of seeing is a 3 × 3 matrix over linear light, so that the page can use the very same
numbers in an SVG filter. Protanopia and deuteranopia: Machado, Oliveira and Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009), severity 1.0. Grey: luminance of ITU-R BT.709.
"""

from collections.abc import Hashable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis_service.maps.catalogue import Categories, Category, Layer, Look
from gis_service.parcels.vocabulary import vocabulary

Colour = NDArray[np.float64]
Rows = tuple[tuple[float, float, float], ...]

LUMINANCE = (0.2126, 0.7152, 0.0722)
SIGHTS: dict[str, Rows] = {
    "grey": (LUMINANCE, LUMINANCE, LUMINANCE),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
SAID = {
    "grey": ("灰度打印", "in a grey print"),
    "protan": ("红色盲(甲型)", "to the red-blind"),
    "deutan": ("绿色盲(乙型)", "to the green-blind"),
}
APART = {"grey": 8.0, "protan": 12.0, "deutan": 12.0}
"""How far apart in CIELAB two colours side by side must be to be told apart on a small map; in grey that is lightness alone."""
PALEST = 1.5
"""Contrast with white paper (WCAG 2) below which a line is lost; 3 is what WCAG wants of graphics."""
MOST_NAMED = 4


class Weakness(NamedTuple):
    """What a look is weak in; it may be saved all the same."""

    kind: str
    zh: str
    en: str


def light(colour: str) -> Colour:
    """Linear light of a colour, 0–1.

    >>> light("#FFFFFF").tolist()
    [1.0, 1.0, 1.0]
    """
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def seen(colour: str, sight: str) -> Colour:
    """Linear light as a way of seeing leaves it.

    >>> seen("#00FF00", "grey").round(3).tolist()
    [0.715, 0.715, 0.715]
    """
    return np.clip(np.array(SIGHTS[sight]) @ light(colour), 0, 1)


def lab(linear: Colour) -> Colour:
    """CIELAB (D65) of linear light.

    >>> lab(light("#FFFFFF")).round(1).tolist()[0]
    100.0
    """
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (np.array(to_xyz) @ linear) / np.array((0.9505, 1.0, 1.089))
    fx, fy, fz = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return np.array((116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)))


def distance(one: str, other: str, sight: str) -> float:
    """How different two colours are in a way of seeing (ΔE of 1976).

    >>> distance("#D93025", "#D93025", "protan")
    0.0
    """
    return float(np.linalg.norm(lab(seen(one, sight)) - lab(seen(other, sight))))


def contrast(colour: str) -> float:
    """With white paper, 1–21, as WCAG 2 has it.

    >>> contrast("#FFFFFF"), round(contrast("#000000"))
    (1.0, 21)
    """
    return 1.05 / (float(np.dot(LUMINANCE, light(colour))) + 0.05)


def weaknesses(layer: Layer) -> Iterator[Weakness]:
    """What is weak in the looks of a layer."""
    if isinstance(layer.style, Categories):
        for sight in SIGHTS:
            yield from _mistaken(layer, layer.style, sight)
    yield from _pale(layer)


def _mistaken(layer: Layer, style: Categories, sight: str) -> Iterator[Weakness]:
    pairs = [
        (one, other)
        for one, other in combinations(style.categories, 2)
        if _otherwise(one, layer) == _otherwise(other, layer)
        and distance(_ink(one, layer), _ink(other, layer), sight) < APART[sight]
    ]
    if not pairs:
        return
    zh, en = SAID[sight]
    named = [tuple(_word(layer, each) for each in pair) for pair in pairs[:MOST_NAMED]]
    some_zh = "、".join(f"“{one[0]}”与“{other[0]}”" for one, other in named)
    some_en = ", ".join(f"'{one[1]}' and '{other[1]}'" for one, other in named)
    more_zh, more_en = (
        (f"等 {len(pairs)} 对", f" and more, {len(pairs)} pairs") if len(pairs) > MOST_NAMED else ("", "")
    )
    mean_zh, mean_en = {
        "polygon": ("填充图案", "hatch"),
        "line": ("线型或线宽", "dash or width"),
        "point": ("大小", "size"),
    }[layer.geometry]
    yield Weakness(
        sight,
        f"{zh}时分不清:{some_zh}{more_zh}。换一个明暗不同的颜色,或换{mean_zh}。",
        f"Alike {en}: {some_en}{more_en}. Take a lighter or darker colour, or another {mean_en}.",
    )


def _otherwise(look: Look, layer: Layer) -> Hashable:
    """By what two looks of the same colour can still be told apart."""
    if layer.geometry == "polygon":
        return look.hatch
    return (look.dash, look.stroke_width) if layer.geometry == "line" else look.radius


def _ink(look: Category, layer: Layer) -> str:
    """The colour that carries the look."""
    return (look.stroke or look.fill) if layer.geometry == "line" else look.fill


def _pale(layer: Layer) -> Iterator[Weakness]:
    style = layer.style
    looks = style.categories if isinstance(style, Categories) else (style.default,)
    for look in looks:
        inks = [colour for colour in (look.fill, look.stroke) if colour]
        if inks and max(map(contrast, inks)) < PALEST:
            zh, en = _word(layer, look)
            yield Weakness("pale", f"“{zh}”在白纸上几乎看不见。", f"'{en}' can hardly be seen on white paper.")


def _word(layer: Layer, look: Look) -> tuple[str, str]:
    if not isinstance(look, Category):
        return layer.title, layer.title_en
    return vocabulary()[layer.by_name[layer.category or ""].vocabulary or ""][look.value]
