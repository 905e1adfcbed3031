"""The styles of the layers for files that carry them: what `layers/*/style.json` says of a table of the file.

A style speaks of stored values; a file holds words. So each look is found by the word its value has in the file.
"""

from dataclasses import dataclass

from gis_service.exports.fields import Lang
from gis_service.maps.catalogue import Catalogue, Categories, Layer, Look
from gis_service.parcels.vocabulary import words

PLAIN_OPACITY, HATCHED_OPACITY = 0.5, 0.16
"""How strongly areas are tinted where the style does not say, as on the web map."""

DARK, WIDTH, RADIUS = "#50575F", 1.25, 3.0
"""Of strokes and points where the style does not say, also as on the web map."""

SCALE_AT_ZOOM_0 = 559_082_264


def looks_of(catalogue: Catalogue, axis: str) -> dict[str, Look]:
    """Value → look of the first layer that is coloured by an axis."""
    styles = (layer.style for layer in catalogue.values() if layer.category == axis)
    style = next(styles, None)
    return {c.value: c for c in style.categories} if isinstance(style, Categories) else {}


@dataclass(frozen=True)
class Rule:
    """One look as a file shows it: the word of the value in its column (None: whatever is left), and the drawing."""

    word: str | None
    label: str
    look: Look


@dataclass(frozen=True)
class Drawn:
    """A layer's style for a table: the columns it looks at by their names in the file."""

    layer: Layer
    column: str | None
    label: str | None
    lang: Lang
    many: bool = False
    """The column holds several words, the first of which colours the parcel."""

    @property
    def rules(self) -> list[Rule]:
        style, title = self.layer.style, self.layer.title if self.lang == "zh" else self.layer.title_en
        if not isinstance(style, Categories):
            return [Rule(None, title, style.default)]
        axis = self.layer.by_name[style.property].vocabulary or ""
        named = [(words(axis, c.value, self.lang), c) for c in style.categories]
        return [Rule(word, f"{word} {look.sign}".strip(), look) for word, look in named]

    @property
    def title(self) -> str:
        return self.layer.title if self.lang == "zh" else self.layer.title_en

    @property
    def scale(self) -> int:
        """The scale from which on labels are shown."""
        label = self.layer.style.label
        return int(SCALE_AT_ZOOM_0 / 2 ** (label.minzoom if label else 0))


def opacity(look: Look) -> float:
    return look.opacity if look.opacity is not None else HATCHED_OPACITY if look.hatch else PLAIN_OPACITY
