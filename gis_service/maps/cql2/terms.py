"""What an expression is made of, and how a fault in it is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg import sql

from gis_service.maps.errors import BadFilter

Node = Any
"""A piece of a CQL2 expression in its JSON form."""


class Kind(StrEnum):
    """The type of a value; the word is the one of `/functions`."""

    TEXT = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "timestamp"
    SHAPE = "geometry"
    ARRAY = "array"


WORDS: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("文本", "text"),
    Kind.NUMBER: ("数", "a number"),
    Kind.BOOLEAN: ("是否", "a boolean"),
    Kind.DATE: ("日期", "a date"),
    Kind.INSTANT: ("时刻", "an instant"),
    Kind.SHAPE: ("图形", "a geometry"),
    Kind.ARRAY: ("列表", "an array"),
}


@dataclass(frozen=True)
class Queryable:
    """A name that a filter may use, the kind of its values, and its column; of an array the kind of its elements."""

    name: str
    kind: Kind
    column: str
    of: Kind | None = None


@dataclass(frozen=True)
class Term:
    """A value in SQL; `literal` where it was written into the filter, `mixed` where that is a collection of unlike shapes,
    `of` the kind of the elements of an array."""

    kind: Kind
    sql: sql.Composable
    literal: bool = False
    mixed: bool = False
    of: Kind | None = None


def fault(place: str, fault_zh: str, fault_en: str) -> BadFilter:
    """What is wrong, and where: at an operator, a name, or a place in the text."""
    return BadFilter(place_zh=place, place_en=place, fault_zh=fault_zh, fault_en=fault_en)


def shown(value: Any) -> str:
    """A piece of a filter, short enough for a sentence."""
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
