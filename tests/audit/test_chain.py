"""Whatever is done to the trail behind the application's back is seen."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.audit import operations as audit
from gis_service.audit import verifying
from gis_service.audit.heads import Head
from gis_service.audit.verifying import Verdict
from gis_service.core import db
from tests.conftest import CloneServices


def write(session: Session, count: int) -> None:
    for n in range(count):
        audit.record(session, "parcel.edit", f"BW-{n}", actor_id=1, actor_name="甲", detail={"n": n})
    session.flush()


def verdict(services: CloneServices, head: str | None = None) -> Verdict:
    with services.sessions.begin() as session:
        return verifying.verify(session, [Head(head)] if head else [])


@pytest.fixture
def sealed(services: CloneServices) -> CloneServices:
    for count in (3, 4):
        with services.sessions.begin() as session:
            write(session, count)
        with services.sessions.begin() as session:
            assert audit.seal(session) is not None
    return services


def behind_the_back(services: CloneServices, *statements: str) -> None:
    """As a superuser who switches the guards off."""
    with services._server.admin(services.name) as connection:
        connection.execute("set session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_an_untouched_chain_is_whole(sealed: CloneServices) -> None:
    found = verdict(sealed)
    assert (found.seals, found.entries, found.unsealed, found.faults) == (2, 7, 0, [])


def test_entries_not_sealed_yet_are_counted(sealed: CloneServices) -> None:
    with sealed.sessions.begin() as session:
        write(session, 2)
    assert verdict(sealed).unsealed == 2


def test_nothing_new_makes_no_seal(sealed: CloneServices) -> None:
    with sealed.sessions.begin() as session:
        assert audit.seal(session) is None


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set actor_name = '乙' where id = 2",
        "update audit_entry set detail = '{\"n\": 9}' where id = 5",
        "delete from audit_entry where id = 6",
        "update audit_entry set id = id + 100 where id = 3",
        "delete from audit_seal where id = 1",
    ],
)
def test_a_change_a_deletion_and_a_gap_are_seen(sealed: CloneServices, statement: str) -> None:
    behind_the_back(sealed, statement)
    assert verdict(sealed).faults


def test_a_cut_tail_is_seen_by_a_head_noted_elsewhere(sealed: CloneServices) -> None:
    head = verdict(sealed).head
    behind_the_back(sealed, "delete from audit_entry where id > 3", "delete from audit_seal where id = 2")
    assert verdict(sealed).faults == []
    assert verdict(sealed, head).faults


@pytest.mark.parametrize("role", [db.APP_ROLE, db.OWNER_ROLE])
@pytest.mark.parametrize(
    "verb", ["update audit_entry set actor_name = ''", "delete from audit_entry", "truncate audit_entry"]
)
def test_neither_the_application_nor_the_owner_can_change_an_entry(sealed: CloneServices, role: str, verb: str) -> None:
    engine = db.engine_for(sealed.url(role))
    with pytest.raises(DBAPIError, match=r"only grows|permission denied"), engine.begin() as connection:
        connection.execute(text(verb))
    engine.dispose()
