"""An hour of ordinary work: memory, files and connections stay where they are."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.patrols.inbox.phone import Phone
from tests.proving.lines import Line
from tests.proving.load.arrivals import at_rate, client, word
from tests.proving.load.caps import BOTH_DOORS
from tests.proving.load.officers import PER_S, panning
from tests.proving.premises import House, Somebody

GROWTH = 0.05
EVERY_S = 2.0


@dataclass(frozen=True)
class Sample:
    """One look at the web processes and the database."""

    at: float
    rss_mb: float
    files: int
    connections: int


def lines(here: House, *, small: bool) -> Iterator[Line]:
    seconds, warm_s = (120, 50) if small else (3600, 600)
    seen, samples = asyncio.run(_soak(here, seconds))
    settled = [sample for sample in samples if sample.at >= warm_s]
    third = max(1, len(settled) // 3)
    first, last = settled[:third], settled[-third:]
    growth = _mean(last, "rss_mb") / _mean(first, "rss_mb") - 1
    files = max(s.files for s in last) - max(s.files for s in first)
    connections = max(s.connections for s in last) - max(s.connections for s in first)
    figure = (
        f"{seen}; memory {_mean(first, 'rss_mb'):.0f} → {_mean(last, 'rss_mb'):.0f} MB ({100 * growth:+.1f} %), file handles without sockets "
        f"{max(s.files for s in first)} → {max(s.files for s in last)}, connections {max(s.connections for s in first)} → {max(s.connections for s in last)}"
    )
    good = growth <= GROWTH and files <= 4 and connections <= 0 and seen.errors == 0
    why = f"two minutes say little: caches are still filling after {warm_s} s" if small else ""
    yield Line(
        "R25",
        f"mixed work for {seconds} s",
        figure,
        f"memory ≤ +{100 * GROWTH:.0f} % after {warm_s} s, files and connections flat",
        good,
        why,
    )


def _mean(samples: list[Sample], name: str) -> float:
    return sum(getattr(each, name) for each in samples) / len(samples)


async def _soak(here: House, seconds: int) -> tuple[object, list[Sample]]:
    """Officers panning, and each second a record of a patrol and a page of the register."""
    who = here.somebody("soak-inspector", Role.INSPECTOR, Role.LAND_OFFICER)
    phone, samples = Phone(who.id), list[Sample]()
    async with client(here.url) as asked:
        await asked.post("/api/v1/field/inbox", json=phone.batch([phone.start()]), headers=who.headers)

        async def act(number: int) -> str:
            if number % 2:
                return await word(asked.get("/api/v1/parcels?limit=50", headers=who.headers))
            record = phone.visit(here.parcels[number % len(here.parcels)])
            phone.records.clear()
            return await word(asked.post("/api/v1/field/inbox", json=phone.batch([record]), headers=who.headers))

        await _fill_the_pools(asked, who)
        watching = asyncio.create_task(_watch(here, samples))
        seen, _ = await asyncio.gather(at_rate(PER_S, seconds, panning(asked, [who])), at_rate(2, seconds, act))
        watching.cancel()
    return seen, samples


async def _fill_the_pools(asked: httpx.AsyncClient, who: Somebody) -> None:
    """Threads and connections come as many at once as are needed, and stay: have them all before growth is looked for."""
    for _ in range(3):
        await asyncio.gather(*(asked.get(path, headers=who.headers) for path in BOTH_DOORS for _ in range(100)))


async def _watch(here: House, samples: list[Sample]) -> None:
    began = time.monotonic()
    while True:
        samples.append(await asyncio.to_thread(_sample, here, time.monotonic() - began))
        await asyncio.sleep(EVERY_S)


def _sample(here: House, at: float) -> Sample:
    web = here.web_processes()
    rss = sum(_rss_mb(pid) for pid in web)
    files = sum(_files(pid) for pid in web)
    connections = here.rows(
        "select count(*) from pg_stat_activity where usename in ('gis_app', 'gis_reader') and application_name <> ''"
    )
    return Sample(at, rss, files, int(connections[0][0]))


def _files(pid: int) -> int:
    """Open files; sockets to people come and go with them, and those to the database are counted there."""
    count = 0
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            count += not str(handle.readlink()).startswith("socket:")
    return count


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
