"""Rights that change are seen by the next statement; an account that is over is shut."""

import time
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.analysts import keeping, operations, roles
from gis_service.access.models import RoleGrant, User
from gis_service.access.rules import Role
from gis_service.core import clock
from tests.access.analysts.conftest import Analyst, ended, ids_of
from tests.conftest import CloneServices
from tests.maps.district import District


def test_a_changed_scope_is_seen_by_the_next_statement(
    town: CloneServices, make: Callable[..., Analyst], places: District
) -> None:
    person = make((Role.INSPECTOR, {"area_id": places.first}))
    with person.connect() as connection:
        before = ids_of(connection)
        with town.sessions.begin() as session:
            second = access.grant_role(session, SERVICE, person.user_id, Role.LAND_OFFICER, area_id=places.second).id
            assert ids_of(connection) == before  # not before the commit
        wider = ids_of(connection)
        assert wider > before
        with town.sessions.begin() as session:
            access.revoke_role(session, SERVICE, person.user_id, second, at=clock.now())
        assert ids_of(connection) == before
        with town.sessions.begin() as session:
            for grant in session.query(RoleGrant).filter_by(user_id=person.user_id, revoked_at=None):
                grant.revoked_at = clock.now()
        assert ids_of(connection) == ids_of(connection, "area") == set()


def test_a_disabled_person_sees_nothing_at_once_and_is_disconnected(
    town: CloneServices, make: Callable[..., Analyst]
) -> None:
    person = make((Role.LEADER, {}))
    with person.connect() as connection:
        assert ids_of(connection)
        with town.sessions.begin() as session:
            user = session.get_one(User, person.user_id)
            access.change_user(session, SERVICE, user.id, seen=user.row_version, at=clock.now(), state="disabled")
        assert ids_of(connection) == ids_of(connection, "area") == set()
        assert keeping.settle(town.sessions, town.administrator, at=clock.now()) == []
        assert ended(connection)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        person.connect()
    with town.sessions.begin() as session:  # letting the person in again does not revive the login
        user = session.get_one(User, person.user_id)
        access.change_user(session, SERVICE, user.id, seen=user.row_version, at=clock.now(), state="active")
    keeping.settle(town.sessions, town.administrator, at=clock.now())
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        person.connect()


def test_an_account_that_is_over_sees_nothing_and_a_renewed_one_again(
    town: CloneServices, make: Callable[..., Analyst]
) -> None:
    person = make((Role.LEADER, {}))
    with person.connect() as connection:
        with town.sessions.begin() as session:
            session.execute(
                text("update analyst_account set valid_until = now() where user_id = :id"), {"id": person.user_id}
            )
        assert ids_of(connection) == set()
        keeping.settle(town.sessions, town.administrator, at=clock.now())
        assert ended(connection)
    with town.sessions.begin() as session:
        operations.renew(session, SERVICE, town.administrator, username=person.username, days=2, at=clock.now())
    assert person.ids()
    with town.administrator() as connection:
        (until,) = connection.execute(
            "select rolvaliduntil from pg_roles where rolname = %s", [person.role]
        ).fetchone() or (None,)
    assert until
    assert timedelta(days=1) < until - clock.now() <= timedelta(days=2)


def test_an_analyst_who_holds_a_transaction_open_is_disconnected(
    town: CloneServices, make: Callable[..., Analyst]
) -> None:
    person = make((Role.LEADER, {}))
    with person.connect() as idle, person.connect() as connection, town.administrator() as admin:
        connection.execute("set idle_in_transaction_session_timeout = 0")
        connection.execute("begin")
        assert roles.end_long_work(admin, 1) == 0
        time.sleep(0.1)
        assert roles.end_long_work(admin, 0) >= 1
        assert ended(connection)
        assert not ended(idle)
