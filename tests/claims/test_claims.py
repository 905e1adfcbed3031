"""生态环境损害赔偿: from the lead to the restored land; the district is never the claimant; money by head and stage."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.claims import queries
from gis_service.claims.conduct import CLAIMS, conduct_for
from gis_service.claims.errors import AnnouncedAhead, IncidentOrder
from gis_service.claims.rules import HEADS, PROCEDURE, STAGES, announcement_runs, by_head, owed, total
from gis_service.core import clock
from gis_service.core.errors import Forbidden
from gis_service.procedures import clocks, filing, operations, rules
from gis_service.procedures import queries as engine
from gis_service.procedures.clocks import Stand
from gis_service.procedures.errors import Blocked, FactsWanting, NotAStep, PapersWanting
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening
from tests.factories import an_area
from tests.filing import a_photo, somebody, take, undone

TODAY = clock.today()
FACTS: dict[str, dict[str, Any]] = {
    "decline": {"declined_for": "slight"},
    "start": {"claimant_level": "city", "lead_department": "市生态环境局(示例)"},
    "appraise": {"is_simple": True},
    "meet": {"present": ["示例甲", "示例乙"], "outcome": "原则同意"},
    "agree": {"perform_by": (TODAY + timedelta(days=60)).isoformat()},
    "sue": {"court": "示例中级人民法院"},
    "sue_on_breach": {"court": "示例中级人民法院"},
    "announce": {"court": "示例中级人民法院", "announced_on": TODAY.isoformat()},
    "perform": {"remedies": ["restoration", "money"]},
    "close": {"published_at": "示例网站", "published_on": TODAY.isoformat()},
}
TO_NEGOTIATION = ["check", "start", "investigate", "appraise", "negotiate_simple"]
WAYS = {
    "screened": [], "preliminary": ["check"], "not_started": ["check", "decline"], "started": ["check", "start"],
    "investigating": ["check", "start", "investigate"], "appraisal": ["check", "start", "investigate", "appraise"],
    "negotiating": TO_NEGOTIATION, "agreed": [*TO_NEGOTIATION, "meet", "agree"],
    "confirmed": [*TO_NEGOTIATION, "meet", "agree", "announce", "confirm"], "litigating": [*TO_NEGOTIATION, "sue"],
    "restoring": [*TO_NEGOTIATION, "meet", "agree", "announce", "confirm", "perform"],
    "evaluating": [*TO_NEGOTIATION, "meet", "agree", "announce", "confirm", "perform", "evaluate"],
    "closed": [*TO_NEGOTIATION, "meet", "agree", "announce", "confirm", "perform", "evaluate", "close"],
}  # fmt: skip


class Desk:
    """A claim and somebody who may take every step of it."""

    def __init__(self, session: Session):
        self.session = session
        self.one = somebody(session, Role.CASE_OFFICER, Role.LEADER)

    def claim(self, *actions: str, yuan: int = 200_000, paid: bool = True, **facts: Any) -> Proceeding:
        facts = {"obligor": "示例工程有限公司", "incident_on": "2026-06-01", "harm": "渣土压占水塘", **facts}
        made = operations.open_proceeding(self.session, CLAIMS, self.one, "440402", Opening("示例损害赔偿", facts))
        for stage in ("estimated", "claimed", "agreed", *(["paid"] if paid else [])):
            self.amount(made, stage, yuan)
        self.do(made, *actions)
        return made

    def amount(self, claim: Proceeding, stage: str, yuan: int, head: str = "cleanup_restoration") -> None:
        filing.add_amount(
            self.session, self.one, claim, head=head, stage=stage, amount_yuan=Decimal(yuan), basis="", told_on=TODAY
        )

    def do(self, claim: Proceeding, *actions: str, **more: Any) -> None:
        for action in actions:
            take(self.session, CLAIMS, self.one, claim, action, {**FACTS.get(action, {}), **more}, "说明理由")

    def refused(self, claim: Proceeding, action: str) -> list[str]:
        """Codes of what blocks a step."""
        with pytest.raises(Blocked) as refused:
            self.do(claim, action)
        return [each["code"] for each in refused.value.errors]


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


@pytest.fixture
def announced_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """The announcement has stood its thirty days."""
    monkeypatch.setattr("gis_service.claims.conduct.announcement_runs", lambda *_: False)


def test_the_table_has_no_fault() -> None:
    assert rules.faults(PROCEDURE) == []


@pytest.mark.usefixtures("announced_long_ago")
@pytest.mark.parametrize("state", [state.code for state in PROCEDURE.states])
def test_every_action_from_a_state_is_a_step_or_a_refusal(desk: Desk, state: str) -> None:
    claim = desk.claim(*WAYS[state])
    for action in sorted({step.action for step in PROCEDURE.steps}):
        with undone(desk.session):
            assert claim.state == state
            step = rules.step_of(PROCEDURE, state, action)
            if step is None:
                with pytest.raises(NotAStep):
                    desk.do(claim, action)
            elif (state, action) == ("restoring", "close"):
                assert desk.refused(claim, action) == ["not_evaluated"]
            elif (state, action) in (("negotiating", "agree"), ("agreed", "confirm")):
                assert desk.refused(claim, action) in (["no_negotiation"], ["not_announced"])
            else:
                desk.do(claim, action)
                assert claim.state == PROCEDURE.target(state, step)
            assert engine.faults_of(desk.session, PROCEDURE, claim) == []


# --- the claimant -----------------------------------------------------------------------------------------------------


def test_the_district_is_never_the_claimant(desk: Desk) -> None:
    claim = desk.claim("check")
    with pytest.raises(FactsWanting) as refused:
        desk.do(claim, "start", claimant_level="district")
    assert refused.value.errors[0]["field"] == "claimant_level"
    choices = {code for code, _, _ in PROCEDURE.fact_of["claimant_level"].choices}
    assert choices == {"city", "province"}
    with pytest.raises(DBAPIError, match="ck_damage_claim_claimant"), desk.session.begin_nested():
        desk.session.execute(text("update damage_claim set claimant_level = 'district'"))
    desk.do(claim, "start")
    details = CLAIMS.details(desk.session, claim)
    assert details["lead_department"] == "市生态环境局(示例)"
    assert "区不是赔偿权利人" in details["claimant_note_zh"]


def test_a_lead_of_the_procuratorate_is_answered_before_it_is_dropped(desk: Desk) -> None:
    claim = desk.claim("check", procuratorate_lead=True)
    assert desk.refused(claim, "decline") == ["procuratorate_not_told"]
    a_photo(desk.session, claim, "告知检察机关函")
    desk.do(claim, "decline")
    assert claim.state == "not_started"


# --- money ------------------------------------------------------------------------------------------------------------


def test_a_simple_case_stays_below_the_limit_that_holds_here(desk: Desk) -> None:
    claim = desk.claim("check", "start", "investigate", "appraise", yuan=400_000)
    assert desk.refused(claim, "negotiate_simple") == ["above_limit"]
    with pytest.raises(Blocked, match="300,000"):
        desk.do(claim, "negotiate_simple")
    wider = conduct_for(Decimal(500_000))
    assert wider.details(desk.session, claim)["simple_limit_yuan"] == "500000"
    assert take(desk.session, wider, desk.one, claim, "negotiate_simple").after == "negotiating"


def test_a_case_in_dispute_is_not_simple(desk: Desk) -> None:
    claim = desk.claim("check", "start", "investigate")
    desk.do(claim, "appraise", is_simple=False)
    assert desk.refused(claim, "negotiate_simple") == ["not_simple"]
    with pytest.raises(PapersWanting, match="appraisal"):
        take(desk.session, CLAIMS, desk.one, claim, "negotiate", papers=False)
    desk.do(claim, "negotiate")
    assert claim.state == "negotiating"


def test_there_is_no_agreement_without_a_meeting_and_an_amount(desk: Desk) -> None:
    claim = desk.claim(*TO_NEGOTIATION)
    for item in engine.amounts_of(desk.session, claim.id):
        if item.stage == "agreed":
            filing.remove_amount(desk.session, desk.one, claim, item.id, "登记有误")
    assert desk.refused(claim, "agree") == ["no_negotiation", "no_agreed_amount"]
    desk.amount(claim, "agreed", 150_000)
    desk.do(claim, "meet", "agree")
    assert claim.state == "agreed"


def test_after_three_meetings_they_agree_or_go_to_court(desk: Desk) -> None:
    claim = desk.claim(*TO_NEGOTIATION)
    desk.do(claim, "meet", "meet", "meet")
    assert desk.refused(claim, "meet") == ["met_enough"]
    desk.do(claim, "agree", "not_confirmed", "meet")
    assert CLAIMS.details(desk.session, claim)["meetings"] == 1


@pytest.mark.usefixtures("announced_long_ago")
def test_nothing_is_closed_while_money_is_owed_or_restoration_unseen(desk: Desk) -> None:
    claim = desk.claim(*WAYS["restoring"], paid=False)
    assert desk.refused(claim, "close") == ["unpaid", "not_evaluated"]
    desk.amount(claim, "paid", 199_999)
    desk.do(claim, "exempt")
    with pytest.raises(Blocked, match=r"1\.00 yuan"):
        desk.do(claim, "close")
    desk.amount(claim, "paid", 1)
    desk.do(claim, "close")
    assert (claim.state, queries.one(desk.session, claim.id).published_on) == ("closed", TODAY)


@pytest.mark.usefixtures("announced_long_ago")
def test_money_alone_needs_no_evaluation(desk: Desk) -> None:
    claim = desk.claim(*WAYS["confirmed"])
    desk.do(claim, "perform", remedies=["money"])
    desk.do(claim, "close")
    assert claim.is_closed


AMOUNTS = st.lists(
    st.tuples(
        st.sampled_from([code for code, _, _ in HEADS]),
        st.sampled_from([code for code, _, _ in STAGES]),
        st.decimals(0, 10**9, places=2),
    ),
    max_size=30,
)


@given(AMOUNTS)
def test_heads_add_up_to_the_total_and_nothing_is_owed_below_zero(amounts: list[tuple[str, str, Decimal]]) -> None:
    *heads, whole = by_head(amounts)
    assert len(heads) == len(HEADS)
    for stage, _, _ in STAGES:
        assert sum(line.yuan[stage] for line in heads) == whole.yuan[stage] == total(amounts, stage)
    assert owed(amounts) >= 0
    settled = [*amounts, ("prevention", "paid", owed(amounts))]
    assert owed(settled) == 0


def test_what_a_court_ordered_stands_in_place_of_what_was_agreed() -> None:
    amounts = [
        ("prevention", "agreed", Decimal(10)),
        ("prevention", "ordered", Decimal(7)),
        ("prevention", "paid", Decimal(2)),
    ]
    assert owed(amounts) == 5


# --- 期限 -------------------------------------------------------------------------------------------------------------


def test_a_court_confirms_after_thirty_days_of_announcement(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.claim(*WAYS["agreed"])
    assert desk.refused(claim, "confirm") == ["not_announced"]
    desk.do(claim, "announce")
    assert desk.refused(claim, "confirm") == ["announcement_runs"]
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=31))
    desk.do(claim, "confirm")
    assert claim.state == "confirmed"
    ahead = desk.claim(*WAYS["agreed"])
    with pytest.raises(AnnouncedAhead), desk.session.begin_nested():
        desk.do(ahead, "announce", announced_on=(TODAY + timedelta(days=90)).isoformat())


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 90))
def test_thirty_whole_days_lie_between_announcement_and_ruling(day: date, after: int) -> None:
    assert announcement_runs(day, day + timedelta(days=after)) is (after <= 30)


CLOCKS = {
    "preliminary": (["check"], "start", 31), "negotiation": ([*TO_NEGOTIATION, "meet"], "agree", 91),
    "announcement": ([*WAYS["agreed"], "announce"], "confirm", 31), "limitation": (TO_NEGOTIATION, "sue", 366 * 5),
    "performance": ([*WAYS["agreed"], "announce"], "sue_on_breach", 61),
}  # fmt: skip


@pytest.mark.usefixtures("announced_long_ago")
@pytest.mark.parametrize("code", CLOCKS)
def test_every_clock_is_met_or_late(desk: Desk, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    enters, leaves, days = CLOCKS[code]
    met, late = desk.claim(*enters), desk.claim(*enters)
    desk.do(met, leaves)
    assert run(desk.session, met, code).stand is Stand.MET
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=days))
    assert run(desk.session, late, code).stand is Stand.LATE
    desk.do(late, leaves)
    assert run(desk.session, late, code).stand is Stand.MET_LATE


def run(session: Session, claim: Proceeding, code: str) -> clocks.Reading:
    found = clocks.readings(PROCEDURE, engine.log_of(session, claim.id), engine.workdays(session), clock.now())
    return [each for each in found if each.clock.code == code][-1]


def test_what_has_no_rule_shows_none_and_the_courts_days_are_not_ours() -> None:
    told = {each.code: (each.basis != "", each.whose) for each in PROCEDURE.clocks}
    assert told == {
        "preliminary": (True, "own"), "negotiation": (False, "own"), "announcement": (True, "other"), "limitation": (True, "own"),
        "performance": (False, "other"),
    }  # fmt: skip


# --- who, and what becomes of it ----------------------------------------------------------------------------------------


def test_a_leader_decides_whether_to_claim(desk: Desk) -> None:
    claim, officer = desk.claim("check"), somebody(desk.session, Role.CASE_OFFICER)
    for action in ("start", "decline"):
        with pytest.raises(Forbidden):
            take(desk.session, CLAIMS, officer, claim, action, FACTS[action], "理由")


def test_harm_does_not_end_before_it_began(desk: Desk) -> None:
    with pytest.raises(IncidentOrder), desk.session.begin_nested():
        desk.claim(incident_until="2026-05-01")


def test_a_claim_comes_from_its_case_and_is_seen_by_area(desk: Desk) -> None:
    session, area = desk.session, an_area(desk.session)
    case = desk.claim()
    facts = {"obligor": "示例公司", "incident_on": "2026-06-01", "harm": "渣土"}
    opening = Opening("示例", facts, area_id=area.id, parent_id=case.id)
    claim = operations.open_proceeding(session, CLAIMS, desk.one, "440402", opening)
    assert [each.id for each in engine.children_of(session, case.id)] == [claim.id]
    paper = CLAIMS.paper_facts(session, claim)
    assert paper["parties"] == [{"name": "示例公司", "kind": "赔偿义务人"}]
    assert [line[0] for line in paper["items"]][-1] == "合计"


def test_an_agreement_names_the_claimant_first_and_the_obligor_second(desk: Desk) -> None:
    claim = desk.claim("check", "start")
    units = CLAIMS.paper_facts(desk.session, claim)["units"]
    assert (units["giving"], units["receiving"]) == ("设区的市级人民政府", "示例工程有限公司")


@pytest.mark.usefixtures("announced_long_ago")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.integers(0, 50), max_size=30))
def test_random_walks_give_the_stored_state_when_played_again(desk: Desk, turns: list[int]) -> None:
    claim = desk.claim()
    for turn in turns:
        offered = list(PROCEDURE.offered(claim.state))
        if not offered:
            break
        step = offered[turn % len(offered)]
        if not CLAIMS.blockers(desk.session, claim, step):
            desk.do(claim, step.action)
    assert engine.faults_of(desk.session, PROCEDURE, claim) == []
