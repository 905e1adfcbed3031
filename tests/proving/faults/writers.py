"""People at work while things break: patrols that come in, parcels that are made, parcels that are edited; each acknowledgement is noted."""

import asyncio
import contextlib
import itertools
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.patrols.inbox.phone import Phone
from tests.proving.ledger import Answers, Balance, Ledger
from tests.proving.premises import House, Somebody, new_parcel

PAUSE_S = 0.05
"""Between a write and the next of the same person, and before one is tried again."""
TIMEOUT_S = 30
ROWS = {
    "field records": "select uuid from inbox_record",
    "visits": "select client_uuid from visit union all select client_uuid from patrol",
    "parcels": "select parcel_name from parcel where parcel_name is not null",
    "edits": "select reason from parcel_version where reason ~ '^[0-9a-f]{32}$'",
    "audit of parcels": "select subject from audit_entry where action = 'parcel.create' and outcome = 'done'",
}
"""What each kind of write leaves behind, one row for each."""


@dataclass
class Crew:
    """Writers of three kinds at once; what they were told."""

    here: House
    url: str
    stopping: threading.Event = field(default_factory=threading.Event)
    answers: Answers = field(default_factory=Answers)
    records: Ledger = field(default_factory=Ledger)
    """Field records, by their own uuid; sent again until they are acknowledged."""
    made: Ledger = field(default_factory=Ledger)
    """Parcels made under an Idempotency-Key; sent again until they are acknowledged."""
    edits: Ledger = field(default_factory=Ledger)
    """Edits under an ETag; one without an answer is not tried again, so it may be there once or not at all."""

    before: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.kept()

    async def work(self, inspectors: list[Somebody], officers: list[Somebody]) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=self.url, timeout=TIMEOUT_S, limits=limits) as client:
            await asyncio.gather(
                *(self._records(client, one) for one in inspectors),
                *(self._parcels(client, one) for one in officers),
                *(self._edits(client, one, parcel) for one, parcel in zip(officers, self.here.parcels, strict=False)),
            )

    async def _records(self, client: httpx.AsyncClient, who: Somebody) -> None:
        phone = Phone(who.id)
        phone.start()
        parcels = itertools.cycle(self.here.parcels)
        while not self.stopping.is_set():
            fresh = [*phone.records, phone.visit(next(parcels))][-2:]
            self.records.tried.update(each["uuid"] for each in fresh)
            await self._until_told(lambda sent=fresh: self._send(client, who, phone, sent))
            phone.records.clear()

    async def _send(self, client: httpx.AsyncClient, who: Somebody, phone: Phone, sent: list[dict[str, Any]]) -> bool:
        answer = await self.ask(client, "POST", "/api/v1/field/inbox", who, json=phone.batch(sent))
        if answer is None or answer.status_code != 200:
            return False
        told = [each["uuid"] for each in answer.json()["verdicts"] if each["verdict"] in ("stored", "duplicate")]
        self.records.acknowledged.update(told)
        return len(told) == len(sent)

    async def _parcels(self, client: httpx.AsyncClient, who: Somebody) -> None:
        while not self.stopping.is_set():
            mark = uuid4().hex
            self.made.tried.add(mark)
            await self._until_told(lambda name=mark: self._make(client, who, name))

    async def _make(self, client: httpx.AsyncClient, who: Somebody, mark: str) -> bool:
        body = new_parcel(mark)
        answer = await self.ask(
            client, "POST", "/api/v1/parcels", who, json=body, headers={"Idempotency-Key": mark}, good=201
        )
        told = answer is not None and answer.status_code == 201
        if told:
            self.made.acknowledged.add(mark)
        return told

    async def _edits(self, client: httpx.AsyncClient, who: Somebody, parcel_id: int) -> None:
        path = f"/api/v1/parcels/{parcel_id}"
        while not self.stopping.is_set():
            seen = await self.ask(client, "GET", path, who)
            if seen is not None and seen.status_code == 200:
                mark = uuid4().hex
                self.edits.tried.add(mark)
                body, headers = {"remark": mark, "reason": mark}, {"If-Match": seen.headers["etag"]}
                answer = await self.ask(client, "PATCH", path, who, json=body, headers=headers, good=200)
                if answer is not None and answer.status_code == 200:
                    self.edits.acknowledged.add(mark)
            await asyncio.sleep(PAUSE_S)

    async def _until_told(self, send: Callable[[], Awaitable[bool]]) -> None:
        """Again and again until it is acknowledged, also past the end of the proof: what is begun is brought to an end."""
        end = None
        while not await send():
            if self.stopping.is_set():
                end = end or time.monotonic() + TIMEOUT_S
                if time.monotonic() > end:
                    return
            await asyncio.sleep(PAUSE_S)
        await asyncio.sleep(PAUSE_S)

    async def ask(
        self, client: httpx.AsyncClient, method: str, path: str, who: Somebody, *, good: int | None = None, **more: Any
    ) -> httpx.Response | None:  # fmt: skip
        """One request; None where it was cut. `good` is the status that makes it an acknowledged write."""
        began = time.monotonic()
        more["headers"] = {**who.headers, **more.get("headers", {})}
        try:
            answer = await client.request(method, path, **more)
        except httpx.HTTPError:
            self.answers.note("cut")
            return None
        polite = "+" if answer.status_code == 503 and "retry-after" in answer.headers else ""
        self.answers.note(f"{answer.status_code}{polite}")
        if answer.status_code == good:
            self.answers.note_good(began)
        return answer

    def kept(self) -> dict[str, list[str]]:
        """The marks of all rows there are, by kind: one for each row."""
        return {name: self.here.marks(sql) for name, sql in ROWS.items()}

    def balances(self) -> dict[str, Balance]:
        """The ledgers against the rows that came since the writers began."""
        ledgers = {
            "field records": self.records,
            "visits": self.records,
            "parcels": self.made,
            "edits": self.edits,
            "audit of parcels": self.made,
        }
        return {
            name: ledgers[name].balance((Counter(rows) - Counter(self.before[name])).elements())
            for name, rows in self.kept().items()
        }


@contextlib.contextmanager
def writing(here: House, *, url: str | None = None, each: int = 3, name: str = "") -> Iterator[Crew]:
    """Writers at work for the length of the block; they bring to an end what they have begun."""
    mark = name or uuid4().hex[:6]
    inspectors = [here.somebody(f"inspector-{mark}-{n}", Role.INSPECTOR) for n in range(each)]
    officers = [here.somebody(f"officer-{mark}-{n}", Role.LAND_OFFICER) for n in range(each)]
    crew = Crew(here, url or here.url)
    thread = threading.Thread(target=lambda: asyncio.run(crew.work(inspectors, officers)))
    thread.start()
    try:
        yield crew
    finally:
        crew.stopping.set()
        thread.join()
