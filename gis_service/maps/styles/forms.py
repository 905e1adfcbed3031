"""Which form a point has: what is not the same thing has not the same form, so that a grey print can be read."""

from gis_service.maps.catalogue import Layer, Look

POINT_SIGNS = {"有": "triangle", "未": "square", "无": "circle"}
"""Points of a survey are told apart by their form too."""
LAYER_FORMS = {"sign": "square", "camera": "diamond", "observation": "triangle"}


def form_of(layer: Layer, look: Look) -> str:
    """The form of a point of a layer: circle, square, triangle or diamond."""
    return POINT_SIGNS.get(look.sign, "circle") if layer.id == "survey-point" else LAYER_FORMS.get(layer.id, "circle")
