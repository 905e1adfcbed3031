"""Stopping on purpose loses no request: one after the other while people work, and all at once."""

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.proving.faults.killing import sound
from tests.proving.faults.writers import writing
from tests.proving.lines import Line
from tests.proving.premises import House, Somebody, seconds_until


def lines(here: House, *, small: bool) -> Iterator[Line]:
    yield _rolling(here, 1 if small else 5)
    yield sound(here)
    yield _stopping(here)


def _rolling(here: House, times: int) -> Line:
    """SIGHUP: each web process is replaced after its successor is ready."""
    replaced = 0
    with writing(here) as crew:
        time.sleep(1)
        for _ in range(times):
            before = set(here.web_processes())
            os.kill(here.pid, signal.SIGHUP)
            gone = seconds_until(lambda old=before: not old & set(here.web_processes()), 120)
            replaced += 0 if gone is None else len(before)
            seconds_until(here.whole)
        time.sleep(1)
    counts, balances = crew.answers.counts, crew.balances()
    clean = all(each.clean for each in balances.values())
    failed = counts["cut"] + counts["503+"] + sum(crew.answers.impolite.values())
    figure = f"{replaced} processes replaced, {failed} of {counts.total()} requests failed; " + ", ".join(
        f"{name}: {each}" for name, each in balances.items()
    )
    return Line("R59", "rolling restart", figure, "0 failed", clean and failed == 0 and replaced == 2 * times)


class Looking(threading.Thread):
    """Readers without a pause; what became of each request, and when it was sent."""

    def __init__(self, here: House, people: list[Somebody]):
        super().__init__()
        self.here, self.people, self.told = here, people, list[tuple[float, str]]()
        self.stopping = False

    def run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=self.here.url, timeout=30, limits=limits) as client:
            await asyncio.gather(*(self._one(client, who) for who in self.people for _ in range(4)))

    async def _one(self, client: httpx.AsyncClient, who: Somebody) -> None:
        while not self.stopping:
            sent = time.monotonic()
            try:
                answer = await client.get("/api/v1/parcels?limit=20", headers=who.headers)
                self.told.append((sent, str(answer.status_code)))
            except httpx.ConnectError:
                self.told.append((sent, "refused"))
                await asyncio.sleep(0.05)
            except httpx.HTTPError:
                self.told.append((sent, "cut"))


def _stopping(here: House) -> Line:
    """SIGTERM for the whole: what is under way is answered to its end. Ends the service."""
    people = [here.somebody(f"stopper-{n}", Role.LAND_OFFICER) for n in range(3)]
    looking = Looking(here, people)
    looking.start()
    time.sleep(3)
    moment = time.monotonic()
    assert here.service.process is not None
    here.service.process.send_signal(signal.SIGTERM)
    code = here.service.process.wait(60)
    looking.stopping = True
    looking.join()
    under_way = Counter(what for sent, what in looking.told if sent < moment)
    later = Counter(what for sent, what in looking.told if sent >= moment)
    figure = (
        f"{under_way.total()} requests sent before it: {dict(under_way)}; sent after it: {dict(later)}; exit {code}"
    )
    good = set(under_way) == {"200"} and code == 0
    return Line("R59", "SIGTERM under load", figure, "every request sent before is answered; exit 0", good)
