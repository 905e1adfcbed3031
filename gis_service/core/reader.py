"""The reader's door to the database: one statement, one row, under the asker's scope, in one round trip.

Maps, tiles and GIS clients ask through this; it connects as `gis_reader`, which can see the schemas `layer` and
`report` and nothing else. The statement and the settings of the scope go out together in a pipeline. PostgreSQL
takes what lies between two syncs as one transaction, so the transaction-local settings hold for exactly that
statement and cannot reach the next user of the connection. Measured on a tile: 2.0 ms and 0.18 ms of Python,
against 2.3 and 0.32 with begin, set, ask and commit sent one after the other.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString

from psycopg import Connection, Cursor, OperationalError, sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool
from sqlalchemy import make_url

from gis_service.core.db import READER_ROLE, WAIT_S, Scope
from gis_service.core.errors import Unavailable

Query = LiteralString | sql.SQL | sql.Composed | bytes

# The settings that row policies and views of the reading side look at; who acts, and why, is of no concern here.
SCOPED = ("app.see_all", "app.area_ids", "app.unit_ids", "app.see_published", "app.see_contacts")
ENTER = b"select " + b", ".join(b"set_config('%s', %%s, true)" % name.encode() for name in SCOPED)


def sight(scope: Scope) -> tuple[str, ...]:
    """All that the database is told of who asks: equal sights see the same rows and columns. For whatever is remembered."""
    settings = scope.settings()
    return tuple(settings[name] for name in SCOPED)


# The first two are also set on the role where the role is ours. A parallel worker would have to load PROJ first: it costs
# 2 to 5 times. Planning a page anew costs 3 ms, executing it 1.3 ms; statements here are written for one plan.
LIMITS = (
    "-c statement_timeout=20s -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan"
    " -c jit=off -c timezone=UTC"
)

RECONNECT_S = 2
"""How long the pool itself tries again when the database is away; then the next request does. Left to itself it would pause longer and
longer, and find a database that is back half a minute late."""


class Reader:
    """A pool of `size` connections as the reader role; give it as many as there are threads that ask.

    `pooled`: a pooler in transaction mode lies between, and each statement may have another session: nothing is prepared in
    one, and role and limits are the pooler's to set.
    """

    def __init__(self, url: str, *, size: int = 8, pooled: bool = False):
        self._pool = ConnectionPool(
            _conninfo(url, options="" if pooled else LIMITS),
            min_size=1,
            max_size=size,
            timeout=WAIT_S,
            reconnect_timeout=RECONNECT_S,
            kwargs={"autocommit": True, "prepare_threshold": None if pooled else 1},
            configure=_check if pooled else _prepare,
            open=True,
        )

    def row(self, scope: Scope, query: Query, params: Mapping[str, Any] | None = None) -> tuple[Any, ...] | None:
        """The first row that the scope may see."""
        with self._asked(scope, query, params) as answer:
            return answer.fetchone()

    def rows(self, scope: Scope, query: Query, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows that the scope may see."""
        with self._asked(scope, query, params) as answer:
            return answer.fetchall()

    def fact(self, query: Query, params: Mapping[str, Any] | None = None) -> tuple[Any, ...] | None:
        """The first row of what concerns nobody, such as how often a layer was changed; under a row policy no row is seen. Half
        the time of a question under a scope."""
        with _or_unavailable(), self._pool.connection() as connection:
            return connection.execute(query, params, binary=True).fetchone()

    @contextmanager
    def _asked(self, scope: Scope, query: Query, params: Mapping[str, Any] | None) -> Iterator[Cursor[Any]]:
        settings = scope.settings()
        with _or_unavailable(), self._pool.connection() as connection:
            with connection.pipeline():  # left before the answer is read: the one sync at its end brings all
                connection.execute(ENTER, [settings[name] for name in SCOPED])
                answer = connection.execute(query, params, binary=True)
            yield answer

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:  # no connection, or longer than the statement timeout
        raise Unavailable(headers={"Retry-After": "5"}) from error


def _conninfo(url: str, *, options: str) -> str:
    """A libpq connection string for a SQLAlchemy URL."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(plain, **({"options": options} if options else {}), application_name="gis-service reader")


def _prepare(connection: Connection[Any]) -> None:
    """Become the reader, and let PROJ load now (tens of milliseconds) rather than in somebody's first tile."""
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(READER_ROLE)))
    connection.execute("select st_transform(st_tileenvelope(14, 13356, 7143), 4490)")


def _check(connection: Connection[Any]) -> None:
    """Nothing is read as somebody else than the reader: raises `OperationalError`, which the pool logs and tries again."""
    row = connection.execute("select current_user::text").fetchone()
    if row != (READER_ROLE,):
        raise OperationalError(f"the pooler's database {READER_ROLE} works as {row and row[0]}")
