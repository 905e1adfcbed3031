"""The fifteen relations of time. An instant is an interval whose ends are one; a day beside an instant is all of that day
in Beijing."""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from gis_service.maps.cql2.terms import Kind, Term

RELATIONS: dict[str, LiteralString] = {
    "t_after": "{a} > {d}",
    "t_before": "{b} < {c}",
    "t_contains": "{a} < {c} and {b} > {d}",
    "t_disjoint": "({b} < {c} or {a} > {d})",
    "t_during": "{a} > {c} and {b} < {d}",
    "t_equals": "{a} = {c} and {b} = {d}",
    "t_finishedby": "{a} < {c} and {b} = {d}",
    "t_finishes": "{a} > {c} and {b} = {d}",
    "t_intersects": "{a} <= {d} and {b} >= {c}",
    "t_meets": "{b} = {c}",
    "t_metby": "{a} = {d}",
    "t_overlappedby": "{a} > {c} and {a} < {d} and {b} > {d}",
    "t_overlaps": "{a} < {c} and {b} > {c} and {b} < {d}",
    "t_startedby": "{a} = {c} and {b} > {d}",
    "t_starts": "{a} = {c} and {b} < {d}",
}
"""a, b: start and end of the first; c, d: of the second."""

BEGINS = sql.SQL("({}::timestamp at time zone 'Asia/Shanghai')")
ENDS = sql.SQL("({}::timestamp at time zone 'Asia/Shanghai' + interval '1 day' - interval '1 microsecond')")
OPEN = {
    Kind.DATE: (sql.SQL("'-infinity'::date"), sql.SQL("'infinity'::date")),
    Kind.INSTANT: (sql.SQL("'-infinity'::timestamptz"), sql.SQL("'infinity'::timestamptz")),
}


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, days or instants; None is an open end."""

    start: Term | None
    end: Term | None

    def is_days(self) -> bool:
        return all(end is None or end.kind is Kind.DATE for end in (self.start, self.end))

    def ends(self, kind: Kind) -> tuple[sql.Composable, sql.Composable]:
        first, last = OPEN[kind]
        return (
            first if self.start is None else _as(self.start, kind, BEGINS),
            last if self.end is None else _as(self.end, kind, ENDS),
        )


def relation(op: str, one: Span, other: Span) -> Term:
    """`op` between two spans, by days where nothing but days is said."""
    kind = Kind.DATE if one.is_days() and other.is_days() else Kind.INSTANT
    a, b = one.ends(kind)
    c, d = other.ends(kind)
    return Term(Kind.BOOLEAN, sql.SQL("({})").format(sql.SQL(RELATIONS[op]).format(a=a, b=b, c=c, d=d)))


def _as(end: Term, kind: Kind, whole: sql.SQL) -> sql.Composable:
    return end.sql if end.kind is kind else whole.format(end.sql)
