"""What a survey that found waste leads to: one proposed project for its bodies, in the transaction of its approval."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from geoalchemy2.shape import from_shape
from sqlalchemy import select

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.conducts import CONDUCTS
from gis_service.core import db
from gis_service.disposal import queries
from gis_service.disposal.conduct import CONDUCT
from gis_service.disposal.errors import BodiesUnreadable, BodyTaken
from gis_service.disposal.models import Disposal
from gis_service.disposal.proposing import Quantities, propose
from gis_service.parcels.models import Parcel
from gis_service.procedures import operations
from gis_service.procedures import queries as engine
from gis_service.procedures.conduct import Conduct, no_blockers
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening
from gis_service.surveys.bodies.models import WasteBody, WasteBodyParcel
from tests.disposal.desk import TO_END, Desk
from tests.factories import an_area, land
from tests.filing import somebody, take

SURVEYS: Conduct = replace(next(each for each in CONDUCTS if each.procedure.noun == "survey"), blockers=no_blockers)
"""As the service runs them, without the evidence that other tests ask for."""


def a_survey(desk: Desk, *parcels: Parcel, area_id: int | None = None) -> Proceeding:
    opening = Opening("示例摸排", {}, parcel_ids=[parcels[0].id], area_id=area_id)
    return operations.open_proceeding(desk.session, SURVEYS, desk.officer, "440402", opening)


def a_body(desk: Desk, survey: Proceeding, *parcels: Parcel, **facts: Any) -> WasteBody:
    made = WasteBody(
        **{
            "district_code": "440402", "body_no": f"{survey.proceeding_no}-{facts.pop('n', 1)}", "survey_id": survey.id,
            "waste_class": "mixed", "geom": from_shape(land(), srid=4490), "volume_low_m3": 80, "volume_best_m3": 100,
            "volume_high_m3": 130, **facts,
        }
    )  # fmt: skip
    desk.session.add(made)
    desk.session.flush()
    desk.session.add_all(WasteBodyParcel(waste_body_id=made.id, parcel_id=parcel.id, share=1) for parcel in parcels)
    desk.session.flush()
    return made


def approve(desk: Desk, survey: Proceeding, result: str = "positive", area_id: int | None = None) -> None:
    steps = (
        ("finish_desk", {"suspicion": "high", "history": "填塘", "surface_signs": "堆体"}),
        ("start_drilling", {"spacing_m": "20"}),
        ("report", {"survey_result": result, "conclusion": "见固废"}),
        ("review", {"experts": ["甲"], "verdict": "pass", "review_note": "同意"}),
        ("approve", {}),
    )
    reviewer = somebody(desk.session, Role.WASTE_OFFICER, Role.LEADER, area_id=area_id)
    for action, facts in steps:
        doer = reviewer if action in ("review", "approve") else desk.officer
        take(desk.session, SURVEYS, doer, survey, action, facts)


def proposed(desk: Desk) -> list[Disposal]:
    return list(desk.session.scalars(select(Disposal).order_by(Disposal.proceeding_id)))


def test_an_approved_survey_that_found_waste_proposes_its_removal(desk: Desk) -> None:
    area = an_area(desk.session)
    first, second = desk.parcel(waste_found=None, area_id=area.id), desk.parcel(waste_found=None, area_id=area.id)
    survey = a_survey(desk, first)
    bodies = [
        a_body(desk, survey, first, second),
        a_body(desk, survey, second, n=2, waste_class="demolition_waste", volume_best_m3=90, volume_low_m3=70),
    ]
    approve(desk, survey)
    (own,) = proposed(desk)
    project = desk.session.get_one(Proceeding, own.proceeding_id)
    assert (project.state, project.parent_id, project.area_id) == ("proposed", survey.id, area.id)
    assert (own.estimate_low_m3, own.estimate_best_m3, own.estimate_high_m3) == (150, 190, 260)
    assert (own.waste_class, own.other_classes, own.survey_no) == ("mixed", ["demolition_waste"], survey.proceeding_no)
    assert queries.bodies_of(desk.session, project.id) == [body.id for body in bodies]
    assert {parcel["id"] for parcel in engine.parcels_of(desk.session, project.id)} == {first.id, second.id}
    for parcel in (first, second):
        desk.session.refresh(parcel)
    assert (first.waste_found, first.disposal_status, second.disposal_status) == (True, "proposed", "proposed")
    assert engine.faults_of(desk.session, CONDUCT.procedure, project) == []


def test_nothing_is_proposed_where_nothing_was_found(desk: Desk) -> None:
    survey = a_survey(desk, desk.parcel(waste_found=None))
    approve(desk, survey, "negative")
    assert proposed(desk) == []


def test_a_body_that_reaches_beyond_the_approvers_area_is_proposed_as_a_whole(desk: Desk) -> None:
    area = an_area(desk.session)
    inside, outside = desk.parcel(waste_found=None, area_id=area.id), desk.parcel(waste_found=None)
    survey = a_survey(desk, inside, area_id=area.id)
    a_body(desk, survey, inside, outside)
    approve(desk, survey, area_id=area.id)
    db.enter(desk.session, EVERYTHING)
    project = proposed(desk)[0].proceeding_id
    assert {parcel["id"] for parcel in engine.parcels_of(desk.session, project)} == {inside.id, outside.id}


def test_bodies_of_an_open_project_are_not_proposed_twice(desk: Desk) -> None:
    parcel = desk.parcel()
    survey = a_survey(desk, parcel)
    body = a_body(desk, survey, parcel)

    def again() -> Proceeding:
        quantities = Quantities(best_m3=Decimal(100))
        return propose(desk.session, desk.officer, "440402", [parcel.id], [body.id], quantities, survey.proceeding_no)

    first = again()
    assert again().id == first.id
    with pytest.raises(BodyTaken), desk.session.begin_nested():
        desk.project(parcels=[parcel], waste_bodies=str(body.id))
    desk.session.expire_all()
    desk.do(first, "withdraw")
    assert again().id != first.id


def test_without_bodies_one_project_is_proposed_for_a_survey(desk: Desk) -> None:
    parcel = desk.parcel()
    made = [propose(desk.session, desk.officer, "440402", [parcel.id], [], Quantities(), "MP-1") for _ in range(2)]
    assert made[0].id == made[1].id
    assert queries.one(desk.session, made[0].id).waste_class == "unknown"


def test_bodies_are_cleared_with_the_project_and_stay_as_history(desk: Desk) -> None:
    parcel = desk.parcel()
    survey = a_survey(desk, parcel)
    body = a_body(desk, survey, parcel)
    with pytest.raises(BodiesUnreadable), desk.session.begin_nested():
        desk.project(parcels=[parcel], waste_bodies="甲、乙")
    desk.session.expire_all()
    desk.project(*TO_END, parcels=[parcel], waste_bodies=f" {body.id}、")
    desk.session.refresh(body)
    assert (body.state, parcel.waste_found) == ("cleared", True)
