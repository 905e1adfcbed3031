"""Bounds and order of an atlas. Pure."""

import re

ATLAS = "atlas"
"""What the record of a job calls this format."""
MOST_PAGES = 2_000
"""Of a volume: paper so thick is not carried to a meeting."""
RUN = 20
"""Parcels printed at once by a child, which then makes room for a new one: its memory grows with what it has printed. Forty
take 40 MB more and start half as many children."""

_FIGURES = re.compile(r"(\d+)")


def natural(said: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts figures by their value: BW-2 before BW-10.

    >>> sorted(["BW-10", "BW-2", "BW-2-1", "A-3"], key=natural)
    ['A-3', 'BW-2', 'BW-2-1', 'BW-10']
    """
    return tuple(
        (0, int(part), part) if part.isdecimal() else (1, 0, part) for part in _FIGURES.split(said) if part != ""
    )
