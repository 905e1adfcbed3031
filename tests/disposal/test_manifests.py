"""转运联单: recorded once, received, doubted, decided; a ticket counts once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.disposal.errors import (
    FlagDecided,
    HazardUntold,
    ManifestDiffers,
    ManifestState,
    NotOfProject,
    PlateUnreadable,
    ProjectNotOpen,
)
from gis_service.disposal.manifests import operations, queries
from gis_service.disposal.manifests.rules import Verdict
from gis_service.disposal.schemas import ManifestIn, ReceiptIn
from gis_service.procedures.errors import ReasonWanting
from gis_service.procedures.models import Proceeding
from tests.conftest import CloneServices
from tests.disposal.desk import TO_END, TO_REMOVAL, Desk, hours_ago


@pytest.fixture
def project(desk: Desk) -> Proceeding:
    return desk.project(*TO_REMOVAL)


def test_the_same_load_sent_again_is_known_and_other_content_is_refused(desk: Desk, project: Proceeding) -> None:
    id_, said = uuid.uuid4(), desk.said(project)
    first, new = operations.record(desk.session, desk.officer, id_, said)
    again, again_new = operations.record(desk.session, desk.officer, id_, ManifestIn(**said.model_dump()))
    assert (new, again_new, again is first) == (True, False, True)
    with pytest.raises(ManifestDiffers):
        operations.record(desk.session, desk.officer, id_, said.model_copy(update={"driver": "另一人"}))


def test_a_load_goes_from_the_gate_to_the_weighbridge(desk: Desk, project: Proceeding) -> None:
    load = desk.record(project)
    assert (load.status, load.plate, desk.flags(load).keys()) == ("in_transit", "粤C10001", {"received_late"})
    said = desk.receipt(gross_t="28", tare_t="13", net_t=None)
    load = operations.receive(desk.session, desk.officer, load.id, ReceiptIn(**said))
    assert (load.status, load.net_t, desk.flags(load)) == ("received", 15, {})
    assert operations.receive(desk.session, desk.officer, load.id, ReceiptIn(**{**said, "net_t": "15"})).id == load.id
    with pytest.raises(ManifestState):
        desk.receive(load)


def test_a_load_is_of_its_projects_land_and_of_a_plate(desk: Desk, project: Proceeding) -> None:
    with pytest.raises(NotOfProject), desk.session.begin_nested():
        desk.record(project, parcel_id=desk.parcel().id)
    with pytest.raises(PlateUnreadable), desk.session.begin_nested():
        desk.record(project, plate="12345")
    with pytest.raises(ValidationError):
        desk.said(project, loaded_m3="-1")


def test_projects_before_work_and_after_acceptance_take_no_loads(desk: Desk) -> None:
    for ways in (["plan"], TO_END):
        with pytest.raises(ProjectNotOpen), desk.session.begin_nested():
            desk.record(desk.project(*ways))


def test_a_ticket_counts_once_across_projects(desk: Desk, project: Proceeding) -> None:
    other = desk.project(*TO_REMOVAL)
    at = {"unloaded_at": hours_ago(20), "ticket_no": "SAME"}
    first = desk.record(project, at, loaded_at=hours_ago(21))
    second = desk.record(other, at, loaded_at=hours_ago(21), plate="粤C10002")
    assert (first.status, first.counts, second.status, second.counts) == ("received", True, "mismatch", False)
    assert set(desk.flags(second)) == {"ticket_twice"}
    assert queries.loads_of(desk.session, [project.id, other.id]).keys() == {project.id}
    elsewhere = desk.a_site()
    third = desk.record(
        other, {**at, "site_id": elsewhere.id}, loaded_at=hours_ago(21), plate="粤C10003", site_id=elsewhere.id
    )
    assert "ticket_twice" not in desk.flags(third)


def test_a_number_counts_once(desk: Desk, project: Proceeding) -> None:
    first = desk.received(project, manifest_no="LD-A")
    second = desk.received(project, manifest_no="LD-A")
    assert (first.counts, second.counts, set(desk.flags(second))) == (True, False, {"no_twice"})
    with pytest.raises(DBAPIError, match="uq_manifest_no"), desk.session.begin_nested():
        desk.session.execute(text("update manifest set counts = true where id = :id"), {"id": second.id})


def test_when_the_first_is_void_the_second_counts(desk: Desk, project: Proceeding) -> None:
    first, second = desk.received(project, manifest_no="LD-B"), desk.received(project, manifest_no="LD-B")
    with pytest.raises(ReasonWanting):
        operations.void(desk.session, desk.officer, first.id, " ")
    operations.void(desk.session, desk.officer, first.id, "重复开具")
    desk.session.refresh(second)
    assert (first.status, second.status, second.counts, desk.flags(second)) == ("void", "received", True, {})


def test_a_named_person_decides_with_a_reason_and_it_stands(desk: Desk, project: Proceeding) -> None:
    doubtful = desk.received(project, loaded_net_t="10")
    assert (doubtful.status, set(desk.flags(doubtful))) == ("mismatch", {"net_differs"})
    operations.decide(desk.session, desk.officer, doubtful.id, "net_differs", Verdict.STANDS, "现场秤未校准,以磅单为准")
    assert doubtful.status == "received"
    with pytest.raises(FlagDecided):
        operations.decide(desk.session, desk.officer, doubtful.id, "net_differs", Verdict.DOES_NOT_COUNT, "再想")
    with pytest.raises(DBAPIError, match="stands"), desk.session.begin_nested():
        desk.session.execute(text("update manifest_flag set reason = '别的' where verdict is not null"))


def test_two_loads_with_one_ticket_both_count_once_somebody_says_so(desk: Desk, project: Proceeding) -> None:
    desk.record(project, {"unloaded_at": hours_ago(20), "ticket_no": "T"}, loaded_at=hours_ago(21))
    second = desk.record(project, {"unloaded_at": hours_ago(10), "ticket_no": "T"}, loaded_at=hours_ago(11))
    operations.decide(desk.session, desk.officer, second.id, "ticket_twice", Verdict.STANDS, "磅房换纸,编号重排")
    assert (second.status, second.counts) == ("received", True)
    assert len(queries.loads_of(desk.session, [project.id])[project.id]) == 2


def test_a_load_that_does_not_count_is_void(desk: Desk, project: Proceeding) -> None:
    doubtful = desk.received(project, loaded_net_t="10")
    operations.decide(desk.session, desk.officer, doubtful.id, "net_differs", Verdict.DOES_NOT_COUNT, "串单")
    assert (doubtful.status, doubtful.counts, doubtful.voided_reason) == ("void", False, "串单")
    assert queries.undecided(desk.session, project.id) == 0


def test_hazardous_waste_stands_only_with_its_national_number(desk: Desk, project: Proceeding) -> None:
    without, with_no = (
        desk.received(project, waste_class="hazardous"),
        desk.received(project, waste_class="hazardous", national_no="2026440400000001"),
    )
    assert set(desk.flags(without)) == {"hazardous"}
    with pytest.raises(HazardUntold):
        operations.decide(desk.session, desk.officer, without.id, "hazardous", Verdict.STANDS, "已联单")
    operations.decide(desk.session, desk.officer, with_no.id, "hazardous", Verdict.STANDS, "国家系统已登记")
    assert with_no.status == "received"


def test_where_it_was_unloaded_is_looked_at(desk: Desk, project: Proceeding) -> None:
    at = {"unloaded_at": hours_ago(20)}
    near = desk.record(project, {**at, "unload_place": (113.602, 22.39)}, loaded_at=hours_ago(21))
    far = desk.record(project, {**at, "unload_place": (113.61, 22.39)}, loaded_at=hours_ago(21), plate="粤C10002")
    assert (desk.flags(near), set(desk.flags(far))) == ({}, {"outside_sites"})
    outline = {
        "type": "Polygon",
        "coordinates": [
            [[113.609, 22.389], [113.611, 22.389], [113.611, 22.391], [113.609, 22.391], [113.609, 22.389]]
        ],
    }
    desk.a_site((113.7, 22.5), geometry=outline)
    inside = desk.record(
        project, {"unloaded_at": hours_ago(15), "unload_place": (113.61, 22.39)}, loaded_at=hours_ago(16)
    )
    assert desk.flags(inside) == {}


def test_one_truck_does_not_carry_two_loads_at_once_for_two_projects(desk: Desk, project: Proceeding) -> None:
    other = desk.project(*TO_REMOVAL)
    desk.record(project, {"unloaded_at": hours_ago(9)}, loaded_at=hours_ago(10))
    second = desk.record(other, {"unloaded_at": hours_ago(9.2)}, loaded_at=hours_ago(10.2))
    assert set(desk.flags(second)) == {"trips_overlap"}


def test_a_site_whose_licence_ran_out_or_that_took_its_consent_back_is_flagged(desk: Desk, project: Proceeding) -> None:
    old = desk.a_site(licensed_until="2020-01-01")
    load = desk.record(project, {"unloaded_at": hours_ago(20), "site_id": old.id}, loaded_at=hours_ago(21))
    assert set(desk.flags(load)) == {"site_not_consented", "site_not_licensed"}


def test_a_truck_of_no_carrier_of_the_project_is_only_a_warning(desk: Desk, project: Proceeding) -> None:
    load = desk.received(project, plate="粤C99999")
    assert (load.status, set(desk.flags(load))) == ("received", {"truck_unknown"})


def test_of_two_loads_written_at_once_with_one_ticket_one_counts(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(session)
        project = desk.project(*TO_REMOVAL)
        at = hours_ago(20)
        bodies = [
            desk.said(
                project,
                plate=plate,
                loaded_at=at,
                receipt=desk.receipt(ticket_no="P", unloaded_at=at + timedelta(hours=1)),
            )
            for plate in ("粤C10001", "粤C10002", "粤C20001", "粤C20002")
        ]
        officer = desk.officer
    start = Barrier(len(bodies))

    def write(said: ManifestIn) -> bool:
        start.wait()
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            return operations.record(session, officer, uuid.uuid4(), said)[0].counts

    with ThreadPoolExecutor(len(bodies)) as pool:
        assert sorted(pool.map(write, bodies)) == [False, False, False, True]
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.scalar(text("select count(*) from manifest_flag where code = 'ticket_twice'")) == 3


def test_the_same_load_sent_twice_at_once_is_one_load(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(session)
        said, officer, id_ = desk.said(desk.project(*TO_REMOVAL)), desk.officer, uuid.uuid4()
    start = Barrier(2)

    def write(_: int) -> bool:
        start.wait()
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            return operations.record(session, officer, id_, said)[1]

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, range(2))) == [False, True]


# --- densities --------------------------------------------------------------------------------------------------------


def test_what_a_finished_project_weighed_goes_into_the_next_estimate(desk: Desk) -> None:
    from gis_service.disposal.queries import densities, factors

    before = densities(desk.session)["mixed"]
    assert (before.in_place, before.measured_in_place, before.n_in_place) == (Decimal("1.3"), None, 0)
    project = desk.project(*TO_REMOVAL)
    for _ in range(6):
        desk.received(project, net_t="20")
    desk.do(project, "finish_removal", "pass_base", "measure", "finish_backfill", "accept", "audit", "close_out")
    after = densities(desk.session)["mixed"]
    assert (after.measured_in_place, after.n_in_place, after.measured_loose, after.n_loose) == (Decimal("1.2"), 1, 1, 1)
    assert factors(desk.session)["mixed"] == Decimal("1.2")
    assert factors(desk.session, but=project.id)["mixed"] == Decimal("1.3")


def test_two_classes_over_one_bridge_say_nothing_of_m3_in_place(desk: Desk) -> None:
    from gis_service.disposal.queries import densities

    project = desk.project(*TO_REMOVAL, other_classes=["demolition_waste"])
    for waste_class in ("mixed", "demolition_waste"):
        desk.received(project, net_t="60", waste_class=waste_class)
    desk.do(project, "finish_removal", "pass_base", "measure", "finish_backfill", "accept", "audit", "close_out")
    found = densities(desk.session)["demolition_waste"]
    assert (found.n_in_place, found.measured_loose, found.in_place) == (0, 3, Decimal("3.75"))


def test_what_was_weighed_is_what_the_next_estimate_goes_by(desk: Desk) -> None:
    from gis_service.disposal.queries import weighed
    from gis_service.surveys.estimates.library import four_quantities

    assert weighed(desk.session) == {}
    usual = four_quantities(90, 100, 120, "mixed", weighed(desk.session))
    assert (usual["tonnes"]["best"], usual["factors"]["weighed_projects"]) == (130, 0)
    desk.project(*TO_END)
    told = four_quantities(90, 100, 120, "mixed", weighed(desk.session))
    density = weighed(desk.session)["mixed"].t_per_m3
    assert told["factors"]["density_t_m3"] == round(density, 4)
    assert told["factors"]["weighed_projects"] == 1
    assert told["tonnes"]["best"] == round(100 * density, 1)
