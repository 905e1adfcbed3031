"""Who makes logins to the database, and what a server that is not ours is asked for."""

import json
from collections.abc import Callable

import psycopg
import pytest
from psycopg import Connection, sql
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access.actor import SERVICE
from gis_service.access.analysts import cli, operations, roles
from gis_service.access.analysts.errors import HasAccount, NoAccount, NothingToSee, NotReady, RoleTaken
from gis_service.access.errors import OwnRights
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.cluster import Cluster
from gis_service.core.errors import Forbidden
from gis_service.core.provision import connect
from tests.access.analysts.conftest import Analyst, a_person, ids_of, plain
from tests.commands import installed
from tests.conftest import CloneServices
from tests.maps.district import District


def test_the_security_administrator_makes_logins_and_nobody_else(
    town: CloneServices, places: District, cluster: Cluster
) -> None:
    whom = a_person(town, (Role.LEADER, {}))[1]
    doers = {
        role: a_person(town, (role, {}))[1] for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.LAND_OFFICER)
    }
    run = CliRunner()
    app = installed(cli.install, town)
    for role in (Role.SYSTEM_ADMIN, Role.LAND_OFFICER):
        assert isinstance(run.invoke(app, ["add", whom, "--by", doers[role]]).exception, Forbidden)
    refused = run.invoke(app, ["add", doers[Role.SECURITY_ADMIN], "--by", doers[Role.SECURITY_ADMIN]]).exception
    assert isinstance(refused, OwnRights)
    assert isinstance(run.invoke(app, ["add", doers[Role.SYSTEM_ADMIN]]).exception, NothingToSee)
    assert isinstance(run.invoke(app, ["renew", whom]).exception, NoAccount)
    done = run.invoke(app, ["add", whom, "--by", doers[Role.SECURITY_ADMIN], "--days", "7", "--json"])
    assert done.exit_code == 0, done.exception
    given = json.loads(done.stdout)
    assert given["role"] == f"gis_a_{whom}"
    assert len(given["password"]) >= 24
    assert given["to_ask"] == []
    assert isinstance(run.invoke(app, ["add", whom]).exception, HasAccount)
    again = json.loads(run.invoke(app, ["renew", whom, "--json"]).stdout)
    assert again["password"] is None
    listed = {row["username"]: row for row in json.loads(run.invoke(app, ["list", "--json"]).stdout)}
    assert listed[whom]["ended"] is None
    assert whom in run.invoke(app, ["list"]).stdout
    assert "已停用" in run.invoke(app, ["disable", whom]).stdout
    with town.sessions() as session:
        trail = session.execute(
            text("select action, actor_name, detail::text from audit_entry where subject = :s and action like 'analyst.%' order by id"), {"s": whom}
        ).all()  # fmt: skip
    assert [(row.action, row.actor_name) for row in trail] == [
        ("analyst.add", doers[Role.SECURITY_ADMIN]), ("analyst.renew", "系统"), ("analyst.end", "系统"),
    ]  # fmt: skip
    assert all(given["password"] not in row.detail for row in trail)
    with cluster.admin() as admin:
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(given["role"])))


def test_a_role_that_is_more_than_an_analyst_is_not_taken_over(town: CloneServices, cluster: Cluster) -> None:
    whom = a_person(town, (Role.LEADER, {}))[1]
    role = sql.Identifier(f"gis_a_{whom}")
    with cluster.admin() as admin:
        admin.execute(sql.SQL("create role {} login").format(role))
        admin.execute(sql.SQL("grant gis_reader, gis_analyst to {}").format(role))
        with pytest.raises(RoleTaken), town.sessions.begin() as session:
            operations.add(session, SERVICE, town.administrator, username=whom, days=1, at=clock.now())
        admin.execute(sql.SQL("drop role {}").format(role))
    with town.sessions() as session:
        assert whom not in {row[0] for row in operations.accounts(session)}


def test_a_server_that_is_not_ours_is_asked_for_by_sql(
    town: CloneServices, make: Callable[..., Analyst], cluster: Cluster
) -> None:
    """Whoever may not make roles gets the statements, with what the server keeps of the password instead of the password."""
    make((Role.LEADER, {}))  # the database is ready for analysts
    whom = a_person(town, (Role.LEADER, {}))[1]

    def owner() -> Connection:
        return connect(town.url(db.OWNER_ROLE))

    with town.sessions.begin() as session:
        given = operations.add(session, SERVICE, owner, username=whom, days=1, at=clock.now())
    asked = "\n".join(given.to_ask)
    assert "create role" in asked
    assert "SCRAM-SHA-256$" in asked
    assert given.password
    assert given.password not in asked
    with cluster.admin() as admin:
        for order in given.to_ask:
            admin.execute(order.encode())
    with psycopg.connect(plain(town.url(given.role))) as connection:
        assert ids_of(connection)
    with town.sessions.begin() as session:
        shut = operations.end(session, SERVICE, owner, username=whom, at=clock.now())
    assert "nologin" in "\n".join(shut.to_ask)
    with cluster.admin() as admin:
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(given.role)))


def test_a_database_that_is_open_to_everybody_lets_no_analyst_in(services: CloneServices) -> None:
    """PostgreSQL lets everybody make temporary tables and large objects; while we may not stop that, there is no account."""
    whom = a_person(services, (Role.LEADER, {}))[1]
    with pytest.raises(NotReady) as refused, services.sessions.begin() as session:
        operations.add(
            session, SERVICE, lambda: connect(services.url(db.APP_ROLE)), username=whom, days=1, at=clock.now()
        )
    assert "revoke temporary" in str(refused.value)
    with services.administrator() as admin:
        assert roles.not_ready(admin)
        roles.make_ready(admin)
        assert roles.not_ready(admin) == []
