"""Clients that are slow on purpose, or send nonsense in bulk, beside people at ordinary work."""

import asyncio
import contextlib
import multiprocessing
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from gis_service.access.rules import Role
from tests.proving.lines import Line
from tests.proving.load.arrivals import Seen, at_rate, client, word
from tests.proving.load.officers import PER_S, panning
from tests.proving.premises import House, Somebody

ROUNDS = 3
"""With and without abusers in turn, so that what else the machine does falls upon both."""
SLOW_HEADS, SLOW_BODIES, HEAVY, PARTS = 200, 50, 10, 10_000
WORSE = 2.0
BOUNDARY = "proof"


def lines(here: House, *, small: bool) -> Iterator[Line]:
    yield asyncio.run(_beside(here, 10 if small else 30))


async def _beside(here: House, seconds: int) -> Line:
    who = here.somebody("slow-one", Role.INSPECTOR, Role.LAND_OFFICER)
    before, during, told = Seen(), Seen(), Counter[str]()
    async with client(here.url) as asked:
        act = panning(asked, [who])
        await at_rate(PER_S, 5, act)
        for _ in range(ROUNDS):
            await at_rate(PER_S, seconds, act, before)
            with _abusers(here, who) as answers:
                await asyncio.sleep(3)
                await at_rate(PER_S, seconds, act, during)
            told.update(answers)
    ratio = during.at(0.99) / before.at(0.99)
    figure = (
        f"p99 {before.at(0.99):.0f} ms before, {during.at(0.99):.0f} ms beside {SLOW_HEADS} slow heads, {SLOW_BODIES} bodies of 1 byte/s, 50 MB of "
        f"JSON and {PARTS} parts sent again and again (× {ratio:.1f}), in {ROUNDS} turns each; p50 {before.at(0.5):.0f} and {during.at(0.5):.0f} ms; errors {before.errors} "
        f"and {during.errors}; the abusers were told {dict(told)}"
    )
    why = "the abusers' own work takes part of the two cores" if ratio > WORSE else ""
    return Line(
        "R56",
        "slow and abusive clients",
        figure,
        f"p99 ≤ {WORSE:.0f} ×, 0 errors",
        ratio <= WORSE and not during.errors,
        why,
    )


@contextlib.contextmanager
def _abusers(here: House, who: Somebody) -> Iterator[dict[str, int]]:
    """Abusers in a process of their own, so that they do not hold up those who measure. What they were told is known afterwards."""
    spawn, told = multiprocessing.get_context("spawn"), dict[str, int]()
    ending, answers = spawn.Event(), spawn.Queue()
    process = spawn.Process(target=abuse, args=(here.service.port, who.headers, ending, answers))
    process.start()
    try:
        yield told
    finally:
        ending.set()
        told.update(answers.get(timeout=60))
        process.join()


def abuse(port: int, headers: dict[str, str], ending: Any, answers: Any) -> None:
    answers.put(asyncio.run(_abuse(port, headers, ending)))


async def _abuse(port: int, headers: dict[str, str], ending: Any) -> dict[str, int]:
    told = Counter[str]()
    head = f"Host: 127.0.0.1\r\nCookie: {headers['Cookie']}\r\nSec-Fetch-Site: same-origin\r\n"
    body = (
        f"POST /api/v1/field/inbox HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    )
    firsts = ["GET /api/v1/parcels HTTP/1.1\r\nX-Slow: "] * SLOW_HEADS + [body] * SLOW_BODIES
    json = b'{"parcel_no": "' + b"x" * 50_000_000 + b'"}'
    parts = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="p{n}"\r\n\r\n1\r\n' for n in range(PARTS))
    form = f"{parts}--{BOUNDARY}--\r\n".encode()
    async with client(f"http://127.0.0.1:{port}") as sending:

        async def heavy() -> str:
            kind = {"Content-Type": "application/json"}
            return await word(sending.post("/api/v1/parcels", content=json, headers={**headers, **kind}))

        async def many() -> str:
            kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
            return await word(sending.post("/api/v1/imports", content=form, headers={**headers, **kind}))

        tasks = [asyncio.create_task(_dribble(port, first)) for first in firsts]
        tasks += [asyncio.create_task(_again(heavy, "50 MB", told)), asyncio.create_task(_again(many, "parts", told))]
        await asyncio.to_thread(ending.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return dict(told)


async def _dribble(port: int, first: str) -> None:
    """One byte a second, for as long as it is let."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(OSError):
        writer.write(first.encode())
        while True:
            await writer.drain()
            await asyncio.sleep(1)
            writer.write(b"a")
    writer.close()


async def _again(send: Callable[[], Awaitable[str]], what: str, told: Counter[str]) -> None:
    while True:
        told[f"{what}: {await send()}"] += 1
        await asyncio.sleep(0.5)
