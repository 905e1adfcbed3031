"""One line of evidence: what was measured, the figure, the goal, and whether it holds."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """`bar` is the number in the list of bars (R26 …); `holds` is None where a thing cannot be measured here, and `why` says so."""

    bar: str
    name: str
    figure: str
    goal: str
    holds: bool | None
    why: str = ""


def told(lines: Iterable[Line]) -> bool:
    """Print lines as they come; True if none falls short."""
    good = True
    for line in lines:
        mark = {True: "holds", False: "SHORT", None: "not here"}[line.holds]
        why = f" ({line.why})" if line.why else ""
        print(f"{line.bar:<5} {mark:<9} {line.name}: {line.figure}; goal {line.goal}{why}", flush=True)
        good = good and line.holds is not False
    return good


def ended(lines: Iterable[Line]) -> None:
    """Print lines and end the command: 0 when none falls short, else 1."""
    sys.exit(0 if told(lines) else 1)
