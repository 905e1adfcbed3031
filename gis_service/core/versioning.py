"""Version tables: every state a row ever had, with the time it held, who made it so and why.

A table `x` that is versioned has a sibling `x_version` with the same columns. One trigger, generated from the catalogue
for each pair (`migrations/objects/020_versions.sql`), writes it: no statement can change a row without leaving its past.
The present is a version too, with an open end, so `as_of` is `where valid @> :moment`.
"""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, FromClause, Integer, Table, Text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint


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
        Column("op", Text, nullable=False),
        Column("actor_id", BigInteger),
        Column("actor_name", Text),
        Column("reason", Text),
        Column("version_document_id", BigInteger),
        Column("request_id", Text),
        Column("tx", Text, nullable=False, doc="the writing transaction (xid8 as text)"),
        ExcludeConstraint(("id", "="), ("valid", "&&"), using="gist", name=f"ex_{base.name}_version_valid"),
    )


def _copy(column: Column[Any]) -> Column[Any]:
    kind = column.type
    if isinstance(kind, Geometry):
        kind = Geometry(kind.geometry_type, srid=kind.srid, spatial_index=True)
    return Column(column.name, kind, primary_key=column.primary_key, autoincrement=False)
