"""The sample's flights: every heap that was tipped is found where it lies, its volume within the interval."""

from typing import Any

import pytest
from sqlalchemy import select

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.models import Parcel
from gis_service.sample import heaps
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.rules import HeapState


def test_what_was_tipped_is_found(sample_services: Any) -> None:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        comparison = session.scalars(select(ElevationComparison)).one()
        found = list(session.scalars(select(Heap).order_by(Heap.best_m3.desc())))
        lies_in = {session.get_one(Parcel, each.parcel_id).parcel_no for each in found if each.parcel_id}
    told = sorted((cone.volume_m3 for cone in heaps.CONES), reverse=True)
    assert comparison.state == "done"
    assert [float(each.best_m3) for each in found] == pytest.approx(told, rel=0.1)
    assert all(each.low_m3 <= each.best_m3 <= each.high_m3 for each in found)
    assert [each.state for each in found] == [HeapState.OFFERED, HeapState.OFFERED, HeapState.LEFT]
    assert len(lies_in) == 1
    assert comparison.title.startswith(lies_in.pop())
    assert all(
        sample_services.store.path(each).is_file() for each in (comparison.before_sha256, comparison.after_sha256)
    )
