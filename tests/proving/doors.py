"""R38, R40: each route as each role, for what lies on land of others, and what each act leaves in the audit trail.

python -m tests.proving.doors [--small]
"""

import sys
from collections.abc import Iterator

from tests.proving import auditing
from tests.proving.by_tests import proved
from tests.proving.lines import Line, ended

AT_WORK = (
    "tests/claims/test_doors.py", "tests/disposal/test_doors.py", "tests/editing/test_stories.py", "tests/meetings/test_doors.py",
    "tests/parcels/lineage", "tests/parcels/test_register_api.py", "tests/rectification/test_doors.py",
)  # fmt: skip
"""People at work: acts that are done."""
ALL_AT_WORK = (
    *AT_WORK, "tests/cases", "tests/handover", "tests/notifications", "tests/parcels/test_bulk.py", "tests/parcels/facilities", "tests/parcels/imports",
    "tests/patrols/conflicts", "tests/patrols/inbox", "tests/patrols/planning", "tests/procedures/test_http.py", "tests/sheets/layouts",
    "tests/surveys/test_doors.py", "tests/access/test_second_factor.py",
)  # fmt: skip


def lines(small: bool = False) -> Iterator[Line]:
    """The matrix comes from the route table; what no list knows must be seen. About six minutes, small one."""
    acts = auditing.acts_of_the_service()
    walked, refused = auditing.traced(acts, "tests/access/test_doors.py")
    yield walked.line("R38", "every route as nobody and as each role", "0 unexpected, an unlisted route is seen")
    yield proved(
        "R38", "own and others' land", "0 unexpected, an unlisted noun is seen", "tests/access/test_other_land.py"
    )
    _, done = auditing.traced(acts, *(AT_WORK if small else ALL_AT_WORK))
    yield from auditing.judged(acts, refused + done)


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
