"""R51: every route asked with made-up data, as each role: nothing answers 5xx or what is not documented. `python -m tests.proving.fuzz [--small]`

Schemathesis reads the service's own OpenAPI document and makes requests of it, right and wrong ones, alone and one after the other
(stateful). It lives in an environment of its own (`.venv-fuzz`), since it wants other versions of our libraries.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gis_service.access.edge import COOKIE
from gis_service.access.rules import Role
from tests.proving.lines import Line, ended
from tests.proving.premises import Somebody, premises
from tests.scanning.scanners import made

PINS = Path(__file__).with_name("fuzz.txt")
SMALL_S, FULL_S = 30, 600
"""Seconds for each role; the list of bars asks for ten minutes."""
SELF = r"/api/v1/(me|sessions|users).*"
"""Left out: a request made up for these would sign the person out or lock the account."""


def lines(small: bool = False) -> Iterator[Line]:
    """One line for each role: what was asked, what broke."""
    program = made(".venv-fuzz", PINS) / "st"
    with premises() as place, place.web() as port:
        area, unit = place.areas()[0], place.unit()
        for role in Role:
            who = place.somebody(f"fuzz-{role}", role, area, unit_id=unit if role is Role.UNIT_USER else None)
            yield _role(program, port, role, who, SMALL_S if small else FULL_S)


def _role(program: Path, port: int, role: Role, who: Somebody, seconds: int) -> Line:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(program), "run", f"http://127.0.0.1:{port}/api/v1/openapi.json",
             "-H", f"Cookie: {COOKIE}={who.secret}", "-H", "Sec-Fetch-Site: same-origin",
             "--checks", "not_a_server_error,status_code_conformance,content_type_conformance",
             "--phases", "coverage,fuzzing,stateful", "--exclude-path-regex", SELF,
             "--max-time", str(seconds), "--no-shrink", "--suppress-health-check", "all", "--continue-on-failure",
             "--request-timeout", "30", "--generation-database", "none", "--no-color"],
            capture_output=True, text=True, check=False, cwd=folder, timeout=seconds * 4 + 300,
        )  # fmt: skip
    asked = re.search(r"(\d[\d,]*) generated", done.stdout)
    broken = re.findall(r"^_{2,} (.+?) _{2,}$", done.stdout, re.MULTILINE)
    routes = re.search(r"Tested: (\d+)", done.stdout)
    figure = (
        f"{asked[1] if asked else 'no'} requests of {routes[1] if routes else 'no'} routes in {seconds} s, "
        f"{len(broken)} routes answered 5xx, not at all, or with a status or a media type that the document does not know"
    )
    good = done.returncode == 0 and bool(asked and routes)  # 1: something broke; 2: it did not run
    return Line(
        "R51",
        f"made-up requests as {role}",
        figure,
        "0 × 5xx, 0 undocumented",
        good,
        "; ".join(broken)[:400] or done.stderr[:400],
    )


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
