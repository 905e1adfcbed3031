"""派去核查: a heap seen by comparing two elevation models becomes a clue, as anything does that was seen from afar. Nothing here commits."""

from datetime import date, datetime, time, timedelta

from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases.clues import operations as clues
from gis_service.cases.clues import queries as known
from gis_service.cases.clues.models import Clue
from gis_service.cases.clues.operations import Seen
from gis_service.cases.clues.rules import Source, WasteKind
from gis_service.cases.clues.telling import tell_duty
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.parcels.models import Parcel
from gis_service.surveys.heaps import operations, queries
from gis_service.surveys.heaps.models import ElevationComparison, Heap
from gis_service.surveys.heaps.operations import Followed
from gis_service.surveys.heaps.rules import HeapState

NOUN = "clue"
NOON, MIDNIGHT = time(12), time(0)


def follow(
    session: Session, actor: Actor, district: str, heap_id: int, *, waste_kind: WasteKind, reason: str
) -> tuple[Clue, bool]:
    """The clue of a heap, and whether it was made now: pressed twice, or by two at once, there is one."""
    heap = operations.held(session, heap_id)
    if heap.state == HeapState.TAKEN and heap.followed_by_noun == NOUN and heap.followed_by_id is not None:
        with db.seeing_all(session):
            return known.one(session, heap.followed_by_id), False
    comparison = queries.one(session, heap.comparison_id)
    clue = clues.take_in(session, actor, district, _seen(session, comparison, heap, waste_kind, reason))
    # beside all areas it is still of the area of its heap, whose duty desk sees it
    with db.seeing_all(session):
        clue.area_id = clue.area_id or heap.area_id
        session.flush()
    followed = Followed(NOUN, clue.id, clue.tracking_no)
    operations.decide(session, actor, heap, HeapState.TAKEN, reason, followed)
    tell_duty(session, clue, but=actor.id)
    return clue, True


def _seen(session: Session, comparison: ElevationComparison, heap: Heap, waste_kind: WasteKind, reason: str) -> Seen:
    inside = to_shape(heap.geom).representative_point()
    parcel = session.get(Parcel, heap.parcel_id) if heap.parcel_id else None
    where = " ".join(filter(None, (parcel.parcel_no, parcel.parcel_name))) if parcel else "地块外"
    return Seen(
        source=Source.DRONE, waste_kind=waste_kind, what=_words(comparison, heap, reason), place=(inside.x, inside.y),
        place_text=where, quantity_m3=heap.best_m3, happened_from=_at(comparison.before_on, MIDNIGHT),
        happened_to=_at(comparison.after_on, MIDNIGHT) + timedelta(days=1), seen_at=min(_at(comparison.after_on, NOON), clock.now()),
    )  # fmt: skip


def _at(day: date, of_day: time) -> datetime:
    return datetime.combine(day, of_day, BEIJING)


def _words(comparison: ElevationComparison, heap: Heap, reason: str) -> str:
    """What was seen, in a line, and what is to be looked at."""
    told = (
        f"两期高程比对“{comparison.title}”({comparison.before_on} 至 {comparison.after_on})新增堆体 {heap.seq}:约 {heap.best_m3:.0f} m³"
        f"(90% 区间 {heap.low_m3:.0f}–{heap.high_m3:.0f}),占地 {heap.area_m2:.0f} ㎡,最高 {heap.height_m:.1f} 米"
    )
    doubt = ",可能是植被" if heap.vegetation_likely else ""
    return f"{told}{doubt}。{reason}"
