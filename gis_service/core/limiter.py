"""How often one address may do something. Counts live in the memory of the process: no address is kept at rest.

With several web processes each counts for itself, so the limit of a deployment is at most that times the processes.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

MOST_ADDRESSES = 50_000


class Limiter:
    """At most `times` within `per_s` seconds for each address."""

    def __init__(self, times: int, per_s: float, *, now: Callable[[], float] = time.monotonic):
        self.times, self.per_s, self.now = times, per_s, now
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}

    def wait_s(self, address: str) -> float:
        """0 and counted when it may go on now; else after how many seconds it may, and not counted."""
        at = self.now()
        with self._lock:
            if len(self._seen) >= MOST_ADDRESSES:
                self._forget(at)
            seen = self._seen.setdefault(address, deque())
            wait_s = self._wait_s(seen, at)
            if not wait_s:
                seen.append(at)
            return wait_s

    def would_wait_s(self, address: str) -> float:
        """The same without counting: for what counts only when it went wrong."""
        at = self.now()
        with self._lock:
            return self._wait_s(self._seen.get(address, deque()), at)

    def _wait_s(self, seen: deque[float], at: float) -> float:
        while seen and seen[0] <= at - self.per_s:
            seen.popleft()
        return seen[0] + self.per_s - at if len(seen) >= self.times else 0.0

    def _forget(self, at: float) -> None:
        """Addresses that were quiet; all of them where too many are busy at once."""
        self._seen = {a: seen for a, seen in self._seen.items() if seen and seen[-1] > at - self.per_s}
        if len(self._seen) >= MOST_ADDRESSES:
            self._seen.clear()
