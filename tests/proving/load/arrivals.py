"""Load as it comes: requests arrive at a constant rate, whatever became of those before, and wait from the moment they were due.

A driver that waits for an answer before it sends the next hides every pause of the service (coordinated omission); this one does not.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx2 as httpx

from tests.proving.premises import percentile, since

GOOD = ("200", "201", "202", "204")


@dataclass
class Seen:
    """What came of the requests: seconds from when each was due until it was answered, and by what."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0

    def note(self, due: float, what: str) -> None:
        self.seconds.append(since(due))
        self.answers[what] += 1

    def at(self, share: float) -> float:
        """The time that this share of the requests was answered within, in milliseconds."""
        return 1000 * percentile(self.seconds or [float("inf")], share)

    @property
    def errors(self) -> int:
        return sum(count for what, count in self.answers.items() if what not in GOOD)

    def __str__(self) -> str:
        bad = {what: count for what, count in sorted(self.answers.items()) if what not in GOOD}
        return f"{len(self.seconds)} requests, {self.errors} errors{f' {bad}' if bad else ''}, p50 {self.at(0.5):.0f} ms, p95 {self.at(0.95):.0f} ms, p99 {self.at(0.99):.0f} ms"


Act = Callable[[int], Awaitable[str]]
"""One request, by its number; gives the word of its answer."""


async def at_rate(per_s: float, seconds: float, act: Act, seen: Seen | None = None) -> Seen:
    """Requests at a constant rate for so long."""
    seen, began = seen or Seen(), time.monotonic()

    async def one(number: int, due: float) -> None:
        seen.note(due, await act(number))

    sent = []
    for number in range(round(per_s * seconds)):
        due = began + number / per_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        sent.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*sent)
    seen.took_s = since(began)
    return seen


async def word(asked: Awaitable[httpx.Response]) -> str:
    """The answer in a word: its status, `503+` where it says when to come again, `cut` where there was none."""
    try:
        answer = await asked
    except httpx.HTTPError:
        return "cut"
    return f"{answer.status_code}{'+' if answer.status_code == 503 and 'retry-after' in answer.headers else ''}"


def client(url: str, **more: object) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=1000, max_keepalive_connections=50)
    return httpx.AsyncClient(base_url=url, timeout=60, limits=limits, **more)  # type: ignore[arg-type]
