"""The engine: a step or a refusal, a log that gives the state when played again, nobody overwritten."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE, Actor, Grant
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.errors import Forbidden, NotFound
from gis_service.procedures import operations, queries, rules
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.errors import (
    BeforeLast,
    Blocked,
    FactsWanting,
    InFuture,
    NotAStep,
    OutsideScope,
    ReasonWanting,
    SamePerson,
    StepTaken,
)
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.rules import Blocker
from tests.conftest import PASSWORD
from tests.factories import an_area
from tests.procedures.conftest import ERRAND, ERRANDS

_numbers = itertools.count(1)
FACTS = {"finish": {"volume_m3": "12.50"}}
WHY = "退回重办"
WAYS = {
    "told": [], "doing": ["take"], "resting": ["take", "rest"], "done": ["take", "finish"], "closed": ["take", "finish", "close"],
}  # fmt: skip


def somebody(session: Session, *roles: Role, area_id: int | None = None) -> Actor:
    name = f"a{next(_numbers)}"
    user = access.create_user(session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True)
    return Actor(user.id, name, name, tuple(Grant(role, area_id) for role in roles or (Role.CASE_OFFICER, Role.LEADER)))


def an_errand(session: Session, actor: Actor, **more: Any) -> Proceeding:
    opening = Opening("清理示例堆土", {"what": "清理"}, **more)
    return operations.open_proceeding(session, ERRANDS, actor, "440402", opening)


def take(
    session: Session, actor: Actor, errand: Proceeding, *actions: str, conduct: Conduct = ERRANDS
) -> ProceedingStep:
    for action in actions:
        entry = operations.advance(
            session, conduct, actor, errand.id, action, seen=errand.row_version, told=Told(FACTS.get(action, {}), WHY)
        )
    return entry


def test_numbers_run_through_the_year_without_a_gap(session: Session) -> None:
    actor = somebody(session)
    numbers = [an_errand(session, actor).proceeding_no for _ in range(3)]
    year = clock.today().year
    assert numbers == [f"CS{year}-{n:04}" for n in range(int(numbers[0][-4:]), int(numbers[0][-4:]) + 3)]


def test_the_usual_way_leads_to_the_end_and_closes(session: Session) -> None:
    one, other = somebody(session), somebody(session)
    errand = an_errand(session, one)
    take(session, one, errand, "take", "finish")
    take(session, other, errand, "close")
    assert (errand.state, errand.is_closed, errand.facts) == ("closed", True, {"what": "清理", "volume_m3": "12.50"})
    assert queries.faults_of(session, ERRAND, errand) == []


@pytest.mark.parametrize("state", [state.code for state in ERRAND.states])
@pytest.mark.parametrize("action", sorted({step.action for step in ERRAND.steps}))
def test_every_state_and_action_is_a_step_or_a_refusal(session: Session, state: str, action: str) -> None:
    one, other = somebody(session), somebody(session)
    errand = an_errand(session, one)
    for earlier in WAYS[state]:
        take(session, other if earlier == "close" else one, errand, earlier)
    step = rules.step_of(ERRAND, state, action)
    if step is None:
        with pytest.raises(NotAStep, match="cannot be done from there"):
            take(session, other, errand, action)
        assert errand.state == state
    else:
        assert take(session, other, errand, action).after == ERRAND.target(state, step)


def test_the_second_of_two_is_told_what_the_first_did(session: Session) -> None:
    one, other = somebody(session), somebody(session)
    errand = an_errand(session, one)
    take(session, one, errand, "take")
    with pytest.raises(StepTaken) as refused:
        operations.advance(session, ERRANDS, other, errand.id, "take", seen=1, told=Told())
    assert "接办" in refused.value.sentence("zh")
    assert one.name in refused.value.sentence("zh")


def test_what_a_step_needs_is_asked_for_by_name(session: Session) -> None:
    actor = somebody(session)
    errand = an_errand(session, actor)
    take(session, actor, errand, "take")
    with pytest.raises(FactsWanting) as refused:
        operations.advance(
            session, ERRANDS, actor, errand.id, "finish", seen=2, told=Told({"volume_m3": "很多", "else": 1})
        )
    assert [(e["field"], e["message"]) for e in refused.value.errors] == [
        ("else", "“else”这一步没有这一项。"),
        ("volume_m3", "“方量”应为数字。"),
    ]
    with pytest.raises(ReasonWanting):
        operations.advance(session, ERRANDS, actor, errand.id, "rest", seen=2, told=Told())


def test_who_did_the_work_does_not_strike_it_off(session: Session) -> None:
    one, other = somebody(session), somebody(session)
    errand = an_errand(session, one)
    take(session, one, errand, "take", "finish")
    with pytest.raises(SamePerson, match="you did 'finish'"):
        take(session, one, errand, "close")
    assert take(session, other, errand, "close").after == "closed"


def test_a_right_elsewhere_is_no_right_here(session: Session) -> None:
    here, there = an_area(session), an_area(session)
    errand = an_errand(session, somebody(session), area_id=here.id)
    with pytest.raises(Forbidden):
        take(session, somebody(session, Role.LAND_OFFICER), errand, "take")
    stranger = somebody(session, Role.CASE_OFFICER, area_id=there.id)
    with pytest.raises(OutsideScope):
        take(session, stranger, errand, "take")
    its_id = errand.id
    db.enter(session, stranger.scope("case.read"))
    session.expire_all()
    with pytest.raises(NotFound):
        queries.one(session, ERRAND, its_id)


def test_a_blocker_stands_until_it_is_waived_by_name(session: Session) -> None:
    def blockers(*_: object) -> list[Blocker]:
        return [Blocker("fence", "围蔽未建", "no fence", waivable=True), Blocker("waste", "固废未清", "waste")]

    actor = somebody(session)
    errand = an_errand(session, actor)
    with pytest.raises(Blocked) as refused:
        take(session, actor, errand, "take", conduct=Conduct(ERRAND, blockers=blockers))
    assert [e["code"] for e in refused.value.errors] == ["fence", "waste"]
    waived = [ProceedingStep(action="waive", facts={"waived_blocker": code}) for code in ("fence", "waste")]
    assert [b.code for b in rules.unwaived(blockers(), waived)] == ["waste"]


def test_days_are_told_in_their_order_and_never_ahead(session: Session) -> None:
    actor = somebody(session)
    errand = an_errand(session, actor)
    with pytest.raises(InFuture):
        operations.advance(
            session, ERRANDS, actor, errand.id, "take", seen=1, told=Told(happened_on=clock.today() + timedelta(1))
        )
    with pytest.raises(BeforeLast):
        operations.advance(
            session, ERRANDS, actor, errand.id, "take", seen=1, told=Told(happened_on=clock.today() - timedelta(1))
        )


def test_the_log_only_grows(session: Session) -> None:
    actor = somebody(session)
    errand = an_errand(session, actor)
    for sql in ("update proceeding_step set reason = 'x'", "delete from proceeding_step", "delete from proceeding"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(sql))
    assert queries.faults_of(session, ERRAND, errand) == []


def test_a_changed_line_does_not_go_unseen(session: Session) -> None:
    actor = somebody(session)
    errand = an_errand(session, actor)
    take(session, actor, errand, "take", "finish")
    entry = queries.log_of(session, errand.id)[1]
    with session.no_autoflush:
        entry.reason = "别的理由"
        assert any("step 2: hash" in fault for fault in queries.faults_of(session, ERRAND, errand))
        session.expire(entry)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.integers(0, 50), max_size=25), seed=st.integers(0, 10))
def test_random_walks_give_the_stored_state_when_played_again(session: Session, choices: list[int], seed: int) -> None:
    people = [somebody(session), somebody(session)]
    errand = an_errand(session, people[0])
    for turn in choices:
        offered = list(ERRAND.offered(errand.state))
        if not offered:
            break
        step = offered[turn % len(offered)]
        doer = people[(turn + seed) % 2]
        if rules.may_not_be(step, queries.log_of(session, errand.id), doer.id):
            doer = people[(turn + seed + 1) % 2]
        take(session, doer, errand, step.action)
    assert queries.faults_of(session, ERRAND, errand) == []
    assert rules.replayed(ERRAND, queries.log_of(session, errand.id)) == (errand.state, errand.facts)


def test_a_table_with_a_fault_is_found_out() -> None:
    assert rules.faults(ERRAND) == []
    lost = tuple(replace(step, to="nowhere") if step.action == "take" else step for step in ERRAND.steps)
    found = rules.faults(replace(ERRAND, steps=lost))
    assert "take leads to nowhere" in found
    assert "doing is never reached" in found
    doubled = rules.faults(replace(ERRAND, steps=(*ERRAND.steps, ERRAND.steps[0])))
    assert "told × take twice" in doubled
