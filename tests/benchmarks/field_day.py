"""A district comes home: many phones send their day at once while the office works.

    .venv/bin/python -m tests.benchmarks.field_day [--devices 200] [--minutes 10] [--photos 5] [--tracks 4] [--threads 16]

Each phone sends photos of 2 MB in pieces, then a walk: start, tracks of 250 points, a visit and a finding with the photos, end. The phones
set out evenly over the minutes. Meanwhile office pages are asked for all the time. A real server process and a durable PostgreSQL. Printed:
errors, points a second, p95 of the office pages, whether every receipt and every file hash is that of the phone.
"""

import argparse
import json
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.patrols.inbox.live import Live, Persistent, living
from tests.patrols.inbox.phone import Phone, sha256
from tests.test_serve import free_port

PHOTO_BYTES = 2 << 20
OFFICE = ("/api/v1/parcels?limit=50", "/api/v1/patrols/inbox", "/api/v1/areas", "/api/v1/me")


@dataclass
class Office:
    """Somebody at a desk, asking for one page after the other."""

    client: httpx.Client
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def work(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            for page in OFFICE:
                began = time.perf_counter()
                try:
                    answer = self.client.get(page)
                    if answer.status_code != 200:
                        self.wrong.append(f"{page}: {answer.status_code}")
                except httpx.HTTPError as fault:
                    self.wrong.append(f"{page}: {fault!r}")
                self.seconds.append(time.perf_counter() - began)
                stopping.wait(0.25)


@dataclass
class Result:
    troubles: int
    stored: int
    records: int
    hashes: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("devices", 200), ("minutes", 10.0), ("photos", 5), ("tracks", 4), ("threads", 16)):
        parser.add_argument(f"--{name}", type=type(default), default=default)
    options = parser.parse_args()
    with living(free_port(), parcels=200) as live:
        people = [live.account(n) for n in range(options.devices)]
        officer = live.account(options.devices, Role.LAND_OFFICER)[0]
        office, stopping = Office(live.sign_in(officer)), threading.Event()
        desk = threading.Thread(target=office.work, args=(stopping,))
        desk.start()
        began = time.monotonic()
        pause = options.minutes * 60 / options.devices
        with ThreadPoolExecutor(options.threads) as pool:
            jobs = [pool.submit(one, live, who, n, began + n * pause, options) for n, who in enumerate(people)]
            results = [job.result() for job in jobs]
        took = time.monotonic() - began
        stopping.set()
        desk.join()
        tell(live, options, results, office, took)


def one(live: Live, who: tuple[str, int], n: int, sets_out: float, options: Any) -> Result:
    """One phone, from its sign-in to its last receipt."""
    time.sleep(max(0.0, sets_out - time.monotonic()))
    began = time.monotonic()
    client, phone = live.sign_in(who[0]), Phone(who[1])
    contents = [b"\xff\xd8\xff\xe0" + os.urandom(PHOTO_BYTES - 4) for _ in range(options.photos)]
    photos = [
        {"sha256": sha256(each), "kind": "original", "media_type": "image/jpeg", "size_bytes": len(each)}
        for each in contents
    ]
    phone.files = {sha256(each): each for each in contents}
    phone.start()
    for _ in range(options.tracks):
        phone.track(250)
    visit = phone.visit(live.parcels[n % len(live.parcels)], photos=0)
    phone.records.pop()
    visit = phone.write("visit", {**_body(visit), "photos": photos[:3]}, files=[each["sha256"] for each in photos[:3]])
    seen = phone.observation(visit=visit["uuid"])
    phone.records.pop()
    phone.write("observation", {**_body(seen), "photos": photos[3:]}, files=[each["sha256"] for each in photos[3:]])
    phone.end(records=len(phone.records))
    sender = Persistent(phone, client, chunk=256 * 1024)
    receipts = sender.send_all(group=20)
    client.close()
    return Result(
        troubles=sender.troubles,
        stored=sum(each["verdict"] in ("stored", "duplicate") for each in receipts.values()),
        records=len(phone.records),
        hashes=sum(receipts[each["uuid"]]["sha256"] == each["sha256"] for each in phone.records),
        seconds=time.monotonic() - began,
    )


def _body(sent: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(sent["text"])["body"])


def tell(live: Live, options: Any, results: list[Result], office: Office, took: float) -> None:
    records, stored = sum(each.records for each in results), sum(each.stored for each in results)
    points = live.rows("select coalesce(sum(jsonb_array_length(fixes)), 0) from track_part")[0][0]
    files = live.rows("select sha256 from stored_file")
    wrong = sum(sha256(live.services.store.path(each).read_bytes()) != each for (each,) in files)
    seconds = sorted(office.seconds)
    p95 = seconds[int(len(seconds) * 0.95)] * 1000
    print(
        f"phones {options.devices} in {took:.0f} s; records {records}, stored {stored}, requests that failed {sum(r.troubles for r in results)}"
    )
    print(
        f"points {points} ({points / took:.0f}/s); files {len(files)} ({len(files) * PHOTO_BYTES / took / 1e6:.1f} MB/s), wrong hashes {wrong}"
    )
    print(
        f"receipts equal {sum(r.hashes for r in results)} of {records}; a phone took {statistics.median(r.seconds for r in results):.1f} s (median)"
    )
    print(
        f"office: {len(seconds)} pages, p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {p95:.0f} ms, errors {len(office.wrong)} {office.wrong[:3]}"
    )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
