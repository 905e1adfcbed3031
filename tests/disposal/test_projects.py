"""固废处置项目: its table, what stands in the way, how the register follows, what is told of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.core.errors import Forbidden
from gis_service.disposal import queries
from gis_service.disposal.conduct import CONDUCT
from gis_service.disposal.errors import BaseNotClean, EstimateOrder, HazardUntold, NoParcel, NotFenced
from gis_service.disposal.partners import operations as partners
from gis_service.disposal.partners.models import DisposalCarrier, DisposalSiteConsent
from gis_service.disposal.rules import DIGGING, ORDER, PROCEDURE, Standing, is_off, obstacles, register_status
from gis_service.parcels import operations as register
from gis_service.parcels.operations import Why
from gis_service.parcels.rules import DisposalStatus
from gis_service.procedures import operations, rules
from gis_service.procedures import queries as engine
from gis_service.procedures.errors import NotAStep, NotYours, PapersWanting, SamePerson
from gis_service.procedures.operations import Opening
from tests.disposal.desk import TO_ACCEPTANCE, TO_END, TO_REMOVAL, TODAY, WAYS, Desk
from tests.factories import a_unit
from tests.filing import somebody, take, undone

EXCEPT = {("hazard_found", f"resume_{state}") for state in DIGGING} | {
    ("suspended", f"resume_{state}") for state in ("preparing", "excavating", "base_inspection", "backfilling")
} | {("audited", "close_out")}  # fmt: skip
"""Steps that are blocked on the shortest way."""


def test_the_table_has_no_fault_and_speaks_the_words_of_the_register() -> None:
    assert rules.faults(PROCEDURE) == []
    assert {state.code for state in PROCEDURE.states} - {"withdrawn"} == {each.value for each in DisposalStatus} - {
        "not_listed"
    }


@pytest.mark.parametrize("state", list(WAYS))
def test_every_state_and_action_is_a_step_or_a_refusal(desk: Desk, state: str) -> None:
    project = desk.project(*WAYS[state])
    assert project.state == state
    for action in sorted({step.action for step in PROCEDURE.steps}):
        step = rules.step_of(PROCEDURE, state, action)
        with undone(desk.session):
            if step is None:
                with pytest.raises(NotAStep):
                    desk.do(project, action)
            elif (state, action) in EXCEPT:
                assert desk.refused(project, action)
            elif not CONDUCT.blockers(desk.session, project, step):
                desk.do(project, action)
                assert project.state == PROCEDURE.target(state, step)
    assert engine.faults_of(desk.session, PROCEDURE, project) == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.integers(0, 500), max_size=30))
def test_random_walks_replay_and_the_register_says_what_the_projects_say(desk: Desk, turns: list[int]) -> None:
    parcel = desk.parcel()
    project = desk.project(parcels=[parcel], begun=20)
    for turn in turns:
        offered = list(PROCEDURE.offered(project.state))
        if not offered:
            break
        step = offered[turn % len(offered)]
        if not CONDUCT.blockers(desk.session, project, step):
            desk.do(project, step.action)
        assert parcel.disposal_status == register_status(queries.standings(desk.session, parcel.id).values())
    assert engine.faults_of(desk.session, PROCEDURE, project) == []
    assert parcel.waste_found is True


def test_a_project_goes_from_the_plan_to_the_striking_off(desk: Desk) -> None:
    parcel = desk.parcel()
    project = desk.project(*TO_END, parcels=[parcel])
    assert (project.state, project.is_closed, parcel.disposal_status, parcel.waste_found) == (
        "closed_out",
        True,
        "closed_out",
        True,
    )
    own = queries.one(desk.session, project.id)
    assert (own.plan_year, own.batch, own.approved_m3, own.measured_m3) == (2026, "第一批", 100, 100)
    assert (own.accepted_loads, own.accepted_net_t) == (1, 130)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_project_needs_land_and_an_estimate_in_order(desk: Desk) -> None:
    opening = Opening("示例", {"waste_class": "mixed"})
    with pytest.raises(NoParcel), desk.session.begin_nested():
        operations.open_proceeding(desk.session, CONDUCT, desk.officer, "440402", opening)
    with pytest.raises(EstimateOrder), desk.session.begin_nested():
        desk.project(estimate_low_m3="101")


# --- what stands in the way -------------------------------------------------------------------------------------------


def test_nothing_is_approved_without_the_experts_opinion(desk: Desk) -> None:
    project = desk.project("plan", "submit_scheme")
    with pytest.raises(PapersWanting, match="opinion of experts"):
        take(
            desk.session,
            CONDUCT,
            desk.officer,
            project,
            "approve",
            {"approved_m3": "1", "approved_yuan": "1"},
            papers=False,
        )


def test_no_digging_before_the_scheme_is_filed_the_permit_given_and_somebody_carries_and_receives(desk: Desk) -> None:
    project = desk.project(*TO_REMOVAL[:5])
    with pytest.raises(PapersWanting, match=r"treatment scheme.*disposal permit"):
        take(
            desk.session,
            CONDUCT,
            desk.officer,
            project,
            "excavate",
            {"filed_on": "2026-01-01", "permit_no": "1", "route": "路"},
            papers=False,
        )
    partners.leave(desk.session, DisposalCarrier, project.id, desk.carrier.id)
    partners.leave(desk.session, DisposalSiteConsent, project.id, desk.site.id)
    assert desk.refused(project, "excavate") == ["no_carrier", "no_site"]
    expired = desk.a_carrier("粤C30001", days=-1)
    partners.carry(desk.session, desk.officer, project.id, expired.id)
    assert desk.refused(project, "excavate") == ["no_carrier", "no_site"]


def test_removal_ends_when_every_load_arrived_and_every_doubt_is_decided(desk: Desk) -> None:
    project = desk.project(*TO_REMOVAL)
    desk.received(project)
    under_way = desk.record(project, plate="粤C10002")
    assert desk.refused(project, "finish_removal") == ["manifests_under_way"]
    desk.receive(under_way, ticket_no="B-X", unloaded_at=under_way.loaded_at + timedelta(seconds=1))
    assert under_way.status == "mismatch"
    assert desk.refused(project, "finish_removal") == ["flags_undecided"]


def test_removing_more_than_was_approved_needs_an_approved_change(desk: Desk) -> None:
    project = desk.project(*TO_REMOVAL)
    desk.received(project, net_t="150")  # 115.4 m³ in place at 1.3 t/m³, of 100 approved
    assert desk.refused(project, "finish_removal") == ["quantity_off"]
    desk.do(project, "change_quantity", approved_m3="115")
    desk.do(project, "finish_removal")
    assert project.state == "base_inspection"


def test_an_acceptance_stands_on_base_loads_quantity_and_photos(desk: Desk) -> None:
    project = desk.project(*TO_ACCEPTANCE)
    own = queries.one(desk.session, project.id)
    own.measured_m3, own.base_is_clean = None, False
    for file in engine.files_of(desk.session, project.id):
        file.label = "其他"
    assert desk.refused(project, "accept") == ["base_not_clean", "not_measured", "no_photos"]


def test_a_measured_quantity_ten_per_cent_off_needs_an_approved_change(desk: Desk) -> None:
    project = desk.project(*TO_ACCEPTANCE)
    desk.do(project, "measure", measured_m3="89.9")
    assert desk.refused(project, "accept") == ["quantity_off"]
    desk.do(project, "change_quantity", approved_m3="90")
    desk.do(project, "accept")
    assert project.state == "audited"


@given(st.decimals(1, 10**6, places=2), st.decimals(0, 10**7, places=2))
def test_ten_per_cent_is_counted_from_what_was_approved(approved: Decimal, found: Decimal) -> None:
    assert is_off(found, approved) is (found > approved * Decimal("1.1") or found < approved * Decimal("0.9"))


def test_a_base_with_one_dirty_point_does_not_pass(desk: Desk) -> None:
    project = desk.project(*TO_ACCEPTANCE[:8])
    with pytest.raises(BaseNotClean), desk.session.begin_nested():
        desk.do(project, "pass_base", base_points_clean=4)
    desk.session.expire_all()
    desk.do(project, "dig_more")
    assert queries.one(desk.session, project.id).removal_until is None


def test_work_that_was_not_accepted_is_proven_anew(desk: Desk) -> None:
    project = desk.project(*TO_ACCEPTANCE)
    desk.do(project, "rework")
    own = queries.one(desk.session, project.id)
    assert (own.measured_m3, own.base_is_clean, own.base_points) == (None, False, None)
    began = own.removal_from
    desk.do(project, "begin_removal")
    assert own.removal_from == began


# --- who ----------------------------------------------------------------------------------------------------------------


def test_it_is_closed_out_after_the_audit_by_somebody_else(desk: Desk) -> None:
    project = desk.project(*TO_ACCEPTANCE, "accept")
    assert desk.refused(project, "close_out") == ["not_audited"]
    desk.do(project, "audit")
    with pytest.raises(SamePerson), desk.session.begin_nested():
        take(desk.session, CONDUCT, desk.officer, project, "close_out")
    desk.session.expire_all()
    desk.do(project, "close_out")
    assert project.is_closed


def test_an_account_audited_before_it_was_reopened_is_audited_again(desk: Desk) -> None:
    project = desk.project(*TO_ACCEPTANCE, "accept", "audit", "reopen", "accept")
    assert desk.refused(project, "close_out") == ["not_audited"]


def test_the_contractor_neither_accepts_nor_closes_out(desk: Desk) -> None:
    unit = a_unit(desk.session).id
    project = desk.project(*TO_REMOVAL[:4])
    desk.do(project, "prepare", contractor_unit=unit)
    desk.do(project, *TO_ACCEPTANCE[5:])
    insider = somebody(desk.session, Role.LEADER, Role.WASTE_OFFICER, unit_id=unit)
    assert project.counterpart_unit_id == unit
    with pytest.raises(NotYours, match="contractor"):
        take(desk.session, CONDUCT, insider, project, "accept", {"accepted_by": ["甲", "乙", "丙"]})


def test_leaders_approve_and_waste_officers_handle(session: Session, desk: Desk) -> None:
    project, officer = desk.project("plan", "submit_scheme"), somebody(session, Role.WASTE_OFFICER)
    with pytest.raises(Forbidden):
        take(session, CONDUCT, officer, project, "approve", {"approved_m3": "1", "approved_yuan": "1"})


# --- stops ------------------------------------------------------------------------------------------------------------


def test_a_suspended_project_goes_back_to_where_it_was(desk: Desk) -> None:
    project = desk.project(*TO_REMOVAL[:6], "suspend")
    assert desk.refused(project, "resume_removing") == ["stopped_elsewhere"]
    desk.do(project, "resume_excavating")
    assert (project.state, queries.one(desk.session, project.id).stopped_at) == ("excavating", None)


def test_suspected_hazardous_waste_stops_the_work_until_it_is_known(desk: Desk) -> None:
    parcel = desk.parcel()
    project = desk.project(*TO_REMOVAL, parcels=[parcel])
    with pytest.raises(NotFenced), desk.session.begin_nested():
        desk.do(project, "find_hazard", fenced=False)
    desk.session.expire_all()
    desk.do(project, "find_hazard")
    assert parcel.disposal_status == "hazard_found"
    assert desk.refused(project, "resume_removing") == ["hazard_not_settled"]
    with pytest.raises(HazardUntold), desk.session.begin_nested():
        desk.do(project, "settle_hazard", is_hazardous=True)
    desk.session.expire_all()
    desk.do(project, "settle_hazard", is_hazardous=True, national_manifest_no="2026440400000001")
    desk.do(project, "resume_removing")
    assert parcel.disposal_status == "removing"


# --- the register -----------------------------------------------------------------------------------------------------


def test_of_two_open_projects_the_least_advanced_speaks(desk: Desk) -> None:
    parcel = desk.parcel()
    first = desk.project(*TO_REMOVAL, parcels=[parcel])
    assert parcel.disposal_status == "removing"
    second = desk.project(parcels=[parcel, desk.parcel()])
    assert parcel.disposal_status == "proposed"
    desk.do(second, "withdraw")
    assert parcel.disposal_status == "removing"
    desk.do(first, *TO_END[7:])
    assert parcel.disposal_status == "closed_out"


def test_what_the_register_was_told_otherwise_stands_until_the_project_comes_there(desk: Desk) -> None:
    parcel = desk.parcel()
    project = desk.project("plan", parcels=[parcel])
    desk.session.refresh(parcel)
    told = {"disposal_status": "approved"}
    register.change(desk.session, parcel.id, seen=parcel.row_version, facts=told, why=Why("据批文更正", None))
    desk.do(project, "submit_scheme")
    assert parcel.disposal_status == "approved"
    desk.do(project, "approve", "procure")
    assert parcel.disposal_status == "procurement"


def test_waste_found_again_after_a_closed_project_is_listed_anew(desk: Desk) -> None:
    parcel = desk.parcel(disposal_status="closed_out")
    desk.project(parcels=[parcel])
    assert parcel.disposal_status == "proposed"


STANDINGS = st.sampled_from([state.code for state in PROCEDURE.states if state.code not in ("suspended",)])


@given(st.lists(STANDINGS, max_size=6))
def test_the_order_of_projects_does_not_matter_to_the_register(states: list[str]) -> None:
    found = register_status([Standing(state) for state in states])
    assert found == register_status([Standing(state) for state in reversed(states)])
    running = [state for state in states if not PROCEDURE.by_code[state].final]
    if running and "hazard_found" not in running:
        assert ORDER[found] == min(ORDER[state] for state in running)


def test_a_step_without_conditions_has_no_obstacles(desk: Desk) -> None:
    project = desk.project()
    known = queries.situation(desk.session, project)
    assert {step.action: obstacles(step.action, known) for step in PROCEDURE.steps if step.action in ("plan", "procure", "withdraw")} == {
        "plan": [], "procure": [], "withdraw": [],
    }  # fmt: skip


def test_the_page_says_what_was_removed_against_what_was_estimated(desk: Desk) -> None:
    project = desk.project(*TO_REMOVAL, other_classes=["demolition_waste"])
    desk.received(project, net_t="65")
    desk.received(project, net_t="80", waste_class="demolition_waste")
    told = CONDUCT.details(desk.session, project)["balance"]
    assert told["removed"] == {
        "trucks": 2, "loose_m3": Decimal("40.0"), "net_t": Decimal("145.000"), "in_place_m3": Decimal("100.0"), "unweighed": 0,
    }  # fmt: skip
    assert told["against_estimate"]["inside"] is True
    assert told["against_estimate"]["off_share"] == 0
    assert [(line["waste_class"], line["in_place_m3"]) for line in told["by_class"]] == [
        ("demolition_waste", 50),
        ("mixed", 50),
    ]
    assert sum(line["trucks"] for line in told["by_day"]) == 2
    desk.received(project, net_t="60")
    assert CONDUCT.details(desk.session, project)["balance"]["against_estimate"]["inside"] is False
    assert told["by_day"][0]["day"] <= TODAY
