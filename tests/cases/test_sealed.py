"""What is secret of parties and reporters is sealed in the database, row by row, and the way there and back loses nothing."""

from dataclasses import dataclass

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, text

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.cases import secrets
from gis_service.cases.clues import operations as clues
from gis_service.cases.clues.operations import Seen
from gis_service.cases.parties.models import Party, PartySecret
from gis_service.core import db, migrate
from gis_service.core.vault import KeyFileMissing, NoVault, SealBroken
from tests.audit.attacks import superuser
from tests.conftest import CloneServices

PHONES = ("13800000001", "13900000002")
SECRET = {"id_number": "44040219900101001X", "address": "示例路 1 号"}
REPORTER = {"name": "示例举报人", "phone": "13700000003", "wants_answer": True}


@dataclass
class Kept:
    """Two parties and a reporter whose secrets are known; and a party of whom only a phone is."""

    services: CloneServices
    parties: list[int]
    clue: int

    def told(self) -> list[object]:
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            parties = [secrets.of_party(session, party) for party in self.parties]
            return [*parties, secrets.of_reporter(session, self.clue)]

    def bare(self, column: str, table: str) -> list[object]:
        """As it lies in the database, whoever may see it."""
        engine = create_engine(self.services.url(db.OWNER_ROLE))
        with engine.connect() as connection:
            db.enter(connection, EVERYTHING)
            db.setting(connection, app_see_secrets="on")
            found = list(connection.scalars(text(f"select {column} from {table} order by 1")).all())
        engine.dispose()
        return found


@pytest.fixture
def kept(services: CloneServices) -> Kept:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parties = []
        for phone, more in zip(PHONES, (SECRET, {}), strict=True):
            party = Party(kind="person", name="示例张三")
            session.add(party)
            session.flush()
            values = secrets.sealed(session, secrets.PARTY, party.id, {"phone": phone, **more})
            session.execute(insert(PartySecret).values(party_id=party.id, **values))
            parties.append(party.id)
        seen = Seen("phone", "domestic", place_text="路口", reporter_name="示例举报人", reporter_phone="13700000003", wants_answer=True)  # fmt: skip
        clue = clues.take_in(session, SERVICE, "440402", seen).id
    return Kept(services, parties, clue)


EXPECTED = [{"phone": PHONES[0], **SECRET}, {"phone": PHONES[1], "id_number": "", "address": ""}, REPORTER]


def test_what_is_told_is_what_was_said_and_lies_there_sealed(kept: Kept) -> None:
    assert kept.told() == EXPECTED
    bare = [*kept.bare("phone", "party_secret"), *kept.bare("name", "clue_reporter")]
    assert all(isinstance(value, bytes) for value in bare)
    assert not any(plain.encode() in bytes(value) for plain in (*PHONES, "示例举报人") for value in bare)  # type: ignore[call-overload]


def test_what_is_not_known_is_empty_and_not_sealed(kept: Kept) -> None:
    assert sorted(map(len, kept.bare("address", "party_secret")))[0] == 0  # type: ignore[arg-type]


def test_whoever_exchanges_two_rows_is_found_out(kept: Kept) -> None:
    """A superuser can move a sealed value, but it does not open in another row."""
    with superuser(kept.services) as session:
        session.execute(
            text("update party_secret a set phone = b.phone from party_secret b where b.party_id <> a.party_id")
        )
    with pytest.raises(SealBroken, match=r"party_secret\.phone"):
        kept.told()


def test_down_and_up_again_with_the_keys_loses_nothing(kept: Kept) -> None:
    url = kept.services.url(db.OWNER_ROLE)
    configured = migrate.config(url, lambda: kept.services.vault)
    configured.attributes["objects"] = False
    before = str(ScriptDirectory.from_config(configured).get_revision("0039").down_revision)
    command.downgrade(configured, before)
    assert kept.bare("phone", "party_secret") == sorted(PHONES)
    assert kept.bare("name", "clue_reporter") == ["示例举报人"]
    assert migrate.upgrade(url, lambda: kept.services.vault) is True
    assert kept.told() == EXPECTED


def test_without_the_keys_nothing_is_migrated(kept: Kept) -> None:
    url = kept.services.url(db.OWNER_ROLE)
    configured = migrate.config(url)
    configured.attributes["objects"] = False
    with pytest.raises(NoVault, match="party_secret"):
        command.downgrade(configured, "base")
    assert kept.told() == EXPECTED


def test_a_database_that_knows_keys_is_given_no_new_ones_when_their_file_is_gone(kept: Kept) -> None:
    services = kept.services
    services.migrate()
    services.key_file.rename(services.key_file.with_suffix(".away"))
    with pytest.raises(KeyFileMissing, match="keys new"):
        services.migrate()
    assert not services.key_file.exists()
    services.key_file.with_suffix(".away").rename(services.key_file)
    services.migrate()
    assert kept.told() == EXPECTED


def test_the_database_remembers_which_keys_and_never_the_keys(kept: Kept) -> None:
    kept.services.migrate()
    (key,) = kept.services.vault.keys
    assert migrate.noted(kept.services.url(db.OWNER_ROLE), "vault_keys") == key.id
