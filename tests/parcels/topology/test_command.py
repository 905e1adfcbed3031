"""The checks as a command: figures that scripts can rely on, and an exit code that means something."""

import json

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.topology import cli
from tests.commands import installed
from tests.conftest import CloneServices
from tests.parcels.topology.made import around, registered, square


@pytest.fixture
def command(services: CloneServices) -> typer.Typer:
    app = installed(cli.install, services)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        registered(session, "A", square())
        registered(session, "S", around((0, 300), (90, 300), (90, 302), (0, 302)))
    return app


def test_json_has_the_shape_scripts_rely_on(command: typer.Typer) -> None:
    done = CliRunner().invoke(command, ["check", "--json"])
    printed = json.loads(done.stdout)
    assert done.exit_code == 0  # warnings only
    assert (printed["is_full"], printed["parcels"], printed["opened"]) == (False, 2, 1)
    assert printed["counts"] == {"open": 1, "accepted": 0, "resolved": 0}
    assert {"rule": "sliver", "level": "warning", "open": 1, "accepted": 0, "resolved": 0} in printed["rules"]


def test_nothing_changed_is_nothing_to_check_unless_everything_is_asked_for(command: typer.Typer) -> None:
    CliRunner().invoke(command, ["check"])
    assert json.loads(CliRunner().invoke(command, ["check", "--json"]).stdout)["parcels"] == 0
    assert json.loads(CliRunner().invoke(command, ["check", "--full", "--json"]).stdout)["parcels"] == 2


def test_the_exit_code_says_that_errors_are_open(command: typer.Typer, services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        registered(session, "B", square(0.5))
    done = CliRunner().invoke(command, ["check"])
    assert done.exit_code == cli.ERRORS_LEFT
    assert "地块重叠 · Overlap" in done.stdout
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update topology_fault set state = 'accepted', accept_reason = '按原测绘成果,不改'"))
    assert CliRunner().invoke(command, ["check"]).exit_code == 0
