from alembic import command
from sqlalchemy import create_engine, text

from gis_service.core import db, migrate
from tests.conftest import CloneServices


def test_models_and_migrations_agree(services: CloneServices) -> None:
    command.check(migrate.config(services.url(db.OWNER_ROLE)))


def test_a_second_upgrade_does_nothing(services: CloneServices) -> None:
    assert migrate.upgrade(services.url(db.OWNER_ROLE)) is False


def test_down_and_up_again_leads_to_the_same_schema(services: CloneServices) -> None:
    url = services.url(db.OWNER_ROLE)
    configured = migrate.config(url)
    configured.attributes["objects"] = False
    command.downgrade(configured, "base")
    assert migrate.upgrade(url) is True
    command.check(migrate.config(url))


def test_the_application_owns_nothing_and_cannot_become_the_owner(services: CloneServices) -> None:
    engine = create_engine(services.url(db.APP_ROLE))
    with engine.connect() as connection:
        owned = connection.scalar(text("select count(*) from pg_class where relowner = 'gis_app'::regrole"))
        member = connection.scalar(text("select pg_has_role('gis_app', 'gis_owner', 'member')"))
        super_ = connection.scalar(text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user"))
    engine.dispose()
    assert (owned, member, super_) == (0, False, False)
