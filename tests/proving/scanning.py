"""R54: the source and what it depends on, scanned. `python -m tests.proving.scanning` prints the lines (`make scan`)."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.proving.lines import Line, ended
from tests.scanning import scanners


def lines(small: bool = False) -> Iterator[Line]:
    """What the scanners find, and whether they would find what is planted; `small` changes nothing."""
    tools = scanners.environment()
    with tempfile.TemporaryDirectory() as folder:
        lost = scanners.missed(tools, Path(folder))
    planted = len(list(scanners.rules())) + 2
    yield Line(
        "R54", "scanners see", f"{planted - len(lost)}/{planted} planted faults found", "all", not lost, "; ".join(lost)
    )
    where = [scanners.ROOT / name for name in scanners.SCANNED]
    found = [
        *scanners.bandit(tools, where),
        *scanners.semgrep(tools, where),
        *scanners.secrets(tools, scanners.ROOT, scanners.tracked()),
    ]
    left, idle = scanners.unjustified(found)
    yield from (_source(found, left, name) for name in ("bandit", "semgrep", "detect-secrets"))
    yield Line("R54", "reasons that still fit", f"{len(idle)} without a finding", "0", not idle, "; ".join(idle))
    packages = scanners.locked()
    bad = scanners.denied(packages)
    yield Line(
        "R54", "own deny-list", f"{len(bad)} of {len(packages)} locked packages denied", "0", not bad, "; ".join(map(str, bad))
    )  # fmt: skip
    components = scanners.bill(tools)
    yield Line("R54", "bill of materials", f"{components} components in build/scan", "every locked package", components >= len(packages))  # fmt: skip
    yield _audit(scanners.audit(tools))


def _source(found: list[scanners.Finding], left: list[scanners.Finding], name: str) -> Line:
    open_ = [one for one in left if one.scanner == name]
    closed = sum(one.scanner == name for one in found) - len(open_)
    for one in open_:
        print(one, file=sys.stderr)
    return Line(
        "R54", name, f"{len(open_)} high, {closed} justified", "0 high", not open_, "; ".join(map(str, open_[:5]))
    )


def _audit(audit: scanners.Audit) -> Line:
    """Skipped packages count as a failure; where all are skipped, the source of known holes cannot be reached from here."""
    figure = f"{len(audit.vulnerable)} vulnerable, {audit.skipped} of {audit.packages} skipped"
    if not audit.reached:
        why = "the source of known holes cannot be reached from this machine: every package was skipped, nothing is proved"
        return Line("R54", "pip-audit", figure, "0 vulnerable, 0 skipped", None, why)
    good = not audit.vulnerable and not audit.skipped
    return Line("R54", "pip-audit", figure, "0 vulnerable, 0 skipped", good, "; ".join(audit.vulnerable[:10]))


if __name__ == "__main__":
    ended(lines())
