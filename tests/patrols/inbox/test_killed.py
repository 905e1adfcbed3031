"""The web process killed, PostgreSQL stopped at once, answers thrown away: nothing is lost, nothing is there twice."""

import os
import random
import threading
import time
from contextlib import ExitStack, closing

import httpx2 as httpx
import pytest

from tests.patrols.inbox.live import Live, Persistent, ledger, living
from tests.patrols.inbox.phone import Phone, sha256
from tests.test_serve import free_port

KILLS = int(os.environ.get("FIELD_KILLS", "2"))
"""Of each kind; `FIELD_KILLS=50 pytest -s tests/patrols/inbox/test_killed.py` for a long ledger."""


def test_a_day_arrives_whole_however_often_the_server_and_the_database_are_killed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(5)
    with living(free_port()) as live, ExitStack() as opened:
        username, user_id = live.account(1)
        client, phone = opened.enter_context(closing(live.sign_in(username))), Phone(user_id)
        a_long_day(phone, live)
        stopping = threading.Event()
        killer = threading.Thread(target=_kill, args=(live, chance, stopping))
        persistent = Persistent(phone, client)
        killer.start()
        rounds = 0
        while not rounds or killer.is_alive():  # the whole day again and again, until the last kill is over
            receipts = persistent.send_all(group=chance.randint(1, 6))
            rounds += 1
        killer.join()
        dropped(client, phone)
        found = ledger(live, phone, receipts)
    with capsys.disabled():
        print(f"\n{KILLS} kills of each kind, {rounds} rounds, {persistent.troubles} requests failed: {found}")
    wrong = {name: count for name, count in found.items() if name not in ("records", "files")}
    assert not any(wrong.values()), wrong
    assert persistent.troubles > 0


def a_long_day(phone: Phone, live: Live) -> None:
    phone.start()
    for n in range(8):
        phone.track(100)
        visit = phone.visit(live.parcels[n % 4], photos=1)
        phone.observation(visit=visit["uuid"], photos=1)
    big = os.urandom(700_000)
    phone.files[sha256(big)] = big
    phone.end()


def _kill(live: Live, chance: random.Random, stopping: threading.Event) -> None:
    for n in range(KILLS * 2):
        time.sleep(chance.uniform(0.05, 1.0))
        if n % 2:
            live.kill_database()
        else:
            live.kill()
            live.start()
    stopping.set()


def dropped(client: httpx.Client, phone: Phone) -> None:
    """The batch is sent and the answer never waited for."""
    for _ in range(3):
        try:
            client.post("/api/v1/field/inbox", json=phone.batch(phone.records), timeout=0.02)
        except httpx.HTTPError:
            continue
