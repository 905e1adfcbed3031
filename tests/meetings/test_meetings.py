"""联席会议: an agenda from what is late, frozen when issued; minutes; actions that return until somebody else closes them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, Actor
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.errors import Forbidden
from gis_service.meetings import operations, queries
from gis_service.meetings.conduct import ACTION_ITEMS, CONDUCTS, MEETINGS
from gis_service.meetings.errors import (
    AgendaStands,
    DueBefore,
    NoSuchTopic,
    NotHeld,
    OtherTopics,
    TopicWithoutConclusion,
)
from gis_service.meetings.models import ActionItem
from gis_service.meetings.operations import Agreed
from gis_service.meetings.rules import ACTION_ITEM, MEETING
from gis_service.procedures import clocks, rules
from gis_service.procedures import operations as engine
from gis_service.procedures import queries as reading
from gis_service.procedures.clocks import Stand
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.errors import Blocked, NotAStep, SamePerson
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening
from tests.factories import a_unit
from tests.filing import somebody, take
from tests.procedures.conftest import ERRANDS

TODAY = clock.today()
SOON, LATER = TODAY + timedelta(days=10), TODAY + timedelta(days=20)
OVER = (ERRANDS, *CONDUCTS)
FACTS: dict[str, dict[str, Any]] = {
    "hold": {"chair": "示例主任"},
    "report": {"result": "已完成"},
    "note_progress": {"progress": "已进场"},
    "defer": {"due_on": LATER.isoformat()},
    "send_back": {"due_on": LATER.isoformat()},
}
MEETING_WAYS = {
    "draft": [], "issued": ["issue"], "held": ["issue", "hold"], "minuted": ["issue", "hold", "minute"], "cancelled": ["cancel"],
}  # fmt: skip
ACTION_WAYS = {"open": [], "reported": ["report"], "closed": ["report", "close"], "cancelled": ["cancel"]}


class Office:
    """The people who prepare meetings, and those who work off what was agreed on."""

    def __init__(self, session: Session):
        self.session, self.unit = session, a_unit(session)
        self.one, self.other = (somebody(session, Role.LAND_OFFICER, Role.LEADER, Role.CASE_OFFICER) for _ in range(2))

    def meeting(self, *actions: str) -> Proceeding:
        opening = Opening("第 1 次联席会议", {"planned_at": f"{SOON} 09:30"}, unit_id=self.unit.id)
        made = engine.open_proceeding(self.session, MEETINGS, self.one, "440402", opening)
        operations.add_topic(self.session, made.id, "通报总体情况")
        self.do(MEETINGS, made, *actions)
        return made

    def do(self, conduct: Conduct, one: Proceeding, *actions: str) -> None:
        for action in actions:
            if action == "minute":
                self.conclude_all(one)
            other = action in ("close", "send_back")
            take(self.session, conduct, self.other if other else self.one, one, action, FACTS.get(action), "说明理由")

    def conclude_all(self, one: Proceeding) -> None:
        for topic in queries.topics(self.session, one.id):
            operations.conclude(self.session, one.id, topic.id, "同意")
        operations.set_attendance(self.session, one.id, [{"unit_id": self.unit.id, "came": True}])

    def action(self, *actions: str, title: str = "清理示例堆土", meeting: Proceeding | None = None) -> Proceeding:
        held = meeting or self.meeting("issue", "hold")
        topic = queries.topics(self.session, held.id)[0]
        operations.conclude(self.session, held.id, topic.id, "限期清理")
        agreed = Agreed(title, SOON, self.unit.id, "示例甲")
        made = operations.agree_on(self.session, self.one, "440402", held.id, topic.id, agreed)
        self.do(ACTION_ITEMS, made, *actions)
        return made

    def errand(self, days_ago: int) -> Proceeding:
        opening = Opening("清理示例堆土", {"what": "清理"}, happened_on=TODAY - timedelta(days=days_ago))
        return engine.open_proceeding(self.session, ERRANDS, self.one, "440402", opening)


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def titles(session: Session, meeting: Proceeding) -> list[str]:
    return [topic.title for topic in queries.topics(session, meeting.id)]


def test_the_tables_have_no_fault() -> None:
    assert rules.faults(MEETING) == rules.faults(ACTION_ITEM) == []


@pytest.mark.parametrize("state", [state.code for state in MEETING.states])
@pytest.mark.parametrize("action", sorted({step.action for step in MEETING.steps}))
def test_every_state_and_action_of_a_meeting_is_a_step_or_a_refusal(office: Office, state: str, action: str) -> None:
    one = office.meeting(*MEETING_WAYS[state])
    step = rules.step_of(MEETING, state, action)
    if step is None:
        with pytest.raises((NotAStep, NotHeld)):
            office.do(MEETINGS, one, action)
    else:
        office.do(MEETINGS, one, action)
        assert one.state == MEETING.target(state, step)
    assert reading.faults_of(office.session, MEETING, one) == []


@pytest.mark.parametrize("state", [state.code for state in ACTION_ITEM.states])
@pytest.mark.parametrize("action", sorted({step.action for step in ACTION_ITEM.steps}))
def test_every_state_and_action_of_an_action_is_a_step_or_a_refusal(office: Office, state: str, action: str) -> None:
    one = office.action(*ACTION_WAYS[state])
    step = rules.step_of(ACTION_ITEM, state, action)
    if step is None:
        with pytest.raises(NotAStep):
            office.do(ACTION_ITEMS, one, action)
    else:
        office.do(ACTION_ITEMS, one, action)
        assert one.state == ACTION_ITEM.target(state, step)
    assert reading.faults_of(office.session, ACTION_ITEM, one) == []


# --- the agenda -------------------------------------------------------------------------------------------------------


def test_an_agenda_is_filled_from_what_is_late(office: Office) -> None:
    late, young, meeting = office.errand(40), office.errand(1), office.meeting()
    operations.fill_agenda(office.session, OVER, meeting.id, clock.now())
    listed = {topic.subject_id: topic for topic in queries.topics(office.session, meeting.id)}
    assert late.id in listed
    assert young.id not in listed
    assert (listed[late.id].kind, "已超期 10 天" in listed[late.id].note) == ("late", True)


def test_actions_return_until_they_are_closed(office: Office) -> None:
    first = office.meeting("issue", "hold")
    action = office.action(meeting=first)
    office.do(MEETINGS, first, "minute")
    for _ in range(2):
        following = office.meeting()
        topics = operations.fill_agenda(office.session, OVER, following.id, clock.now())
        assert [(t.kind, t.subject_id) for t in topics if t.kind == "returned"] == [("returned", action.id)]
    office.do(ACTION_ITEMS, action, "report", "close")
    topics = operations.fill_agenda(office.session, OVER, following.id, clock.now())
    assert [topic.subject_id for topic in topics] == [None]


def test_filling_again_keeps_the_order_and_what_was_taken_off(office: Office) -> None:
    session = office.session
    errands = [office.errand(days) for days in (60, 50, 40)]
    meeting = office.meeting()
    topics = operations.fill_agenda(session, OVER, meeting.id, clock.now())
    assert [t.subject_id for t in topics] == [None, *(each.id for each in errands)]
    operations.order_topics(session, meeting.id, [topics[2].id, topics[0].id, topics[1].id, topics[3].id])
    operations.remove_topic(session, meeting.id, topics[3].id, "另行研究")
    again = operations.fill_agenda(session, OVER, meeting.id, clock.now())
    assert [t.id for t in again] == [topics[2].id, topics[0].id, topics[1].id]


def test_an_order_names_every_topic_once(office: Office) -> None:
    meeting = office.meeting()
    topic = operations.add_topic(office.session, meeting.id, "研究围蔽经费")
    for ids in ([], [topic.id], [topic.id, topic.id], [topic.id, topic.id + 10**6]):
        with pytest.raises(OtherTopics):
            operations.order_topics(office.session, meeting.id, ids)
    with pytest.raises(NoSuchTopic):
        operations.remove_topic(office.session, meeting.id, 10**9, "没有")


def test_an_issued_agenda_stands_with_its_time(office: Office) -> None:
    session, meeting = office.session, office.meeting()
    at = clock.now()
    operations.fill_agenda(session, OVER, meeting.id, at)
    office.do(MEETINGS, meeting, "issue")
    assert queries.meeting(session, meeting.id).agenda_as_of == at
    (topic,) = queries.topics(session, meeting.id)
    for change in (
        lambda: operations.add_topic(session, meeting.id, "临时议题"),
        lambda: operations.order_topics(session, meeting.id, [topic.id]),
        lambda: operations.remove_topic(session, meeting.id, topic.id, "不议"),
        lambda: operations.fill_agenda(session, OVER, meeting.id, clock.now()),
    ):
        with pytest.raises(AgendaStands, match="stands"):
            change()
    for sql in ("update meeting_topic set position = 9", "update meeting_topic set title = '别的'"):
        with pytest.raises(DBAPIError, match="stands"), session.begin_nested():
            session.execute(text(f"{sql} where id = :id"), {"id": topic.id})
    office.do(MEETINGS, meeting, "reopen")
    assert operations.add_topic(session, meeting.id, "临时议题").position == 2


def test_an_empty_agenda_is_not_issued(office: Office) -> None:
    meeting = office.meeting()
    (topic,) = queries.topics(office.session, meeting.id)
    operations.remove_topic(office.session, meeting.id, topic.id, "不议")
    with pytest.raises(Blocked) as refused:
        office.do(MEETINGS, meeting, "issue")
    assert refused.value.errors[0]["code"] == "no_topics"


# --- minutes and actions ----------------------------------------------------------------------------------------------


def test_minutes_have_a_conclusion_on_every_topic_and_say_who_came(office: Office) -> None:
    meeting = office.meeting("issue", "hold")
    with pytest.raises(Blocked) as refused:
        take(office.session, MEETINGS, office.one, meeting, "minute")
    assert [each["code"] for each in refused.value.errors] == ["no_conclusion", "no_attendance"]
    office.do(MEETINGS, meeting, "minute")
    assert meeting.is_closed
    with pytest.raises(NotHeld):
        operations.set_attendance(office.session, meeting.id, [])


def test_an_action_is_made_from_a_conclusion(office: Office) -> None:
    session, meeting = office.session, office.meeting("issue", "hold")
    (topic,) = queries.topics(session, meeting.id)
    agreed = Agreed("清理示例堆土", SOON, office.unit.id, "示例甲")
    with pytest.raises(TopicWithoutConclusion):
        operations.agree_on(session, office.one, "440402", meeting.id, topic.id, agreed)
    operations.conclude(session, meeting.id, topic.id, "限期清理")
    past = Agreed("清理示例堆土", TODAY - timedelta(days=1))
    with pytest.raises(DueBefore):
        operations.agree_on(session, office.one, "440402", meeting.id, topic.id, past)
    made = operations.agree_on(session, office.one, "440402", meeting.id, topic.id, agreed)
    assert (made.parent_id, made.counterpart_unit_id, made.proceeding_no[:2]) == (meeting.id, office.unit.id, "YD")
    (line,) = queries.agenda_out(session, meeting.id)
    assert [a["title"] for a in line["actions"]] == ["清理示例堆土"]
    assert "示例甲" in MEETINGS.paper_facts(session, meeting)["items"][0][3]
    with pytest.raises(NotHeld):
        operations.conclude(session, office.meeting().id, topic.id, "同意")


def test_who_reports_it_done_does_not_close_it(office: Office) -> None:
    action = office.action("report")
    for step in ("close", "send_back"):
        with pytest.raises(SamePerson):
            take(office.session, ACTION_ITEMS, office.one, action, step, FACTS.get(step), "理由")
    office.do(ACTION_ITEMS, action, "send_back")
    assert (action.state, office.session.get_one(ActionItem, action.id).due_on) == ("open", LATER)


def test_putting_it_off_moves_the_day_and_is_counted(office: Office) -> None:
    action = office.action("defer")
    own = office.session.get_one(ActionItem, action.id)
    assert (own.due_on, own.deferred, due(office.session, action).due_on) == (LATER, 1, LATER)
    early = {"due_on": (TODAY - timedelta(days=1)).isoformat()}
    with pytest.raises(DueBefore), office.session.begin_nested():
        take(office.session, ACTION_ITEMS, office.one, action, "defer", early, "理由")


def test_only_a_leader_cancels_an_action(office: Office) -> None:
    action, officer = office.action(), somebody(office.session, Role.LAND_OFFICER)
    with pytest.raises(Forbidden):
        take(office.session, ACTION_ITEMS, officer, action, "cancel", reason="不再需要")
    office.do(ACTION_ITEMS, action, "cancel")
    assert action.is_closed


def due(session: Session, one: Proceeding, conduct: Conduct = ACTION_ITEMS, code: str = "due") -> clocks.Reading:
    log, days = reading.log_of(session, one.id), reading.workdays(session)
    found = clocks.readings(conduct.procedure, log, days, clock.now())
    return [each for each in found if each.clock.code == code][-1]


@pytest.mark.parametrize(("conduct", "code", "enters", "leaves"), [
    (MEETINGS, "minutes", ["issue", "hold"], "minute"), (ACTION_ITEMS, "due", [], "report"), (ACTION_ITEMS, "judge", ["report"], "close"),
])  # fmt: skip
def test_every_clock_is_met_or_late(
    office: Office, monkeypatch: pytest.MonkeyPatch, conduct: Conduct, code: str, enters: list[str], leaves: str
) -> None:
    make = office.meeting if conduct is MEETINGS else office.action
    met, late = make(*enters), make(*enters)
    office.do(conduct, met, leaves)
    assert due(office.session, met, conduct, code).stand is Stand.MET
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=30))
    assert due(office.session, late, conduct, code).stand is Stand.LATE
    office.do(conduct, late, leaves)
    assert due(office.session, late, conduct, code).stand is Stand.MET_LATE


def test_a_unit_sees_only_its_own_actions_and_no_meeting(office: Office) -> None:
    session, action = office.session, office.action()
    own, stranger = (somebody(session, Role.UNIT_USER, unit_id=each.id) for each in (office.unit, a_unit(session)))
    assert seen_by(session, own) == [action.id]
    assert seen_by(session, stranger) == []
    with pytest.raises(Forbidden):
        own.scope("meeting.read")
    db.enter(session, EVERYTHING)


def seen_by(session: Session, actor: Actor) -> list[int]:
    db.enter(session, actor.scope("action_item.read"))
    session.expire_all()
    return list(session.scalars(text("select proceeding_id from action_item")))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.integers(0, 50), max_size=15), of_action=st.booleans())
def test_random_walks_give_the_stored_state_when_played_again(
    office: Office, turns: list[int], of_action: bool
) -> None:
    conduct = ACTION_ITEMS if of_action else MEETINGS
    one = office.action() if of_action else office.meeting()
    for turn in turns:
        offered = list(conduct.procedure.offered(one.state))
        if not offered:
            break
        office.do(conduct, one, offered[turn % len(offered)].action)
    assert reading.faults_of(office.session, conduct.procedure, one) == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_the_agenda_is_kept(office: Office, data: st.DataObject) -> None:
    meeting = office.meeting()
    for n in range(4):
        operations.add_topic(office.session, meeting.id, f"议题 {n}")
    ids = [topic.id for topic in queries.topics(office.session, meeting.id)]
    wanted = data.draw(st.permutations(ids))
    operations.order_topics(office.session, meeting.id, wanted)
    assert [topic.id for topic in queries.topics(office.session, meeting.id)] == wanted
