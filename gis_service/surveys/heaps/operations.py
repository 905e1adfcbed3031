"""Verbs of comparisons and heaps: ask for one, keep what came out, withdraw; leave a heap, take it up. Nothing here commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import Area
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs as systems
from gis_service.jobs import queue
from gis_service.parcels import queries as register
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.models import Parcel
from gis_service.procedures.filing import remember
from gis_service.surveys.heaps import queries
from gis_service.surveys.heaps.errors import ComparisonEnded, DaysTurned, HeapDecided, SameModel
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.rules import COMPARISON_WORDS, HEAP_WORDS, ComparisonState, HeapState, may_become
from gis_service.surveys.heaps.schemas import Options

TASK = "surveys.compare"
AROUND_M = 60.0
"""Ground around a parcel that is read with it: by what did not change there the error is known."""


@dataclass(frozen=True)
class Surveyed:
    """One of the two: its file in the store and the day it was flown."""

    file: Kept
    on: date


@dataclass(frozen=True)
class Followed:
    """What a heap led to."""

    noun: str
    id: int
    no: str


def ask(
    session: Session, actor: Actor, district: str, title: str, before: Surveyed, after: Surveyed, options: Options
) -> ElevationComparison:
    """A comparison put into the queue; raises `DaysTurned`, `SameModel`, `NotFound` for a parcel."""
    if not before.on < after.on <= clock.today():
        raise DaysTurned(before=before.on, after=after.on)
    if before.file.sha256 == after.file.sha256:
        raise SameModel(name=before.file.name)
    if options.parcel_no:
        around(session, district, options.parcel_no)
    for each in (before, after):
        remember(session, actor, each.file)
    return _queued(
        session, actor, district_code=district, title=title, before_sha256=before.file.sha256, after_sha256=after.file.sha256,
        before_name=before.file.name, after_name=after.file.name, before_on=before.on, after_on=after.on,
        options=options.model_dump(exclude_none=True),
    )  # fmt: skip


def ask_again(session: Session, actor: Actor, found: ElevationComparison, options: Options) -> ElevationComparison:
    """The same two files with other options; the earlier comparison stays as it is."""
    if options.parcel_no:
        around(session, found.district_code, options.parcel_no)
    same = (
        "district_code", "title", "before_sha256", "after_sha256", "before_name", "after_name", "before_on", "after_on",
    )  # fmt: skip
    facts = {name: getattr(found, name) for name in same}
    return _queued(session, actor, **facts, options=options.model_dump(exclude_none=True))


def _queued(session: Session, actor: Actor, **facts: Any) -> ElevationComparison:
    made = ElevationComparison(**facts, made_by=actor.id, made_by_name=actor.name)
    session.add(made)
    session.flush()
    queue.enqueue(session, TASK, comparison_id=made.id)
    return made


def around(session: Session, district: str, parcel_no: str) -> tuple[float, float, float, float]:
    """West, south, east, north of a parcel and of the ground around it, in metres of the metric system."""
    parcel_id = register.numbered(session, district, parcel_no)
    if parcel_id is None:
        raise NotFound(what="地块", key=parcel_no)
    outline = to_shape(session.get_one(Parcel, parcel_id).geom)
    metric = systems.transform(outline, STORAGE_SRID, METRIC_SRID)
    west, south, east, north = metric.buffer(AROUND_M).bounds
    return west, south, east, north


# --- what came out ----------------------------------------------------------------------------------------------------


def at_stage(session: Session, comparison_id: int, stage: str) -> bool:
    """Note how far the work is, where that is new; whether it is still wanted."""
    mine = ElevationComparison.id == comparison_id
    state, known = session.execute(select(ElevationComparison.state, ElevationComparison.stage).where(mine)).one()
    if state == ComparisonState.QUEUED and stage != known:
        waits = ElevationComparison.state == ComparisonState.QUEUED
        session.execute(update(ElevationComparison).where(mine, waits).values(stage=stage))
    return bool(state == ComparisonState.QUEUED)


def finish(session: Session, comparison_id: int, told: Mapping[str, Any]) -> bool:
    """Keep the answer, all of it or nothing; false where the comparison was withdrawn or finished meanwhile."""
    kept = session.get_one(ElevationComparison, comparison_id, with_for_update=True, populate_existing=True)
    if kept.state != ComparisonState.QUEUED:
        return False
    kept.stage, kept.ended_at = "", clock.now()
    if "refused" in told:
        kept.state, kept.failure = ComparisonState.FAILED, told["refused"]
        session.flush()
        return True
    kept.state, kept.result = ComparisonState.DONE, told["result"]
    kept.extent = from_shape(shapely.from_wkt(told["extent"]), srid=STORAGE_SRID)
    for seq, each in enumerate(told["heaps"], 1):
        session.add(_heap(session, kept, seq, each))
    session.flush()
    return True


def _heap(session: Session, comparison: ElevationComparison, seq: int, told: Mapping[str, Any]) -> Heap:
    outline = shapely.from_wkt(told["geom"])
    whole = outline if isinstance(outline, MultiPolygon) else MultiPolygon([outline])
    figures = {name: value for name, value in told.items() if name != "geom"}
    return Heap(
        comparison_id=comparison.id, seq=seq, geom=from_shape(whole, srid=STORAGE_SRID), **figures,
        **_lies(session, comparison.district_code, whole),
    )  # fmt: skip


def _lies(session: Session, district: str, outline: MultiPolygon) -> dict[str, Any]:
    """The parcel most of it lies in, how much of it, and the area: of the parcel, else where its middle is."""
    shape = func.st_geomfromtext(shapely.to_wkt(outline), STORAGE_SRID)
    share = func.st_area(func.st_intersection(Parcel.geom, shape)) / func.st_area(shape)
    asked = (
        select(Parcel.id, share, Parcel.area_id)
        .where(Parcel.retired_on.is_(None), Parcel.district_code == district, func.st_intersects(Parcel.geom, shape))
        .order_by(share.desc(), Parcel.id)
        .limit(1)
    )
    found = session.execute(asked).first()
    area_id = found[2] if found else None
    if area_id is None:
        middle = func.st_pointonsurface(shape)
        here = (Area.district_code == district, func.st_contains(Area.geom, middle))
        area_id = session.scalar(select(Area.id).where(*here).order_by(Area.id).limit(1))
    parcel = {"parcel_id": found[0], "parcel_share": round(min(float(found[1]), 1.0), 4)} if found else {}
    return {**parcel, "area_id": area_id}


# --- decisions --------------------------------------------------------------------------------------------------------


def withdraw(session: Session, actor: Actor, comparison_id: int, reason: str) -> ElevationComparison:
    """A comparison that is not to be used: stopped if it still runs, its heaps off the map, all of it kept with why."""
    queries.one(session, comparison_id)
    found = session.get_one(ElevationComparison, comparison_id, with_for_update=True, populate_existing=True)
    if found.state == ComparisonState.WITHDRAWN:
        raise _ended(found, ("撤回", "withdrawing it"), ("已经撤回过。", "It was withdrawn before."))
    found.state, found.stage = ComparisonState.WITHDRAWN, ""
    found.withdrawn_at, found.withdrawn_by_name, found.withdrawn_reason = clock.now(), actor.name, reason
    session.flush()
    return found


def _ended(found: ElevationComparison, act: tuple[str, str], remedy: tuple[str, str]) -> ComparisonEnded:
    words = COMPARISON_WORDS[ComparisonState(found.state)]
    return ComparisonEnded(
        title=found.title, state=words[0], state_en=words[1], act=act[0], act_en=act[1], remedy=remedy[0], remedy_en=remedy[1]
    )  # fmt: skip


def held(session: Session, heap_id: int) -> Heap:
    """A heap in sight of a comparison that stands, held until the end of the transaction; raises `NotFound`, `ComparisonEnded`."""
    queries.one_heap(session, heap_id)
    heap = session.get_one(Heap, heap_id, with_for_update=True, populate_existing=True)
    comparison = queries.one(session, heap.comparison_id)
    if comparison.state == ComparisonState.WITHDRAWN and heap.state != HeapState.TAKEN:
        remedy = ("请用另一次比对的堆体。", "Use a heap of another comparison.")
        raise _ended(comparison, ("处理它的堆体", "deciding on its heaps"), remedy)
    return heap


def decide(
    session: Session, actor: Actor, heap: Heap, state: HeapState, reason: str, followed: Followed | None = None
) -> None:
    """Settle a held heap with name and reason, and what follows it; raises `HeapDecided`."""
    if not may_become(heap.state, state):
        words = HEAP_WORDS[HeapState(heap.state)]
        raise HeapDecided(seq=heap.seq, by=heap.decided_by_name or "", state=words[0], state_en=words[1])
    heap.state, heap.decided_reason = state, reason
    heap.decided_at, heap.decided_by_name = clock.now(), actor.name
    if followed is not None:
        heap.followed_by_noun, heap.followed_by_id, heap.followed_by_no = followed.noun, followed.id, followed.no
    session.flush()
