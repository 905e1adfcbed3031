"""Where the proof is a test: the test is run, and what it recorded (`record_property`) is the figure."""

import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from defusedxml.ElementTree import parse

from tests.proving.lines import Line

ROOT = Path(__file__).parents[2]
ENDS = ("failure", "error", "skipped")


class Ran:
    """What came of the tests, by their report."""

    def __init__(self, cases: list[ElementTree.Element]):
        self.ends = Counter(_end(case) for case in cases)
        self.faults = [f"{case.get('name')}: {_end(case)}" for case in cases if _end(case) in ("failure", "error")]
        self.left_out = sorted({str(skip.get("message")) for case in cases for skip in case.iter("skipped")})
        self.recorded = _recorded(cases)

    @property
    def holds(self) -> bool | None:
        """None where something was left out here."""
        if self.faults or not self.ends["passed"]:
            return False
        return None if self.ends["skipped"] else True

    def line(self, bar: str, name: str, goal: str) -> Line:
        return Line(bar, name, str(self), goal, self.holds, "; ".join([*self.faults, *self.left_out])[:400])

    def __str__(self) -> str:
        told = [f"{count} {end}" for end, count in sorted(self.ends.items())]
        return ", ".join(told + [f"{name}: {value}" for name, value in self.recorded.items()])


def run(*tests: str, variables: dict[str, str] | None = None) -> Ran:
    """Tests by their path, from the root of the project, one after the other in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        how = ["-q", "-n0", "--no-header", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *how, *tests],
            cwd=ROOT,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise RuntimeError(f"{tests} did not run: {done.stdout[-500:]} {done.stderr[-500:]}")
        return Ran(list(parse(report).iter("testcase")))


def proved(bar: str, name: str, goal: str, *tests: str) -> Line:
    """A line that holds when each of these tests passes."""
    return run(*tests).line(bar, name, goal)


def _end(case: ElementTree.Element) -> str:
    return next((end for end in ENDS if case.find(end) is not None), "passed")


def _recorded(cases: list[ElementTree.Element]) -> dict[str, str]:
    """By name: numbers of several tests added up, other values beside each other."""
    values: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        for name, value in _properties(case):
            values[name].append(value)
    return {name: _together(found) for name, found in values.items()}


def _properties(case: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for each in case.iter("property"):
        yield str(each.get("name")), str(each.get("value"))


def _together(values: list[str]) -> str:
    if all(value.isdigit() for value in values):
        return str(sum(map(int, values)))
    return ", ".join(dict.fromkeys(values))
