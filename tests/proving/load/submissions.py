"""Full patrol forms at a constant rate, then exports; and tracks as fast as they are taken."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

from gis_service.access.rules import Role
from tests.patrols.inbox.phone import Phone
from tests.proving.ledger import balance
from tests.proving.lines import Line
from tests.proving.load.arrivals import Seen, at_rate, client
from tests.proving.premises import House, Somebody

P99_MS = 500
POINTS_PER_S = 8_000
FIXES = 250
ANSWERS = {f"q{n:03}": f"第 {n} 题的回答,按现场情况填写" for n in range(120)}
"""About the size of a form of 250 questions of which half were answered."""


def lines(here: House, *, small: bool) -> Iterator[Line]:
    yield asyncio.run(_forms(here, *((20, 15) if small else (50, 30))))
    yield asyncio.run(_exports(here, 12 if small else 300))
    yield asyncio.run(_tracks(here, 15 if small else 60))


async def _forms(here: House, per_s: int, seconds: int) -> Line:
    people = [here.somebody(f"form-{n}", Role.INSPECTOR) for n in range(25)]
    phones = [Phone(who.id) for who in people]
    told: list[str] = []
    async with client(here.url) as asked:
        for phone, who in zip(phones, people, strict=True):
            await asked.post("/api/v1/field/inbox", json=phone.batch([phone.start()]), headers=who.headers)
        sent = [
            phones[n % 25].visit(here.parcels[n % len(here.parcels)], answers=ANSWERS) for n in range(per_s * seconds)
        ]

        async def act(number: int) -> str:
            who, phone, record = people[number % 25], phones[number % 25], sent[number]
            answer = await asked.post("/api/v1/field/inbox", json=phone.batch([record]), headers=who.headers)
            if answer.status_code == 200:
                told.extend(each["uuid"] for each in answer.json()["verdicts"] if each["verdict"] == "stored")
            return str(answer.status_code)

        seen = await at_rate(per_s, seconds, act)
    found = balance(tried=[each["uuid"] for each in sent], acknowledged=told, kept=_kept(here, sent))
    good = seen.errors == 0 and found.clean and len(told) == len(sent) and seen.at(0.99) <= P99_MS
    return Line(
        "R22",
        f"{per_s} full forms a second for {seconds} s",
        f"{seen}; {found}",
        f"100 % stored once, p99 ≤ {P99_MS} ms",
        good,
    )


def _kept(here: House, sent: list[dict[str, str]]) -> list[str]:
    ours = {each["uuid"] for each in sent}
    return [mark for mark in here.marks("select client_uuid from visit") if mark in ours]


async def _exports(here: House, seconds: int) -> Line:
    """Ten exports in three seconds: all of one size, and nothing left open in the database."""
    who, sizes = here.somebody("exporter", Role.LAND_OFFICER), Counter[int]()
    async with client(here.url) as asked:

        async def act(_number: int) -> str:
            answer = await asked.get("/api/v1/parcels/export?format=geojson", headers=who.headers)
            sizes[len(answer.content)] += 1
            return str(answer.status_code)

        seen = await at_rate(10 / 3, seconds, act)
    left = here.rows("select count(*) from pg_stat_activity where state not in ('idle') and pid <> pg_backend_pid() "
                     "and backend_type = 'client backend' and now() - state_change > '3 s'")[0][0]  # fmt: skip
    figure = f"{seen}; {len(sizes)} different sizes, {left} statements left open"
    return Line(
        "R22",
        f"10 exports in 3 s for {seconds} s",
        figure,
        "0 errors, 1 size, 0 open",
        (seen.errors, len(sizes), left) == (0, 1, 0),
    )


async def _tracks(here: House, seconds: int) -> Line:
    """Each of four phones sends its next batch of 250 fixes when the last is acknowledged."""
    people = [here.somebody(f"track-{n}", Role.INSPECTOR) for n in range(4)]
    end, told = time.monotonic() + seconds, list[str]()
    began, seen = time.monotonic(), Seen()
    async with client(here.url) as asked:
        await asyncio.gather(*(_track(asked, who, end, told, seen) for who in people))
    took = time.monotonic() - began
    parts = here.rows("select client_uuid::text, jsonb_array_length(fixes) from track_part")
    ours = [row for row in parts if row[0] in set(told)]
    found = balance(tried=told, acknowledged=told, kept=[row[0] for row in ours])
    points = sum(row[1] for row in ours)
    rate = points / took
    good = seen.errors == 0 and found.clean and points == FIXES * len(told) and rate >= POINTS_PER_S
    why = "client, web processes and PostgreSQL share the two cores" if rate < POINTS_PER_S else ""
    return Line(
        "R23",
        f"tracks in batches of {FIXES} for {seconds} s",
        f"{rate:.0f} points/s, {seen}; {found}",
        f"≥ {POINTS_PER_S} points/s, 0 lost",
        good,
        why,
    )


async def _track(asked: object, who: Somebody, end: float, told: list[str], seen: Seen) -> None:
    phone = Phone(who.id)
    records = [phone.start()]
    while time.monotonic() < end:
        records.append(phone.track(FIXES))
        began = time.monotonic()
        answer = await asked.post("/api/v1/field/inbox", json=phone.batch(records), headers=who.headers)  # type: ignore[attr-defined]
        seen.note(began, str(answer.status_code))
        if answer.status_code == 200:
            told.extend(each["uuid"] for each in answer.json()["verdicts"] if each["uuid"] != phone.patrol)
        phone.records.clear()
        records = []
