"""The four relations of arrays. An array is a set: neither order nor repetition counts.

Elements of unlike kinds never equal each other, so a set is held as one array of PostgreSQL for each kind of element, and
a relation is that of the parts: `('a', 1)` contains `(1)` since its numbers do and its texts contain the empty set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from gis_service.maps.cql2.terms import Kind, Term

RELATIONS: dict[str, LiteralString] = {
    "a_equals": "({a} @> {b} and {a} <@ {b})",
    "a_contains": "{a} @> {b}",
    "a_containedby": "{a} <@ {b}",
    "a_overlaps": "{a} && {b}",
}
TYPES: dict[Kind, LiteralString] = {
    Kind.TEXT: "text[]",
    Kind.NUMBER: "float8[]",
    Kind.BOOLEAN: "boolean[]",
    Kind.DATE: "date[]",
    Kind.INSTANT: "timestamptz[]",
    Kind.SHAPE: "geometry[]",
}
"""What may be an element. Shapes are the same element where their corners are."""


@dataclass(frozen=True)
class Members:
    """The elements of an array by kind. `column` is the array of a row, which may be absent as a whole."""

    by_kind: Mapping[Kind, sql.Composable]
    column: sql.Composable | None = None

    def of(self, kind: Kind) -> sql.Composable:
        """Its elements of a kind, as an array of PostgreSQL; absent where the whole array is."""
        if kind in self.by_kind:
            return self.by_kind[kind]
        empty = sql.SQL("'{{}}'::" + TYPES[kind]).format()
        return (
            empty if self.column is None else sql.SQL("case when {} is not null then {} end").format(self.column, empty)
        )


def joined(parts: Sequence[tuple[Kind, sql.Composable]]) -> Members:
    """Pieces of a set, each an array of one kind, as one."""
    found: dict[Kind, sql.Composable] = {}
    for kind, piece in parts:
        found[kind] = sql.SQL("({} || {})").format(found[kind], piece) if kind in found else piece
    return Members(found)


def relation(op: str, one: Members, other: Members) -> Term:
    """`op` between two arrays, kind by kind."""
    kinds = [kind for kind in TYPES if kind in one.by_kind or kind in other.by_kind] or [Kind.TEXT]
    parts = [sql.SQL(RELATIONS[op]).format(a=one.of(kind), b=other.of(kind)) for kind in kinds]
    joint = " or " if op == "a_overlaps" else " and "
    return Term(Kind.BOOLEAN, sql.SQL("({})").format(sql.SQL(joint).join(parts)))
