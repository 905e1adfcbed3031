"""The sample's disposal projects agree with its register; 芯谷二期 is cleared, and what left it lies in the estimate's interval."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.disposal import queries
from gis_service.disposal.conduct import CONDUCT
from gis_service.disposal.manifests import queries as manifests
from gis_service.disposal.models import Disposal, ParcelWaiver
from gis_service.disposal.rules import PROCEDURE, register_status
from gis_service.handover.rules import CLEARED
from gis_service.parcels.models import Parcel
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding, ProceedingParcel
from gis_service.sample.register import XINGU_NAME
from gis_service.surveys.bodies.models import WasteBody


@pytest.fixture
def loaded(sample_services: Any) -> Iterator[Session]:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        yield session


def of_parcel(session: Session, parcel_name: str) -> Proceeding:
    asked = select(Proceeding).join(ProceedingParcel, ProceedingParcel.proceeding_id == Proceeding.id)
    asked = asked.join(Parcel, Parcel.id == ProceedingParcel.parcel_id)
    return session.scalars(asked.where(Proceeding.noun == "disposal", Parcel.parcel_name == parcel_name)).one()


def test_projects_stand_at_many_stages_as_the_register_says(loaded: Session) -> None:
    rows = loaded.execute(
        select(Parcel)
        .join(ProceedingParcel, ProceedingParcel.parcel_id == Parcel.id)
        .join(Disposal, Disposal.proceeding_id == ProceedingParcel.proceeding_id)
    ).scalars()
    for parcel in rows:
        assert register_status(queries.standings(loaded, parcel.id).values()) == parcel.disposal_status, (
            parcel.parcel_no
        )
    states = set(loaded.scalars(select(Proceeding.state).where(Proceeding.noun == "disposal")))
    assert states >= {"proposed", "planned", "scheme_review", "approved", "procurement", "preparing", "excavating", "removing", "acceptance", "closed_out", "suspended", "hazard_found"}  # fmt: skip


def test_xingu_was_cleared_and_what_was_removed_lies_in_the_estimate(loaded: Session) -> None:
    project = of_parcel(loaded, XINGU_NAME)
    own = queries.one(loaded, project.id)
    told = CONDUCT.details(loaded, project)["balance"]
    assert (project.state, project.is_closed, str(own.removal_from)[:4]) == ("closed_out", True, "2024")
    assert told["against_estimate"]["inside"] is True
    assert own.accepted_loads == told["removed"]["trucks"] > 150
    assert (told["undecided"], own.audited_yuan is not None) == (0, True)
    assert {loaded.get_one(WasteBody, id_).state for id_ in queries.bodies_of(loaded, project.id)} == {"cleared"}
    assert {paper.kind for paper in engine.papers_of(loaded, project.id)} >= {
        "acceptance_form",
        "audit_report",
        "close_out_form",
        "quantity_survey",
    }


def test_what_was_accepted_and_closed_met_the_rules(loaded: Session) -> None:
    """A story is told whatever stands in the way; nothing did."""
    for project in loaded.scalars(
        select(Proceeding).where(Proceeding.noun == "disposal", Proceeding.state == "acceptance")
    ):
        steps = [step for step in PROCEDURE.offered("acceptance") if step.action == "accept"]
        assert [blocker for step in steps for blocker in CONDUCT.blockers(loaded, project, step)] == []


def test_there_are_many_loads_and_some_wait_for_a_decision(loaded: Session) -> None:
    counted = loaded.execute(text("select count(*), count(*) filter (where status = 'received') from manifest")).one()
    assert counted[1] >= 150
    flags = "select code from manifest_flag where verdict is null and lifted_at is null"
    assert set(loaded.scalars(text(flags))) >= {
        "ticket_twice",
        "overweight",
        "too_fast",
        "net_differs",
        "outside_sites",
    }
    waiting = sum(
        manifests.undecided(loaded, id_)
        for id_ in loaded.scalars(select(Proceeding.id).where(Proceeding.noun == "disposal"))
    )
    assert 5 <= waiting <= 20


def test_loads_bear_the_days_they_were_carried(loaded: Session) -> None:
    off = "select count(*) from manifest where created_at - loaded_at > interval '1 hour' or voided_at - loaded_at > interval '3 days'"
    assert loaded.scalar(text(off)) == 0


def test_land_handed_over_with_its_waste_was_waived_by_name(loaded: Session) -> None:
    """What was handed over though waste lies in it was let go on before, by a leader's name."""
    asked = select(Parcel).where(
        Parcel.waste_found, Parcel.handover_status == "handed_over", Parcel.disposal_status == "planned"
    )
    land = list(loaded.scalars(asked))
    assert len(land) == 2
    for parcel in land:
        waiver = loaded.scalars(select(ParcelWaiver).where(ParcelWaiver.parcel_id == parcel.id)).one()
        assert waiver.for_handover
        assert waiver.given_by_name
        assert waiver.given_at.date() < parcel.handed_over_on


def test_no_signed_handover_is_contradicted_by_waste(loaded: Session) -> None:
    asked = select(Parcel).where(
        Parcel.waste_found, Parcel.handover_status == "handed_over", Parcel.disposal_status.not_in(CLEARED)
    )
    land = {parcel.id for parcel in loaded.scalars(asked)}
    assert queries.waived_for_handover(loaded, land) == land


def test_every_log_of_the_sample_plays_again(loaded: Session) -> None:
    found = engine.listed(loaded, PROCEDURE, engine.Wanted(size=500))
    assert [fault for each in found for fault in engine.faults_of(loaded, PROCEDURE, each)] == []
