"""Reads of clues: lists, one, what is like it, what the public is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from geoalchemy2 import Geometry
from geoalchemy2.shape import to_shape
from sqlalchemy import ColumnElement, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from gis_service.cases.clues import rules
from gis_service.cases.clues.models import Clue, ClueFile
from gis_service.cases.clues.rules import Likeness, Limits
from gis_service.cases.rules import DUMPING_CASE
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.parcels.facilities.models import Camera
from gis_service.procedures.models import Proceeding


def one(session: Session, clue_id: int) -> Clue:
    found = session.get(Clue, clue_id)
    if found is None:
        raise NotFound(what="线索", key=clue_id)
    return found


def listed(
    session: Session, *, states: Sequence[str] = (), area_id: int | None = None, words: str = "", before_id: int | None = None,
    size: int = 100,
) -> list[Clue]:  # fmt: skip
    """Newest first."""
    asked = select(Clue).order_by(Clue.id.desc()).limit(size)
    if states:
        asked = asked.where(Clue.state.in_(states))
    if area_id is not None:
        asked = asked.where(Clue.area_id == area_id)
    if words:
        like = f"%{words.replace('%', '').replace('_', '')}%"
        asked = asked.where(or_(*(column.ilike(like) for column in (Clue.tracking_no, Clue.place_text, Clue.what))))
    return list(session.scalars(asked if before_id is None else asked.where(Clue.id < before_id)))


def files_of(session: Session, clue_id: int) -> list[ClueFile]:
    return list(session.scalars(select(ClueFile).where(ClueFile.clue_id == clue_id).order_by(ClueFile.added_at)))


def merged_into(session: Session, clue_id: int) -> list[Clue]:
    return list(session.scalars(select(Clue).where(Clue.merged_into_id == clue_id).order_by(Clue.id)))


def of_case(session: Session, case_id: int) -> list[Clue]:
    """The clue a case was opened from, and those merged into it."""
    opened = select(Clue.id).where(Clue.case_id == case_id)
    return list(
        session.scalars(
            select(Clue).where(or_(Clue.case_id == case_id, Clue.merged_into_id.in_(opened))).order_by(Clue.id)
        )
    )


def camera_of(session: Session, camera_id: int) -> tuple[date | None, str | None] | None:
    """When a camera was reviewed and where its location is published."""
    row = session.execute(select(Camera.reviewed_on, Camera.published_url).where(Camera.id == camera_id)).first()
    return None if row is None else (row[0], row[1])


def lonlat_of(clue: Clue) -> list[float] | None:
    """Longitude and latitude of its place."""
    if clue.place is None:
        return None
    point = to_shape(clue.place)
    return [round(point.x, 7), round(point.y, 7)]


# --- what is like it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """Something that may be of the same dumping: a clue, or a case without one."""

    noun: str
    id: int
    no: str
    title: str
    state: str
    found: Likeness


def candidates(session: Session, clue: Clue, limits: Limits) -> list[Candidate]:
    """Clues and cases in sight that place, time and kind speak for, the most alike first."""
    found = [*_like_clues(session, clue, limits), *_like_cases(session, clue, limits)]
    return sorted((each for each in found if each.found.is_candidate), key=lambda each: (-each.found.score, each.no))


def _like_clues(session: Session, clue: Clue, limits: Limits) -> list[Candidate]:
    margin = timedelta(days=limits.days + 1)
    first, last = _span(clue)
    asked = select(Clue, _apart_m(Clue.place, clue)).where(
        Clue.id != clue.id, Clue.state.in_(("new", "opened")), _near(Clue.place, Clue.place_text, clue, limits),
        func.coalesce(Clue.happened_to, Clue.seen_at) >= _midnight(first) - margin,
        func.coalesce(Clue.happened_from, Clue.seen_at) <= _midnight(last) + 2 * margin,
    )  # fmt: skip
    return [
        Candidate(
            "clue", other.id, other.tracking_no, other.place_text or rules.KIND_WORDS[other.waste_kind][0], other.state,
            _likeness(clue, distance_m, other.place_text, _span(other), other.waste_kind, limits),
        )
        for other, distance_m in session.execute(asked)
    ]  # fmt: skip


def _like_cases(session: Session, clue: Clue, limits: Limits) -> list[Candidate]:
    """Open cases that were not opened from a clue; the others are found through theirs."""
    from_clues = select(Clue.case_id).where(Clue.case_id.is_not(None))
    asked = select(Proceeding, _apart_m(Proceeding.place, clue)).where(
        Proceeding.noun == DUMPING_CASE.noun, ~Proceeding.is_closed, Proceeding.id.not_in(from_clues),
        _near(Proceeding.place, Proceeding.place_text, clue, limits),
    )  # fmt: skip
    found = []
    for case, distance_m in session.execute(asked):
        span = date.fromisoformat(case.facts["happened_from"]), date.fromisoformat(case.facts["happened_to"])
        like = _likeness(clue, distance_m, case.place_text, span, case.facts["waste_kind"], limits)
        found.append(Candidate("case", case.id, case.proceeding_no, case.title, case.state, like))
    return found


def _likeness(
    clue: Clue, distance_m: float | None, place_text: str | None, span: tuple[date, date], kind: str, limits: Limits
) -> Likeness:
    return rules.likeness(
        distance_m=None if distance_m is None else float(distance_m),
        same_words=rules.same_words(clue.place_text, place_text),
        days_apart=rules.days_between(_span(clue), span), kinds=(clue.waste_kind, kind), limits=limits,
    )  # fmt: skip


def _apart_m(place: Any, clue: Clue) -> ColumnElement[Any]:
    """Metres of the plane between a place and that of the clue; null where one has none."""
    here = cast(clue.place, Geometry("POINT", srid=STORAGE_SRID))
    return func.st_distance(func.st_transform(place, METRIC_SRID), func.st_transform(here, METRIC_SRID))


def _near(place: Any, place_text: Any, clue: Clue, limits: Limits) -> ColumnElement[bool]:
    """Near enough to be compared: in a box around the clue, or without a position on one side but with some words for it."""
    words = and_(place.is_(None), place_text != "")
    if clue.place is None:
        return and_(place_text != "")
    degrees = limits.radius_m / 90_000  # a degree is longer than this everywhere in the district
    return or_(place.op("&&")(func.st_expand(clue.place, degrees)), words)


def _span(clue: Clue) -> tuple[date, date]:
    first = clue.happened_from or clue.happened_to or clue.seen_at
    last = clue.happened_to or clue.seen_at
    return _day(min(first, last)), _day(last)


def days_of(clue: Clue) -> tuple[date, date]:
    """First and last day of the act as far as the clue tells; what was only seen happened that day."""
    return _span(clue)


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


# --- what the public is told ----------------------------------------------------------------------------------------


def coarse_state(session: Session, tracking_no: str) -> str | None:
    """The coarse state of a clue, or of the one it was merged into; None where there is no such number."""
    clue = session.scalar(select(Clue).where(Clue.tracking_no == tracking_no))
    while clue is not None and clue.merged_into_id is not None:
        clue = session.get(Clue, clue.merged_into_id)
    if clue is None:
        return None
    closed = clue.case_id is not None and session.scalar(
        select(Proceeding.is_closed).where(Proceeding.id == clue.case_id)
    )
    return rules.coarse(clue.state, case_closed=bool(closed))
