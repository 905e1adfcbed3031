"""用地分类 of a file: which code is meant, and in which of the two systems.

The same digits are different land in the two: 0601 is 工业用地 in GB/T 21010-2017 and 农村道路 in the 2023 guide. The
system is what the person said, else what code and name together allow, else what all cells of the file have in common;
where two remain nothing is guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gis_service.parcels.imports.columns import values
from gis_service.parcels.imports.columns.spelling import normal
from gis_service.parcels.imports.columns.values import Unusable

ClassNames = dict[str, dict[str, str]]
"""System → code → name."""

SYSTEMS = {
    "LU2023": ("lu2023", "2023", "国土空间", "自然资发", "用地用海"),
    "GBT21010": ("gbt21010", "gb/t21010", "21010", "现状分类"),
}


class Said(NamedTuple):
    """What a row says of its land class: a code, a name, or both."""

    code: str | None
    name: str | None


@dataclass
class Classes:
    """The land classes of the register, and what the file (or the person) has settled about the system."""

    known: ClassNames
    system: str | None = None
    _shared: set[str] = field(default_factory=set)

    def settle(self, all_said: Iterable[Said]) -> None:
        """Find the systems that fit every cell of the file; one left settles those that would fit both."""
        shared = set(self.known)
        for said in set(all_said):
            if fits := self.candidates(said):
                shared &= set(fits)
        self._shared = shared

    def find(self, said: Said, system: str | None = None) -> tuple[str, str]:
        """(system, code) of what was said; raises `Unusable`."""
        fits = self.candidates(said)
        wanted = system or self.system
        if not fits or (wanted and wanted not in fits):
            raise Unusable("value.unknown_class")
        if wanted:
            return wanted, fits[wanted]
        if len(fits) > 1 and len(self._shared) == 1:
            fits = {name: code for name, code in fits.items() if name in self._shared}
        if len(fits) > 1:
            meanings = "; ".join(f"{name}: {code} {self.known[name][code]}" for name, code in fits.items())
            raise Unusable("value.class_system", meanings=meanings)
        return next(iter(fits.items()))

    def candidates(self, said: Said) -> dict[str, str]:
        """System → code for every system in which this can be said; systems where the name agrees go first."""
        if said.code is None:
            return {system: code for system, names in self.known.items() if (code := _named(names, said.name))}
        holding = {system: code for system, names in self.known.items() if (code := _coded(names, said.code))}
        agreeing = {s: code for s, code in holding.items() if _agrees(self.known[s], code, said.name)}
        return agreeing or holding


def said(code_cell: Any, name_cell: Any) -> Said | None:
    """What the cells say; one cell may hold both, as `100102 二类工业用地` or `工业用地(1001)`.

    >>> said("工业用地(1001)", None), said("601", "工业用地"), said(None, "")
    (Said(code='1001', name='工业用地'), Said(code='601', name='工业用地'), None)
    """
    both = values.code(code_cell) or ""
    match = re.search(r"\d{2,6}[A-Z]?\d?", both.upper())
    rest = re.sub(r"[\d()\[\]\s]", "", both.replace(match[0], "")) if match else both
    name = values.text(name_cell) or rest or None
    return Said(match[0] if match else None, name) if match or name else None


def _coded(names: dict[str, str], code: str) -> str | None:
    """The code as it stands in a system, with the leading zero that a spreadsheet drops (601, 60101)."""
    if code in names:
        return code
    return f"0{code}" if len(code) % 2 and f"0{code}" in names else None


def _named(names: dict[str, str], name: str | None) -> str | None:
    """The code of a name where exactly one class has it; the most general of those that share it."""
    wanted = _short(name)
    found = sorted((code for code, known in names.items() if _short(known) == wanted), key=len)
    return found[0] if found and (len(found) == 1 or len(found[0]) < len(found[1])) else None


def _agrees(names: dict[str, str], code: str, name: str | None) -> bool:
    """Whether a name suits a code: its own, its parent's, or a part of it (工业用地 for 100102 二类工业用地)."""
    if name is None:
        return True
    wanted = _short(name)
    own, parent = _short(names[code]), _short(names.get(code[:-2], names[code]))
    return wanted in own or own in wanted or wanted == parent


def _short(name: str | None) -> str:
    return normal(name or "").removesuffix("用地")


def system_named(cell: Any) -> str | None:
    """The system a cell names, in one of the ways people write it."""
    told = normal(str(cell or ""))
    return next((name for name, marks in SYSTEMS.items() if any(mark in told for mark in marks)), None)
