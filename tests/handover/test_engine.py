"""Every state × action of a handover, its clocks, and the register that follows."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.errors import NotFound, Refusal
from gis_service.handover import operations, queries
from gis_service.handover.models import Handover
from gis_service.handover.rules import HANDOVER
from gis_service.parcels.models import Document, Parcel, ParcelVersion
from gis_service.procedures import queries as proceedings
from gis_service.procedures import rules
from gis_service.procedures.clocks import Stand, readings
from gis_service.procedures.errors import Blocked, NotAStep, NotYours, OutsideScope, PapersWanting, SignaturesWanting
from gis_service.procedures.models import Proceeding
from tests.factories import an_area
from tests.filing import undone
from tests.handover.conftest import CHECKED, WAYS, Town

ACTIONS = sorted({step.action for step in HANDOVER.steps})


def parcel_of(session: Session, proceeding: Proceeding) -> Parcel:
    handover = session.get_one(Handover, proceeding.id)
    return session.get_one(Parcel, handover.parcel_id, populate_existing=True)


@pytest.mark.parametrize("state", sorted(WAYS))
def test_every_action_from_a_state_is_a_step_or_a_refusal(session: Session, town: Town, state: str) -> None:
    proceeding = town.at(state)
    for action in ACTIONS:
        with undone(session):
            step = rules.step_of(HANDOVER, state, action)
            if step is None:
                with pytest.raises(NotAStep):
                    town.take(proceeding, action)
                assert proceeding.state == state
            elif (state, action) == ("inspection", "pass"):
                with pytest.raises(Blocked, match="nobody checked"):
                    town.take(proceeding, action)
            elif action == "transfer_again":
                with pytest.raises(Blocked, match="no later handover"):
                    town.take(proceeding, action)
            else:
                assert town.take(proceeding, action).after == HANDOVER.target(state, step)


@pytest.mark.parametrize("state", [state for state in WAYS if state not in ("returned", "withdrawn", "refused")])
def test_the_register_follows_every_state_and_says_why(session: Session, town: Town, state: str) -> None:
    proceeding = town.at(state)
    parcel = parcel_of(session, proceeding)
    assert parcel.handover_status == state
    reason = session.scalar(
        select(ParcelVersion.c.reason)
        .where(ParcelVersion.c.id == parcel.id)
        .order_by(ParcelVersion.c.version_no.desc())
        .limit(1)
    )
    assert proceeding.proceeding_no in reason


def test_custodian_and_day_change_with_the_last_step_only(session: Session, town: Town) -> None:
    proceeding = town.at("signing")
    parcel = parcel_of(session, proceeding)
    assert (parcel.custodian_unit_id, parcel.handed_over_on) == (None, None)
    town.take(proceeding, "complete")
    parcel = parcel_of(session, proceeding)
    assert (parcel.custodian_unit_id, parcel.handed_over_on) == (town.receiving.id, clock.today())
    document = session.scalars(select(Document).order_by(Document.id.desc()).limit(1)).one()
    assert (document.kind, document.issuer) == ("handover_confirmation", "示例移交单位")
    cause = session.scalar(
        select(ParcelVersion.c.version_document_id)
        .where(ParcelVersion.c.id == parcel.id)
        .order_by(ParcelVersion.c.version_no.desc())
        .limit(1)
    )
    assert cause == document.id


def test_a_recall_gives_the_land_back_to_who_had_it(session: Session, town: Town) -> None:
    proceeding = town.at("returned", custodian_unit_id=town.witness.id)
    parcel = parcel_of(session, proceeding)
    assert (parcel.handover_status, parcel.custodian_unit_id, parcel.handed_over_on) == (
        "returned",
        town.witness.id,
        None,
    )


@pytest.mark.parametrize("state", ["withdrawn", "refused"])
def test_land_that_leaves_the_batch_is_as_it_was_before(session: Session, town: Town, state: str) -> None:
    proceeding = town.at(state, handover_status="returned")
    assert parcel_of(session, proceeding).handover_status == "returned"
    assert town.listed(parcel_of(session, proceeding))[0].state == "listed"


def test_a_second_handover_ends_the_first_one(session: Session, town: Town) -> None:
    first = town.at("handed_over")
    parcel = parcel_of(session, first)
    other = town.a_batch(receiving_unit_id=town.witness.id)
    (second,) = town.listed(parcel, batch=other)
    assert parcel_of(session, first).handover_status == "handed_over"
    for action in WAYS["handed_over"]:
        town.take(second, action)
    session.refresh(first)
    assert (first.state, first.facts["next_no"]) == ("transferred_again", second.proceeding_no)
    parcel = parcel_of(session, second)
    assert (parcel.handover_status, parcel.custodian_unit_id) == ("transferred_again", town.witness.id)
    assert proceedings.faults_of(session, HANDOVER, first) == []


def test_what_the_register_was_told_meanwhile_is_not_turned_back(session: Session, town: Town) -> None:
    proceeding = town.at("prepared")
    parcel = parcel_of(session, proceeding)
    session.execute(text("update parcel set handover_status = 'supplied' where id = :id"), {"id": parcel.id})
    town.take(proceeding, "withdraw")
    assert parcel_of(session, proceeding).handover_status == "supplied"


def test_land_that_was_retired_meanwhile_leaves_the_batch(session: Session, town: Town) -> None:
    proceeding = town.at("listed")
    session.execute(
        text("update parcel set retired_on = current_date where id = :id"), {"id": parcel_of(session, proceeding).id}
    )
    with pytest.raises(Blocked, match="retired"):
        town.take(proceeding, "prepare")
    assert town.take(proceeding, "withdraw").after == "withdrawn"


# --- papers, photos, signatures -----------------------------------------------------------------------------------------


def test_a_step_asks_for_its_papers_by_name(town: Town) -> None:
    proceeding = town.at("listed")
    with pytest.raises(PapersWanting) as refused:
        town.try_to(proceeding, "prepare")
    assert refused.value.sentence("zh").count("权属核实表、摸排结论") == 1


def test_an_objection_needs_the_written_reply(town: Town) -> None:
    with pytest.raises(PapersWanting, match="reply"):
        town.try_to(town.at("consulted"), "object")


def test_after_mending_somebody_must_look_again(town: Town) -> None:
    proceeding = town.at("issues")
    town.take(proceeding, "fixed")
    with pytest.raises(Blocked) as refused:
        town.take(proceeding, "pass")
    assert [each["code"] for each in refused.value.errors] == ["checklist", "boundary"]
    town.take(proceeding, "inspect")
    assert town.take(proceeding, "pass").after == "signing"


def test_photos_of_all_sides_and_of_late(town: Town) -> None:
    proceeding = town.at("inspection")
    town.take(proceeding, "inspect")
    town.photos(proceeding, ["东侧", "南侧", "西侧"])
    town.photos(proceeding, ["北侧"], days_ago=31)
    town.paper(proceeding, "site_record")
    with pytest.raises(Blocked) as refused:
        town.try_to(proceeding, "pass")
    assert "北侧照片超过 30 日" in refused.value.sentence("zh")
    town.photos(proceeding, ["北侧"], days_ago=30)
    assert town.try_to(proceeding, "pass").after == "signing"


def test_both_sides_sign_and_the_witness_where_there_is_one(town: Town) -> None:
    (proceeding,) = town.listed(town.a_parcel(), batch=town.a_batch(witness_unit_id=town.witness.id))
    for action in WAYS["signing"]:
        town.take(proceeding, action)
    town.paper(proceeding, "handover_confirmation")
    town.sign(proceeding, "giving")
    with pytest.raises(SignaturesWanting, match="receiving side"):
        town.try_to(proceeding, "complete")
    town.sign(proceeding, "receiving")
    with pytest.raises(Blocked, match="witness has not signed"):
        town.try_to(proceeding, "complete")
    town.sign(proceeding, "witness")
    assert town.try_to(proceeding, "complete").after == "handed_over"


def test_a_paper_after_the_signature_makes_it_one_of_the_past(town: Town) -> None:
    proceeding = town.at("signing")
    town.ready(proceeding, "complete")
    town.paper(proceeding, "handover_confirmation")
    with pytest.raises(SignaturesWanting):
        town.try_to(proceeding, "complete")


def test_a_leader_waives_by_name_and_with_a_reason(session: Session, town: Town) -> None:
    proceeding = town.at("listed", survey_status="drilling")
    with pytest.raises(Blocked, match="survey"):
        town.take(proceeding, "prepare")
    with pytest.raises(Refusal, match="waive"):
        town.take(proceeding, "waive", town.officer)
    town.take(proceeding, "waive", town.leader)
    assert town.take(proceeding, "prepare").after == "prepared"


def test_an_open_case_stops_the_signing_until_it_is_closed(session: Session, town: Town) -> None:
    proceeding = town.at("signing")
    parcel = parcel_of(session, proceeding)
    case = session.scalar(
        text("""insert into proceeding (district_code, noun, proceeding_no, title, state)
                values ('440402', 'case', 'AJ2026-9001', '示例', 'filed') returning id""")
    )
    session.execute(text("insert into proceeding_parcel values (:case, :parcel)"), {"case": case, "parcel": parcel.id})
    with pytest.raises(Blocked) as refused:
        town.take(proceeding, "complete")
    assert [(each["code"], each["waivable"]) for each in refused.value.errors] == [("case", False)]
    session.execute(text("update proceeding set is_closed = true, closed_at = now() where id = :id"), {"id": case})
    assert town.take(proceeding, "complete").after == "handed_over"


def test_left_over_issues_need_the_agreement_and_a_leader(town: Town) -> None:
    proceeding = town.at("issues")
    with pytest.raises(PapersWanting, match="what is left"):
        town.try_to(proceeding, "settle", town.leader)
    with pytest.raises(Refusal):
        town.take(proceeding, "settle", town.officer)
    assert town.take(proceeding, "settle", town.leader).after == "signing"


# --- clocks -------------------------------------------------------------------------------------------------------------


def stand(session: Session, proceeding: Proceeding, days: int) -> Stand:
    now = clock.now() + timedelta(days=days)
    log = proceedings.log_of(session, proceeding.id)
    (reading,) = [each for each in readings(HANDOVER, log, proceedings.workdays(session), now) if each.ended_at is None]
    return reading.stand


def test_the_reply_is_due_in_five_working_days(session: Session, town: Town) -> None:
    proceeding = town.at("consulted")
    assert stand(session, proceeding, 0) in (Stand.RUNNING, Stand.NEAR)
    assert stand(session, proceeding, 20) is Stand.LATE
    town.take(proceeding, "agree")
    log = proceedings.log_of(session, proceeding.id)
    assert {each.stand for each in readings(HANDOVER, log, proceedings.workdays(session), clock.now())} == {Stand.MET}


def test_the_date_set_for_mending_is_the_clock(session: Session, town: Town) -> None:
    proceeding = town.at("inspection")
    town.take(proceeding, "inspect")
    due = clock.today() + timedelta(days=10)
    town.take(proceeding, "find_issues", facts={"issues_found": "围蔽缺口", "fix_by": due.isoformat()})
    assert stand(session, proceeding, 5) in (Stand.RUNNING, Stand.NEAR)
    assert stand(session, proceeding, 12) is Stand.LATE


# --- who sees and does what -----------------------------------------------------------------------------------------------


def test_a_unit_sees_only_its_own_handovers(session: Session, town: Town) -> None:
    mine = town.at("consulted")
    (others,) = town.listed(town.a_parcel(), batch=town.a_batch(receiving_unit_id=town.witness.id))
    ids = mine.id, others.id
    town.enter(town.receiver)
    session.expire_all()
    assert [each.id for each in proceedings.listed(session, HANDOVER, proceedings.Wanted())] == [ids[0]]
    assert len(queries.listed(session, state=None, before_id=None, size=10)) == 1
    with pytest.raises(NotFound):
        proceedings.one(session, HANDOVER, ids[1])


def test_the_giving_unit_does_not_answer_for_the_receiving_one(town: Town) -> None:
    proceeding = town.at("consulted")
    giver = town.somebody(Role.UNIT_USER, unit=town.giving)
    with pytest.raises(NotYours, match="receiving unit"):
        town.take(proceeding, "agree", giver)
    assert town.take(proceeding, "agree", town.receiver).after == "inspection"


def test_the_witness_sees_what_it_witnesses_and_nothing_else(session: Session, town: Town) -> None:
    (mine,) = town.listed(town.a_parcel(), batch=town.a_batch(witness_unit_id=town.witness.id))
    other = town.at("listed")
    ids = mine.id, other.id
    town.enter(town.somebody(Role.UNIT_USER, unit=town.witness))
    session.expire_all()
    assert (proceedings.is_seen(session, ids[0]), proceedings.is_seen(session, ids[1])) == (True, False)


def test_an_officer_of_another_area_takes_no_step_here(session: Session, town: Town) -> None:
    proceeding = town.at("listed")
    stranger = town.somebody(Role.LAND_OFFICER, area_id=an_area(session).id)
    with pytest.raises(OutsideScope):
        town.take(proceeding, "prepare", stranger)


def test_the_receiving_unit_looks_and_fills_the_checklist(town: Town) -> None:
    proceeding = town.at("inspection")
    entry = town.take(proceeding, "inspect", town.receiver, facts={**CHECKED, "fence_seen": "damaged"})
    assert (entry.after, entry.facts["fence_seen"]) == ("inspection", "damaged")


# --- replay ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.integers(0, 50), max_size=20))
def test_random_walks_give_the_stored_state_when_played_again(session: Session, town: Town, choices: list[int]) -> None:
    proceeding = town.at("listed")
    for turn in choices:
        offered = list(HANDOVER.offered(proceeding.state))
        if not offered:
            break
        try:
            with session.begin_nested():
                town.take(proceeding, offered[turn % len(offered)].action)
        except Blocked:
            session.refresh(proceeding)
    assert proceedings.faults_of(session, HANDOVER, proceeding) == []
    handover = session.get_one(Handover, proceeding.id)
    assert handover.is_under_way is (proceeding.state in operations.rules.UNDER_WAY)
