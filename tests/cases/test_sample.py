"""The sample's cases: at many stages, marked as made up, the same each time, and whole."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.cases.clues import queries as clues
from gis_service.cases.clues.models import Clue
from gis_service.cases.clues.rules import TRACKING, Limits
from gis_service.cases.conduct import CASES
from gis_service.cases.law import queries as law
from gis_service.cases.parties import queries as parties
from gis_service.cases.rules import DUMPING_CASE
from gis_service.core import db
from gis_service.procedures import queries
from gis_service.procedures.models import Proceeding
from tests.conftest import CloneServices


@pytest.fixture
def loaded(sample_services: CloneServices) -> Iterator[Session]:
    with sample_services.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session


def cases(session: Session) -> list[Proceeding]:
    return list(session.scalars(select(Proceeding).where(Proceeding.noun == "case").order_by(Proceeding.id)))


def test_cases_stand_at_many_stages_and_their_logs_hold(loaded: Session) -> None:
    found = cases(loaded)
    assert len(found) >= 10
    assert len({case.state for case in found}) >= 10
    assert {"transferred", "closed", "clue"} <= {case.state for case in found}
    assert [fault for case in found for fault in queries.faults_of(loaded, DUMPING_CASE, case)] == []
    assert any("find_ownerless" in {entry.action for entry in queries.log_of(loaded, case.id)} for case in found)


def test_all_of_it_is_marked_as_made_up(loaded: Session) -> None:
    assert all("示例" in case.title for case in cases(loaded))
    for table, column in (("party", "name"), ("source_site", "name"), ("haulier", "name"), ("clue", "place_text")):
        asked = f"select count(*) from {table} where {column} not like '%示例%'"
        if table == "clue":  # one that a walk brought names its parcel as the register does
            asked += " and source <> 'patrol'"
        assert loaded.scalar(text(asked)) == 0


def test_one_act_goes_over_the_change_of_law_and_rests_on_both(loaded: Session) -> None:
    over = [case for case in cases(loaded) if case.facts["happened_from"] < "2026-08-15" <= case.facts["happened_to"]]
    assert len(over) == 1
    assert len({basis.as_read["law"] for basis in law.of_case(loaded, over[0].id)}) == 2
    assert CASES.details(loaded, over[0])["straddles"] is not None


def test_two_cases_are_linked_by_a_truck(loaded: Session) -> None:
    shared = [
        link
        for case in cases(loaded)
        for link in parties.of_case(loaded, case.id)
        if link["kind"] == "vehicle" and link["also_in"]
    ]
    assert shared
    graph = parties.graph(loaded, shared[0]["also_in"][0]["id"])
    assert len([node for node in graph["nodes"] if node["kind"] == "case"]) >= 2


def test_clues_wait_and_two_are_alike(loaded: Session) -> None:
    waiting = list(loaded.scalars(select(Clue).where(Clue.state == "new")))
    assert any(clues.candidates(loaded, clue, Limits()) for clue in waiting)
    states = set(loaded.scalars(select(Clue.state)))
    assert states == {"new", "merged", "opened", "dismissed"}
    assert all(TRACKING.fullmatch(number) for number in loaded.scalars(select(Clue.tracking_no)))
