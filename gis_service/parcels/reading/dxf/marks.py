"""The marks that our own drawings carry: which parcel a polyline belongs to, which part of it, which ring of the part.

Extended data stay with a polyline when a drawing is edited and saved; copies carry them too. So a mark counts only where
the rings of a parcel are each there once, and the numbers written inside say nothing else.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from gis_service.parcels.reading.dxf import texts as dxf_texts

APPLICATION = "GIS_SERVICE"
TEXT, NUMBER = 1000, 1071


class Mark(NamedTuple):
    """Parcel, part (from 1) and ring (0 is the outer one)."""

    parcel_no: str
    part: int
    ring: int

    def tags(self) -> list[tuple[int, Any]]:
        """As extended data of a polyline."""
        return [(TEXT, self.parcel_no), (NUMBER, self.part), (NUMBER, self.ring)]


def of(entity: Any) -> Mark | None:
    """The mark of a polyline, if it has one."""
    if not entity.has_xdata(APPLICATION):
        return None
    said = [(tag.code, tag.value) for tag in entity.get_xdata(APPLICATION) if tag.code in (TEXT, NUMBER)]
    if [code for code, _ in said] != [TEXT, NUMBER, NUMBER]:
        return None
    return Mark(str(said[0][1]), int(said[1][1]), int(said[2][1]))


Part = list[int]
"""Places of rings, the outer one first."""


def together(marks: Sequence[Mark | None], texts: Sequence[list[str]]) -> dict[str, list[Part]]:
    """Parcel → its parts, for the parcels whose marks hold; `texts` are those that stand in each ring.

    >>> a, b = Mark("A-1", 1, 0), Mark("A-1", 2, 0)
    >>> together([a, b, Mark("A-1", 1, 1)], [["A-1"], [], []])
    {'A-1': [[0, 2], [1]]}
    >>> together([a, a], [[], []]), together([a, b], [["A-1"], ["A-2"]])
    ({}, {})
    """
    found: dict[str, dict[tuple[int, int], int]] = {}
    broken: set[str] = set()
    for place, mark in enumerate(marks):
        if mark is None:
            continue
        rings = found.setdefault(mark.parcel_no, {})
        if mark[1:] in rings or (mark.ring == 0 and _says_else(texts[place], mark.parcel_no)):
            broken.add(mark.parcel_no)
        rings[mark.part, mark.ring] = place
    return {
        number: _parts(rings)
        for number, rings in found.items()
        if number not in broken and all((part, 0) in rings for part, _ in rings)
    }


def _says_else(texts: list[str], number: str) -> bool:
    return number not in texts and dxf_texts.number(texts) is not None


def _parts(rings: dict[tuple[int, int], int]) -> list[Part]:
    parts: dict[int, Part] = {}
    for (part, _), place in sorted(rings.items()):
        parts.setdefault(part, []).append(place)
    return list(parts.values())
