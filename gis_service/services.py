"""What a process needs to work, put together from the settings: database, sessions, reader, file store.

Only the composition roots (main, worker, cli, notebooks) use this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.analysts.errors import NoTls
from gis_service.audit.heads import HeadKey
from gis_service.core import clock, db, migrate, vault
from gis_service.core.cluster import Cluster
from gis_service.core.db import APP_ROLE, OWNER_ROLE, READER_ROLE
from gis_service.core.errors import Refusal
from gis_service.core.pgconf import Door
from gis_service.core.provision import ADMIN, connect, provision
from gis_service.core.reader import Reader
from gis_service.core.vault import Vault
from gis_service.files.store import LocalStore
from gis_service.settings import Settings
from gis_service.tls import keeping

KEYS = "vault_keys"
"""Under this the database remembers the ids of the keys it was used with; never the keys."""


class NotPrivate(Refusal):
    """The database is somebody else's."""

    code, status = "database.not_private", 409
    zh = "正在使用已有的 PostgreSQL(GIS_DATABASE_URL),由其管理员备份;此处只管私有数据库。"
    en = "An existing PostgreSQL is used (GIS_DATABASE_URL): its administrator backs it up; this is for the private one only."


class ThroughThePooler(Refusal):
    """Migrations, jobs and commands need a session of their own."""

    code, status = "database.through_the_pooler", 409
    zh = "GIS_DATABASE_POOLED 只用于网页进程:迁移、后台任务和命令请直连 PostgreSQL(GIS_DATABASE_URL 指向数据库,不设 GIS_DATABASE_POOLED)。"
    en = "GIS_DATABASE_POOLED is for web processes: migrations, the worker and commands go to PostgreSQL itself (GIS_DATABASE_URL names it, without GIS_DATABASE_POOLED)."


class WrongPool(Refusal):
    """The pooler's database does not take the role that its name says: row policies would not hold as they should."""

    code, status = "database.wrong_pool", 503
    zh = "连接池的库 {wanted} 实际以 {found} 的身份执行:请在 pgbouncer.ini 中为它写上 connect_query='set role {wanted}; …'。"
    en = "The pooler's database {wanted} works as {found}: give it connect_query='set role {wanted}; …' in pgbouncer.ini."


@dataclass
class Services:
    """The parts of a process, each made when first asked for."""

    settings: Settings
    long_work: bool = False
    """Jobs and commands may let a statement run for minutes; a web request may not."""

    @cached_property
    def cluster(self) -> Cluster | None:
        """The private database server; None where the settings name an existing one."""
        if self.settings.database_url:
            return None
        backups = self.settings.backup_dir
        archive = backups.absolute() / "wal" if backups else None
        return Cluster(self.settings.var_dir / "pg", archive=archive, door=self.analyst_door)

    def private(self) -> Cluster:
        """The private database server; raises `NotPrivate` where there is none."""
        if self.cluster is None:
            raise NotPrivate()
        return self.cluster

    @property
    def analyst_door(self) -> Door | None:
        """Where analysts come in to the private database; raises `NoTls` where it would be open to a network in the clear."""
        if not self.settings.analyst_listen:
            return None
        address, _, port = self.settings.analyst_listen.rpartition(":")
        address = address.strip("[]")
        certificate = keeping.in_use(self.settings)
        if certificate is None and not ip_address(address).is_loopback:
            raise NoTls(listen=self.settings.analyst_listen)
        return Door(address, int(port), certificate.server_pem if certificate else None)

    def administrator(self) -> psycopg.Connection:
        """A connection of whoever may make roles, each statement its own transaction."""
        return connect(self.url(ADMIN) if self.cluster else str(self.settings.database_url))

    def url(self, role: str) -> str:
        """Where to connect for a role. An existing server is entered as its user, who then becomes the role."""
        if self.cluster:
            return self.cluster.url(role)
        if self.settings.database_pooled:
            return _pooled(str(self.settings.database_url), role)
        address = str(self.settings.database_url).split("://", 1)[1]
        return f"postgresql+psycopg://{address}{'&' if '?' in address else '?'}options=-c%20role%3D{role}"

    @cached_property
    def engine(self) -> Engine:
        if self.settings.database_pooled:
            if self.long_work:  # a job's statement may take minutes, the pooler's sessions end it after seconds
                raise ThroughThePooler()
            return _pooled_engine(self.url(APP_ROLE), self.settings.threads)
        return _bounded(db.engine_for(self.url(APP_ROLE), pool_size=self.settings.threads), long_work=self.long_work)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return db.sessions_for(self.engine, vault=lambda: self.vault)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.url(READER_ROLE), size=self.settings.threads, pooled=self.settings.database_pooled)

    @cached_property
    def store(self) -> LocalStore:
        return LocalStore(self.settings.var_dir / "files")

    @cached_property
    def exports(self) -> LocalStore:
        """Files that were exported. Kept apart from what came in: they are removed after some days."""
        return LocalStore(self.settings.var_dir / "exports")

    @cached_property
    def vault(self) -> Vault:
        """Seals what is secret in the database. Its keys are made where none were chosen; raises `KeyFileMissing` where they were
        and are not there."""
        if self.settings.key_file:
            return Vault.at(self.settings.key_file, self.settings.sealing_cipher)
        return vault.ensure(self.key_file, clock.today(), self.settings.sealing_cipher)

    @property
    def key_file(self) -> Path:
        """Where the keys lie of what is sealed in the database."""
        return self.settings.key_file or self.settings.var_dir / "keys" / "data.keys"

    @cached_property
    def head_key(self) -> HeadKey:
        """Signs the heads of the audit chain. It lies beside the keys of the vault; raises `HeadKeyBroken`."""
        return HeadKey.at(self.key_file.with_name("heads.pem"))

    @property
    def head_folders(self) -> list[Path]:
        """Where heads are kept, the newest last: folders that only grow."""
        backups = self.settings.backup_dir
        return [self.settings.var_dir / "heads", *([backups / "heads"] if backups else [])]

    def migrate(self) -> list[str]:
        """Bring the database to the present schema. On a server that belongs to somebody else, first make what we may;
        returns what its administrator must still do, each with its SQL. Raises `ThroughThePooler`."""
        if self.settings.database_pooled:
            raise ThroughThePooler()
        wishes = provision(self.settings.database_url) if self.settings.database_url else []
        self._check_keys()
        migrate.upgrade(self.url(OWNER_ROLE), lambda: self.vault)
        migrate.note(self.url(OWNER_ROLE), KEYS, " ".join(key.id for key in self.vault.keys))
        return wishes

    def _check_keys(self) -> None:
        """A database that has sealed with keys is not given new ones because their file is gone: raises `KeyFileMissing`."""
        if migrate.noted(self.url(OWNER_ROLE), KEYS) and not self.key_file.exists():
            raise vault.KeyFileMissing(path=str(self.key_file))

    @contextmanager
    def owner_session(self) -> Iterator[Session]:
        """A transaction of the database's owner: only for loading history and other work before anybody is let in."""
        engine = create_engine(self.url(OWNER_ROLE))
        with db.sessions_for(engine, vault=lambda: self.vault).begin() as session:
            yield session
        engine.dispose()

    def close(self) -> None:
        for name, end in (("engine", "dispose"), ("reader", "close")):
            if name in self.__dict__:
                getattr(self.__dict__[name], end)()


def _bounded(engine: Engine, *, long_work: bool) -> Engine:
    """Bounds on waiting: nobody waits for a lock longer than a person would, and a web request's statement ends in time."""
    limits = {
        "lock_timeout": "5s",
        "statement_timeout": "10min" if long_work else "20s",
        "idle_in_transaction_session_timeout": "30s",
        "max_parallel_workers_per_gather": "0",  # a parallel worker loads PROJ first: it costs more than it saves
    }

    @event.listens_for(engine, "connect")
    def _limit(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            for name, value in limits.items():
                cursor.execute(f"set {name} = '{value}'")
        connection.commit()

    return engine


def _pooled(address: str, role: str) -> str:
    """The pooler's database that takes this role. A startup option would not do: PgBouncer refuses or drops it. Raises
    `ThroughThePooler` for roles that only migrations and commands have."""
    if role not in (APP_ROLE, READER_ROLE):
        raise ThroughThePooler()
    there = make_url(address).set(drivername="postgresql+psycopg", database=role)
    return there.render_as_string(hide_password=False)


def _pooled_engine(url: str, size: int) -> Engine:
    """Each transaction may have another session: nothing is prepared or set in one, its limits are the pooler's to set."""
    engine = db.engine_for(url, pool_size=size, connect_args={"prepare_threshold": None})

    @event.listens_for(engine, "connect")
    def _check(connection: Any, _record: object) -> None:
        found = connection.execute("select current_user::text").fetchone()[0]
        connection.commit()
        if found != APP_ROLE:
            raise WrongPool(wanted=APP_ROLE, found=found)

    return engine


@contextmanager
def running(settings: Settings) -> Iterator[Services]:
    """Services with a database that runs and has the present schema, for as long as a command needs them."""
    services = Services(settings, long_work=True)
    try:
        if services.cluster is None:
            services.migrate()
            yield services
        else:
            with services.cluster.running():
                services.migrate()
                yield services
    finally:
        services.close()
