"""Bring a database to the present schema; does nothing, quickly, where it is there already."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

from gis_service.core.vault import Vault

Keys = Callable[[], Vault]
ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"


def config(url: str, keys: Keys | None = None) -> Config:
    """What Alembic needs; `keys` gives the vault to migrations that seal or unseal what is there."""
    made = Config()
    made.attributes["vault"] = keys
    made.set_main_option("script_location", str(MIGRATIONS))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def upgrade(url: str, keys: Keys | None = None) -> bool:
    """Migrate as the owner; returns whether anything had to be done."""
    if state(url) == target():
        return False
    command.upgrade(config(url, keys), "head")
    note(url, "objects", target()[1])
    return True


def target() -> tuple[str, str]:
    """The revision and the fingerprint of the objects that this code expects."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""
    digest = hashlib.sha256()
    for path in sorted((MIGRATIONS / "objects").glob("*.sql")):
        digest.update(path.read_bytes())
    return head, digest.hexdigest()


def state(url: str) -> tuple[str, str]:
    """The revision and fingerprint found in the database; empty words where it is new."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        if connection.scalar(text("select to_regclass('public.deployment')")) is None:
            return "", ""
        head = connection.scalar(text("select version_num from alembic_version")) or ""
        objects = connection.scalar(text("select value from deployment where key = 'objects'")) or ""
        return head, objects


def noted(url: str, key: str) -> str:
    """What the database remembers of its deployment under a key; empty where it is new or does not."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        if connection.scalar(text("select to_regclass('public.deployment')")) is None:
            return ""
        return connection.scalar(text("select value from deployment where key = :k"), {"k": key}) or ""


def note(url: str, key: str, value: str) -> None:
    """Have the database remember it."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(
            text(
                "insert into deployment values (:k, :v) on conflict (key) do update set value = :v where deployment.value <> :v"
            ),
            {"k": key, "v": value},
        )
