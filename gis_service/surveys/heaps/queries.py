"""Reads of comparisons and heaps: lists, one, where heaps lie, what led to a clue."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core.errors import NotFound
from gis_service.parcels.models import Parcel
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.rules import ComparisonState
from gis_service.surveys.heaps.schemas import heap_out


def one(session: Session, comparison_id: int) -> ElevationComparison:
    found = session.get(ElevationComparison, comparison_id)
    if found is None:
        raise NotFound(what="高程比对", key=comparison_id)
    return found


def one_heap(session: Session, heap_id: int) -> Heap:
    found = session.get(Heap, heap_id)
    if found is None:
        raise NotFound(what="堆体", key=heap_id)
    return found


def listed(
    session: Session, *, withdrawn: bool = False, before_id: int | None = None, size: int = 100
) -> list[ElevationComparison]:
    """Newest first."""
    asked = select(ElevationComparison).order_by(ElevationComparison.id.desc()).limit(size)
    if not withdrawn:
        asked = asked.where(ElevationComparison.state != ComparisonState.WITHDRAWN)
    return list(session.scalars(asked if before_id is None else asked.where(ElevationComparison.id < before_id)))


def counts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many heaps of each state are in sight, by comparison."""
    asked = (
        select(Heap.comparison_id, Heap.state, func.count())
        .where(Heap.comparison_id.in_(ids))
        .group_by(Heap.comparison_id, Heap.state)
    )
    found: dict[int, dict[str, int]] = {id_: {} for id_ in ids}
    for id_, state, count in session.execute(asked):
        found[id_][state] = count
    return found


def heaps_out(session: Session, *where: Any) -> list[dict[str, Any]]:
    """Heaps in sight as features, the largest first."""
    asked = (
        select(Heap, Parcel.parcel_no, Area.name)
        .outerjoin(Parcel, Parcel.id == Heap.parcel_id)
        .outerjoin(Area, Area.id == Heap.area_id)
        .where(*where)
        .order_by(Heap.comparison_id.desc(), Heap.seq)
    )
    return [heap_out(heap, parcel_no=number, area=area) for heap, number, area in session.execute(asked)]


def origins(session: Session, noun: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The heaps in sight that led to any of these (`clue`), each with its two surveys."""
    asked = (
        select(Heap.id, ElevationComparison.title, ElevationComparison.before_on, ElevationComparison.after_on)
        .join(ElevationComparison, ElevationComparison.id == Heap.comparison_id)
        .where(Heap.followed_by_noun == noun, Heap.followed_by_id.in_(ids))
    )
    surveys = {row.id: row for row in session.execute(asked)}
    found = heaps_out(session, Heap.id.in_(surveys))
    return [
        {**each, "properties": {**each["properties"], **surveys[each["id"]]._asdict()}} for each in found
    ]  # fmt: skip
