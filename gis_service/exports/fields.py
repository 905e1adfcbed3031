"""The columns of an exported parcel, and how a stored value reads in one. The table is `fields.toml`."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from gis_service.parcels.vocabulary import words

Lang = Literal["zh", "en"]
Value = str | float | int | date | None

YES_NO = {"zh": ("否", "是"), "en": ("no", "yes")}
BETWEEN = {"zh": "、", "en": ", "}


@dataclass(frozen=True)
class Field:
    """A column: the name in the register, its headers, and what its cells hold."""

    name: str
    kind: Literal["text", "word", "words", "yes_no", "number", "area", "integer", "date"]
    zh: str
    en: str
    shp: str
    contact: bool = False
    told: bool = False
    means: tuple[str, str] = ("", "")

    def header(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    @property
    def holds(self) -> "Held":
        """What a reader finds in the cells."""
        return HOLDS[self.kind]


Held = Literal["text", "number", "integer", "date"]
HOLDS: Mapping[str, Held] = {
    "text": "text",
    "word": "text",
    "words": "text",
    "yes_no": "text",
    "number": "number",
    "area": "number",
    "integer": "integer",
    "date": "date",
}


@cache
def all_fields() -> tuple[Field, ...]:
    with Path(__file__).with_name("fields.toml").open("rb") as file:
        table = tomllib.load(file)
    return tuple(_field(name, row) for name, row in table.items())


def _field(name: str, row: dict[str, Any]) -> Field:
    zh, en = row.pop("means", ("", ""))
    return Field(name, **row, means=(zh, en))


def fields(*, contacts: bool = False) -> tuple[Field, ...]:
    """The columns of an export; persons and phones only where they may leave."""
    return tuple(field for field in all_fields() if contacts or not field.contact)


def named(name: str) -> Field:
    return next(field for field in all_fields() if field.name == name)


def cell(field: Field, stored: Any, lang: Lang = "zh") -> Value:
    """A stored value as the file shall have it.

    >>> cell(named("use_status"), ["stockpile", "parking"]), cell(named("waste_found"), False)
    ('堆土、停车', '否')
    >>> cell(named("area_registered_m2"), Decimal("90000.00")), cell(named("fence_status"), "full", "en")
    (90000.0, 'Full')
    """
    return None if stored is None else _SHOWN[field.kind](field, stored, lang)


_SHOWN: Mapping[str, Callable[[Field, Any, Lang], Value]] = {
    "text": lambda _f, v, _l: str(v),
    "word": lambda f, v, lang: words(f.name, v, lang),
    "words": lambda f, v, lang: BETWEEN[lang].join(words(f.name, each, lang) for each in v),
    "yes_no": lambda _f, v, lang: YES_NO[lang][bool(v)],
    "number": lambda _f, v, _l: float(v),
    "area": lambda _f, v, _l: float(v),
    "integer": lambda _f, v, _l: int(v),
    "date": lambda _f, v, _l: v,
}


def plain(field: Field, stored: Any, lang: Lang = "zh") -> str:
    """The same as text: numbers with the places they are stored with, days as ISO dates.

    >>> plain(named("area_registered_m2"), Decimal("90000.00")), plain(named("remark"), None)
    ('90000.00', '')
    """
    if field.holds == "number" and isinstance(stored, Decimal):
        return f"{stored:f}"
    shown = cell(field, stored, lang)
    return "" if shown is None else shown.isoformat() if isinstance(shown, date) else str(shown)
