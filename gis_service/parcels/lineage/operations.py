"""Verbs of lineage: split, merge, adjust, retire, and take such an act back. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geoalchemy2.shape import from_shape
from sqlalchemy import insert, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock, db
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels import boundary
from gis_service.parcels.errors import NoReason, Retired
from gis_service.parcels.facilities import moving
from gis_service.parcels.lineage import plan as planning
from gis_service.parcels.lineage import queries, rules
from gis_service.parcels.lineage.errors import (
    EventBuiltOn,
    InFuture,
    NumberTaken,
    OutOfScope,
    PairNeeded,
    UndoneAlready,
)
from gis_service.parcels.lineage.models import ParcelEvent, ParcelEventParcel, ParcelLineage
from gis_service.parcels.lineage.plan import Child, Drawing, Ground, Plan, Wish
from gis_service.parcels.lineage.rules import Kind
from gis_service.parcels.models import Document, Parcel
from gis_service.parcels.operations import Why, area_at, attach, locked


@dataclass(frozen=True)
class Act:
    """Who acts, why, on which paper, and the date the papers give."""

    actor: Actor
    district_code: str
    why: Why
    on: date | None = None

    @property
    def day(self) -> date:
        return self.on or clock.today()

    def require(self, session: Session) -> None:
        self.why.require()
        if self.day > clock.today():
            raise InFuture(on=self.day.isoformat())
        if self.why.document_id is not None and session.get(Document, self.why.document_id) is None:
            raise NotFound(what="文件", key=self.why.document_id)


# --- looking ahead -------------------------------------------------------------------------------------------------


def plan_split(session: Session, district: str, parcel: Parcel, drawing: Drawing, wishes: Sequence[Wish]) -> Plan:
    _require_live(Kind.SPLIT, [parcel])
    planned = planning.split(_ground(session, [parcel]), drawing, wishes, queries.numbers_like(session, district, [parcel.parcel_no]))  # fmt: skip
    _require_free(session, district, planned)
    return planned


def plan_merge(session: Session, district: str, parcels: Sequence[Parcel], wish: Wish) -> Plan:
    if len({parcel.id for parcel in parcels}) != len(parcels) or len(parcels) < 2:
        raise PairNeeded(count="至少两", count_en="at least two")
    _require_live(Kind.MERGE, parcels)
    ordered = sorted(parcels, key=lambda parcel: (-parcel.area_computed_m2, parcel.id))
    taken = queries.numbers_like(session, district, [parcel.parcel_no for parcel in parcels])
    planned = planning.merge(_ground(session, ordered), wish, taken)
    _require_free(session, district, planned)
    return planned


def plan_adjust(session: Session, parcels: Sequence[Parcel], drawing: Drawing, wishes: Sequence[Wish]) -> Plan:
    if len(parcels) != 2 or parcels[0].id == parcels[1].id:
        raise PairNeeded(count="两", count_en="two")
    _require_live(Kind.ADJUST, parcels)
    return planning.adjust(_ground(session, parcels), drawing, wishes)


def _ground(session: Session, parcels: Sequence[Parcel]) -> Ground:
    return Ground.of(parcels, boundary.points_of(session, [parcel.id for parcel in parcels]))


def _require_live(kind: Kind, parcels: Sequence[Parcel]) -> None:
    for parcel in parcels:
        if rules.blocker(kind, planning.state_of(parcel)):
            raise Retired(parcel_no=parcel.parcel_no)


def _require_free(session: Session, district: str, planned: Plan) -> None:
    """No child has a number that any parcel has or had, nor two the same."""
    numbers = [child.parcel_no for child in planned.children]
    taken = queries.taken(session, district, numbers)
    for at, number in enumerate(numbers):
        if number in taken or number in numbers[:at]:
            base = min(parent.parcel_no for parent in planned.parents)
            known = queries.numbers_like(session, district, [base]) | set(numbers)
            raise NumberTaken(parcel_no=number, free="、".join(rules.suggested_numbers(base, 3, known)))


def found(session: Session, parcel_ids: Sequence[int]) -> list[Parcel]:
    """The parcels, in the order asked, for a look ahead."""
    rows = [session.get(Parcel, parcel_id) for parcel_id in parcel_ids]
    for parcel_id, row in zip(parcel_ids, rows, strict=True):
        if row is None:
            raise NotFound(what="地块", key=parcel_id)
    return [row for row in rows if row is not None]


def held(session: Session, seen: Mapping[int, int]) -> list[Parcel]:
    """The parcels as the versions seen, locked in the order of their ids (so that nobody waits in a circle)."""
    rows = {parcel_id: locked(session, parcel_id, seen[parcel_id]) for parcel_id in sorted(seen)}
    return [rows[parcel_id] for parcel_id in seen]


# --- acting --------------------------------------------------------------------------------------------------------


def split(session: Session, act: Act, seen: Mapping[int, int], drawing: Drawing, wishes: Sequence[Wish]) -> ParcelEvent:
    act.require(session)
    (parcel,) = held(session, seen)
    return _replace(session, act, plan_split(session, act.district_code, parcel, drawing, wishes))


def merge(session: Session, act: Act, seen: Mapping[int, int], wish: Wish) -> ParcelEvent:
    act.require(session)
    return _replace(session, act, plan_merge(session, act.district_code, held(session, seen), wish))


def adjust(session: Session, act: Act, seen: Mapping[int, int], drawing: Drawing, wishes: Sequence[Wish]) -> ParcelEvent:  # fmt: skip
    """Both parcels get their new outline and areas in one transaction."""
    act.require(session)
    planned = plan_adjust(session, held(session, seen), drawing, wishes)
    before = _before(session, planned.parents)
    other = {a.id: b.parcel_no for a, b in zip(planned.parents, reversed(planned.parents), strict=True)}
    for parcel, child in zip(planned.parents, planned.children, strict=True):
        _because(session, act, f"与 {other[parcel.id]} 调整边界")
        parcel.geom = from_shape(child.outline, srid=STORAGE_SRID)
        parcel.area_computed_m2, parcel.area_computed_crs = _rounded(child), planned.plane
        parcel.area_registered_m2 = child.registered_m2
        parcel.area_id = area_at(session, child.outline) or parcel.area_id
        _flush(session)
        boundary.keep(session, parcel.id, child.points)
    return _record(session, act, planned, before, list(planned.parents))


def retire(session: Session, act: Act, seen: Mapping[int, int]) -> ParcelEvent:
    """Strike a parcel off the register; its number and versions stay."""
    act.require(session)
    parcels = held(session, seen)
    _require_live(Kind.RETIRE, parcels)
    before = _before(session, parcels)
    _because(session, act, "出库")
    for parcel in parcels:
        parcel.retired_on = act.day
    _flush(session)
    planned = Plan(Kind.RETIRE, parcels[0].area_computed_crs, tuple(parcels), (), (), 0.0)
    return _record(session, act, planned, before, [])


def _replace(session: Session, act: Act, planned: Plan) -> ParcelEvent:
    """Children in place of their parents: retired here, made there, both with the reason and the paper."""
    before = _before(session, planned.parents)
    was, becomes = ("、".join(each.parcel_no for each in side) for side in (planned.parents, planned.children))
    word = rules.WORDS[planned.kind][0]
    _because(session, act, f"{word}为 {becomes}")
    for parent in planned.parents:
        parent.retired_on = act.day
    _flush(session)
    _because(session, act, f"由 {was} {word}而来")
    made = [_made(session, act, planned, child) for child in planned.children]
    moving.follow(session, [parent.id for parent in planned.parents], [child.id for child in made])
    return _record(session, act, planned, before, made)


def _made(session: Session, act: Act, planned: Plan, child: Child) -> Parcel:
    parcel = Parcel(
        district_code=act.district_code,
        parcel_no=child.parcel_no,
        **{
            **child.facts,
            "area_id": area_at(session, child.outline) or child.facts["area_id"],
            "area_registered_m2": child.registered_m2,
            "area_computed_m2": _rounded(child),
            "area_computed_crs": planned.plane,
            "geom": from_shape(child.outline, srid=STORAGE_SRID),
        },
    )
    session.add(parcel)
    _flush(session)
    boundary.keep(session, parcel.id, child.points)
    parents = [parent.id for parent in planned.parents]
    session.execute(text(queries.TAKE_OVER_NAMES), {"child": parcel.id, "parents": parents})
    session.execute(text(queries.TAKE_OVER_PAPERS), {"child": parcel.id, "parents": parents})
    session.execute(text(queries.TAKE_OVER_CONTACT), {"child": parcel.id, "parent": parents[0]})
    return parcel


def _rounded(child: Child) -> Any:
    return round(child.area_m2, 2)


def _because(session: Session, act: Act, what: str) -> None:
    reason = (act.why.reason or "").strip()
    db.because(session, f"{what}:{reason}" if reason else what, act.why.document_id)


def _flush(session: Session) -> None:
    """Write; land that would leave the officer's scope is refused by the row policy."""
    try:
        session.flush()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") == "42501":
            raise OutOfScope() from None
        raise


def _before(session: Session, parcels: Sequence[Parcel]) -> dict[int, dict[str, Any]]:
    """Areas and version of each parcel as the act finds it."""
    numbers = queries.present_versions(session, [parcel.id for parcel in parcels])
    return {parcel.id: {**_areas(parcel), "version_no": numbers[parcel.id]} for parcel in parcels}


def _areas(parcel: Parcel) -> dict[str, Any]:
    return {"area_computed_m2": parcel.area_computed_m2, "area_registered_m2": parcel.area_registered_m2}


def _record(
    session: Session, act: Act, planned: Plan, before: dict[int, dict[str, Any]], after: Sequence[Parcel]
) -> ParcelEvent:
    """The act with its parcels on both sides, the links between them, and its paper among theirs."""
    event = ParcelEvent(
        district_code=act.district_code, kind=planned.kind, happened_on=act.day, document_id=act.why.document_id,
        reason=(act.why.reason or "").strip(), actor_id=act.actor.id, actor_name=act.actor.name,
        balance_m2=round(planned.balance_m2, 4),
    )  # fmt: skip
    session.add(event)
    session.flush()
    for parcel in {*planned.parents, *after}:
        session.refresh(parcel)
    versions = queries.present_versions(session, [parcel.id for parcel in after])
    sides = [
        {"parcel_id": parent.id, "side": "before", "row_version": parent.row_version, **before[parent.id]}
        for parent in planned.parents
    ]
    sides += [
        {"parcel_id": parcel.id, "side": "after", "row_version": parcel.row_version, "version_no": versions[parcel.id], **_areas(parcel)}
        for parcel in after
    ]  # fmt: skip
    session.execute(insert(ParcelEventParcel), [{"event_id": event.id, **side} for side in sides])
    links = [
        {"event_id": event.id, "parent_id": share.parent_id, "child_id": after[share.child].id, "kind": planned.kind,
         "happened_on": act.day, "document_id": act.why.document_id, "area_m2": round(share.area_m2, 2)}
        for share in planned.shares
    ]  # fmt: skip
    if links:
        session.execute(insert(ParcelLineage), links)
    for parcel in {*planned.parents, *after}:
        attach(session, parcel.id, act.why)
    return event


# --- taking back ---------------------------------------------------------------------------------------------------


def undo(session: Session, actor: Actor, event_id: int, *, reason: str) -> ParcelEvent:
    """Take an act back by new versions: parents live again as they were, children are struck off; numbers stay used.

    Refused as soon as one of its parcels was changed after it.
    """
    event = session.get(ParcelEvent, event_id, with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound(what="沿革", key=event_id)
    zh, en = rules.WORDS[Kind(event.kind)]
    if event.undone_at:
        raise UndoneAlready(act_zh=zh, act=en)
    if not reason.strip():
        raise NoReason()
    parcels, before, after = _untouched(session, event)
    db.because(session, f"撤销{zh}:{reason.strip()}")
    for parcel_id, version_no in before.items():
        _restore(session, parcels[parcel_id], version_no)
    moving.give_back(session, after - set(before), before)
    for parcel_id in after - set(before):
        parcels[parcel_id].retired_on = clock.today()
    _flush(session)
    event.undone_at, event.undone_reason = clock.now(), reason.strip()
    event.undone_by, event.undone_by_name = actor.id, actor.name
    session.flush()
    return event


def _untouched(session: Session, event: ParcelEvent) -> tuple[dict[int, Parcel], dict[int, int], set[int]]:
    """The parcels of an act, locked and as it left them; the versions before it; and the ids after it."""
    rows = queries.sides(session, event.id)
    parcels, changed = {}, []
    for parcel_id, row_version in sorted({row.parcel_id: row.row_version for row in rows}.items()):
        parcel = session.get(Parcel, parcel_id, with_for_update=True, populate_existing=True)
        if parcel is None:
            raise OutOfScope()
        parcels[parcel_id] = parcel
        if parcel.row_version != row_version:
            changed.append(parcel.parcel_no)
    if changed:
        raise EventBuiltOn(parcels="、".join(changed))
    before = {row.parcel_id: row.version_no for row in rows if row.side == "before"}
    return parcels, before, {row.parcel_id for row in rows if row.side == "after"}


def _restore(session: Session, parcel: Parcel, version_no: int) -> None:
    """Outline, areas, area and life of a parcel as a version had them, and its boundary points then."""
    was = queries.version(session, parcel.id, version_no)
    for name in queries.RESTORED:
        setattr(parcel, name, was[name])
    _flush(session)
    boundary.keep(session, parcel.id, queries.points_then(session, parcel.id, version_no))
