"""Drawn tiles, kept as long as nothing they show was changed.

A tile is kept under its place, its question and all that decides which rows its asker sees: what one scope was shown is
never given to another. With it stands the number of changes of the tables behind it (`layer.change`,
`migrations/objects/900_layer_changes.sql`), read in the statement that drew it. Before a kept tile is given again the
number is asked for, a question of a fifth of a millisecond, put once for all who ask at the same moment; so a tile is never
older than the items. Layers that ask the clock have no such number, and are drawn each time.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import LiteralString

from gis_service.core.db import Scope
from gis_service.core.reader import Reader, sight
from gis_service.core.together import Together
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Layer
from gis_service.maps.tiles import Answer, Part, Tile, answer, draw_all

LARGEST_BYTES = 64 * 1024 * 1024
OVERHEAD_BYTES = 600
"""Of an entry beside its tile: keys and places, about."""

VERSION: LiteralString = (
    "select case when count(*) = %(many)s then"
    " (select oid::text from pg_database where datname = current_database()) || ':' || sum(n) end"
    " from layer.change where view_name = any(%(views)s)"
)
"""One word for the state of several layers; null where one of them cannot tell. A restored database is another one."""

Views = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    version: str
    plain: Answer
    squeezed: Answer

    @property
    def size(self) -> int:
        twice = 0 if self.squeezed is self.plain else len(self.squeezed.body)
        return len(self.plain.body) + twice + OVERHEAD_BYTES

    def given(self, *, gzip_accepted: bool) -> Answer:
        return self.squeezed if gzip_accepted else self.plain


class Kept:
    """Tiles of a web process, at most `largest` bytes of them; what was not asked for the longest goes first."""

    def __init__(self, reader: Reader, largest: int = LARGEST_BYTES):
        self._reader, self._largest = reader, largest
        self._together: Together[tuple[str | None] | None] = Together()
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        return self._bytes

    def tile(self, scope: Scope, parts: Sequence[Part], tile: Tile, *, gzip_accepted: bool) -> Answer:
        """The tile as it is now, drawn or kept."""
        key = (tile, tuple(map(_question, parts)), sight(scope))
        views = tuple(sorted({_view(layer, asked) for layer, asked in parts}))
        known = self._find(key)
        if known is not None and known.version == self._version(views):
            return known.given(gzip_accepted=gzip_accepted)
        drawn, version = draw_all(self._reader, scope, parts, tile, beside=(VERSION, _about(views)))
        if version is None:
            return answer(drawn, gzip_accepted=gzip_accepted)
        entry = Entry(version, answer(drawn, gzip_accepted=False), answer(drawn, gzip_accepted=True))
        self._put(key, entry)
        return entry.given(gzip_accepted=gzip_accepted)

    def _version(self, views: Views) -> str | None:
        row = self._together.ask(views, lambda: self._reader.fact(VERSION, _about(views)))
        return row[0] if row else None

    def _find(self, key: Hashable) -> Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def _put(self, key: Hashable, entry: Entry) -> None:
        with self._lock:
            before = self._entries.pop(key, None)
            self._bytes -= before.size if before else 0
            if entry.size > self._largest:
                return
            self._entries[key] = entry
            self._bytes += entry.size
            while self._bytes > self._largest:
                self._bytes -= self._entries.popitem(last=False)[1].size


def _question(part: Part) -> Hashable:
    """`wide` says how to find the rows, not which. Of what the workshop changes, only the first zoom is seen in a tile."""
    layer, asked = part
    return layer.id, layer.minzoom, tuple(sorted(asked.values().items()))


def _about(views: Views) -> dict[str, object]:
    return {"views": list(views), "many": len(views)}


def _view(layer: Layer, asked: Asked) -> str:
    return (layer.history if asked.as_of and layer.history else layer.source).removeprefix("layer.")
