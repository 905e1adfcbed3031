"""The secrets of webhooks lie sealed, by the way of making one and by the migration."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db, migrate, vault
from gis_service.core.requests import IdempotencyKey
from gis_service.notifications import operations
from gis_service.notifications.models import Webhook
from tests.conftest import CloneServices, Person
from tests.notifications.conftest import Bureau, Receiver, beijing

BEFORE, NOON = "0042", beijing(24, 12)


def bare(services: CloneServices) -> list[object]:
    """As they lie in the database, whoever may see them."""
    engine = create_engine(services.url(db.OWNER_ROLE))
    with engine.connect() as connection:
        db.enter(connection, EVERYTHING)
        found = list(connection.scalars(text("select secret from webhook order by id")).all())
    engine.dispose()
    return found


def test_a_new_secret_is_shown_once_and_lies_sealed_in_its_row(
    services: CloneServices, sign_in: Callable[..., Person]
) -> None:
    admin = sign_in(Role.SYSTEM_ADMIN)
    made = [
        admin.post("/api/v1/webhooks", json={"url": "http://x.example/"}, headers={"Idempotency-Key": f"k{n}"}).json()
        for n in range(2)
    ]
    (sealed, other) = bare(services)
    assert isinstance(sealed, bytes)
    assert made[0]["secret"].encode() not in sealed
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        first, second = (session.get_one(Webhook, each["id"]) for each in made)
        assert operations.secret_of(session, first) == made[0]["secret"]
        first.secret, second.secret = other, sealed  # type: ignore[assignment]
        session.flush()
        with pytest.raises(vault.SealBroken):
            operations.secret_of(session, first)
        assert session.query(IdempotencyKey).count() == 0, "no answer with a secret is kept"


def test_the_migration_seals_what_was_there_and_leads_back(services: CloneServices) -> None:
    url = services.url(db.OWNER_ROLE)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        webhook, secret = operations.add_webhook(session, SERVICE, url="http://x.example/", kinds=[])
        key = webhook.id
    migrate.downgrade(url, BEFORE, lambda: services.vault)
    assert bare(services) == [secret]
    migrate.upgrade(url, lambda: services.vault)
    assert secret.encode() not in bytes(bare(services)[0])  # type: ignore[call-overload]
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert operations.secret_of(session, session.get_one(Webhook, key)) == secret


def test_without_its_key_a_message_waits_and_the_others_go(bureau: Bureau, receiver: Receiver) -> None:
    """A lost key is a fault of ours: it is brought back, and then nothing was lost."""
    broken, _good = bureau.webhook(receiver.url), bureau.webhook(receiver.url)
    with bureau.session() as session:
        row = session.get_one(Webhook, broken)
        kept = row.secret
        row.secret = b"\x01" + bytes(60)
    bureau.told(bureau.person(by_email=False), NOON)
    bureau.run(NOON)
    assert sorted((row.state, row.tries) for row in bureau.deliveries()) == [("failed", 1), ("sent", 1)]
    with bureau.session() as session:
        session.get_one(Webhook, broken).secret = kept
    bureau.run(max(row.next_try_at for row in bureau.deliveries()))
    assert [row.state for row in bureau.deliveries()] == ["sent", "sent"]
    assert len(receiver.got) == 2
