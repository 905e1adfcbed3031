"""R35: every revision up, down and up again, with data where there are any. `python -m tests.proving.migrating`"""

from collections.abc import Iterator

from tests.proving.by_tests import proved
from tests.proving.lines import Line, ended

GOAL = "one head; models, schema and chain agree; rows with data are the same after down and up"


def lines(small: bool = False) -> Iterator[Line]:
    """About a minute; `small` changes nothing."""
    yield proved("R35", "migrations back and forth", GOAL, "tests/migrations")
    yield Line(
        "R35",
        "dumps of every release",
        "-",
        "each leads to the head",
        None,
        "nothing was released yet, so there is no dump",
    )


if __name__ == "__main__":
    ended(lines())
