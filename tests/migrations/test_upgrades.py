"""One release forward, one back, with the sample district in the tables: no row that both know is changed or lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import Connection
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from gis_service import cli
from gis_service.core import db, migrate
from gis_service.core.cluster import Cluster
from gis_service.core.migrate import NoSuchRevision
from gis_service.services import Services
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.proving import business

SEALED = {
    "party_secret": {"id_number", "phone", "address"},
    "clue_reporter": {"name", "phone"},
    "webhook": {"secret"},
}
"""Sealed anew by each way up, so never the same bytes: what they say is held together by `tests/cases/test_sealed.py`."""

LAST = 5
"""Revisions that are led back and forth with data; the whole chain is in test_schema.py, with empty tables."""


def revisions() -> list[str]:
    """All of them, newest first."""
    return [script.revision for script in ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()]


def admin(services: CloneServices, cluster: Cluster) -> Connection:
    return cluster.admin(services.name)


def test_there_is_one_head_and_one_base() -> None:
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert len(revisions()) == len(list((migrate.MIGRATIONS / "versions").glob("*.py")))


def test_with_data_each_of_the_last_revisions_leads_back_and_forth(
    make_services: Callable[..., CloneServices],
    sample_template: str,
    sample_var: Path,
    cluster: Cluster,
    record_property: Callable[[str, object], None],
) -> None:
    """Held against a twin that stays where it is."""
    vault = Services(Settings(environment="test", var_dir=sample_var)).vault
    twin, moved = make_services(sample_template), make_services(sample_template)
    url = moved.url(db.OWNER_ROLE)
    with admin(twin, cluster) as still, admin(moved, cluster) as moving:
        at_head = business.columns(still)

        def shared() -> business.Columns:
            """Columns that both revisions know."""
            return {
                table: tuple((set(names) & set(at_head[table])) - SEALED.get(table, set()))
                for table, names in business.columns(moving).items()
                if table in at_head
            }

        for older in revisions()[1 : LAST + 1]:
            migrate.downgrade(url, older, lambda: vault)
            known = shared()
            assert business.differing(business.checksum(still, known), business.checksum(moving, known)) == [], older
        lowest = shared()
        held = business.checksum(still, lowest)
        rows = sum(int(word.split()[0]) for word in held.values())
        assert len(lowest) > 60
        assert rows > 5000
        for name, value in (
            ("revisions", len(revisions())),
            ("with data", LAST),
            ("tables", len(lowest)),
            ("rows", rows),
        ):
            record_property(name, value)
        assert migrate.upgrade(url, lambda: vault) is True
        assert business.differing(held, business.checksum(moving, lowest)) == []
        assert business.columns(moving) == at_head
    command.check(migrate.config(url))


def test_what_is_compared_is_not_blind(services: CloneServices, cluster: Cluster) -> None:
    with admin(services, cluster) as connection:
        before = business.checksum(connection, business.columns(connection))
        connection.execute("insert into unit (code, name) values ('X', 'X')")
        once = business.checksum(connection, business.columns(connection))
        connection.execute("update unit set name = 'Y' where code = 'X'")
        twice = business.checksum(connection, business.columns(connection))
    assert "unit" in business.differing(before, once)
    assert "unit" in business.differing(once, twice)


def test_back_and_forth_the_older_release_puts_its_own_views_in_place(services: CloneServices) -> None:
    """`downgrade` forgets the fingerprint of the views: whoever starts next makes them anew."""
    url, older = services.url(db.OWNER_ROLE), revisions()[1]
    migrate.downgrade(url, older)
    assert migrate.state(url) == (older, "")
    assert migrate.upgrade(url) is True
    assert migrate.state(url) == migrate.target()
    assert migrate.upgrade(url) is False


@pytest.mark.parametrize("asked", ["9999", "head", "base", ""])
def test_only_an_earlier_revision_can_be_gone_back_to(services: CloneServices, asked: str) -> None:
    url = services.url(db.OWNER_ROLE)
    with pytest.raises(NoSuchRevision, match="no revision"):
        migrate.downgrade(url, asked)
    with pytest.raises(NoSuchRevision):
        migrate.downgrade(url, revisions()[0])
    assert migrate.state(url) == migrate.target()


def test_a_migration_does_not_wait_behind_somebody_who_reads(services: CloneServices) -> None:
    """It gives up after its lock timeout and leaves all as it was, rather than have everybody queue up behind it."""
    url = services.url(db.OWNER_ROLE)
    migrate.downgrade(url, revisions()[1])
    engine = create_engine(services.url(db.APP_ROLE))
    with engine.connect() as reader:
        reader.execute(text("select count(*) from parcel"))
        reader.execute(text("select count(*) from layer.parcel"))
        with pytest.raises(Exception, match="lock timeout"):
            migrate.upgrade(url)
    engine.dispose()
    assert migrate.state(url)[0] == revisions()[1]
    assert migrate.upgrade(url) is True


def test_the_command_asks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.configuration, "load", lambda: Settings(var_dir=tmp_path, environment="test"))
    told = CliRunner().invoke(cli.app, ["db", "downgrade", "0034"], input="n\n")
    assert told.exit_code == 1
    assert "0034" in told.output
    assert not (tmp_path / "pg").exists()
