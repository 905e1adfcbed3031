"""整改: found, told, put right, looked at again by somebody else; late, disputed, recurred."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, Actor
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.errors import NotFound
from gis_service.files.store import LocalStore
from gis_service.procedures import clocks, operations, rules, writing
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Stand
from gis_service.procedures.errors import Blocked, NotAStep, OutsideScope, PapersWanting, SamePerson
from gis_service.procedures.filing import Office
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening
from gis_service.procedures.schemas import PaperIn
from gis_service.rectification import queries
from gis_service.rectification.conduct import RECTIFICATIONS
from gis_service.rectification.errors import DayBefore, NotAsPrinted, OneParcel
from gis_service.rectification.models import Rectification
from gis_service.rectification.rules import AFTER, ITEMS, PROCEDURE, has_recurred, usual_day
from tests.factories import a_parcel, a_unit, an_area
from tests.filing import a_paper, a_photo, somebody, take, undone

TODAY = clock.today()
LATER = TODAY + timedelta(days=7)
LONG_AGO = TODAY - timedelta(days=60)
FACTS: dict[str, dict[str, Any]] = {
    "set_terms": {"correct_by": LATER.isoformat(), "demand": "修复围蔽"},
    "issue": {"correct_by": LATER.isoformat()},
    "answer": {"reply": "已修复"},
    "ask_extension": {"wanted_until": LATER.isoformat()},
    "grant_extension": {"correct_by": (LATER + timedelta(days=3)).isoformat()},
    "settle": {"correct_by": LATER.isoformat()},
    "supervise": {"correct_by": LATER.isoformat()},
    "escalate": {"correct_by": LATER.isoformat()},
    "report_dumping": {"dumping_seen": "新鲜渣土约 20 方"},
    "close": {"recheck": "现场已恢复"},
    "send_back": {"correct_by": LATER.isoformat()},
}
WAYS = {
    "found": [],
    "issued": ["issue"],
    "rectifying": ["issue", "receive"],
    "extension_asked": ["issue", "receive", "ask_extension"],
    "answered": ["issue", "receive", "answer"],
    "disputed": ["issue", "dispute"],
    "supervised": ["issue", "supervise"],
    "escalated": ["issue", "supervise", "escalate"],
    "closed": ["issue", "receive", "answer", "close"],
    "withdrawn": ["withdraw"],
}
OTHERS = {"close", "send_back", "grant_extension", "settle"}
"""Steps that somebody else must take."""


class Ground:
    """A parcel in a unit's care, and the people around it."""

    def __init__(self, session: Session):
        self.session = session
        self.area, self.unit = an_area(session), a_unit(session)
        self.parcel = a_parcel(session, area_id=self.area.id, custodian_unit_id=self.unit.id)
        roles = (Role.LAND_OFFICER, Role.INSPECTOR)
        self.one, self.other = somebody(session, *roles), somebody(session, *roles)

    def found(
        self, item: str = "FENCE", *, on: date | None = None, parcel_ids: list[int] | None = None, **facts: Any
    ) -> Proceeding:
        facts = {"item_code": item, "description": "东侧围蔽破损 12 米", "source": "patrol", **facts}
        ids = [self.parcel.id] if parcel_ids is None else parcel_ids
        opening = Opening("围蔽破损", facts, parcel_ids=ids, happened_on=on)
        return operations.open_proceeding(self.session, RECTIFICATIONS, self.one, "440402", opening)

    def do(self, one: Proceeding, *actions: str, actor: Actor | None = None, **more: Any) -> None:
        for action in actions:
            facts = {**FACTS.get(action, {}), **more}
            if action == "settle":
                facts["duty_unit"] = self.unit.id
            if action == "answer":
                a_photo(self.session, one, AFTER)
            take(
                self.session,
                RECTIFICATIONS,
                actor or (self.other if action in OTHERS else self.one),
                one,
                action,
                facts,
                "说明理由",
            )


@pytest.fixture
def ground(session: Session) -> Ground:
    return Ground(session)


@pytest.fixture
def always_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs has run out: 督办 may be tried from any state."""
    monkeypatch.setattr("gis_service.rectification.conduct._not_late", lambda *_: None)


def test_the_table_has_no_fault() -> None:
    assert rules.faults(PROCEDURE) == []


def test_a_problem_is_found_told_put_right_and_struck_off_by_another(ground: Ground) -> None:
    one = ground.found()
    assert (one.area_id, one.counterpart_unit_id) == (ground.area.id, ground.unit.id)
    ground.do(one, "issue", "receive", "answer", "close")
    assert (one.state, one.is_closed) == ("closed", True)
    assert queries.one(ground.session, one.id).correct_by == LATER
    assert engine.faults_of(ground.session, PROCEDURE, one) == []


@pytest.mark.usefixtures("always_late")
@pytest.mark.parametrize("state", [state.code for state in PROCEDURE.states])
def test_every_action_from_a_state_is_a_step_or_a_refusal(ground: Ground, state: str) -> None:
    one = ground.found()
    ground.do(one, *WAYS[state])
    for action in sorted({step.action for step in PROCEDURE.steps}):
        with undone(ground.session):
            assert one.state == state
            step = rules.step_of(PROCEDURE, state, action)
            if step is None:
                with pytest.raises(NotAStep):
                    ground.do(one, action)
            else:
                ground.do(one, action)
                assert one.state == PROCEDURE.target(state, step)
                assert engine.faults_of(ground.session, PROCEDURE, one) == []


def test_who_answers_does_not_strike_off(ground: Ground) -> None:
    one = ground.found()
    ground.do(one, "issue", "receive", "answer")
    for action in ("close", "send_back"):
        with pytest.raises(SamePerson):
            ground.do(one, action, actor=ground.one)


def test_an_answer_shows_a_photo_of_afterwards_and_a_new_one_after_a_return(ground: Ground) -> None:
    one = ground.found()
    ground.do(one, "issue", "receive")
    with pytest.raises(Blocked, match="整改后"):
        take(ground.session, RECTIFICATIONS, ground.one, one, "answer", FACTS["answer"])
    ground.do(one, "answer", "send_back")
    with pytest.raises(Blocked) as refused:
        take(ground.session, RECTIFICATIONS, ground.one, one, "answer", FACTS["answer"])
    assert refused.value.errors[0]["code"] == "no_after_photo"
    assert "退回后新的" in refused.value.sentence("zh")
    a_photo(ground.session, one, AFTER)
    assert take(ground.session, RECTIFICATIONS, ground.one, one, "answer", FACTS["answer"]).after == "answered"


def test_a_notice_needs_its_paper_and_somebody_to_go_to(ground: Ground) -> None:
    nobody = ground.found(parcel_ids=[])
    with pytest.raises(Blocked) as refused:
        ground.do(nobody, "issue")
    assert refused.value.errors[0]["code"] == "no_unit"
    with pytest.raises(PapersWanting, match="notice to rectify"):
        take(ground.session, RECTIFICATIONS, ground.one, ground.found(), "issue", FACTS["issue"], papers=False)


def test_the_day_that_was_printed_is_the_day_that_counts(ground: Ground) -> None:
    one = ground.found()
    assert queries.one(ground.session, one.id).proposed_by == usual_day(ITEMS["FENCE"], TODAY)
    with pytest.raises(NotAsPrinted, match=str(LATER)), ground.session.begin_nested():
        ground.do(one, "issue", correct_by=(LATER + timedelta(days=1)).isoformat())
    later = (LATER + timedelta(days=1)).isoformat()
    ground.do(one, "set_terms", correct_by=later)
    assert RECTIFICATIONS.paper_facts(ground.session, one)["facts"]["correct_by"]["text"].isoformat() == later
    ground.do(one, "issue", correct_by=later)
    assert one.state == "issued"


def test_a_day_in_the_past_is_refused(ground: Ground) -> None:
    one = ground.found()
    with pytest.raises(DayBefore):
        ground.do(one, "set_terms", correct_by=LONG_AGO.isoformat())


def test_a_problem_concerns_one_parcel(ground: Ground) -> None:
    with pytest.raises(OneParcel, match="2 were chosen"):
        ground.found(parcel_ids=[ground.parcel.id, a_parcel(ground.session).id])


# --- 督办, 延时, 挂账 --------------------------------------------------------------------------------------------------


def test_only_what_is_late_is_supervised(ground: Ground) -> None:
    one = ground.found()
    ground.do(one, "issue", "receive")
    with pytest.raises(Blocked) as refused:
        ground.do(one, "supervise")
    assert refused.value.errors[0]["code"] == "not_late"


def test_what_is_late_is_supervised_then_escalated(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    one = ground.found()
    ground.do(one, "issue", "receive")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=9))
    day = (TODAY + timedelta(days=12)).isoformat()
    ground.do(one, "supervise", correct_by=day)
    assert reading(ground.session, one, "correct").stand in (Stand.RUNNING, Stand.NEAR)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=20))
    assert reading(ground.session, one, "correct").stand is Stand.LATE
    ground.do(one, "escalate", correct_by=(TODAY + timedelta(days=25)).isoformat())
    assert one.state == "escalated"


def test_more_time_is_asked_for_and_granted_by_another(ground: Ground) -> None:
    one = ground.found()
    ground.do(one, "issue", "receive", "ask_extension")
    with pytest.raises(SamePerson):
        ground.do(one, "grant_extension", actor=ground.one)
    ground.do(one, "grant_extension")
    assert reading(ground.session, one, "correct").due_on == LATER + timedelta(days=3)
    ground.do(one, "ask_extension", "refuse_extension")
    assert (one.state, reading(ground.session, one, "correct").due_on) == ("rectifying", LATER + timedelta(days=3))


def test_while_competence_is_disputed_the_time_to_put_right_does_not_run(ground: Ground) -> None:
    one, other = ground.found(), a_unit(ground.session)
    ground.do(one, "issue", "dispute")
    assert [r.clock.code for r in all_readings(ground.session, one) if r.is_open] == ["dispute"]
    facts = {"duty_unit": other.id, "correct_by": (LATER + timedelta(days=9)).isoformat()}
    take(ground.session, RECTIFICATIONS, ground.other, one, "settle", facts, "现场核实")
    assert (one.state, one.counterpart_unit_id) == ("issued", other.id)
    assert reading(ground.session, one, "correct").due_on == LATER + timedelta(days=9)


def test_what_may_be_dumping_is_struck_off_only_when_it_was_reported(ground: Ground) -> None:
    one = ground.found("NEW_SOIL")
    ground.do(one, "set_terms", "issue", "receive", "answer")
    with pytest.raises(Blocked) as refused:
        ground.do(one, "close")
    assert refused.value.errors[0]["code"] == "dumping_not_reported"
    ground.do(one, "report_dumping", "close")
    assert (one.state, one.facts["dumping_seen"]) == ("closed", "新鲜渣土约 20 方")


# --- 期限 -------------------------------------------------------------------------------------------------------------


def all_readings(session: Session, one: Proceeding) -> list[clocks.Reading]:
    return clocks.readings(PROCEDURE, engine.log_of(session, one.id), engine.workdays(session), clock.now())


def reading(session: Session, one: Proceeding, code: str) -> clocks.Reading:
    return [each for each in all_readings(session, one) if each.clock.code == code][-1]


ENTERS = {
    "notice": ("found", "issue"), "receive": ("issued", "receive"), "extension": ("extension_asked", "refuse_extension"),
    "dispute": ("disputed", "settle"), "recheck": ("answered", "close"), "correct": ("rectifying", "answer"),
}  # fmt: skip


@pytest.mark.parametrize("code", ENTERS)
def test_every_clock_is_met_or_late(ground: Ground, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    state, leaves = ENTERS[code]
    met, late = ground.found(), ground.found()
    for one in (met, late):
        ground.do(one, *WAYS[state])
    ground.do(met, leaves)
    assert reading(ground.session, met, code).stand is Stand.MET
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=20))
    assert reading(ground.session, late, code).stand is Stand.LATE
    far = {"correct_by": (TODAY + timedelta(days=30)).isoformat()}
    if code == "notice":
        ground.do(late, "set_terms", **far)
    ground.do(late, leaves, **(far if code in ("notice", "dispute") else {}))
    assert reading(ground.session, late, code).stand is Stand.MET_LATE


# --- 复发 -------------------------------------------------------------------------------------------------------------


def test_the_same_on_the_same_parcel_within_ninety_days_has_recurred(ground: Ground) -> None:
    session = ground.session
    ground.found(on=TODAY - timedelta(days=90))
    assert queries.one(session, ground.found().id).recurred is True
    assert queries.one(session, ground.found("GATE").id).recurred is False
    elsewhere = a_parcel(session, custodian_unit_id=ground.unit.id)
    assert queries.one(session, ground.found(parcel_ids=[elsewhere.id]).id).recurred is False


def test_what_was_withdrawn_was_never_there(ground: Ground) -> None:
    first = ground.found()
    ground.do(first, "withdraw")
    assert queries.one(ground.session, ground.found().id).recurred is False


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(-10, 200))
def test_recurrence_counts_ninety_days_and_never_looks_ahead(day: date, apart: int) -> None:
    earlier = day - timedelta(days=apart)
    assert has_recurred(day, [(earlier, None)]) is (0 <= apart <= 90)
    assert has_recurred(day, []) is False
    assert has_recurred(day, [(earlier, day)]) is (apart >= 0)


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_a_unit_sees_and_answers_only_its_own(ground: Ground) -> None:
    session, mine = ground.session, ground.found()
    stranger_unit = a_unit(session)
    ground.do(mine, "issue")
    own = somebody(session, Role.UNIT_USER, unit_id=ground.unit.id)
    stranger = somebody(session, Role.UNIT_USER, unit_id=stranger_unit.id)
    mine_id, seen = mine.id, mine.row_version
    with pytest.raises(OutsideScope):
        operations.advance(session, RECTIFICATIONS, stranger, mine_id, "receive", seen=seen, told=operations.Told())
    db.enter(session, stranger.scope("rectification.read"))
    session.expire_all()
    with pytest.raises(NotFound):
        engine.one(session, PROCEDURE, mine_id)
    assert session.get(Rectification, mine_id) is None
    db.enter(session, own.scope("rectification.read"))
    assert engine.one(session, PROCEDURE, mine_id).id == mine_id
    entry = operations.advance(session, RECTIFICATIONS, own, mine_id, "receive", seen=seen, told=operations.Told())
    assert entry.after == "rectifying"
    db.enter(session, EVERYTHING)


def test_a_paper_names_the_notice_it_answers(ground: Ground) -> None:
    one = ground.found()
    a_paper(ground.session, one, "rectification_notice", "示例整改〔2026〕7号")
    facts = RECTIFICATIONS.paper_facts(ground.session, one)
    assert facts["facts"]["notice_no"]["text"] == "示例整改〔2026〕7号"
    assert facts["items"][0][0] == "围蔽"


@pytest.mark.parametrize("kind", ["rectification_notice", "rectification_reply"])
def test_a_notice_goes_to_the_unit_and_its_reply_comes_back(ground: Ground, tmp_path: Path, kind: str) -> None:
    conducting = a_unit(ground.session)
    one = ground.found()
    one.unit_id = conducting.id
    office = Office("440402", "GXQ", "示例", "示例办公室", "http://127.0.0.1:8000")
    facts = writing.facts_for(
        ground.session,
        RECTIFICATIONS,
        one,
        PaperIn(kind=kind),
        at=clock.now(),
        office=office,
        store=LocalStore(tmp_path),
    )
    told = (facts["paper"]["issuer"], facts["units"]["addressee"])
    expected = {
        "rectification_notice": ("示例办公室", ground.unit.name), "rectification_reply": (ground.unit.name, conducting.name),
    }  # fmt: skip
    assert told == expected[kind]


@pytest.mark.usefixtures("always_late")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.integers(0, 50), max_size=20))
def test_random_walks_give_the_stored_state_when_played_again(ground: Ground, turns: list[int]) -> None:
    one = ground.found()
    for turn in turns:
        offered = list(PROCEDURE.offered(one.state))
        if not offered:
            break
        ground.do(one, offered[turn % len(offered)].action)
    assert engine.faults_of(ground.session, PROCEDURE, one) == []
