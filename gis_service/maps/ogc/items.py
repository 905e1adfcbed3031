"""Features of a layer as GeoJSON text, built in the database as one row."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Any, LiteralString, Protocol

from psycopg import sql

from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.maps.asked import Asked, Shape, conditions, source
from gis_service.maps.catalogue import Layer
from gis_service.maps.crs import Crs
from gis_service.maps.ogc.ask import Page

COUNTED = 10_000
"""Up to here the number of matching features is exact; beyond, it is not given."""


@dataclass(frozen=True)
class Features:
    """A page: its features as GeoJSON objects joined by commas, and what lies beyond it."""

    text: str
    returned: int
    last: int | None
    more: bool
    matched: int | None

    def with_matched(self, matched: int | None) -> "Features":
        return replace(self, matched=matched)


def features(
    reader: Reader, scope: Scope, layer: Layer, asked: Asked, crs: Crs, page: Page, *, count: bool
) -> Features:
    """One page in the order of ids; `count` says whether to count what matches, up to `COUNTED`."""
    values = asked.values() | {"size": page.limit, "after": page.after or 0}
    how = _how(asked.shape, sees_all=scope.see_all, count=count)
    row = reader.row(scope, _page_statement(layer, asked.shape, crs, how), values)
    assert row is not None  # noqa: S101  (an aggregate always gives a row)
    text, returned, last, more, matched = row
    return Features(text or "", returned, last, more, matched if matched is not None and matched <= COUNTED else None)


class Asks(Protocol):
    """Who asks for a row: the reader, or whoever has a transaction of their own."""

    def row(self, scope: Scope, query: bytes, params: Mapping[str, Any], /) -> tuple[Any, ...] | None: ...


@dataclass(frozen=True)
class Feature:
    """One feature as a GeoJSON object, and which version of its row that is."""

    key: int
    text: str
    version: int | None

    @property
    def feature(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def etag(self) -> str | None:
        """Strong: the version, which a writer names to say what was seen, and the bytes, which a cache asks for."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:12]
        return None if self.version is None else f'"{self.key}.{self.version}-{digest}"'


def key_of(word: str) -> int | None:
    """The id that a word of an address means: a bigint; nothing else is one."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


def feature(asks: Asks, scope: Scope, layer: Layer, asked: Asked, crs: Crs, key: int) -> Feature | None:
    """One feature; None where there is none that the scope may see."""
    row = asks.row(scope, _one_statement(layer, asked.shape, crs), asked.values() | {"key": key})
    return None if row is None else Feature(key, *row)


class _Count(Enum):
    """How what matches is counted beside a page."""

    NONE = auto()
    LISTED = auto()
    """The ids of all matches are found once, in order, and the page is the beginning of that list."""
    APART = auto()
    """For who sees all of a whole layer, where nearly every row matches: a count in any order ends soon, and so does a page along
    the key. Listed, rows of a join, as boundary points on a past day, are all found and sorted: the planner does not know how many
    there will be (400,000 points: 1.3 s listed, 0.05 s apart). With less sight the key may be walked for long: 6 s apart, 1.5 s listed."""


def _how(shape: Shape, *, sees_all: bool, count: bool) -> _Count:
    if not count:
        return _Count.NONE
    return _Count.APART if sees_all and shape.is_whole else _Count.LISTED


@lru_cache(maxsize=512)
def _page_statement(layer: Layer, shape: Shape, crs: Crs, count: _Count) -> bytes:
    return _bytes(
        """
        {hits}
        select string_agg({feature}, ',') filter (where n <= %(size)s),
               least(count(*), %(size)s)::int, max(id) filter (where n <= %(size)s), count(*) > %(size)s,
               {matched}
          from (select {id} as id, row_number() over (order by {id}) as n, geom, {columns}
                  from {source} where {here} order by {id} limit %(size)s::int + 1) q,
               lateral (select {columns}) said""",
        layer,
        shape,
        crs,
        hits=_hits(layer, shape) if count is _Count.LISTED else sql.SQL(""),
        matched=_matched(layer, shape, count),
        here=_page_of_hits(layer, shape) if count is _Count.LISTED else _after(layer, shape),
    )


def _hits(layer: Layer, shape: Shape) -> sql.Composed:
    return sql.SQL(
        "with hits as materialized (select {id} as id from {source} where {conditions} order by {id} limit {most})"
    ).format(
        id=sql.Identifier(layer.id_column),
        source=source(layer, shape),
        conditions=conditions(layer, shape),
        most=sql.Literal(COUNTED + 1),
    )


def _matched(layer: Layer, shape: Shape, count: _Count) -> sql.Composable:
    if count is not _Count.APART:
        return sql.SQL("null::int" if count is _Count.NONE else "(select count(*)::int from hits)")
    return sql.SQL("(select count(*)::int from (select from {source} where {conditions} limit {most}) c)").format(
        source=source(layer, shape), conditions=conditions(layer, shape), most=sql.Literal(COUNTED + 1)
    )


def _page_of_hits(layer: Layer, shape: Shape) -> sql.Composed:
    """The first of the hits; in a history the day is needed again to tell the versions apart."""
    day = conditions(layer, Shape((), window=False, since=False, until=False, as_of=shape.as_of), of_few=True)
    ids = sql.SQL("{} = any (array(select id from hits order by id limit %(size)s::int + 1)) and {}")
    return ids.format(sql.Identifier(layer.id_column), day)


def _after(layer: Layer, shape: Shape) -> sql.Composed:
    rows = conditions(layer, shape, of_few=True)
    return sql.SQL("{} > %(after)s::bigint and {}").format(sql.Identifier(layer.id_column), rows)


@lru_cache(maxsize=512)
def _one_statement(layer: Layer, shape: Shape, crs: Crs) -> bytes:
    return _bytes(
        """
        select {feature}, version
          from (select {id} as id, geom, {version} as version, {columns}
                  from {source} where {id} = %(key)s::bigint and {conditions}) q,
               lateral (select {columns}) said""",
        layer,
        shape,
        crs,
        version=sql.Identifier(layer.version_column) if layer.version_column else sql.SQL("null::int"),
        conditions=conditions(layer, shape, of_few=True),
    )


FEATURE = """'{{"type":"Feature","id":' || id || ',"geometry":' || coalesce(st_asgeojson({geometry}, {digits}, 0), 'null')
               || ',"properties":' || row_to_json(said) || '}}'"""
"""The third argument of ST_AsGeoJSON keeps it from writing a `crs` member into every geometry."""


def _bytes(statement: LiteralString, layer: Layer, shape: Shape, crs: Crs, **parts: sql.Composable) -> bytes:
    feature = sql.SQL(FEATURE).format(geometry=_geometry(crs), digits=sql.Literal(crs.digits))
    composed = sql.SQL(statement).format(
        id=sql.Identifier(layer.id_column),
        columns=sql.SQL(", ").join(sql.Identifier(attribute.name) for attribute in layer.attributes),
        source=source(layer, shape),
        feature=feature,
        **parts,
    )
    return composed.as_bytes(None)


def _geometry(crs: Crs) -> sql.Composable:
    moved = sql.SQL("geom") if crs.is_stored else sql.SQL("st_transform(geom, {})").format(sql.Literal(crs.srid))
    return sql.SQL("st_flipcoordinates({})").format(moved) if crs.north_first else moved
