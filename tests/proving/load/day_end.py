"""The end of a day: 200 phones send what they have within ten minutes, while officers look at the map; then the same five times as fast."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.patrols.inbox.phone import Phone, ms, position, sha256
from tests.proving.lines import Line
from tests.proving.load.arrivals import Seen, at_rate, client
from tests.proving.load.officers import PER_S, panning
from tests.proving.premises import House, Somebody

DEVICES, WITHIN_S, POINTS, PHOTOS, PHOTO_BYTES, CHUNK = 200, 600, 227, 5, 2_000_000, 256 * 1024
HEADROOM, P95_MS = 5, 500


@dataclass
class Day:
    """What the phones sent and were told."""

    records: dict[str, bool] = field(default_factory=dict)
    photos: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


def lines(here: House, *, small: bool) -> Iterator[Line]:
    for factor, seconds in ((1, 60 if small else WITHIN_S), (HEADROOM, 24 if small else WITHIN_S / HEADROOM)):
        yield asyncio.run(_peak(here, factor, seconds))


async def _peak(here: House, factor: int, seconds: float) -> Line:
    per_s = factor * DEVICES / WITHIN_S
    count, day = round(per_s * seconds), Day()
    officers = [here.somebody(f"officer-{factor}-{n}", Role.LAND_OFFICER) for n in range(5)]
    people = [here.somebody(f"device-{factor}-{n}", Role.INSPECTOR) for n in range(count)]
    async with client(here.url) as asked, client(here.url) as looking:

        async def device(number: int) -> str:
            return await _device(asked, people[number], here.parcels, day)

        seen, looks = await asyncio.gather(
            at_rate(per_s, seconds, device), at_rate(PER_S, seconds, panning(looking, officers))
        )
    return _line(here, factor, seconds, day, seen, looks)


async def _device(asked: httpx.AsyncClient, who: Somebody, parcels: list[int], day: Day) -> str:
    """A phone as it empties its queue: photos in pieces first, then the records."""
    phone = Phone(who.id)
    phone.start()
    phone.track(POINTS)
    for n in range(PHOTOS):
        content = b"\xff\xd8" + os.urandom(PHOTO_BYTES - 2)
        mark = sha256(content)
        photo = {"sha256": mark, "kind": "original", "media_type": "image/jpeg", "size_bytes": len(content)}
        said = {
            "parcel_id": parcels[n % len(parcels)],
            "came_at": ms(),
            "all_fine": True,
            "form": "visit",
            "form_version": 1,
            "photos": [photo],
        }
        phone.write("visit", {**said, "answers": {}, "position": position()}, files=[mark])
        day.photos.add(mark)
        if not await _photo(asked, who, content, mark, day):
            return "photo"
    phone.end()
    answer = await _asked(
        asked, day, "POST", "/api/v1/field/inbox", headers=who.headers, json=phone.batch(phone.records)
    )
    if answer is None:
        return "records"
    for each in answer.json()["verdicts"]:
        day.records[each["uuid"]] = each["verdict"] == "stored"
    return "200"


async def _photo(asked: httpx.AsyncClient, who: Somebody, content: bytes, mark: str, day: Day) -> bool:
    for offset in range(0, len(content), CHUNK):
        headers = {
            **who.headers,
            "Upload-Offset": str(offset),
            "Upload-Length": str(len(content)),
            "Content-Type": "image/jpeg",
        }
        piece = content[offset : offset + CHUNK]
        if await _asked(asked, day, "PUT", f"/api/v1/field/files/{mark}", headers=headers, content=piece) is None:
            return False
    return True


async def _asked(asked: httpx.AsyncClient, day: Day, method: str, path: str, **more: Any) -> httpx.Response | None:
    try:
        answer = await asked.request(method, path, **more)
    except httpx.HTTPError as fault:
        day.errors.append(type(fault).__name__)
        return None
    if answer.status_code == 200:
        return answer
    day.errors.append(f"{answer.status_code} {answer.text[:80]}")
    return None


def _line(here: House, factor: int, seconds: float, day: Day, seen: Seen, looks: Seen) -> Line:
    store = here.services.store
    whole = sum(store.path(each).exists() and sha256(store.path(each).read_bytes()) == each for each in day.photos)
    stored = sum(day.records.values())
    megabytes = whole * PHOTO_BYTES / 1e6 / seen.took_s
    figure = (
        f"{len(seen.seconds)} phones in {seen.took_s:.0f} s, {len(day.errors)} errors; {stored} of {len(day.records)} records stored, {whole} of "
        f"{len(day.photos)} photos whole ({megabytes:.1f} MB/s); a phone is done in {seen.at(0.5) / 1000:.1f} s (median), {seen.at(1) / 1000:.1f} s at "
        f"worst; officers: {looks}"
    )
    whole_day = not day.errors and stored == len(day.records) > 0 and whole == len(day.photos)
    good = whole_day and looks.errors == 0 and looks.at(0.95) <= P95_MS
    name = "end of the day" if factor == 1 else f"end of the day, {factor} × as fast"
    return Line(
        "R24",
        f"{name}, {seconds:.0f} s",
        figure,
        f"0 errors, all hashes match, officers' p95 ≤ {P95_MS} ms",
        good,
        "; ".join(day.errors[:3]),
    )
