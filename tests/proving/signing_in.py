"""R42, R43, R52, R53: what the lists ask of signing in, by the tests that `tests/access/requirements.toml` names.

python -m tests.proving.signing_in
"""

import itertools
import re
import statistics
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

import httpx2
from argon2 import PasswordHasher
from scipy.stats import mannwhitneyu

from gis_service.access.models import User
from tests.access.test_requirements import TABLE, TESTS
from tests.proving import by_tests
from tests.proving.lines import Line, ended
from tests.proving.premises import Premises, premises, since

Clause = dict[str, Any]
Enough = Callable[[list[Clause], list[Clause]], bool]
GUESSING = re.compile("guess|lock|known_unknown|hash_for_unknown")


TRIES_EACH = 4
"""Wrong tries with one name: the sixth would be refused without work."""


def lines(small: bool = False) -> Iterator[Line]:
    """About five minutes; `small` asks with fewer names."""
    yield _list("R42", "GB/T 22239", "every clause of levels 1 to 3 that software can meet", every)
    yield _list("R43", "ASVS", "all of level 1, 95 % of level 2 (the table holds a choice)", by_level)
    rules = "access/test_session_rules.py"
    found = re.findall(r"^def (test_\w+)", (TESTS / rules).read_text("utf-8"), re.MULTILINE)
    guessing = [f"{rules}::{name}" for name in found if GUESSING.search(name)]
    yield _tests("R52", "guessing passwords", guessing)
    with premises() as place:
        yield _timing(place, names=25 if small else 75)
    yield _tests("R53", "session rules", [f"{rules}::{name}" for name in found if not GUESSING.search(name)])


def _timing(place: Premises, names: int) -> Line:
    """Wrong passwords for accounts and for names that are none, in turn, at a web process; whether their times can be told apart."""
    known = _accounts(place, names)
    unknown = [f"{name[:-1]}{'abcdefghij'[int(name[-1])]}" for name in known]  # as long as those
    took: dict[bool, list[float]] = {True: [], False: []}
    addresses = itertools.count(1)
    with place.web() as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        for _ in range(TRIES_EACH):
            for pair in zip(known, unknown, strict=True):
                for is_known, name in zip((True, False), pair, strict=True):
                    took[is_known].append(_wrong(client, name, next(addresses)))
    p = float(mannwhitneyu(took[True], took[False]).pvalue)
    medians = [statistics.median(took[each]) * 1000 for each in (True, False)]
    figure = f"p = {p:.2f} (Mann-Whitney) over {names * TRIES_EACH} tries each; medians {medians[0]:.2f} and {medians[1]:.2f} ms"
    return Line("R52", "the time of a wrong password for a known and an unknown name", figure, "p > 0.05", p > 0.05)


def _accounts(place: Premises, count: int) -> list[str]:
    """Accounts whose passwords cost what they cost in earnest; the tests' own are cheaper."""
    hashed = PasswordHasher().hash("Correct-horse-9")
    names = [f"person{n:04}" for n in range(count)]
    with place.services.sessions.begin() as session:
        session.add_all(User(username=name, display_name=name, password_hash=hashed) for name in names)
    return names


def _wrong(client: httpx2.Client, name: str, number: int) -> float:
    """Seconds that the answer took. Each try comes from an address of its own, behind the proxy that we are: one address has fifty."""
    headers = {"X-Forwarded-For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
    body = {"username": name, "password": "Wrong-horse-9"}
    began = time.monotonic()
    answer = client.post("/api/v1/sessions", json=body, headers=headers)
    took = since(began)
    if answer.status_code != 401:
        raise RuntimeError(f"{name}: {answer.status_code}")
    return took


def _list(bar: str, name: str, goal: str, enough: Enough) -> Line:
    asked = [line for line in TABLE if line["id"].startswith(name)]
    open_ = [line for line in asked if "unmet" in line]
    ran = _ran({test for line in asked for test in line.get("tests", ())})
    figure = f"{len(asked) - len(open_)} of {len(asked)} met; {ran}"
    why = "; ".join(f"{line['id']}: {line['unmet']}" for line in open_)
    return Line(bar, f"what {name} asks", figure, goal, _good(ran) and enough(asked, open_), why)


def every(_asked: list[Clause], open_: list[Clause]) -> bool:
    """GB/T 22239 wants every clause."""
    return not open_


def by_level(asked: list[Clause], open_: list[Clause]) -> bool:
    """ASVS: all of level 1 and 95 % of level 2, its level 3 being told only."""
    second = [line for line in asked if line["level"] == 2]
    levels = [line["level"] for line in open_]
    return levels.count(1) == 0 and levels.count(2) <= 0.05 * len(second)


def _tests(bar: str, name: str, tests: Collection[str]) -> Line:
    ran = _ran(tests)
    return Line(bar, name, str(ran), "all", _good(ran))


def _ran(tests: Collection[str]) -> by_tests.Ran:
    return by_tests.run(*sorted(str(TESTS / test) for test in tests))


def _good(ran: by_tests.Ran) -> bool:
    """A test that is left out where something is not installed is no fault of the rules."""
    return not ran.faults and ran.ends["passed"] > 0


if __name__ == "__main__":
    ended(lines())
