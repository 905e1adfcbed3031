"""The layers as they stand: each folder under `layers/`, and over it the newest version from the workshop.

Every door asks here, in every process. A command asks once; a web process asks at most once a second for one number, and
reads the versions only when it has changed. So a saved version is everywhere within a second, without a message or a restart.
"""

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any, LiteralString

import structlog
from pydantic import ValidationError

from gis_service.access.actor import EVERYTHING
from gis_service.core.reader import Reader
from gis_service.maps.catalogue import Catalogue, Layer, Presentation, faults

log = structlog.get_logger("gis_service.maps")

REMEMBERED_S = 1.0

STAMP: LiteralString = "select coalesce(sum(version), 0), max(made_at) from layer.version"
"""Versions are only added, so that their sum grows with each commit; the moment tells a restored database from this one."""
VERSIONS: LiteralString = "select layer_id, content from layer.version where content is not null"


def standing(reader: Reader, shipped: Catalogue | None = None) -> Catalogue:
    """The layers as they stand now."""
    shipped = shipped or Catalogue.load()
    said: dict[str, Any] = dict(reader.rows(EVERYTHING, VERSIONS))
    layers = [_with(layer, said) for layer in shipped.values()]
    return Catalogue((layer.id, layer) for layer in sorted(layers, key=lambda layer: (layer.order, layer.id)))


class Standing:
    """The layers as they stand, for a process that asks often. What it gives is never changed afterwards."""

    def __init__(self, reader: Reader, shipped: Catalogue):
        self.shipped = shipped
        self._reader = reader
        self._known: Catalogue | None = None
        self._stamp: object = None
        self._asked_at = 0.0
        self._lock = Lock()

    def now(self) -> Catalogue:
        """At most a second old. Raises `Unavailable`, as every other question would."""
        known = self._known
        if known is not None and time.monotonic() - self._asked_at < REMEMBERED_S:
            return known
        return self.fresh()

    def fresh(self) -> Catalogue:
        """As it is at this moment: for who has just saved."""
        with self._lock:
            asked_at = time.monotonic()
            stamp = self._reader.row(EVERYTHING, STAMP)
            if self._known is None or stamp != self._stamp:
                self._known, self._stamp = standing(self._reader, self.shipped), stamp
            self._asked_at = asked_at
            return self._known


def fitting(layer: Layer, content: Mapping[str, Any]) -> Layer | None:
    """The shipped layer presented as a version has it; None where this release cannot, since its attributes or words are others."""
    try:
        made = layer.presented(Presentation.model_validate(content))
    except ValidationError:
        return None
    same = (made.style.kind, made.category) == (layer.style.kind, layer.category)
    return made if same and not any(faults(made)) else None


def _with(layer: Layer, said: Mapping[str, Any]) -> Layer:
    """A version that a later release cannot use is passed over: better the shipped look than no map."""
    if layer.id not in said:
        return layer
    made = fitting(layer, said[layer.id])
    if made is None:
        log.warning("layer version passed over", layer=layer.id)
    return made or layer
