"""Land that was handed over is walked by who has it in care now: the rounds of who had it before let it go."""

from datetime import timedelta

from sqlalchemy import select

from gis_service.core import clock
from gis_service.handover.models import Handover
from gis_service.patrols.planning.models import PatrolTask, PatrolTaskParcel
from gis_service.patrols.planning.operations import give_out
from tests.factories import a_unit
from tests.handover.conftest import Town


def tasks_over(town: Town, parcel_id: int) -> set[tuple[int | None, str]]:
    asked = (
        select(PatrolTask.unit_id, PatrolTask.state)
        .join(PatrolTaskParcel, PatrolTaskParcel.task_id == PatrolTask.id)
        .where(PatrolTaskParcel.parcel_id == parcel_id)
    )
    return {(unit_id, state) for unit_id, state in town.session.execute(asked)}


def test_a_handover_and_its_recall_take_the_tasks_along(town: Town) -> None:
    before = a_unit(town.session, kind="custodian")
    proceeding = town.at("signing", custodian_unit_id=before.id)
    parcel_id = town.session.get_one(Handover, proceeding.id).parcel_id
    days = {"due_from": clock.today(), "due_on": clock.today() + timedelta(days=3)}
    old = give_out(
        town.session, "440402", {"title": "示例巡查", "unit_id": before.id, "night": False, **days}, [parcel_id]
    )
    town.take(proceeding, "complete")
    town.session.refresh(old)
    assert old.state == "cancelled"
    assert tasks_over(town, parcel_id) == {(town.receiving.id, "open")}
    town.take(proceeding, "recall")
    assert tasks_over(town, parcel_id) == {(before.id, "open")}
