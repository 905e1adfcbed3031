"""The parts of the scan that need no scanner: the deny-list, the reasons, and that each rule has something planted for it."""

import tomllib
from pathlib import Path

import pytest

from tests.proving import scanning
from tests.scanning import scanners
from tests.scanning.scanners import Audit, Finding

TABLE = {"never": {"passlib": "old"}, "at-least": {"jinja2": ["3.1.6", "CVE"]}}


def test_no_locked_package_is_denied() -> None:
    packages = scanners.locked()
    assert len(packages) > 100
    assert scanners.denied(packages) == []


@pytest.mark.parametrize(
    ("packages", "count"),
    [
        ({"passlib": {"1.7.4"}}, 1),
        ({"jinja2": {"3.1.5"}}, 1),
        ({"jinja2": {"3.1.6"}}, 0),
        ({"jinja2": {"3.1.10"}}, 0),
        ({"jinja2": {"3.1.6", "2.0"}}, 1),
        ({}, 0),
    ],
)
def test_what_is_denied_or_too_old_is_found(packages: dict[str, set[str]], count: int) -> None:
    assert len(scanners.denied(packages, TABLE)) == count


def test_every_rule_of_ours_has_something_planted_for_it(tmp_path: Path) -> None:
    assert sorted(scanners.plant(tmp_path).values()) == sorted(scanners.rules())


def test_a_reason_covers_its_line_alone_and_idle_ones_are_told() -> None:
    reason = {"scanner": "s", "rule": "r", "file": "tests/scanning/*.py", "line": "TABLE", "reason": "shown"}
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("TABLE"))
    here = Finding("s", "r", "tests/scanning/test_scanning.py", number, "")
    elsewhere = Finding("s", "r", "tests/scanning/test_scanning.py", 1, "")
    assert scanners.unjustified([here, elsewhere], [reason]) == ([elsewhere], [])
    assert scanners.unjustified([elsewhere], [reason]) == ([elsewhere], ["s r tests/scanning/*.py"])


def test_every_reason_is_a_sentence() -> None:
    table = tomllib.loads((scanners.HERE / "justified.toml").read_text("utf-8"))["justified"]
    assert all(len(one["reason"]) > 15 for one in table)


@pytest.mark.parametrize(
    ("audit", "holds"),
    [
        (Audit(3, 0, ()), True),
        (Audit(3, 1, ()), False),
        (Audit(3, 0, ("x 1 CVE",)), False),
        (Audit(3, 3, ()), None),
    ],
)
def test_skipped_packages_are_no_proof(audit: Audit, holds: bool | None) -> None:
    assert scanning._audit(audit).holds is holds
