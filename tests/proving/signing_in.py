"""R42, R43, R52, R53: what the lists ask of signing in, by the tests that `tests/access/requirements.toml` names.

python -m tests.proving.signing_in
"""

import re
import subprocess
import sys
from collections.abc import Collection, Iterator

from tests.access.test_requirements import TABLE, TESTS
from tests.proving.lines import Line, ended

GUESSING = re.compile("guess|lock|known_unknown|hash_for_unknown")


def lines(small: bool = False) -> Iterator[Line]:
    """About four minutes; `small` changes nothing."""
    yield _list("R42", "GB/T 22239", "every clause of levels 1 to 3 that software can meet")
    yield _list("R43", "ASVS", "all of level 1, 95 % of level 2 (the table holds a choice)")
    rules = "access/test_session_rules.py"
    found = re.findall(r"^def (test_\w+)", (TESTS / rules).read_text("utf-8"), re.MULTILINE)
    guessing = [f"{rules}::{name}" for name in found if GUESSING.search(name)]
    yield _tests("R52", "guessing passwords", guessing)
    yield _tests("R53", "session rules", [f"{rules}::{name}" for name in found if not GUESSING.search(name)])


def _list(bar: str, name: str, goal: str) -> Line:
    asked = [line for line in TABLE if line["id"].startswith(name)]
    open_ = [line for line in asked if "unmet" in line]
    good, told = _run({test for line in asked for test in line.get("tests", ())})
    figure = f"{len(asked) - len(open_)} of {len(asked)} met; {told}"
    why = "; ".join(f"{line['id']}: {line['unmet']}" for line in open_)
    return Line(bar, f"what {name} asks", figure, goal, good and not open_, why)


def _tests(bar: str, name: str, tests: Collection[str]) -> Line:
    good, told = _run(tests)
    return Line(bar, name, told, "all", good)


def _run(tests: Collection[str]) -> tuple[bool, str]:
    """Whether these tests pass, and how many did."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "--no-header", *sorted(str(TESTS / test) for test in tests)]
    ended_ = subprocess.run(command, capture_output=True, text=True, check=False)
    last = re.search(r"\d+ (?:passed|failed).*? in", ended_.stdout)
    return ended_.returncode == 0, last[0].removesuffix(" in") if last else "did not run"


if __name__ == "__main__":
    ended(lines())
