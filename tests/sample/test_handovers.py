"""The sample's handovers agree with its register: three batches, signed, half way and just listed."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.handover import queries
from gis_service.handover.models import Handover, HandoverBatch
from gis_service.handover.rules import HANDOVER, UNDER_WAY
from gis_service.parcels.models import Parcel
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding


@pytest.fixture
def loaded(sample_services: Any) -> Iterator[Session]:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        yield session


def whole(session: Session) -> list[dict[str, Any]]:
    batches = session.scalars(select(HandoverBatch).order_by(HandoverBatch.id)).all()
    return [queries.overview(session, batch, clock.now()) for batch in batches]


def test_one_batch_is_signed_one_half_way_one_just_listed(loaded: Session) -> None:
    signed, half, listed = whole(loaded)
    assert {row["state"]["code"] for row in signed["handovers"]} == {"handed_over"}
    assert {row["state"]["code"] for row in half["handovers"]} == UNDER_WAY - {"listed"}
    assert {row["state"]["code"] for row in listed["handovers"]} == {"listed"}
    assert (signed["state"]["code"], signed["done"]) == ("closed", signed["parcels"])
    assert all(set(row["signed"]) == {"giving", "receiving", "witness"} for row in signed["handovers"])
    assert "handover_confirmation" in {paper["kind"] for paper in signed["papers"]}
    assert sum(bool(row["blockers"]) for row in half["handovers"]) >= 2


def test_register_and_handovers_say_the_same(loaded: Session) -> None:
    rows = loaded.execute(
        select(Parcel.handover_status, Proceeding.state, Parcel.custodian_unit_id, Proceeding.counterpart_unit_id)
        .join(Handover, Handover.parcel_id == Parcel.id)
        .join(Proceeding, Proceeding.id == Handover.proceeding_id)
    ).all()
    assert [row for row in rows if row[0] != row[1]] == []
    assert [row for row in rows if row[1] == "handed_over" and row[2] != row[3]] == []
    apart = text(
        """select count(*) from parcel p where p.handover_status = any (:states) and p.retired_on is null
              and not exists (select from handover h where h.parcel_id = p.id and h.is_under_way)"""
    )
    assert loaded.scalar(apart, {"states": sorted(UNDER_WAY)}) == 0


def test_the_days_of_a_handover_are_those_of_the_register(loaded: Session) -> None:
    """The day of signing is the day since when the register names the custodian."""
    found = loaded.execute(
        text("""select p.handed_over_on, s.happened_on from parcel p join handover h on h.parcel_id = p.id
                  join proceeding_step s on s.proceeding_id = h.proceeding_id and s.action = 'complete'""")
    ).all()
    assert found
    assert [row for row in found if row[0] != row[1]] == []


def test_every_log_of_the_sample_plays_again(loaded: Session) -> None:
    found = engine.listed(loaded, HANDOVER, engine.Wanted(size=500))
    assert [fault for each in found for fault in engine.faults_of(loaded, HANDOVER, each)] == []
