"""Every route has its bounds: a body that is too large, a statement that is too slow, more requests than can be served."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core.db import WAIT_S
from gis_service.main import create_app
from tests.access.test_doors import address, permissions, routes
from tests.proving.lines import Line
from tests.proving.load.arrivals import Seen, client, word
from tests.proving.premises import House, Somebody, seconds_until

ANNOUNCED_BYTES = 5 << 30
"""More than any route takes: the most is a rescue file of 4 GB."""
PATIENCE_S = 20
KINDS = ("application/json", "multipart/form-data; boundary=proof")
STATEMENT_S = 20
AT_ONCE = 1200
BOTH_DOORS = ("/api/v1/parcels?limit=5", "/ogc/collections/parcel-use/items?limit=1000")
"""One route behind `Permit`, one behind `Look`; both read every parcel."""


def lines(here: House, *, small: bool) -> Iterator[Line]:
    officer = here.somebody("capped", Role.LAND_OFFICER, Role.INSPECTOR)
    app = create_app(here.services.settings, here.services)
    yield asyncio.run(_bodies(here, app, officer))
    yield _statements(here, app)
    officer = here.somebody("capped-again", Role.LAND_OFFICER)  # the walk has signed the first one out
    yield asyncio.run(_slow_query(here, officer))
    yield asyncio.run(_too_many(here, officer))


async def _bodies(here: House, app: FastAPI, who: Somebody) -> Line:
    """Announce five gigabytes at every route that takes something, and send none: an answer must come all the same."""
    walked = [(method, route) for method, route in routes(app) if method not in ("GET", "HEAD")]
    walked.sort(key=lambda each: each[1].path.endswith("/sessions/current"))  # signing out comes last
    told: dict[str, list[str]] = defaultdict(list)
    for method, route in walked:
        for kind in KINDS:
            told[await _announce(here, who, method, address(route), kind)].append(f"{method} {route.path}")
    waits = sorted(set(told.pop("waits", [])))
    odd = [path for status, paths in told.items() if status[0] not in "24" for path in paths]
    figure = (
        f"{len(walked)} routes × {len(KINDS)} kinds: "
        + ", ".join(f"{s}: {len(p)}" for s, p in sorted(told.items()))
        + f", waiting for it: {len(waits)}"
    )
    why = (
        "others than 413 are answered before the body is looked at"
        if not (waits or odd)
        else "; ".join([*waits, *odd])[:400]
    )
    return Line(
        "R57", "a body of 5 GB at every route", figure, "0 wait for it", not waits and not odd and bool(walked), why
    )


async def _announce(here: House, who: Somebody, method: str, path: str, kind: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", here.service.port)
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {who.headers['Cookie']}\r\nSec-Fetch-Site: same-origin\r\n"
    writer.write(f"{head}Content-Type: {kind}\r\nContent-Length: {ANNOUNCED_BYTES}\r\n\r\n".encode())
    try:
        answer = await asyncio.wait_for(reader.readline(), PATIENCE_S)
        return answer.split()[1].decode() if answer else "cut"
    except TimeoutError:
        return "waits"
    finally:
        writer.transport.abort()


def _statements(here: House, app: FastAPI) -> Line:
    """Each route goes through one door, and what lies behind the two kinds of doors ends a statement in time."""
    bare = [f"{method} {route.path}" for method, route in routes(app) if len(list(permissions(route.dependant))) != 1]
    with here.services.engine.connect() as connection:
        behind_permit = str(connection.scalar(text("show statement_timeout")))
    behind_look = str(here.services.reader.row(EVERYTHING, "show statement_timeout")[0])  # type: ignore[index]
    figure = f"{len(routes(app))} routes, {len(bare)} without a door; statement_timeout {behind_permit} behind Permit, {behind_look} behind Look"
    limit = f"{STATEMENT_S}s"
    return Line(
        "R57",
        "a statement time-out behind every route",
        figure,
        f"0 without, {limit}",
        not bare and {behind_permit, behind_look} == {limit},
    )


@contextmanager
def planted(here: House, seconds: float) -> Iterator[None]:
    """One parcel that takes the database so long to read: a row policy that sleeps."""
    parcel = here.parcels[0]
    with here.superuser() as admin:
        admin.execute(
            f"create policy proof_slow on parcel as restrictive for select using (id <> {parcel} or pg_sleep({seconds})::text is not null)".encode()
        )
        try:
            yield
        finally:
            admin.execute("drop policy proof_slow on parcel")


async def _slow_query(here: House, who: Somebody) -> Line:
    """A statement of a minute, behind each kind of door."""
    told: list[tuple[str, float]] = []
    async with client(here.url) as asked:

        async def ask(path: str) -> None:
            began = time.monotonic()
            answer = await word(asked.get(path, headers=who.headers))
            told.append((answer, time.monotonic() - began))

        with planted(here, 60):
            await asyncio.gather(*map(ask, BOTH_DOORS))
        after = Counter([await word(asked.get(path, headers=who.headers)) for path in BOTH_DOORS for _ in range(20)])
    words = ", ".join(f"{answer} after {seconds:.1f} s" for answer, seconds in told)
    good = all(answer == "503+" and STATEMENT_S - 1 <= seconds <= STATEMENT_S + 1 for answer, seconds in told)
    goal = f"503 with Retry-After in ≤ {STATEMENT_S + 1} s, then 200"
    return Line(
        "R57", "a planted slow query", f"{words}; afterwards {dict(after)}", goal, good and set(after) == {"200"}
    )


async def _too_many(here: House, who: Somebody) -> Line:
    """Far more requests at once than can be served, each of which needs the database for a second."""
    seen, health = Seen(), Seen()
    async with client(here.url) as asked, client(here.url) as looking:
        with planted(here, 0.2):

            async def ask() -> None:
                began = time.monotonic()
                seen.note(began, await word(asked.get(BOTH_DOORS[0], headers=who.headers)))

            async def look() -> None:
                for _ in range(10):
                    began = time.monotonic()
                    health.note(began, await word(looking.get("/healthz")))
                    await asyncio.sleep(0.3)

            await asyncio.gather(look(), *(ask() for _ in range(AT_ONCE)))
        back = seconds_until(lambda: here.ready().status_code == 200, 30)
        after = Counter([await word(asked.get("/api/v1/parcels?limit=5", headers=who.headers)) for _ in range(20)])
    limit = WAIT_S + 5
    figure = (
        f"{AT_ONCE} at once: {dict(seen.answers)}, all within {seen.at(1) / 1000:.1f} s; /healthz meanwhile {dict(health.answers)}, "
        f"{health.at(1):.0f} ms at worst; afterwards {dict(after)}"
    )
    good = set(seen.answers) <= {"200", "503+"} and len(seen.answers) == 2 and seen.at(1) <= 1000 * limit
    good = good and set(health.answers) == {"200"} and set(after) == {"200"} and back is not None
    return Line("R57", "overload", figure, f"200, or 503 with Retry-After, within {limit} s; well afterwards", good)
