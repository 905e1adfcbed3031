"""Random filters find the same rows as an evaluation in Python, from JSON and from text."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from psycopg import sql
from sqlalchemy import make_url

from gis_service.core.cluster import Cluster
from gis_service.maps.cql2.compiling import compiled
from gis_service.maps.cql2.reading import JSON, MAX_EFFORT, TEXT, read
from gis_service.maps.cql2.terms import Kind, Queryable
from gis_service.maps.crs import LONLAT
from tests.maps.cql2.evaluating import Row, value
from tests.maps.cql2.expressions import LETTERS, Node, filters, text_of

COLUMNS = {
    "id": (Kind.NUMBER, "bigint"),
    "name": (Kind.TEXT, "text"),
    "other": (Kind.TEXT, "text"),
    "size": (Kind.NUMBER, "numeric"),
    "n": (Kind.NUMBER, "int"),
    "ok": (Kind.BOOLEAN, "boolean"),
    "day": (Kind.DATE, "date"),
    "since": (Kind.INSTANT, "timestamptz"),
    "until": (Kind.INSTANT, "timestamptz"),
    "tags": (Kind.ARRAY, "text[]"),
    "more": (Kind.ARRAY, "text[]"),
    "geometry": (Kind.SHAPE, "geometry(geometry, 4490)"),
}
QUERYABLES = {
    name: Queryable(name, kind, name, of=Kind.TEXT if kind is Kind.ARRAY else None)
    for name, (kind, _) in COLUMNS.items()
}


def rows() -> list[Row]:
    """Three hundred rows of small values, a fifth of them absent."""
    dice = random.Random(47)

    def some(made: object) -> object:
        return None if dice.random() < 0.2 else made

    def text() -> object:
        return some("".join(dice.choices(LETTERS, k=dice.randrange(5))))

    def tags() -> list[str]:
        return dice.choices(["a", "b", "é'", "北"], k=dice.randrange(4))

    def moment() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=8 * dice.randrange(30))

    def place() -> tuple[int, int]:
        return dice.randrange(7), dice.randrange(7)

    def shape() -> shapely.Geometry:
        x, y = place()
        return dice.choice(
            [
                shapely.Point(x, y),
                shapely.box(x, y, x + dice.randrange(1, 4), y + 2),
                shapely.LineString([(x, y), (y, x + 1)]),
            ]
        )

    return [
        {
            "id": n, "name": text(), "other": text(), "size": some(dice.randrange(-12, 12) / 2),
            "n": some(dice.randrange(-6, 6)), "ok": some(dice.random() < 0.5),
            "day": some(date(2026, 1, 1 + dice.randrange(10))), "since": some(moment()), "until": some(moment()),
            "geometry": some(shape()), "tags": some(tags()), "more": some(tags()),
        }
        for n in range(300)
    ]  # fmt: skip


ROWS = rows()


@pytest.fixture(scope="module")
def table(cluster: Cluster) -> Iterator[psycopg.Connection]:
    """The rows in a table of their own that nobody else sees."""
    name = cluster.clone("cql2")
    plain = make_url(cluster.url("gis_owner", name)).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create temp table filtered ({})").format(
                sql.SQL(", ").join(
                    sql.SQL(f"{{}} {kind}").format(sql.Identifier(n)) for n, (_, kind) in COLUMNS.items()
                )
            )
        )
        blanks = ", ".join(f"%({n})s::text::{kind}" for n, (_, kind) in COLUMNS.items())
        for row in ROWS:
            shape = row["geometry"] and f"srid=4490;{shapely.to_wkt(row['geometry'])}"
            plain_row = {n: None if v is None else _written(v) for n, v in row.items()} | {"geometry": shape}
            connection.execute(f"insert into filtered values ({blanks})", plain_row)
        yield connection
    cluster.drop(name)


def _written(value: object) -> str:
    """As PostgreSQL reads it."""
    return "{" + ",".join(f'"{one}"' for one in value) + "}" if isinstance(value, list) else str(value)


def found(table: psycopg.Connection, text: str, language: str) -> list[int]:
    made = compiled(text, language, QUERYABLES, LONLAT)
    query = sql.SQL("select id from filtered where {} order by id").format(sql.SQL(made.sql))
    return [row[0] for row in table.execute(query, made.values)]


def floats(node: Node) -> Node:
    """Text knows no whole numbers."""
    if isinstance(node, dict):
        return {key: floats(inner) for key, inner in node.items()}
    if isinstance(node, list):
        return [floats(inner) for inner in node]
    return float(node) if isinstance(node, int) and not isinstance(node, bool) else node


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(expression=filters)
def test_a_filter_finds_what_it_says(table: psycopg.Connection, expression: Node) -> None:
    expected = [row["id"] for row in ROWS if value(expression, row) is True]
    assert found(table, json.dumps(expression), JSON) == expected
    text = text_of(expression)
    if len(text.encode()) << text.count("(") <= MAX_EFFORT:  # deeper ones go in JSON
        assert found(table, text, TEXT) == expected, text


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(expression=filters)
def test_no_text_of_the_filter_is_in_its_sql(expression: Node) -> None:
    """The same expression with other letters has the same SQL: letters of literals are bound, every one."""
    made = compiled(json.dumps(expression), JSON, QUERYABLES, LONLAT)
    other = json.loads(json.dumps(expression, ensure_ascii=False).replace("北", "后"))
    assert compiled(json.dumps(other), JSON, QUERYABLES, LONLAT).sql == made.sql
    assert not any(letter in made.sql for letter in "北围éÉ")


def test_rows_are_found_and_not_found_by_most_operators(table: psycopg.Connection) -> None:
    """The rows are such that the random filters above mean something."""
    for text in (
        "name LIKE '%a%'",
        "size > 1",
        "ok",
        "T_AFTER(since, until)",
        "S_INTERSECTS(geometry, BBOX(1,1,3,3))",
        "A_CONTAINS(tags, ('a','b'))",
        "A_EQUALS(tags, more)",
    ):
        assert 0 < len(found(table, text, TEXT)) < len(ROWS), text


def test_text_and_json_are_one_language() -> None:
    expression = {"op": "and", "args": [
        {"op": "in", "args": [{"property": "n"}, [1, 2]]},
        {"op": "t_during", "args": [{"property": "since"}, {"interval": ["2026-01-01", ".."]}]},
        {"op": "like", "args": [{"op": "casei", "args": [{"property": "name"}]}, "北%"]},
    ]}  # fmt: skip
    assert read(text_of(expression), TEXT) == floats(expression)
