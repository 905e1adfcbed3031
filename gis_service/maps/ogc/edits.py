"""What clients may write of a layer, as the documents say it: the methods, and which properties are received.

Only the words are here, since maps read and do not change; what is done with them is above (`gis_service/editing`), which
hands its list to the application (`app.state.edits`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from gis_service.maps.catalogue import Layer

ITEMS, ITEM = ("POST",), ("PUT", "PATCH", "DELETE")
"""The methods of a collection's features, and those of one feature."""


@dataclass(frozen=True)
class Edits:
    """What may be written of a layer, by method and by property."""

    permissions: Mapping[str, str]
    """Method → the permission it asks for."""
    writable: frozenset[str]
    once: frozenset[str]
    """Said when a feature is created, and not changed afterwards."""
    required: tuple[str, ...]
    received: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Properties that are received only, with their schemas."""


def edits_of(request: Request, layer: Layer) -> Edits | None:
    """None where the layer is not edited."""
    found: Edits | None = request.app.state.edits.get(layer.id)
    return found
