"""Version tables: every state a row ever had, with the time it held, who made it so and why.

A table `x` that is versioned has a sibling `x_version` with the same columns. One trigger, generated from the catalogue
for each pair (`migrations/objects/020_versions.sql`), writes it: no statement can change a row without leaving its past.
The present is a version too, with an open end, so `as_of` is `where valid @> :moment`.

The two ends of `valid` stand beside it as plain columns, since the planner knows too little of ranges: it cannot tell that
an index on place and time is a bad way to ask for time alone. So a question about the whole register asks `valid @> t`, for
which there is one index, and a question about a place or a parcel asks the plain ends, which its index has too
(`held_at`). Under row policies an index may answer only operators marked leakproof; `@>` on ranges gets that mark
where `&&` gets it (`core/provision.py`), `<=` and `>` on times have it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Computed,
    FromClause,
    Index,
    Integer,
    Table,
    Text,
    and_,
    cast,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, TSTZRANGE, ExcludeConstraint

Moment = TIMESTAMP(timezone=True)
ENDS = "tstzrange(valid_from, valid_to)"

VERSION_ONLY = frozenset(
    {
        "version_no", "valid", "valid_from", "valid_to", "op", "actor_id", "actor_name", "reason", "version_document_id",
        "request_id", "tx",
    }
)  # fmt: skip
"""Columns a version table has beside those of its base."""


def version_table(base: FromClause) -> Table:
    """The version table of `base`, in the same metadata; generated columns become plain ones."""
    if not isinstance(base, Table):
        raise TypeError(base)
    copies = [_copy(column) for column in base.columns]
    return Table(
        f"{base.name}_version",
        base.metadata,
        *copies,
        Column("version_no", Integer, primary_key=True),
        Column("valid", TSTZRANGE, nullable=False),
        Column("valid_from", Moment, Computed("lower(valid)", persisted=True)),
        Column("valid_to", Moment, Computed("coalesce(upper(valid), 'infinity'::timestamptz)", persisted=True)),
        Column("op", Text, nullable=False),
        Column("actor_id", BigInteger),
        Column("actor_name", Text),
        Column("reason", Text),
        Column("version_document_id", BigInteger),
        Column("request_id", Text),
        Column("tx", Text, nullable=False, doc="the writing transaction (xid8 as text)"),
        # of the plain ends, so that no question takes this for an index on time
        ExcludeConstraint(("id", "="), (text(ENDS), "&&"), using="gist", name=f"ex_{base.name}_version_valid"),
        *_places_in_time(base),
    )


def _places_in_time(base: Table) -> Iterator[Index]:
    """One index for where and when: a tile of a past day meets the outlines of that day only."""
    for column in base.columns:
        if isinstance(column.type, Geometry):
            name = f"ix_{base.name}_version_{column.name}_valid"
            yield Index(name, column.name, "valid_from", "valid_to", postgresql_using="gist")


def held_at(version: FromClause, at: datetime, *, of_few: bool = False) -> ColumnElement[bool]:
    """Whether a version held at a moment. `of_few`: the question names a place or parcels, and their index has the time too."""
    c, moment = version.c, cast(literal(at), Moment)
    return and_(c.valid_from <= moment, c.valid_to > moment) if of_few else c.valid.op("@>")(moment)


def is_current(version: FromClause) -> ColumnElement[bool]:
    """Whether a version is the present."""
    current: ColumnElement[bool] = version.c.valid_to == cast(literal("infinity"), Moment)
    return current


def _copy(column: Column[Any]) -> Column[Any]:
    kind = column.type
    if isinstance(kind, Geometry):
        kind = Geometry(kind.geometry_type, srid=kind.srid, spatial_index=False)
    return Column(column.name, kind, primary_key=column.primary_key, autoincrement=False)
