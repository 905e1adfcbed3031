"""What each act of a run of tests left in the audit trail: the tests are run as they are, and `tests.proving.traces` counts beside them."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant

from gis_service.access.edge import SAFE, Permit
from gis_service.main import create_app
from gis_service.services import Services
from gis_service.settings import Settings
from tests.access.test_doors import routes
from tests.proving.by_tests import Ran, run
from tests.proving.lines import Line

BEFORE_THE_ACT = frozenset({
    "access.not_signed_in", "access.cross_site", "access.must_change_password", "access.must_enrol", "access.read_only_token",
    "request.too_large", "request.silent", "overloaded",
})  # fmt: skip
"""Refusals before anybody is admitted to an act."""


@dataclass(frozen=True)
class Trace:
    """One request to the door of an act, and what it left."""

    act: str
    status: int
    code: str
    rows: int
    wrote: bool

    @property
    def done(self) -> bool:
        return self.status < 400

    @property
    def counts(self) -> bool:
        """It came as far as the act; and if it was done, it did something (what is sent again changes nothing)."""
        return self.wrote if self.done else self.code not in BEFORE_THE_ACT and self.status < 500

    def __str__(self) -> str:
        return f"{self.act} {self.status} {self.code}: {self.rows}"


def judged(acts: set[str], traces: list[Trace]) -> Iterator[Line]:
    """One line for what was done and one for what was refused."""
    for done in (False, True):
        yield _line(acts, [one for one in traces if one.done is done and one.counts], "done" if done else "refused")


def _line(acts: set[str], traces: list[Trace], what: str) -> Line:
    odd = [one for one in traces if one.rows != 1]
    seen = {one.act for one in traces}
    figure = f"{len(traces) - len(odd)} of {len(traces)} acts {what} left exactly 1 row; {len(seen)} of {len(acts)} doors of acts were asked so"
    why = "; ".join(dict.fromkeys(map(str, odd)))[:400]
    return Line(
        "R40",
        f"audit of acts that are {what}",
        figure,
        "exactly 1 each",
        bool(traces) and not odd,
        why,
    )


def acts_of_the_service() -> set[str]:
    """Doors through which something is changed: not previews, which leave no trace, nor questions sent by POST."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(environment="test", var_dir=Path(folder))
        with closing(Services(settings)) as services:
            app = create_app(settings, services)
    return {
        f"{method} {route.path}"
        for method, route in routes(app)
        if method not in SAFE and any(door.trace for door in _doors(route.dependant))
    }


def _doors(dependant: Dependant) -> Iterator[Permit]:
    if isinstance(dependant.call, Permit):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _doors(inner)


def traced(acts: set[str], *tests: str) -> tuple[Ran, list[Trace]]:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "traces.jsonl"
        kept.touch()
        ran = run("-p", "tests.proving.traces", *tests, variables={"GIS_TRACES": str(kept)})
        told = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    return ran, [one for one in map(_trace, told) if one.act in acts]


def _trace(told: dict[str, Any]) -> Trace:
    return Trace(f"{told['method']} {told['route']}", told["status"], told["code"], told["rows"], told["wrote"])
