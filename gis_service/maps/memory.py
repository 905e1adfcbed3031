"""Facts about layers that are dear to ask and may be a minute old: extents, and whether a count is beyond its limit.

They are kept by scope: what one person may see says nothing to another.
"""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from fastapi import Request
from psycopg import sql

from gis_service.core.db import Scope
from gis_service.core.reader import Reader, sight
from gis_service.maps.catalogue import Layer

BBox = tuple[float, float, float, float]
Fact = TypeVar("Fact")

REMEMBERED_S = 60.0
MOST = 10_000


class Remembered(Generic[Fact]):
    """A dictionary whose entries are forgotten after a minute."""

    def __init__(self, seconds: float = REMEMBERED_S):
        self._seconds = seconds
        self._known: dict[Hashable, tuple[float, Fact]] = {}

    def get(self, key: Hashable) -> Fact | None:
        at, fact = self._known.get(key, (0.0, None))
        return fact if at > time.monotonic() - self._seconds else None

    def put(self, key: Hashable, fact: Fact) -> Fact:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (time.monotonic(), fact)
        return fact

    def find(self, key: Hashable, make: Callable[[], Fact]) -> Fact:
        known = self.get(key)
        return self.put(key, make()) if known is None else known


class Memory:
    """What a web process remembers of the layers; `elsewhere` is the box for a layer in which nothing is seen."""

    def __init__(self, reader: Reader, elsewhere: BBox):
        self._reader, self._elsewhere = reader, elsewhere
        self._extents: Remembered[BBox] = Remembered()
        self.uncounted: Remembered[bool] = Remembered()

    def extent(self, scope: Scope, layer: Layer) -> BBox:
        """West, south, east, north in stored coordinates of all that the scope sees."""
        return self._extents.find((layer.source, sight(scope)), lambda: self._ask(scope, layer))

    def _ask(self, scope: Scope, layer: Layer) -> BBox:
        view = sql.Identifier(*layer.source.split("."))
        sides = "select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (select st_extent(geom) as e from {}) q"
        row = self._reader.row(scope, sql.SQL(sides).format(view))
        return self._elsewhere if row is None or row[0] is None else (row[0], row[1], row[2], row[3])


def memory_of(request: Request) -> Memory:
    """The memory of this web process, made at the first question."""
    state = request.app.state
    if not hasattr(state, "map_memory"):
        state.map_memory = Memory(state.reader, state.settings.plausible_box)
    return state.map_memory  # type: ignore[no-any-return]
