"""Verbs of clues: take one in, add a photo, merge, dismiss, open a case. Nothing here commits, nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import Area
from gis_service.cases.clues import queries, rules
from gis_service.cases.clues.errors import (
    ClueSettled,
    LooksAlike,
    MergeRefused,
    PicturesOnly,
    PlaceWanting,
    ReasonWanting,
)
from gis_service.cases.clues.models import Clue, ClueFile, ClueReporter
from gis_service.cases.clues.rules import ClueState, Limits
from gis_service.cases.secrets import REPORTER, sealed
from gis_service.core import clock, db
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.files.store import FileStore
from gis_service.parcels.attachments.operations import Kept, checked, small_of
from gis_service.parcels.models import Parcel
from gis_service.procedures import filing, operations
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingFile
from gis_service.procedures.operations import Opening


@dataclass(frozen=True)
class Seen:
    """What is told with a new clue. `place` is longitude and latitude in the storage system."""

    source: str
    waste_kind: str
    what: str = ""
    place: tuple[float, float] | None = None
    place_text: str = ""
    quantity_m3: Decimal | None = None
    happened_from: datetime | None = None
    happened_to: datetime | None = None
    seen_at: datetime | None = None
    camera_id: int | None = None
    reporter_name: str = ""
    reporter_phone: str = ""
    wants_answer: bool = False
    at: datetime | None = None
    """When it came in: only for loading what happened before; else now."""
    tracking_no: str | None = None
    """Likewise."""


def take_in(session: Session, actor: Actor, district: str, seen: Seen) -> Clue:
    """A new clue with a number that cannot be guessed; who reported it is kept apart."""
    if seen.place is None and not seen.place_text.strip():
        raise PlaceWanting()
    at = seen.at or clock.now()
    place = None if seen.place is None else from_shape(Point(seen.place), srid=STORAGE_SRID)
    who = {"name": seen.reporter_name.strip(), "phone": seen.reporter_phone.strip()}
    reporter = any(who.values())
    clue = Clue(
        district_code=district, tracking_no=seen.tracking_no or rules.tracking_no(at.astimezone(clock.BEIJING).date()),
        source=seen.source, waste_kind=seen.waste_kind, quantity_m3=seen.quantity_m3, what=seen.what.strip(), place=place,
        place_text=seen.place_text.strip(), area_id=_area_at(session, place), happened_from=seen.happened_from,
        happened_to=seen.happened_to, seen_at=seen.seen_at or at, camera_id=seen.camera_id, created_at=at, created_by=actor.id,
        created_by_name=actor.name, has_reporter=reporter,
    )  # fmt: skip
    # the row is read back to learn its key, wherever it lies
    with db.seeing_all(session):
        session.add(clue)
        session.flush()
        if reporter:
            session.execute(
                insert(ClueReporter).values(
                    clue_id=clue.id, wants_answer=seen.wants_answer, **sealed(session, REPORTER, clue.id, who)
                )
            )
    return clue


def _area_at(session: Session, place: Any) -> int | None:
    if place is None:
        return None
    return session.scalar(select(Area.id).where(func.st_contains(Area.geom, place)).order_by(Area.id).limit(1))


def add_file(
    session: Session, store: FileStore, actor: Actor, clue: Clue, file: Kept, *, pictures_only: bool
) -> ClueFile:
    """An original, untouched; a picture is decoded once, in its cell, for the small copy beside it."""
    found = checked(store.path(file.sha256), file)
    if pictures_only and not found.picture:
        raise PicturesOnly(name=file.name)
    small = small_of(store, file, found)
    filing.remember(session, actor, file)
    made = ClueFile(
        clue_id=clue.id, sha256=file.sha256, name=file.name, media_type=found.media_type, size_bytes=file.size_bytes,
        thumbnail_sha256=small, added_by_name=actor.name,
    )  # fmt: skip
    with db.seeing_all(session):
        session.add(made)
        session.flush()
    return made


def merge(session: Session, actor: Actor, clue_id: int, into_id: int, reason: str) -> Clue:
    """The clue is of the same dumping as another: both stay, linked. What was merged into it goes along."""
    first, second = sorted((clue_id, into_id))
    _held(session, first)
    _held(session, second)
    clue, into = _waiting(session, clue_id), _held(session, into_id)
    refusal = _no_merge(clue, into)
    if refusal:
        raise MergeRefused(no=clue.tracking_no, into=into.tracking_no, reason_zh=refusal[0], reason_en=refusal[1])
    _settle(clue, actor, ClueState.MERGED, reason or "同一地点、时间、种类")
    clue.merged_into_id = into.id
    for each in queries.merged_into(session, clue.id):
        each.merged_into_id = into.id
    session.flush()
    if into.case_id is not None:
        _file_into_case(session, clue, session.get_one(Proceeding, into.case_id))
    return clue


def _no_merge(clue: Clue, into: Clue) -> tuple[str, str] | None:
    if clue.id == into.id:
        return "两者是同一条", "they are the same"
    if into.state == ClueState.MERGED:
        return "对方已并入另一条,请并入那一条", "the other is merged into a third; merge into that one"
    if into.state == ClueState.DISMISSED:
        return "对方已不予处理", "the other was dismissed"
    return None


def dismiss(session: Session, actor: Actor, clue_id: int, reason: str) -> Clue:
    """Nothing to be looked into, and why."""
    if not reason.strip():
        raise ReasonWanting()
    clue = _waiting(session, clue_id)
    _settle(clue, actor, ClueState.DISMISSED, reason)
    session.flush()
    return clue


def open_case(
    session: Session, conduct: Conduct, actor: Actor, clue_id: int, *, title: str, limits: Limits, despite: str = "",
    facts: Mapping[str, Any] | None = None, unit_id: int | None = None, at: datetime | None = None,
) -> Proceeding:  # fmt: skip
    """A case from a clue, with its place, land and photos; raises `LooksAlike` until likenesses are explained away.

    `at` as in `Opening`: only for loading what happened before.
    """
    clue = _waiting(session, clue_id)
    alike = queries.candidates(session, clue, limits)
    if alike and not despite.strip():
        named = [{"field": each.no, "message": each.title, "message_en": each.title} for each in alike]
        raise LooksAlike(no=clue.tracking_no, count=len(alike), errors=named)
    first, last = queries.days_of(clue)
    place = queries.lonlat_of(clue)
    case = operations.open_proceeding(
        session, conduct, actor, clue.district_code,
        Opening(
            title=title, area_id=clue.area_id, unit_id=unit_id, place=None if place is None else (place[0], place[1]),
            place_text=clue.place_text or None, parcel_ids=_parcels_at(session, clue), at=at,
            facts={
                "waste_kind": clue.waste_kind, "source": clue.source, "happened_from": first.isoformat(),
                "happened_to": last.isoformat(), "quantity_m3": clue.quantity_m3, "seen_at": clue.seen_at.isoformat(),
                "clue_no": clue.tracking_no, "what_was_seen": clue.what, **(facts or {}),
            },
        ),
    )  # fmt: skip
    _settle(clue, actor, ClueState.OPENED, despite, at)
    clue.case_id = case.id
    session.flush()
    for each in (clue, *queries.merged_into(session, clue.id)):
        _file_into_case(session, each, case)
    return case


def _parcels_at(session: Session, clue: Clue) -> list[int]:
    """Land of the register that the clue lies on."""
    if clue.place is None:
        return []
    asked = select(Parcel.id).where(Parcel.retired_on.is_(None), func.st_intersects(Parcel.geom, clue.place))
    return list(session.scalars(asked.order_by(Parcel.id)))


def _file_into_case(session: Session, clue: Clue, case: Proceeding) -> None:
    """What came with a clue lies in the file of its case too, if that is still open and has it not."""
    if case.is_closed:
        return
    for file in queries.files_of(session, clue.id):
        session.execute(
            insert(ProceedingFile)
            .values(
                proceeding_id=case.id, sha256=file.sha256, name=file.name, label=f"线索 {clue.tracking_no}", media_type=file.media_type,
                size_bytes=file.size_bytes, thumbnail_sha256=file.thumbnail_sha256, taken_at=clue.seen_at, place=clue.place,
                added_by_name=file.added_by_name,
            )
            .on_conflict_do_nothing(index_elements=["proceeding_id", "sha256"])
        )  # fmt: skip


def _held(session: Session, clue_id: int) -> Clue:
    found = session.get(Clue, clue_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(what="线索", key=clue_id)
    return found


def _waiting(session: Session, clue_id: int) -> Clue:
    """The clue, locked, that nobody settled yet."""
    clue = _held(session, clue_id)
    if clue.state != ClueState.NEW:
        zh, en = rules.STATE_WORDS[ClueState(clue.state)]
        raise ClueSettled(no=clue.tracking_no, who=clue.decided_by_name, state_zh=zh, state_en=en)
    return clue


def _settle(clue: Clue, actor: Actor, state: ClueState, reason: str, at: datetime | None = None) -> None:
    clue.state, clue.reason = state, reason.strip()
    clue.decided_at, clue.decided_by_name = at or clock.now(), actor.name
    clue.row_version += 1
