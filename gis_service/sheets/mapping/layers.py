"""Features of layers on the page, with the looks of `layers/*/style.json`: what the screen shows, print shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.maps.catalogue import Categories, Layer, Look
from gis_service.sheets.drawing.hatching import hatch
from gis_service.sheets.drawing.items import INK, Group, Item, Path, group
from gis_service.sheets.drawing.signs import sign
from gis_service.sheets.mapping.frame import Frame, area_path, areas_of, edges, line_path
from gis_service.sheets.mapping.placing import Label

MM_PER_PIXEL = 0.2
"""Styles give widths and radii for the screen."""
TINT = 0.42
"""How strong the fill of an area is, so that what lies on it can be read."""


@dataclass(frozen=True)
class Feature:
    """A shape of the land in metres, how it looks, and the forms its label may take, the fullest first."""

    shape: BaseGeometry
    look: Look
    key: str = ""
    labels: tuple[Label, ...] = ()
    name: str = ""
    form: str = "circle"
    """Of a point: what is not the same thing has not the same form."""


def look_of(layer: Layer, value: object) -> tuple[str, Look]:
    """The look of a value and its key in the legend."""
    style = layer.style
    if isinstance(style, Categories):
        found = next((each for each in style.categories if each.value == value), None)
        return (str(value), found) if found else ("", style.default)
    return "", style.default


def area_items(frame: Frame, feature: Feature, *, tint: float = TINT, outline: float = 0.25) -> list[Item]:
    """Fill, hatch and boundary of an area, cut to the frame."""
    inside = areas_of(frame.cut(feature.shape))
    if inside.is_empty:
        return []
    look, items = feature.look, list[Item]()
    if look.fill:
        strength = tint if look.opacity is None else look.opacity
        items.append(area_path(inside, fill=look.fill, opacity=min(strength, frame.most_tint)))
    if look.hatch:
        items.append(hatch(inside, look.hatch, look.stroke or look.fill or INK))
    width = look.stroke_width * MM_PER_PIXEL if look.stroke_width else outline
    dash = tuple(MM_PER_PIXEL * length for length in look.dash or ())
    items.append(line_path(edges(frame, feature.shape), stroke=look.stroke or INK, width=width, dash=dash))
    return items


def line_items(frame: Frame, feature: Feature) -> list[Item]:
    look, inside = feature.look, frame.cut(feature.shape)
    width = max(0.15, (look.stroke_width or 1.5) * MM_PER_PIXEL)
    dash = tuple(MM_PER_PIXEL * length for length in look.dash or ())
    return [] if inside.is_empty else [line_path(inside, stroke=look.stroke or INK, width=width, dash=dash)]


def point_items(frame: Frame, feature: Feature) -> list[Item]:
    place = frame.paper(feature.shape)
    if not frame.box.contains(place):
        return []
    look = feature.look
    radius = (look.radius or 4) * MM_PER_PIXEL
    edge = look.stroke if look.stroke and look.stroke.upper() != "#FFFFFF" else INK
    width = 0.15 if edge == INK else (look.stroke_width or 1) * MM_PER_PIXEL
    return [sign(feature.form, place.x, place.y, radius, fill=look.fill or INK, stroke=edge, width=width)]  # fmt: skip


def drawn(frame: Frame, layer: Layer, features: Iterable[Feature]) -> Group:
    """All features of a layer."""
    make = {"polygon": area_items, "line": line_items, "point": point_items}[layer.geometry]
    return group(
        layer.title, [group(each.name or layer.title, items) for each in features if (items := make(frame, each))]
    )


# --- swatches of the legend ------------------------------------------------------------------------------------------


def swatch(geometry: str, look: Look, form: str, x: float, y: float, wide: float, high: float) -> list[Item]:
    """A sample of a look in a box."""
    square = Frame(x, y, wide, high, 0, 0, 1000)
    if geometry == "polygon":
        feature = Feature(shapely.box(*square.land), look)
        items = area_items(square, feature)
        edge = Path((((x, y), (x + wide, y), (x + wide, y + high), (x, y + high)),), closed=True,
                    stroke=look.stroke or INK, width=0.2, dash=tuple(MM_PER_PIXEL * d for d in look.dash or ()))  # fmt: skip
        return [*items[:-1], edge]
    if geometry == "line":
        width = max(0.15, (look.stroke_width or 1.5) * MM_PER_PIXEL)
        dash = tuple(MM_PER_PIXEL * d for d in look.dash or ())
        return [
            Path((((x, y + high / 2), (x + wide, y + high / 2)),), stroke=look.stroke or INK, width=width, dash=dash)
        ]
    return point_items(square, Feature(shapely.Point(0, 0), look, form=form))


def present(features: Sequence[Feature], frame: Frame) -> list[Feature]:
    """The features of which something lies in the frame."""
    return [each for each in features if frame.paper(each.shape).intersects(frame.box)]
