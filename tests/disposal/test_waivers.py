"""Supply and handover wait for the acceptance of the removal, or for somebody's name."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from gis_service.core.http import conflict
from gis_service.disposal import queries, waivers
from gis_service.disposal.errors import NothingBuried, WaiverRevoked
from gis_service.handover.rules import Situation, obstacles
from gis_service.parcels import operations as register
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.procedures.errors import ReasonWanting
from tests.disposal.desk import TO_ACCEPTANCE, TO_REMOVAL, TODAY, Desk
from tests.filing import undone


def supply(session: Session, parcel: Parcel, status: str = "announced") -> None:
    session.refresh(parcel)
    register.change(
        session, parcel.id, seen=parcel.row_version, facts={"supply_status": status}, why=Why("供地公告", None)
    )


def refused(session: Session, parcel: Parcel, status: str = "announced") -> str:
    with pytest.raises(IntegrityError) as error, session.begin_nested():
        supply(session, parcel, status)
    session.expire_all()
    return conflict(error.value).sentence("zh")


def test_land_with_waste_is_not_supplied_and_the_refusal_says_what_to_do(desk: Desk) -> None:
    parcel = desk.parcel()
    for status in ("announced", "supplied"):
        told = refused(desk.session, parcel, status)
        assert "处置未验收" in told
        assert "批准带病移交、供地" in told
    supply(desk.session, parcel, "planned")


def test_it_is_supplied_once_the_removal_was_accepted(desk: Desk) -> None:
    parcel = desk.parcel()
    project = desk.project(*TO_ACCEPTANCE, parcels=[parcel])
    refused(desk.session, parcel)
    desk.do(project, "accept")
    supply(desk.session, parcel)
    supply(desk.session, parcel, "supplied")


def test_a_leaders_waiver_lets_it_go_by_name_and_can_be_taken_back(desk: Desk) -> None:
    parcel = desk.parcel()
    project = desk.project(*TO_REMOVAL, parcels=[parcel])
    desk.do(project, "allow_as_is", covers="supply")
    waiver = queries.waivers(desk.session, [parcel.id])[0]
    assert (waiver.given_by_name, waiver.reason, waiver.proceeding_id) == (desk.officer.name, "说明理由", project.id)
    assert (waiver.for_supply, waiver.for_handover) == (True, False)
    with undone(desk.session):
        supply(desk.session, parcel)
    with pytest.raises(ReasonWanting):
        waivers.revoke(desk.session, desk.officer, waiver.id, "")
    waivers.revoke(desk.session, desk.officer, waiver.id, "受让方退出")
    refused(desk.session, parcel)
    with pytest.raises(WaiverRevoked):
        waivers.revoke(desk.session, desk.officer, waiver.id, "再撤")


def test_a_waiver_of_the_handover_does_not_cover_the_supply(desk: Desk) -> None:
    parcel = desk.parcel()
    waivers.give(desk.session, desk.officer, parcel, "handover", "先移交管护")
    refused(desk.session, parcel)
    assert queries.waived_for_handover(desk.session, [parcel.id]) == {parcel.id}


def test_the_handover_asks_for_the_acceptance_or_the_waiver() -> None:
    buried = Situation(waste_found=True, disposal_status="removing")
    assert "waste" in {each.code for each in obstacles(buried, TODAY)}
    for free in ({"disposal_status": "audited"}, {"waste_waived": True}):
        known = Situation(**{"waste_found": True, "disposal_status": "removing", **free})
        assert "waste" not in {each.code for each in obstacles(known, TODAY)}


def test_nothing_is_waived_where_nothing_is_buried_or_without_a_reason(desk: Desk) -> None:
    with pytest.raises(NothingBuried):
        waivers.give(desk.session, desk.officer, desk.parcel(waste_found=False), "both", "理由")
    with pytest.raises(ReasonWanting):
        waivers.give(desk.session, desk.officer, desk.parcel(), "both", " ")


def test_land_without_waste_and_land_supplied_before_are_left_alone(desk: Desk) -> None:
    clean, supplied = desk.parcel(waste_found=False), desk.parcel(supply_status="supplied")
    supply(desk.session, clean)
    desk.session.refresh(supplied)
    register.change(
        desk.session, supplied.id, seen=supplied.row_version, facts={"remark": "已供"}, why=Why("备注", None)
    )


def test_the_application_cannot_pass_for_history(desk: Desk) -> None:
    from gis_service.core import db

    parcel = desk.parcel()
    db.setting(desk.session, app_version_at="2020-01-01T00:00:00+08:00")
    with pytest.raises(DBAPIError, match="is not cleared"):
        supply(desk.session, parcel)
