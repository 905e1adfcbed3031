"""A layer's style with nothing left open, as the web map draws it: every writer of a format starts from this.

A style speaks of stored values. What is served holds these too; an exported file holds words instead. So each look is
found by what its value is called in the column at hand (`Drawn.said`). Sizes are pixels at 96 dots per inch.
"""

from dataclasses import dataclass
from typing import Literal, Self

from gis_service.maps.catalogue import Categories, Hatch, Layer, Look
from gis_service.maps.styles.forms import form_of
from gis_service.maps.styles.scales import denominator
from gis_service.parcels.vocabulary import vocabulary, words

Lang = Literal["zh", "en", "both"]

PLAIN_OPACITY, HATCHED_OPACITY = 0.5, 0.16
"""How strongly areas are tinted where the style does not say, as on the web map."""
DARK, GREY = "#50575F", "#9AA0A6"
WIDTH, RADIUS = 1.25, 3.0
"""Of strokes and points where the style does not say, also as on the web map."""

TILE_PX = 8.0
"""Hatches repeat in squares of this side: level lines lie 8 px apart, slanting ones 8 / √2, dots on both diagonals."""
HATCH_WIDTH, DOT_RADIUS = 1.25, 1.2
HATCHES: dict[str, tuple[int, ...]] = {
    "diagonal": (45,), "back-diagonal": (135,), "horizontal": (0,), "vertical": (90,), "cross": (45, 135), "dots": (),
}  # fmt: skip
"""The directions of the lines of a hatch, in degrees counter-clockwise from east; dots have none."""

LABELS: dict[str, tuple[float, str]] = {"layer.area": (14.0, "#174A85"), "layer.parcel": (12.0, "#1B1F24")}
"""Size and colour of labels by source: areas lead, parcels are read, others only help to find one's way."""
OTHER_LABEL = (12.0, "#6B7178")
HALO, HALO_WIDTH, HALO_OPACITY = "#FFFFFF", 1.5, 0.9
ABOVE_PX = 10.0
"""So far above its point the middle of a label stands."""

OTHERS = {"zh": "其他", "en": "Other", "both": "其他 · Other"}


@dataclass(frozen=True)
class Paint:
    """A look with every default filled in. `opacity` is that of the fill alone."""

    fill: str
    opacity: float
    hatch: Hatch
    stroke: str
    width: float
    dash: tuple[float, ...]
    radius: float
    form: str


@dataclass(frozen=True)
class Rule:
    """One look as a client shows it: its value in the column (None: whatever is left), what it is called, the drawing."""

    value: str | None
    label: str
    paint: Paint


@dataclass(frozen=True)
class Lettering:
    """The labels of a layer: the column whose text they show, and from which zoom on."""

    column: str
    size: float
    colour: str
    zoom: int
    above: float

    @property
    def scale(self) -> float:
        """The smallest scale, as 1 : n, at which they are shown."""
        return denominator(self.zoom)


@dataclass(frozen=True)
class Drawn:
    """A layer's style for a table or service: the columns it looks at by the names they have there."""

    layer: Layer
    column: str | None
    label: str | None
    lang: Lang
    many: bool = False
    """The column holds several words, the first of which colours the parcel."""
    said: Literal["words", "values"] = "words"
    """What the column holds: the words of the vocabulary, or the values as they are stored."""

    @classmethod
    def served(cls, layer: Layer, lang: Lang = "both") -> Self:
        """The style of a layer as the doors give its rows: columns by their names, stored values."""
        label = layer.style.label.property if layer.style.label else None
        return cls(layer, layer.category, label, lang, said="values")

    @property
    def rules(self) -> list[Rule]:
        """A rule per value, and the one for all others last; a single rule without a value where all look the same."""
        style = self.layer.style
        if not isinstance(style, Categories):
            return [Rule(None, self.title, paint(self.layer, style.default))]
        axis = self.layer.by_name[style.property].vocabulary or ""
        found = [
            Rule(self._said(axis, each.value), self._called(*vocabulary()[axis][each.value]), paint(self.layer, each))
            for each in style.categories
        ]
        return [*found, Rule(None, OTHERS[self.lang], paint(self.layer, style.default))]

    @property
    def title(self) -> str:
        return self._called(self.layer.title, self.layer.title_en)

    @property
    def lettering(self) -> Lettering | None:
        style = self.layer.style
        if self.label is None or style.label is None:
            return None
        size, colour = LABELS.get(self.layer.source, OTHER_LABEL)
        above = ABOVE_PX if self.layer.geometry == "point" else 0.0
        return Lettering(self.label, size, colour, style.label.minzoom, above)

    @property
    def scale(self) -> float | None:
        """The smallest scale, as 1 : n, at which the layer is shown; None for any.

        There is no largest: `maxzoom` is the last zoom for which tiles are made, and these are enlarged beyond it.
        """
        return denominator(self.layer.minzoom) if self.layer.minzoom else None

    def _said(self, axis: str, value: str) -> str:
        return value if self.said == "values" else words(axis, value, "en" if self.lang == "en" else "zh")

    def _called(self, zh: str, en: str) -> str:
        return {"zh": zh, "en": en, "both": f"{zh} · {en}"}[self.lang]


def paint(layer: Layer, look: Look) -> Paint:
    """A look of a layer, whole."""
    tint = HATCHED_OPACITY if look.hatch else PLAIN_OPACITY
    return Paint(
        fill=look.fill or ("#FFFFFF" if layer.geometry == "point" else GREY),
        opacity=0.0 if look.fill is None else tint if look.opacity is None else look.opacity,
        hatch=look.hatch if look.fill else None,
        stroke=look.stroke or look.fill or DARK,
        width=look.stroke_width or WIDTH,
        dash=look.dash or (),
        radius=look.radius or RADIUS,
        form=form_of(layer, look),
    )
