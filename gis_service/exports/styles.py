"""Looks of the layers for files that have no style of their own kind."""

from gis_service.maps.catalogue import Catalogue, Categories, Look


def looks_of(catalogue: Catalogue, axis: str) -> dict[str, Look]:
    """Value → look of the first layer that is coloured by an axis."""
    styles = (layer.style for layer in catalogue.values() if layer.category == axis)
    style = next(styles, None)
    return {c.value: c for c in style.categories} if isinstance(style, Categories) else {}
