"""Which rows of a layer somebody asks for, and the conditions that say so in SQL.

The same question is put by items, tiles and the folium map, so that a filter means one thing at every door. Names
come from the catalogue and go in as identifiers; values are always bound.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import sql

from gis_service.core.clock import as_instant
from gis_service.core.errors import BadRequest
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.cql2 import literals
from gis_service.maps.cql2.compiling import Filter

Value = str | int | float | bool | date
OPEN = ("", "..")


class Shape(NamedTuple):
    """What the SQL of a question depends on, without its values: equal shapes share one statement."""

    equal: tuple[str, ...]
    window: bool
    since: bool
    until: bool
    as_of: bool
    wide: bool = False
    filter: str | None = None
    """SQL that a CQL2 filter became, with placeholders for all its literals."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing but a day narrows the layer."""
        return not (self.equal or self.window or self.since or self.until or self.filter)


@dataclass(frozen=True)
class Asked:
    """A question about a layer; the empty question asks for all that the scope may see, as it is now."""

    equal: Mapping[str, Value] = field(default_factory=dict)
    window: str | None = None
    """EWKB in hex, in the storage CRS."""
    wide: bool = False
    """The window (or the tile) holds much of the layer: walking the ids finds a page sooner than the spatial index, and a
    past day's tile is found sooner by the time than by the place."""
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    filter: Filter | None = None

    @property
    def shape(self) -> Shape:
        return Shape(
            tuple(self.equal),
            window=self.window is not None,
            since=self.since is not None,
            until=self.until is not None,
            as_of=self.as_of is not None,
            wide=self.wide,
            filter=self.filter.sql if self.filter else None,
        )

    def values(self) -> dict[str, Any]:
        """The values to bind, by the names that `conditions` uses."""
        given = {"window": self.window, "since": self.since, "until": self.until, "as_of": self.as_of}
        equal = {f"is_{name}": value for name, value in self.equal.items()}
        literals = self.filter.values if self.filter else {}
        return {name: value for name, value in given.items() if value is not None} | equal | dict(literals)


def source(layer: Layer, shape: Shape) -> sql.Identifier:
    """The view to read: today's, or the history. A layer without history is the same on every day."""
    view = layer.history if shape.as_of and layer.history else layer.source
    return sql.Identifier(*view.split("."))


HELD = sql.SQL("valid @> %(as_of)s::timestamptz")
HELD_OF_FEW = sql.SQL("valid_from <= %(as_of)s::timestamptz and valid_to > %(as_of)s::timestamptz")
"""A row of a history held at the moment: asked of the whole layer, or of a place or of ids, whose index has the plain ends
of the time too (`core/versioning.py`)."""


def conditions(layer: Layer, shape: Shape, *, of_few: bool = False) -> sql.Composable:
    """All conditions, joined by `and`; `true` if there is none. `of_few`: beside them stands one about ids or a place."""
    wanted: list[sql.Composable] = []
    if shape.as_of and layer.history:
        wanted.append(HELD_OF_FEW if of_few or (shape.window and not shape.wide) else HELD)
    if shape.window:
        # `&&` is written out: under row policies only a leakproof operator may use the index; `is true` hides it again
        boxes = "(geom && %(window)s::geometry) is true" if shape.wide else "geom && %(window)s::geometry"
        wanted.append(sql.SQL(boxes) + sql.SQL(" and st_intersects(geom, %(window)s::geometry)"))
    if layer.time_column:
        wanted += _changed(sql.Identifier(layer.time_column), shape)
    for name in shape.equal:
        wanted.append(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(f"is_{name}")))
    if shape.filter:
        wanted.append(sql.SQL(shape.filter))  # composed by maps/cql2, literals bound
    return sql.SQL(" and ").join(wanted or [sql.SQL("true")])


def _changed(column: sql.Identifier, shape: Shape) -> Iterator[sql.Composable]:
    """Rows without a time belong to every interval (requirement /req/core/fc-time-response)."""
    if shape.since:
        yield sql.SQL("({0} is null or {0} >= %(since)s)").format(column)
    if shape.until:
        yield sql.SQL("({0} is null or {0} <= %(until)s)").format(column)


def askable(layer: Layer) -> dict[str, Attribute]:
    """What may be asked for by name: the id and every attribute."""
    own = Attribute(name=layer.id_column, zh="编号", en="Id", type="integer", filter=True)
    return {own.name: own, **layer.by_name}


def parameters(layer: Layer) -> dict[str, Attribute]:
    """What may be asked for as `?name=value`: all but arrays, for which a filter has relations of its own."""
    return {name: attribute for name, attribute in askable(layer).items() if attribute.type != "texts"}


def filters(layer: Layer, given: Mapping[str, str]) -> dict[str, Value]:
    """The parameters that name an attribute, as values of its type."""
    return {
        name: _value(attribute, given[name]) for name, attribute in sorted(parameters(layer).items()) if name in given
    }


def _value(attribute: Attribute, text: str) -> Value:
    try:
        value: Value = _READ[attribute.type](text)
    except (ValueError, KeyError):
        raise BadRequest(parameter=attribute.name, value=text) from None
    return value


def _text(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL keeps no zero characters")
    return text


_READ: Mapping[str, Any] = {
    "text": _text,
    "integer": int,
    "number": float,
    "boolean": lambda text: {"true": True, "false": False}[text],
    "date": literals.day,
    "datetime": literals.instant,
}


def day(text: str | None) -> datetime | None:
    """`as_of`: a date means the end of that day in Beijing."""
    if not text:
        return None
    try:
        return as_instant(text)
    except ValueError:
        raise BadRequest(parameter="as_of", value=text) from None


def instants(text: str | None) -> tuple[datetime | None, datetime | None]:
    """`datetime` as OGC has it: an instant, or an interval whose open end is `..` or empty.

    >>> instants("2026-01-01T00:00:00Z/..")
    (datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    if text is None:
        return None, None
    first, slash, last = text.partition("/")
    try:
        since = None if slash and first in OPEN else _start(first)
        until = as_instant(first) if not slash else None if last in OPEN else as_instant(last)
    except ValueError:
        raise BadRequest(parameter="datetime", value=text) from None
    if since and until and since > until:
        raise BadRequest(parameter="datetime", value=text)
    return since, until


def _start(text: str) -> datetime:
    """The first instant that is meant: of a date, its beginning in Beijing."""
    moment = as_instant(text)
    return moment if len(text) > len("2026-10-31") else moment.replace(hour=0, minute=0, second=0, microsecond=0)
