"""What an adaptor says of its noun, so that the doors need to know nothing of parcels or fences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.access.edge import Work
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.ogc.edits import Edits
from gis_service.parcels.operations import Why

Facts = dict[str, Any]
Geometry = dict[str, Any]


@dataclass(frozen=True)
class Noun:
    """A noun of the register whose features are edited, and the calls of its own operations."""

    layers: tuple[str, ...]
    permissions: Mapping[str, str]
    """Method → permission."""
    writable: frozenset[str]
    always: frozenset[str]
    """Of these, what never is without a value."""
    once: frozenset[str]
    required: tuple[str, ...]
    received: Mapping[str, Mapping[str, Any]]
    """Properties that are taken and never given out, with their schemas."""
    create: Callable[[Work, Facts, Geometry, Why], int]
    change: Callable[[Work, int, int, Facts, Geometry | None, Why], None]
    """Of an id and the version seen."""
    withdraw: Callable[[Work, int, int, Why], None]

    def taken(self, layer: Layer) -> frozenset[str]:
        """What may be written of this layer: the properties it shows."""
        return self.writable & layer.by_name.keys()


def edits(nouns: tuple[Noun, ...], catalogue: Catalogue) -> dict[str, Edits]:
    """What the documents say of each layer that is edited."""
    return {
        name: Edits(noun.permissions, noun.taken(catalogue[name]), noun.once, noun.required, noun.received)
        for noun in nouns
        for name in noun.layers
        if name in catalogue
    }


RECEIVED: dict[str, dict[str, Any]] = {
    "change_reason": {
        "title": "修改原因 · Reason of the change",
        "type": "string",
        "description": "为什么改;不填就用令牌的事由。 Why; the reason of the token, if absent.",
    },
    "change_document": {
        "title": "依据文号 · Number of the document",
        "type": "string",
        "description": "已登记文件的文号。 The number of a registered document that the change follows.",
    },
}
"""Why a feature is changed is said beside its properties, and kept with the version."""
