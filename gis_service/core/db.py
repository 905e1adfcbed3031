"""Engines, sessions, and the scope that every transaction carries into the row policies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, func, select, text
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

WAIT_S = 10
"""How long a request waits for a connection before it is told to come again; statements end after 20 s, locks are given up after 5."""
APP_ROLE, OWNER_ROLE, READER_ROLE = "gis_app", "gis_owner", "gis_reader"


class Base(DeclarativeBase):
    """All tables; constraint names follow one pattern so that a refusal can be recognised by its name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@dataclass(frozen=True)
class Scope:
    """Which rows a transaction may touch, and on whose account its changes are written.

    The default sees nothing: a door that forgets to set a scope stays shut.
    """

    see_all: bool = False
    area_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    see_published: bool = False
    see_contacts: bool = False
    actor_id: int | None = None
    actor_name: str = ""
    request_id: str = ""

    def kept(self) -> dict[str, Any]:
        """The land of the scope as JSON, for what a job does later in the same sight; `of` reads it."""
        return {"see_all": self.see_all, "area_ids": sorted(self.area_ids), "unit_ids": sorted(self.unit_ids)}

    @classmethod
    def of(cls, kept: Mapping[str, Any], **more: Any) -> "Scope":
        """The scope over land that was kept, with what else was kept of it."""
        ids = {name: frozenset(kept[name]) for name in ("area_ids", "unit_ids")}
        return cls(**{**kept, **ids, **more})

    def settings(self) -> dict[str, str]:
        """The scope as the transaction-local settings that policies and version triggers read."""
        return {
            "app.see_all": _flag(self.see_all),
            "app.area_ids": _ids(self.area_ids),
            "app.unit_ids": _ids(self.unit_ids),
            "app.see_published": _flag(self.see_published),
            "app.see_contacts": _flag(self.see_contacts),
            # opened within the reveal act alone (gis_service/cases/secrets.py)
            "app.see_secrets": "",
            # opened within the act that looks at a track alone (gis_service/patrols/walks/operations.py)
            "app.see_tracks": "",
            "app.actor": "" if self.actor_id is None else str(self.actor_id),
            "app.actor_name": self.actor_name,
            "app.request_id": self.request_id,
            # said anew by each operation; cleared here so that nothing is inherited from a pooled connection
            "app.reason": "",
            "app.document": "",
        }


def _flag(value: bool) -> str:
    return "on" if value else ""


def _ids(ids: frozenset[int]) -> str:
    return ",".join(map(str, sorted(ids)))


def enter(connection: Connection | Session, scope: Scope) -> None:
    """Give the running transaction its scope; it ends with the transaction."""
    setting(connection, **scope.settings())


def setting(connection: Connection | Session, **values: str) -> None:
    """Set transaction-local settings; a keyword `app_reason` stands for `app.reason`."""
    named = {key.replace("app_", "app.", 1): value for key, value in values.items()}
    calls = ", ".join(f"set_config(:k{n}, :v{n}, true)" for n in range(len(named)))
    bound = {f"{p}{n}": part for n, pair in enumerate(named.items()) for p, part in zip("kv", pair, strict=True)}
    connection.execute(text(f"select {calls}"), bound)


def now(session: Session) -> datetime:
    """When the transaction began, by the database's clock. There is one database and there are many web processes: what one of them
    dates and another judges (sessions, locks of accounts, tokens) goes by this clock."""
    return session.scalars(select(func.now())).one()


@contextmanager
def seeing_all(session: Session) -> Iterator[None]:
    """For questions that concern the whole register, such as whether a number was ever used: see all land for a moment."""
    before = session.scalar(text("select current_setting('app.see_all', true)")) or ""
    setting(session, app_see_all="on")
    yield
    setting(session, app_see_all=before)


def because(session: Session, reason: str, document_id: int | None = None) -> None:
    """Say why the following changes are made; the version trigger writes it beside each of them."""
    setting(session, app_reason=reason, app_document="" if document_id is None else str(document_id))


def engine_for(url: str, *, pool_size: int = 8, **options: Any) -> Engine:
    """An engine of `pool_size` connections and no overflow: one queue, in one place."""
    return create_engine(url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, pool_timeout=WAIT_S, **options)


def sessions_for(engine: Engine, **info: Any) -> sessionmaker[Session]:
    """Sessions on an engine; `info` is what each of them carries along, such as the vault."""
    return sessionmaker(engine, expire_on_commit=False, info=info)


def analyze(session: Session) -> None:
    """Tell the planner what our tables hold. The server does so by itself, but up to a minute after a large load, and until then it may
    read a whole history where an index was meant. The session must be the owner's."""
    session.execute(text(_ANALYZE_OWN))


_ANALYZE_OWN = """
do $$ declare own regclass; begin
  for own in select oid from pg_class
    where relowner = current_user::regrole and relkind in ('r', 'p') and not relispartition
  loop execute format('analyze %s', own); end loop;
end $$"""
