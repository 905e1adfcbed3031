"""The table of a dumping case: every state and action is a step or a refusal; random walks replay; what blocks and what follows."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gis_service.access.rules import PERMISSIONS
from gis_service.cases.errors import ActDaysWrong, CertificatesWanting, HeavierAfterDefence
from gis_service.cases.rules import DUMPING_CASE, late_fee_yuan
from gis_service.core.errors import Refusal
from gis_service.papers.catalogue import KINDS
from gis_service.procedures import queries, rules
from gis_service.procedures.errors import Blocked, FactsWanting, NotAStep, PapersWanting, SamePerson
from tests.cases.conftest import TO_NOTICE, WAYS, Hand
from tests.factories import a_parcel
from tests.filing import undone

STATES = [state.code for state in DUMPING_CASE.states]
ACTIONS = sorted({step.action for step in DUMPING_CASE.steps})


def test_the_table_has_no_faults_and_names_known_rights_and_papers() -> None:
    assert rules.faults(DUMPING_CASE) == []
    assert DUMPING_CASE.permissions <= set(PERMISSIONS)
    assert set(DUMPING_CASE.paper_kinds) == {code for code, kind in KINDS.items() if kind.procedure == "dumping_case"}


def test_the_states_are_those_of_the_handbook() -> None:
    of_the_handbook = {
        "clue", "accepted", "verifying", "not_established", "ownerless", "filed", "investigating", "transferred", "legal_review",
        "notified", "hearing", "decided", "served", "ordered_clear", "substitute", "clearing", "acceptance", "closed", "exempted",
        "warning_educated",
    }  # fmt: skip
    assert set(STATES) - of_the_handbook == {"no_penalty"}
    assert {state.code for state in DUMPING_CASE.states if state.final} == {"not_established", "closed"}


@pytest.mark.parametrize("state", STATES)
def test_every_action_is_a_step_or_a_refusal(hand: Hand, state: str) -> None:
    case = hand.at(state)
    for action in ACTIONS:
        step = rules.step_of(DUMPING_CASE, state, action)
        with undone(hand.session):
            if step is None:
                with pytest.raises(NotAStep):
                    hand.take(case, action)
            else:
                with suppress(Blocked):
                    assert hand.take(case, action).after == DUMPING_CASE.target(state, step)
        assert case.state == state


@pytest.mark.parametrize("state", STATES)
def test_a_log_played_again_gives_state_and_facts(hand: Hand, state: str) -> None:
    case = hand.at(state)
    assert queries.faults_of(hand.session, DUMPING_CASE, case) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 60), max_size=30))
def test_random_walks_never_break_the_log(hand: Hand, choices: list[int]) -> None:
    case = hand.open()
    for choice in choices:
        offered = [step.action for step in DUMPING_CASE.offered(case.state)]
        if not offered:
            break
        with suppress(Refusal):
            hand.take(case, offered[choice % len(offered)])
    assert queries.faults_of(hand.session, DUMPING_CASE, case) == []


@pytest.mark.parametrize("step", [s for s in DUMPING_CASE.steps if s.papers], ids=lambda step: step.action)
def test_a_step_needs_its_papers(hand: Hand, step: rules.Step) -> None:
    case = hand.at(step.starts[0])
    with pytest.raises(PapersWanting) as refusal:
        hand.take(case, step.action, papers=False)
    assert set(refusal.value.facts["kinds"]) == set(step.papers)


# --- other people ---------------------------------------------------------------------------------------------------


def test_two_officers_with_a_certificate_each_verify(hand: Hand) -> None:
    case = hand.at("accepted")
    with pytest.raises(FactsWanting, match="1 facts"):
        hand.take(case, "verify", facts={"officers": "甲"})
    with pytest.raises(CertificatesWanting):
        hand.take(case, "verify", facts={"officers": "甲、乙、丙"})
    assert hand.take(case, "verify").after == "verifying"


def test_the_review_is_by_others_than_the_investigators(hand: Hand) -> None:
    case = hand.at("legal_review")
    with pytest.raises(SamePerson):
        hand.take(case, "pass_review", by=hand.cast.officer)
    with pytest.raises(Blocked, match="legal review has not passed"):
        hand.take(case, "notify")
    hand.go(case, "pass_review", "notify")
    assert case.state == "notified"


def test_a_review_that_came_before_more_inquiry_counts_no_longer(hand: Hand) -> None:
    case = hand.at("legal_review")
    hand.go(case, "pass_review", "send_back", "submit_review")
    with pytest.raises(Blocked, match="legal review has not passed"):
        hand.take(case, "notify")


def test_a_hearing_is_presided_over_by_somebody_else(hand: Hand) -> None:
    case = hand.at("notified")
    hand.go(case, "ask_hearing", "call_hearing")
    late = hand.log(case)[-1].at + timedelta(days=14)
    with pytest.raises(SamePerson):
        hand.take(case, "hear", by=hand.cast.officer, at=late)
    assert hand.take(case, "hear", at=late).after == "hearing"


def test_the_clearing_is_accepted_by_somebody_else(hand: Hand) -> None:
    case = hand.at("clearing")
    with pytest.raises(SamePerson):
        hand.take(case, "accept_clearing", by=hand.cast.waste)
    assert hand.take(case, "accept_clearing").after == "acceptance"


# --- blockers -------------------------------------------------------------------------------------------------------


def test_a_flag_asks_the_head_to_decide_before_a_penalty(hand: Hand) -> None:
    case = hand.at("investigating", facts={"waste_kind": "hazardous"})
    hand.take(case, "measure", facts={"hazardous_t": "3"})
    with pytest.raises(Blocked, match="penalty may not replace it"):
        hand.take(case, "decide_none")
    hand.take(case, "propose_transfer")
    with pytest.raises(Blocked, match="has not decided"):
        hand.take(case, "decide_none")
    hand.take(case, "refuse_transfer")
    assert hand.take(case, "decide_none").after == "no_penalty"


def test_an_approved_transfer_comes_before_a_penalty(hand: Hand) -> None:
    case = hand.at("investigating")
    with pytest.raises(Blocked, match="not approved"):
        hand.take(case, "transfer")
    hand.go(case, "propose_transfer", "approve_transfer")
    with pytest.raises(Blocked, match="must come first"):
        hand.take(case, "decide_none")
    assert hand.take(case, "transfer").after == "transferred"


def test_ordinary_waste_with_money_in_it_is_shown_and_does_not_block(hand: Hand) -> None:
    case = hand.at("investigating")
    hand.take(case, "measure", facts={"gain_yuan": "400000"})
    assert hand.take(case, "decide_none").after == "no_penalty"


def test_a_transfer_does_not_end_the_case(hand: Hand) -> None:
    case = hand.at("transferred")
    with pytest.raises(Blocked, match="police have not decided"):
        hand.take(case, "order_clear")
    hand.go(case, "police_file", "hand_objects", "order_clear", "start_clearing", "accept_clearing", "close")
    assert case.is_closed


def test_what_the_police_refuse_comes_back(hand: Hand) -> None:
    case = hand.at("transferred")
    assert hand.take(case, "police_refuse").after == "investigating"


def test_no_penalty_is_decided_while_a_hearing_may_be_asked_for(hand: Hand) -> None:
    case = hand.at("legal_review")
    hand.go(case, "pass_review")
    hand.take(case, "notify")  # now
    with pytest.raises(Blocked, match="may still be asked for"):
        hand.take(case, "decide")
    hand.take(case, "waive_hearing")
    assert hand.take(case, "decide").after == "decided"


def test_a_hearing_that_was_asked_for_is_held(hand: Hand) -> None:
    case = hand.at("notified")
    hand.go(case, "ask_hearing")
    with pytest.raises(Blocked, match="must be held first"):
        hand.take(case, "decide")
    with pytest.raises(Blocked, match="have not been told"):
        hand.take(case, "hear")
    hand.take(case, "call_hearing")  # now
    with pytest.raises(Blocked, match="7 working days"):
        hand.take(case, "hear")


def test_who_defends_may_still_ask_for_a_hearing(hand: Hand) -> None:
    case = hand.at("hearing")
    hand.go(case, "ask_hearing", "call_hearing")
    hand.take(case, "hear", at=hand.log(case)[-1].at + timedelta(days=14))
    hand.go(case, "review_defence", "decide")
    assert case.state == "decided"


def test_a_defence_is_reviewed_and_makes_nothing_worse(hand: Hand) -> None:
    case = hand.at("hearing")
    with pytest.raises(Blocked, match="not been reviewed"):
        hand.take(case, "decide")
    hand.go(case, "review_defence")
    with pytest.raises(HeavierAfterDefence, match="100000"):
        hand.take(case, "decide", facts={"fine_yuan": "100000.01"})
    assert hand.take(case, "decide", facts={"fine_yuan": "99999.99"}).after == "decided"


def test_no_notice_and_no_decision_without_law(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "rest_on_law", lambda _case: None)
    case = hand.at("legal_review")
    hand.go(case, "pass_review")
    with pytest.raises(Blocked, match="no legal basis"):
        hand.take(case, "notify")


def test_substitute_performance_waits_three_working_days_but_not_on_a_road(hand: Hand) -> None:
    case = hand.at("ordered_clear")
    with pytest.raises(Blocked, match="demand must come before"):
        hand.take(case, "perform")
    hand.take(case, "demand")  # now
    with pytest.raises(Blocked, match="3 working days"):
        hand.take(case, "perform")
    assert hand.take(case, "perform_at_once").after == "substitute"


def test_the_court_is_applied_to_after_period_and_demand(hand: Hand) -> None:
    case = hand.at("served")
    with pytest.raises(Blocked, match="legal period is not recorded"):
        hand.take(case, "apply_court")
    hand.go(case, "period_over", "demand_payment")
    at = hand.log(case)[-1].at + timedelta(days=20)
    hand.take(case, "apply_court", at=at)
    hand.take(case, "court_over", at=at)
    assert case.facts["court"] == "某法院"


def test_closing_needs_every_flow_ended(hand: Hand) -> None:
    case = hand.open()
    hand.go(
        case,
        *TO_NOTICE,
        "waive_hearing",
        "decide",
        "serve",
        "appeal",
        "order_clear",
        "start_clearing",
        "accept_clearing",
    )
    child = hand.open(parent_id=case.id)
    with pytest.raises(Blocked) as refusal:
        hand.take(case, "close")
    assert {each["code"] for each in refusal.value.errors} == {"child_open", "appeal_open", "fine_unpaid"}
    hand.go(child, "refuse")
    hand.go(case, "appeal_over", "pay")
    assert hand.take(case, "close").after == "closed"


def test_an_unpaid_fine_may_be_waived_by_name_only(hand: Hand) -> None:
    case = hand.open()
    hand.go(
        case,
        *TO_NOTICE,
        "waive_hearing",
        "decide",
        "serve",
        "appeal",
        "order_clear",
        "start_clearing",
        "accept_clearing",
        "waive",
    )
    with pytest.raises(Blocked) as refusal:
        hand.take(case, "close")
    assert [each["code"] for each in refusal.value.errors] == ["appeal_open"]


def test_the_offender_of_an_ownerless_case_may_be_found_later(hand: Hand) -> None:
    case = hand.at("ownerless")
    hand.go(case, "trace", "clear_ownerless", "trace", "find_offender")
    assert case.state == "filed"
    known = hand.at("clearing")
    with pytest.raises(Blocked, match="known already"):
        hand.take(known, "find_offender")


# --- what follows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["file", "find_ownerless"])
def test_land_that_was_dumped_on_becomes_one_of_high_risk(hand: Hand, action: str) -> None:
    parcel = a_parcel(hand.session, risk_level="low")
    case = hand.at("verifying", parcel_ids=[parcel.id])
    assert parcel.risk_level == "low"
    hand.take(case, action)
    hand.session.refresh(parcel)
    assert parcel.risk_level == "high"
    reason = hand.session.connection().exec_driver_sql(
        "select reason from parcel_version where id = %s order by version_no desc limit 1", (parcel.id,)
    ).scalar_one()  # fmt: skip
    assert case.proceeding_no in reason


def test_the_fine_stands_among_the_amounts(hand: Hand) -> None:
    case = hand.at("served")
    hand.go(case, "pay")
    found = {(item.head, item.stage): item.amount_yuan for item in queries.amounts_of(hand.session, case.id)}
    assert found == {("fine", "ordered"): Decimal(100_000), ("fine", "paid"): Decimal(100_000)}


def test_an_act_begins_before_it_ends(hand: Hand) -> None:
    with pytest.raises(ActDaysWrong):
        hand.open(facts={"happened_from": "2026-09-02"})


@given(st.decimals(0, 10**7, places=2), st.integers(0, 400))
def test_a_late_fee_never_exceeds_the_fine(fine: Decimal, days: int) -> None:
    due = date(2026, 1, 1)
    fee = late_fee_yuan(fine, due, due + timedelta(days=days))
    assert 0 <= fee <= fine
    assert fee == min(fine, fine * days * 3 / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_every_state_has_a_way(session: Session) -> None:
    assert set(WAYS) == set(STATES)
