"""The land that is asked about: a scratch cluster, made parcels, and somebody with rights."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import select

from gis_service.access import operations as access
from gis_service.access import queries
from gis_service.access.actor import SERVICE
from gis_service.access.models import Area
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.cluster import Cluster
from gis_service.services import Services
from gis_service.settings import Settings

HERE = Path(__file__).parents[1]
"""Where the statements that several benchmarks share lie."""

LIMITS = ("max_parallel_workers_per_gather = 0", "jit = off")
BLOCK = 100_000
"""Parcels of `parcels.sql`; more are copies of them laid beside it, so that density and shapes stay the same."""

PLAINLY = b"set session_replication_role = replica"
"""Rows alone, without the triggers that keep versions, search words and marks: no question of these benchmarks reads them.
The squares of low zooms are counted afterwards."""
COUNTED = (b"select fill_parcel_squares()", b"vacuum analyze layer.parcel_square, layer.parcel_square_change")

COPIES = """
insert into parcel ({columns})
select {values} from parcel p, generate_series(%(first)s::int, %(last)s::int) k where p.id <= %(block)s
"""
"""Ten blocks in a row, then the next row to the north: a block is 0.48 by 0.47 degrees."""


@contextmanager
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gis-maps-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepare(cluster: Cluster, folder: Path, parcels: int) -> str:
    """Schema, parcels, a role for the other servers, and the token of somebody with a grant for each of five areas."""
    services = Services(Settings(environment="test", var_dir=folder))
    services.migrate()
    print(f"making {parcels:,} parcels …", flush=True)
    statement = (HERE / "parcels.sql").read_bytes()
    with cluster.admin() as connection:
        connection.execute(PLAINLY)
        connection.execute(statement.replace(b"limit 100000", b"limit %d" % min(parcels, BLOCK)))
        connection.execute("create role peer login superuser")
        for limit in LIMITS:
            connection.execute(f"alter role peer set {limit}".encode())
        for statement in COUNTED if parcels <= BLOCK else ():
            connection.execute(statement)
        connection.execute("vacuum analyze")
    if parcels > BLOCK:
        grow(cluster, parcels)
    try:
        return token_of_somebody(services)
    finally:
        services.close()


def grow(cluster: Cluster, parcels: int) -> None:
    """So many parcels, a multiple of `BLOCK`, where there is one block or more of them."""
    with cluster.admin() as connection:
        (count, block) = connection.execute(
            "select count(*), (select id from parcel order by id offset %s limit 1) from parcel", [BLOCK - 1]
        ).fetchone() or (0, 0)
        connection.execute(PLAINLY)
        connection.execute("set maintenance_work_mem = '1GB'")
        connection.execute("set synchronous_commit = off")
        columns = [
            name
            for (name,) in connection.execute(
                "select attname::text from pg_attribute where attrelid = 'parcel'::regclass and attnum > 0"
                " and not attisdropped and attgenerated = '' and attname <> 'id' order by attnum"
            )
        ]
        told = {
            "parcel_no": "p.parcel_no || '-' || k",
            "geom": "st_translate(p.geom, k %% 10 * 0.48, k / 10 * 0.47)",
        }
        values = ", ".join(told.get(name, f"p.{name}") for name in columns)
        statement = COPIES.format(columns=", ".join(columns), values=values).encode()
        back = _without_indexes(connection)
        connection.execute(statement, {"first": count // BLOCK, "last": parcels // BLOCK - 1, "block": block})
        for each in back:
            connection.execute(each)
        for each in (b"vacuum analyze parcel", *COUNTED):
            connection.execute(each)


def _without_indexes(connection: psycopg.Connection) -> list[bytes]:
    """Drop the indexes that no constraint needs, but for the one on places; returns the statements that bring them back."""
    indexes = connection.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i"
        " where indrelid = 'parcel'::regclass and not exists (select from pg_constraint where conindid = i.indexrelid)"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index {name}".encode())
    return [definition.encode() for _, definition in indexes]


def token_of_somebody(services: Services, role: Role = Role.INSPECTOR) -> str:
    """The token of somebody with that role in each area, and in no other way."""
    with services.sessions.begin() as session:
        made = access.create_user(
            session, SERVICE, username="bench", display_name="bench", password="Correct-horse-9", own_choice=True
        )
        for area_id in session.scalars(select(Area.id)):
            access.grant_role(session, SERVICE, made.id, role, area_id=area_id)
        session.flush()
        person = queries.actor_named(session, "bench", at=clock.now())
        assert person
        return access.make_token(session, person, "benchmark", at=clock.now(), days=1)[0]


def plain(cluster: Cluster, role: str) -> str:
    """A libpq address."""
    return cluster.url(role).replace("postgresql+psycopg", "postgresql")
