"""R38: each route as each role, and for what lies on land of others. `python -m tests.proving.doors`"""

from collections.abc import Iterator

from tests.proving.by_tests import proved
from tests.proving.lines import Line, ended


def lines(small: bool = False) -> Iterator[Line]:
    """The matrix comes from the route table; a planted route that no list knows must be seen. `small` changes nothing."""
    yield proved(
        "R38",
        "every route as nobody and as each role",
        "0 unexpected, an unlisted route is seen",
        "tests/access/test_doors.py",
    )
    yield proved(
        "R38", "own and others' land", "0 unexpected, an unlisted noun is seen", "tests/access/test_other_land.py"
    )


if __name__ == "__main__":
    ended(lines())
