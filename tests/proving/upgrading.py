"""An upgrade under requests, and web processes whose clock is wrong: `python -m tests.proving.upgrading [--small]`."""

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
from alembic.script import ScriptDirectory

from gis_service.access.rules import Role
from gis_service.core import db, migrate
from tests.conftest import PASSWORD
from tests.proving.lines import Line, ended
from tests.proving.premises import Premises, Somebody, percentile, premises, since

RATE = 50
"""Requests a second that come whether or not earlier ones were answered."""
MOST_S = 2.0
PATHS = ("/api/v1/parcels?limit=20", "/ogc/collections/parcel-supply/items?limit=20", "/api/v1/me")
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
SKEWS = ("+3d", "-3d")


def lines(small: bool = False) -> Iterator[Line]:
    """The figures, as they come (about two minutes, small one)."""
    with premises() as place:
        officer = place.somebody("officer", Role.LAND_OFFICER, place.areas()[0])
        yield _upgrade(place, officer, 10 if small else 30)
        if not FAKETIME.exists():
            yield Line(
                "R34", "a clock three days off", "-", "order and intervals right", None, "libfaketime is not installed"
            )
            return
        for skew in SKEWS:
            yield from _skewed(place, officer, skew)


# ---- R36


def _upgrade(place: Premises, who: Somebody, seconds: int) -> Line:
    """One revision and all views anew while requests come at a constant rate; each is timed from when it was due."""
    url = place.services.url(db.OWNER_ROLE)
    head, older = _newest_two()
    migrate.downgrade(url, older, lambda: place.services.vault)
    with place.web() as port:
        answers: list[tuple[float, int]] = []
        took: list[float] = []

        def upgrade() -> None:
            began = time.monotonic()
            migrate.upgrade(url, lambda: place.services.vault)
            took.append(since(began))

        upgrading = threading.Timer(seconds / 3, upgrade)
        upgrading.start()
        _requests(who.at(port), seconds, answers)
        upgrading.join()
    waits, wrong = [wait for wait, _ in answers], [status for _, status in answers if status != 200]
    figure = f"longest {max(waits):.2f} s, median {percentile(waits, 0.5) * 1000:.0f} ms, {len(wrong)} errors of {len(answers)} at {RATE}/s"
    figure += f"; {older} → {head} took {took[0] if took else float('nan'):.1f} s"
    good = bool(took) and max(waits) <= MOST_S and not wrong
    why = (
        ""
        if good
        else "views are made anew in the migration's one transaction, and whoever asks for one waits for its end"
    )
    return Line("R36", "requests during an upgrade", figure, "none > 2 s, 0 errors", good, why)


def _newest_two() -> tuple[str, str]:
    head, older, *_ = (script.revision for script in ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions())
    return head, older


def _requests(client: httpx2.Client, seconds: int, answers: list[tuple[float, int]]) -> None:
    began = time.monotonic()

    def ask(n: int) -> None:
        due = began + n / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            status = client.get(PATHS[n % len(PATHS)]).status_code
        except httpx2.HTTPError:
            status = 599
        answers.append((time.monotonic() - due, status))

    with ThreadPoolExecutor(RATE * 4) as threads:  # so many that none of them waits for an earlier one's answer
        list(threads.map(ask, range(seconds * RATE)))


# ---- R34


def _skewed(place: Premises, who: Somebody, skew: str) -> Iterator[Line]:
    """A web process whose clock is off; the database's is right."""
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": skew, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with place.web(**faked) as wrong, place.web() as right:
        parcel_id = min(who.own)
        done = [_write(who.at(port), parcel_id) for port in (wrong, right, wrong, right)]
        yield _sign_in(wrong, right, skew)
        said = [
            httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=30).json()["faults"].get("clock", "")
            for port in (wrong, right)
        ]
        figure = f"/readyz says {said[0]!r} there, {said[1]!r} where it is right"
        yield Line("R34", f"a clock {skew} off is told", figure, "told there alone", bool(said[0]) and not said[1])
    with place.services.private().admin() as connection:
        rows = connection.execute(
            """select lower(valid), upper(valid), lower(valid) between now() - interval '5 min' and now()
                 from parcel_version where id = %s order by version_no""",
            [parcel_id],
        ).fetchall()
    gaps = sum(first[1] != second[0] for first, second in itertools.pairwise(rows))
    astray = sum(not row[2] for row in rows[1:])
    figure = f"writes answered {done}; {gaps} gaps or overlaps, {astray} outside true time, of {len(rows)} versions"
    yield Line(
        "R34",
        f"versions by a web process {skew} off and one that is right, in turn",
        figure,
        "0 and 0",
        not gaps and not astray,
    )


def _write(client: httpx2.Client, parcel_id: int) -> int:
    read = client.get(f"/api/v1/parcels/{parcel_id}")
    if read.status_code != 200:
        return read.status_code
    change = {"location_text": f"{time.monotonic()}", "reason": "proof"}
    return client.patch(
        f"/api/v1/parcels/{parcel_id}", json=change, headers={"If-Match": read.headers["etag"]}
    ).status_code


def _sign_in(wrong: int, right: int, skew: str) -> Line:
    """Somebody signs in where the clock is wrong, and goes on at both."""
    with httpx2.Client(headers={"Sec-Fetch-Site": "same-origin"}, timeout=30) as client:
        body = {"username": "officer", "password": PASSWORD}
        signed = client.post(f"http://127.0.0.1:{wrong}/api/v1/sessions", json=body).status_code
        there, here = (client.get(f"http://127.0.0.1:{port}/api/v1/me").status_code for port in (wrong, right))
    figure = f"sign-in {signed}, then {there} there and {here} where the clock is right"
    good = (signed, there, here) == (201, 200, 200)
    return Line("R34", f"sessions with a web process {skew} off", figure, "201, 200, 200", good)


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
