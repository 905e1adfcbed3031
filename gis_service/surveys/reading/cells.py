"""Values of single cells: understood, or an error that refuses their hole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from gis_service.surveys.reading import columns, values
from gis_service.surveys.reading.result import Entry, Notes
from gis_service.surveys.reading.values import NotUnderstood
from gis_service.surveys.rules import ODOUR_WORDS, Odour

T = TypeVar("T")


@dataclass(frozen=True)
class Cells:
    """Reads cells of entries; what cannot be understood is told in `notes`. An empty cell is None and no error."""

    notes: Notes

    def value(self, entry: Entry, name: str, point: str, understand: Callable[[str], T]) -> T | None:
        text = entry.text(name)
        if not text:
            return None
        try:
            return understand(text)
        except NotUnderstood as fault:
            label = name.partition(":")[2] or name
            self.notes.error("not_understood", f"{fault.zh}", f"{fault.en}", at=entry, field=label, point=point)
        return None

    def number(self, entry: Entry, table: str, name: str, point: str) -> Decimal | None:
        kind = next((column.kind for column in columns.TABLES[table] if column.name == name), "plain")
        unit = entry.text(f"unit of {name}")
        return self.value(entry, name, point, lambda text: values.number(text, kind, unit))

    def day(self, entry: Entry, name: str, point: str) -> date | None:
        return self.value(entry, name, point, values.day)

    def odour(self, entry: Entry, point: str) -> Odour | None:
        return self.value(entry, "odour", point, lambda text: values.word(text, values.ODOURS, ODOUR_WORDS))
