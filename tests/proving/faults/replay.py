"""The same request many times over, and many people over one parcel: as many rows as requests, as many changes as acknowledgements."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.proving.ledger import balance
from tests.proving.lines import Line
from tests.proving.premises import House, Somebody, new_parcel

AT_ONCE = 16
AGAIN_S = 0.05


def lines(here: House, *, small: bool) -> Iterator[Line]:
    officer = here.somebody("replayer", Role.LAND_OFFICER)
    yield asyncio.run(_replay(here, officer, 150 if small else 10_000))
    clients, times = (8, 5) if small else (50, 20)  # of fifty people over one parcel, one in fifty gets through
    yield asyncio.run(_lost_update(here, officer, clients, times))


async def _replay(here: House, who: Somebody, requests: int) -> Line:
    """Each request one to five times, one in fifty fifty times, all shuffled and many at once."""
    chance = random.Random(28)
    marks = [uuid4().hex for _ in range(requests)]
    sent = [mark for n, mark in enumerate(marks) for _ in range(50 if n % 50 == 7 else chance.randint(1, 5))]
    chance.shuffle(sent)
    answers: dict[str, set[tuple[int, str]]] = defaultdict(set)
    waiting = iter(sent)

    async def some(client: httpx.AsyncClient) -> None:
        for mark in waiting:
            body = new_parcel(mark)
            headers = {**who.headers, "Idempotency-Key": mark}
            answer = await client.post("/api/v1/parcels", json=body, headers=headers)
            answers[mark].add((answer.status_code, json.dumps(answer.json(), sort_keys=True)))

    async with httpx.AsyncClient(base_url=here.url, timeout=60) as client:
        await asyncio.gather(*(some(client) for _ in range(AT_ONCE)))
    kept = [
        mark
        for mark in here.marks("select parcel_name from parcel where parcel_name is not null")
        if mark in set(marks)
    ]
    found = balance(tried=marks, acknowledged=marks, kept=kept)
    differ = sum(len(each) != 1 or next(iter(each))[0] != 201 for each in answers.values())
    figure = f"{requests} requests sent {len(sent)} times: {len(kept)} rows, {found}; {differ} with differing answers"
    return Line(
        "R28", "idempotent replay", figure, f"exactly {requests} rows, same answers", found.clean and differ == 0
    )


async def _lost_update(here: House, who: Somebody, clients: int, times: int) -> Line:
    """Read a counter, add one, write it if nobody else has: again until it is acknowledged."""
    path, told, refused = f"/api/v1/parcels/{here.parcels[-1]}", 0, 0

    async def read(client: httpx.AsyncClient) -> tuple[int, str]:
        answer = await client.get(path, headers=who.headers)
        return int(answer.json()["remark"] or 0), answer.headers["etag"]

    async def count(client: httpx.AsyncClient) -> None:
        nonlocal told, refused
        done = 0
        while done < times:
            seen, etag = await read(client)
            body: dict[str, Any] = {"remark": str(seen + 1), "reason": "count"}
            answer = await client.patch(path, json=body, headers={**who.headers, "If-Match": etag})
            done, told = done + (answer.status_code == 200), told + (answer.status_code == 200)
            refused += answer.status_code == 412
            if answer.status_code not in (200, 412):
                await asyncio.sleep(AGAIN_S)

    async with httpx.AsyncClient(base_url=here.url, timeout=60) as client:
        await asyncio.gather(*(count(client) for _ in range(clients)))
        final, _ = await read(client)
    versions = here.rows(f"select count(*) from parcel_version where reason = 'count' and id = {here.parcels[-1]}")[0][
        0
    ]
    figure = f"{clients} people × {times}: counter {final}, {told} acknowledged, {versions} versions, {refused} refused as stale"
    return Line(
        "R29", "lost update", figure, "counter = acknowledgements", final == told == versions == clients * times
    )
