"""The database away for half a minute, under load: told at once, and taken up again at once when it is back."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator

from tests.proving.faults.writers import writing
from tests.proving.lines import Line
from tests.proving.premises import House, seconds_until

BACK_S = 5.0


def lines(here: House, *, small: bool) -> Iterator[Line]:
    away_s = 10 if small else 30
    with writing(here) as crew:
        time.sleep(2)
        before = dict(crew.answers.counts)
        told_s, refused_s = _stopped(here, away_s)
        moment = time.monotonic()
        seconds_until(lambda: crew.answers.back_after(moment) is not None, 90)
        ready_s = seconds_until(lambda: here.ready().status_code == 200, 60)
        back_s = crew.answers.back_after(moment)
        time.sleep(3)
    balances = crew.balances()
    told = crew.answers.counts["503+"] - before.get("503+", 0)
    clean = all(each.clean for each in balances.values()) and not crew.answers.impolite
    yield Line(
        "R58", f"database stopped for {away_s} s", f"/readyz not ready after {_s(told_s)}, an answer took {refused_s:.1f} s at worst meanwhile; "
        f"{told} × 503 with Retry-After, other answers {crew.answers.impolite or 'none'}; first write {_s(back_s)} after the database was let "
        f"start, ready after {_s(ready_s)}; " + ", ".join(f"{name}: {each}" for name, each in balances.items()),
        f"told, back ≤ {BACK_S:.0f} s, 0 lost, 0 doubled", clean and told > 0 and told_s is not None and back_s is not None and back_s <= BACK_S,
    )  # fmt: skip
    yield _nothing_stuck(here)


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"


def _stopped(here: House, seconds: float) -> tuple[float | None, float]:
    """Stop the database as an administrator would, and keep it from being started by holding the lock that whoever starts it takes.
    Returns after how long the service said so, and the longest that anybody waited for an answer."""
    cluster = here.services.private()
    with (cluster.home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.kill(here.service.postmaster(), signal.SIGINT)
        end, longest = time.monotonic() + seconds, 0.0
        told = seconds_until(lambda: here.ready().status_code == 503, 20)
        while time.monotonic() < end:
            began = time.monotonic()
            here.ready()
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.2)
    return told, longest


def _nothing_stuck(here: House) -> Line:
    """After the load: no connection of ours is left within a transaction, none waits."""
    left: list[tuple[object, ...]] = []

    def settled() -> bool:
        left[:] = here.rows(
            "select pid, state, left(query, 60) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() "
            "and (state <> 'idle' or wait_event_type = 'Lock') and now() - state_change > '5 s'"
        )
        return not left

    seconds_until(settled, 20)
    return Line("R58", "connections afterwards", f"{len(left)} stuck", "0", not left, "; ".join(map(str, left))[:300])
