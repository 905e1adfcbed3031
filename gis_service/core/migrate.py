"""Bring a database to the present schema; does nothing, quickly, where it is there already."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

from gis_service.core.errors import Refusal
from gis_service.core.vault import Vault

Keys = Callable[[], Vault]

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"


class NoSuchRevision(Refusal):
    """Not a revision that the present schema comes from."""

    code, status = "database.no_such_revision", 404
    zh = "没有可以回到的版本 {revision}:请用 migrations/versions 中早于现状的编号,例如 0034。"
    en = "There is no revision {revision} to go back to: use the number of one in migrations/versions that is before the present."


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


def downgrade(url: str, revision: str, keys: Keys | None = None) -> None:
    """Lead the schema back to an earlier revision, as the owner: what later revisions added is dropped, all else stays.

    Views and functions stay as they are; the earlier release puts its own in place when it starts, since their fingerprint is
    forgotten here. Raises `NoSuchRevision` for one that the present schema does not come from.
    """
    if revision not in _before(state(url)[0]):
        raise NoSuchRevision(revision=revision)
    configured = config(url, keys)
    configured.attributes["objects"] = False
    command.downgrade(configured, revision)
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("delete from deployment where key = 'objects'"))


def _before(revision: str) -> list[str]:
    """The revisions that lead to this one, nearest first."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    found = [script.revision for script in scripts.iterate_revisions(revision or "base", "base")]
    return found[1:]


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
