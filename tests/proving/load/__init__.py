"""What a district does on its busiest hour, and five times that: `python -m tests.proving.load [--small]`."""

from collections.abc import Collection, Iterator

from tests.proving.lines import Line
from tests.proving.load import abuse, caps, day_end, soak, submissions
from tests.proving.premises import house

PARTS = {each.__name__.rsplit(".", 1)[1]: each.lines for each in (caps, submissions, day_end, abuse, soak)}


def lines(small: bool, parts: Collection[str] = ()) -> Iterator[Line]:
    """One service with 400 parcels for all of it. `parts`: only these."""
    with house(parcels=400) as here:
        for name, part in PARTS.items():
            if not parts or name in parts:
                yield from part(here, small=small)
