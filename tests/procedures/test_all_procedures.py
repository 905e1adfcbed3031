"""Every procedure of the service: its table holds together, each state and action is a step or a refusal, walks replay."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gis_service.access.rules import PERMISSIONS
from gis_service.conducts import CONDUCTS
from gis_service.papers.catalogue import KINDS
from gis_service.procedures import queries, rules
from gis_service.procedures.diagram import svg
from gis_service.procedures.errors import NotAStep
from gis_service.procedures.operations import Told, advance
from gis_service.procedures.rules import Procedure
from tests.filing import undone
from tests.procedures.walking import Walker

PROCEDURES = [conduct.procedure for conduct in CONDUCTS]
each = pytest.mark.parametrize("procedure", PROCEDURES, ids=[procedure.noun for procedure in PROCEDURES])
STATES = [(procedure, state.code) for procedure in PROCEDURES for state in procedure.states]


def test_all_eight_are_here() -> None:
    assert [p.noun for p in PROCEDURES] == [
        "survey", "handover", "case", "claim", "rectification", "meeting", "action_item", "disposal",
    ]  # fmt: skip


@each
def test_the_table_holds_together(procedure: Procedure) -> None:
    assert rules.faults(procedure) == []
    assert {f"{procedure.noun}.{verb}" for verb in ("read", "step", "file")} <= set(PERMISSIONS)
    assert procedure.permissions <= set(PERMISSIONS)
    assert set(procedure.paper_kinds) <= set(KINDS)
    assert not any(fact.kind in ("choice", "choices") and not fact.choices for fact in procedure.fact_of.values())


@each
def test_every_word_is_there_in_both_languages(procedure: Procedure) -> None:
    said = [*procedure.states, *procedure.steps, *procedure.clocks, *procedure.fact_of.values()]
    assert [
        one for one in said if not re.search(r"[一-鿿]", one.zh) or not one.en or re.search(r"[一-鿿]", one.en)
    ] == []


@pytest.mark.parametrize(("procedure", "state"), STATES, ids=[f"{p.noun}-{s}" for p, s in STATES])
def test_every_action_from_a_state_is_a_step_or_a_refusal(session: Session, procedure: Procedure, state: str) -> None:
    walker = Walker(session, procedure)
    proceeding = walker.walk_to(state)
    for action in sorted({step.action for step in procedure.steps}):
        step = rules.step_of(procedure, state, action)
        if step is None:
            with pytest.raises(NotAStep):
                advance(
                    session,
                    walker.conduct,
                    walker.people[0],
                    proceeding.id,
                    action,
                    seen=proceeding.row_version,
                    told=Told(),
                )
            continue
        with undone(session):
            assert walker.take(step).after == procedure.target(state, step)
    assert proceeding.state == state


@each
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_a_random_walk_replays_to_the_stored_state(session: Session, procedure: Procedure, turns: list[int]) -> None:
    walker = Walker(session, procedure)
    for turn in turns:
        offered = list(procedure.offered(walker.proceeding.state))
        if not offered:
            break
        walker.take(offered[turn % len(offered)])
    assert queries.faults_of(session, procedure, walker.proceeding) == []


@each
def test_the_diagram_shows_every_state_and_every_step(procedure: Procedure) -> None:
    for lang in ("zh", "en"):
        drawn = svg(procedure, lang=lang, here=procedure.start.code)
        for state in procedure.states:
            assert f'data-state="{state.code}"' in drawn
        moves = sum(procedure.target(at, step) != at for (at, _), step in procedure.table.items())
        assert drawn.count('marker-end="url(#tip)"') == moves
