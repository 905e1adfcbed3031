"""天地图 through the server: the key stays here, never in an address that a browser sees, in a log or in an error.

Only what is looked at is fetched: a few hundred tiles are remembered for some minutes, each person may ask for so many a minute,
and nothing is stored. No text is known that allows tiles to be collected for use without a network.
"""

import http.client
import ssl
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from gis_service.core.errors import Refusal
from gis_service.core.media import PHOTOS
from gis_service.geo.tilegrids import CGCS2000_QUAD, GRIDS, QUAD
from gis_service.patrols.basemaps.errors import NoSuchTile, NoTianditu, TiandituBusy, TiandituFailed
from gis_service.patrols.basemaps.rules import TIANDITU_ZOOMS, TiandituLayer
from gis_service.settings import Settings

TIMEOUT_S = 6.0
LARGEST = 1 << 20
REMEMBERED, REMEMBERED_S = 300, 600.0
AT_ONCE = 4
"""Requests under way; more wait their turn for a moment, so that a slow node never takes all threads of the service."""
PATIENCE_S = 3.0
TIRED_AFTER, REST_S = 4, 20.0
"""After so many failures in a row the node is left alone for a while."""
PER_PERSON, WINDOW_S = 600, 60.0
"""A screen is some 30 tiles with its labels: twenty screens a minute is looking, more is collecting."""


@dataclass(frozen=True)
class Picture:
    content: bytes
    media_type: str


class _Failed(Exception):
    """A node gave no picture; both sentences say why, and nothing of the address: the key is in it."""

    def __init__(self, fault: str, fault_zh: str):
        super().__init__(fault)
        self.fault, self.fault_zh = fault, fault_zh


@dataclass
class Node:
    """The way to one host that gives tiles: what is looked at goes through, bounded, and is remembered for some minutes."""

    failed: ClassVar[type[Refusal]]
    """Said of what went wrong, with `fault` and `fault_zh`."""
    busy: ClassVar[type[Refusal]]

    url: str
    key: str = field(repr=False)
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._known: OrderedDict[tuple[str, int, int, int], tuple[float, Picture]] = OrderedDict()
        self._asked: dict[int, deque[float]] = {}
        self._failures, self._rests_until = 0, 0.0

    def picture(self, place: tuple[str, int, int, int], path: str, *, person: int) -> Picture:
        """The tile that lies at `path` (with its query) of the host of `url`; raises what `failed` and `busy` say."""
        self._count(person)
        if known := self._remembered(place):
            return known
        if self.now() < self._rests_until:
            raise self.failed(fault="the node does not answer", fault_zh="服务节点暂无响应")
        if not self._places.acquire(timeout=PATIENCE_S):
            raise self.busy()
        try:
            picture = self._fetch(path)
        except _Failed as failure:
            self._failed()
            raise self.failed(fault=failure.fault, fault_zh=failure.fault_zh) from None
        finally:
            self._places.release()
        self._remember(place, picture)
        return picture

    def _count(self, person: int) -> None:
        at = self.now()
        with self._lock:
            seen = self._asked.setdefault(person, deque())
            while seen and seen[0] <= at - WINDOW_S:
                seen.popleft()
            if len(seen) >= PER_PERSON:
                raise self.busy(headers={"Retry-After": str(int(WINDOW_S))})
            seen.append(at)

    def _remembered(self, place: tuple[str, int, int, int]) -> Picture | None:
        with self._lock:
            at, picture = self._known.get(place, (0.0, None))
            if picture is None or self.now() - at > REMEMBERED_S:
                return None
            self._known.move_to_end(place)
            return picture

    def _remember(self, place: tuple[str, int, int, int], picture: Picture) -> None:
        with self._lock:
            self._failures = 0
            self._known[place] = self.now(), picture
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= TIRED_AFTER:
                self._failures, self._rests_until = 0, self.now() + REST_S

    def _fetch(self, path: str) -> Picture:
        """Asks the node. Redirections are not followed: the key would go to wherever they lead."""
        node = urlsplit(self.url)
        try:
            connection = _connection(node.scheme, node.hostname or "", node.port)
            try:
                connection.request("GET", path, headers={"User-Agent": "gis_service"})
                answer = connection.getresponse()
                status, media_type = answer.status, answer.headers.get_content_type()
                content = answer.read(LARGEST + 1)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError):
            # what is raised may hold the address and with it the key: not even the cause goes on
            raise _Failed("the node cannot be reached", "连不上服务节点") from None
        if status != http.client.OK:
            raise _Failed(f"HTTP {status}", f"HTTP {status}")
        if media_type not in PHOTOS or len(content) > LARGEST:
            raise _Failed("the answer is no picture", "返回的不是图片,请检查密钥是否有效")
        return Picture(content, media_type)


MATRICES = {QUAD.id: "w", CGCS2000_QUAD.id: "c"}
"""What 天地图 calls its two sets of tiles."""


@dataclass
class Tianditu(Node):
    """The way to one node of 天地图. `url` ends where the layer's name begins; `key` is the `tk` of the service."""

    failed, busy = TiandituFailed, TiandituBusy

    grid: str = QUAD.id

    def tile(self, layer: str, z: int, x: int, y: int, *, person: int) -> Picture:
        """One tile of the set `grid`; raises `NoSuchTile`, `TiandituFailed`, `TiandituBusy`."""
        if layer not in set(TiandituLayer) or z not in TIANDITU_ZOOMS or not GRIDS[self.grid].has(z, x, y):
            raise NoSuchTile(tile=f"{layer}/{z}/{x}/{y}"[:60])
        letter = MATRICES[self.grid]
        query = urlencode({
            "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": layer, "STYLE": "default",
            "TILEMATRIXSET": letter, "FORMAT": "tiles", "TILEMATRIX": z, "TILEROW": y, "TILECOL": x, "tk": self.key,
        })  # fmt: skip
        path = f"{urlsplit(self.url).path.rstrip('/')}/{layer}_{letter}/wmts?{query}"
        return self.picture((layer, z, x, y), path, person=person)


def node_of(settings: Settings) -> Tianditu:
    """The node that the settings name. Raises `NoTianditu` where they hold no key."""
    if not settings.tianditu_key:
        raise NoTianditu()
    return node(settings.tianditu_url, settings.tianditu_key, settings.tianditu_grid)


@lru_cache(maxsize=8)
def node(url: str, key: str, grid: str) -> Tianditu:
    """One for each process, so that what it remembers is of use."""
    return Tianditu(url, key, grid=grid)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
