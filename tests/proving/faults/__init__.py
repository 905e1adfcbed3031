"""Everything that can be killed is killed, under writers who remember what was acknowledged: `python -m tests.proving.faults [--small]`."""

from collections.abc import Collection, Iterator

from tests.proving.faults import disk, killing, outage, replay, stops
from tests.proving.lines import Line
from tests.proving.premises import house

PARTS = {each.__name__.rsplit(".", 1)[1]: each.lines for each in (replay, killing, outage, disk, stops)}


def lines(small: bool, parts: Collection[str] = ()) -> Iterator[Line]:
    """One service for all of it, which goes on through everything; the last part ends it. `parts`: only these."""
    with house() as here:
        for name, part in PARTS.items():
            if not parts or name in parts:
                yield from part(here, small=small)
