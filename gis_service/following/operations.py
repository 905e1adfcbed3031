"""Verbs: follow an observation, tell of its corrections. Nothing here commits."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.cases.clues import operations as clues
from gis_service.cases.clues import queries as known_clues
from gis_service.cases.clues.models import Clue, ClueFile
from gis_service.cases.clues.operations import Seen
from gis_service.cases.clues.rules import ClueState, Limits
from gis_service.cases.clues.telling import tell_duty
from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.core.errors import Refusal
from gis_service.files.store import FileStore
from gis_service.following import queries, rules, telling
from gis_service.following.queries import Picture
from gis_service.following.rules import TABLE, Decision, Then
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.models import Parcel
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import Observation, ObservationChange, Patrol
from gis_service.procedures import filing
from gis_service.procedures import operations as engine
from gis_service.procedures import telling as turns
from gis_service.procedures.models import Proceeding, ProceedingFile
from gis_service.procedures.operations import Opening
from gis_service.rectification.conduct import RECTIFICATIONS
from gis_service.rectification.queries import before
from gis_service.rectification.rules import BEFORE, has_recurred

AGAIN = "再次发现"
"""Label of photos that came to a rectification that was open already."""
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heif"}


@dataclass(frozen=True)
class House:
    """What following needs of the deployment."""

    store: FileStore
    district: str
    limits: Limits = field(default_factory=Limits)


def follow(session: Session, house: House, observation_id: int) -> Then | None:
    """Do what the table says about an observation, once; later calls only tell of corrections made since.

    Answers what followed now; None where nothing was left to be done. The session sees all land.
    """
    seen = session.get(Observation, observation_id, with_for_update=True, populate_existing=True)
    if seen is None:
        return None
    if seen.followed_at is not None:
        telling.tell_corrections(session, seen)
        return None
    patrol = session.get_one(Patrol, seen.patrol_id)
    finder = Actor(patrol.inspector_id, patrol.inspector_name)
    decision = _decision(session, seen)
    does = {Then.RECTIFICATION: _rectify, Then.CLUE: _take_in}.get(decision.then)
    seen.followed_by_id = does(session, house, finder, seen, decision) if does else None
    seen.followed_by_noun, seen.followed_at = decision.then.value, clock.now()
    # what was corrected before is in the row that was followed
    seen.corrections_told_id = session.scalar(
        select(func.max(ObservationChange.id)).where(ObservationChange.observation_id == seen.id)
    )
    session.flush()
    return decision.then


def _decision(session: Session, seen: Observation) -> Decision:
    """By the table. Two of the same item at the same time wait for each other, so that the second finds what the first opened."""
    where = 0 if ITEMS.get(seen.item_code, ITEMS["OTHER"]).case else seen.parcel_id or 0
    session.execute(text("select pg_advisory_xact_lock(hashtext('patrols.follow'), :where)"), {"where": where % 2**31})
    earlier = before(session, seen.parcel_id, seen.item_code, 0) if seen.parcel_id else []
    return rules.decide(
        seen.item_code, seen.severity, recurred=has_recurred(_day(seen), earlier), material=seen.answers.get("material")
    )


def _day(seen: Observation) -> date:
    """The day it was seen; a phone's clock may be ahead."""
    return min(seen.seen_at, clock.now()).astimezone(BEIJING).date()


# --- a rectification --------------------------------------------------------------------------------------------------


def _rectify(session: Session, house: House, finder: Actor, seen: Observation, decision: Decision) -> int:
    place = queries.place_of(session, seen)
    there = queries.open_one(session, seen, place, TABLE.same_place_m)
    if there is not None:
        label = f"{AGAIN} {_day(seen)}"
        _file_all(session, house, finder, there, seen, label)
        telling.tell_again(session, there, seen, finder)
        note(
            session,
            finder,
            "rectification.file",
            f"rectification/{there.proceeding_no}",
            detail={"observation": seen.id, "act": "seen_again"},
        )
        return there.id
    made = engine.open_proceeding(
        session, RECTIFICATIONS, finder, house.district, _opening(session, seen, decision, place)
    )
    _file_all(session, house, finder, made, seen, BEFORE)
    turns.tell(session, RECTIFICATIONS, made)
    note(session, finder, "rectification.open", f"rectification/{made.proceeding_no}", detail={"observation": seen.id})
    return made.id


def _opening(session: Session, seen: Observation, decision: Decision, place: tuple[float, float] | None) -> Opening:
    item = ITEMS.get(seen.item_code, ITEMS["OTHER"])
    parcel = session.get(Parcel, seen.parcel_id) if seen.parcel_id else None
    where = parcel.parcel_name or parcel.parcel_no if parcel else "地块外"
    return Opening(
        title=f"{where}:{item.zh}",
        facts={
            "item_code": item.code, "source": "patrol", "severity": decision.severity, "description": _words(seen),
            "demand": decision.demand or None,
        },
        area_id=seen.area_id, unit_id=parcel.managing_unit_id if parcel else None, counterpart_unit_id=None,
        parcel_ids=[parcel.id] if parcel else [], place=place, happened_on=_day(seen),
    )  # fmt: skip


def _words(seen: Observation) -> str:
    item = ITEMS.get(seen.item_code, ITEMS["OTHER"])
    much = None if seen.quantity is None else f"{seen.quantity.normalize():f}"
    return rules.words(item.zh, seen.description, much, seen.quantity_unit)


def _file_all(
    session: Session, house: House, finder: Actor, proceeding: Proceeding, seen: Observation, label: str
) -> None:
    asked = select(ProceedingFile.sha256).where(ProceedingFile.proceeding_id == proceeding.id)
    there = set(session.scalars(asked))
    for n, each in enumerate(queries.pictures(session, seen), 1):
        if each.photo.sha256 in there:
            continue
        there.add(each.photo.sha256)
        try:
            filing.add_file(
                session, house.store, finder, proceeding, _kept(each, seen, n), label=label, taken_at=each.photo.taken_at,
                place=queries.place_of(session, seen),
            )  # fmt: skip
        except Refusal:  # a broken picture keeps nothing from being put right; it stays with the observation
            continue


def _kept(each: Picture, seen: Observation, n: int) -> Kept:
    item = ITEMS.get(seen.item_code, ITEMS["OTHER"])
    ending = ENDINGS.get(each.photo.media_type, "jpg")
    name = f"{item.zh} {_day(seen)} {n}.{ending}".replace("/", "、")
    return Kept(each.photo.sha256, each.size_bytes, name, each.photo.thumbnail_sha256)


# --- a clue -----------------------------------------------------------------------------------------------------------


def _take_in(session: Session, house: House, finder: Actor, seen: Observation, decision: Decision) -> int:
    parcel = session.get(Parcel, seen.parcel_id) if seen.parcel_id else None
    where = " ".join(filter(None, (parcel.parcel_no, parcel.parcel_name))) if parcel else "地块外"
    clue = clues.take_in(
        session, finder, house.district,
        Seen(
            source="patrol", waste_kind=decision.waste_kind, what=_words(seen), place=queries.place_of(session, seen),
            place_text=where, seen_at=min(seen.seen_at, clock.now()),
            quantity_m3=seen.quantity if seen.quantity_unit in ("m3", "m³") else None,
        ),
    )  # fmt: skip
    # beside all areas it is still of the area that was walked, whose duty desk sees it
    clue.area_id = clue.area_id or seen.area_id
    _photos_to(session, house, finder, clue, seen)
    note(session, finder, "clue.create", f"clue/{clue.tracking_no}", detail={"observation": seen.id})
    if not _merged(session, house, finder, clue):
        tell_duty(session, clue)
    return clue.id


def _photos_to(session: Session, house: House, finder: Actor, clue: Clue, seen: Observation) -> None:
    for n, each in enumerate(queries.pictures(session, seen), 1):
        if session.get(ClueFile, (clue.id, each.photo.sha256)):
            continue
        try:
            clues.add_file(session, house.store, finder, clue, _kept(each, seen, n), pictures_only=False)
        except Refusal:  # as above
            continue


def _merged(session: Session, house: House, finder: Actor, clue: Clue) -> bool:
    """Whether it joined another clue that place, time and kind speak for clearly; it stays, linked."""
    for each in known_clues.candidates(session, clue, house.limits):
        if each.noun == "clue" and each.found.score >= TABLE.merge_score:
            why = f"巡查发现,与该线索相近({each.found.score} 分)"
            clues.merge(session, finder, clue.id, each.id, why)
            return clue.state == ClueState.MERGED
    return False
