"""Verbs on a meeting: fill and order its agenda, say who came, conclude, make actions. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.meetings import queries
from gis_service.meetings.conduct import ACTION_ITEMS
from gis_service.meetings.errors import (
    AgendaStands,
    DueBefore,
    NoSuchTopic,
    NotHeld,
    OtherTopics,
    TopicWithoutConclusion,
)
from gis_service.meetings.models import ActionItem, MeetingAttendance, MeetingTopic
from gis_service.meetings.rules import MEETING, TopicKind
from gis_service.procedures import operations as engine
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening

NO_LONGER = "已不再超期或已办结"


def fill_agenda(session: Session, conducts: Sequence[Conduct], meeting_id: int, now: datetime) -> list[MeetingTopic]:
    """Put on the agenda what is late and what earlier meetings agreed on, as it stands now.

    What was taken off by hand stays off; what is no longer pressing leaves; what was there keeps its place.
    """
    _draft(session, meeting_id)
    known = queries.subjects(session, meeting_id)
    found = queries.pressing(session, conducts, meeting_id, now)
    for each in found:
        topic = known.get(each.subject.id)
        if topic is None:
            _append(
                session,
                meeting_id,
                each.kind,
                f"{each.subject.proceeding_no} {each.subject.title}",
                each.note,
                each.subject.id,
            )
        elif topic.removed_reason in (None, NO_LONGER):
            topic.removed_at, topic.removed_reason, topic.note = None, None, each.note
    pressing = {each.subject.id for each in found}
    for subject_id, topic in known.items():
        if subject_id not in pressing and topic.removed_at is None:
            topic.removed_at, topic.removed_reason = now, NO_LONGER
    queries.meeting(session, meeting_id).agenda_as_of = now
    session.flush()
    return queries.topics(session, meeting_id)


def add_topic(session: Session, meeting_id: int, title: str, note: str = "") -> MeetingTopic:
    _draft(session, meeting_id)
    return _append(session, meeting_id, TopicKind.BY_HAND, title, note, None)


def _append(
    session: Session, meeting_id: int, kind: TopicKind, title: str, note: str, subject_id: int | None
) -> MeetingTopic:
    last = max((topic.position for topic in queries.topics(session, meeting_id)), default=0)
    made = MeetingTopic(
        meeting_id=meeting_id,
        position=last + 1,
        kind=kind,
        title=title.strip(),
        note=note.strip(),
        subject_id=subject_id,
    )
    session.add(made)
    session.flush()
    return made


def order_topics(session: Session, meeting_id: int, ids: Sequence[int]) -> None:
    """Sort the agenda as told; raises `OtherTopics` unless every topic is named once."""
    _draft(session, meeting_id)
    listed = {topic.id: topic for topic in queries.topics(session, meeting_id)}
    if sorted(ids) != sorted(listed):
        raise OtherTopics()
    for position, topic_id in enumerate(ids, 1):
        listed[topic_id].position = position
    session.flush()


def remove_topic(session: Session, meeting_id: int, topic_id: int, reason: str) -> MeetingTopic:
    """Take a topic off the agenda, with its reason."""
    _draft(session, meeting_id)
    topic = _topic(session, meeting_id, topic_id)
    topic.removed_at, topic.removed_reason = clock.now(), reason.strip()
    session.flush()
    return topic


def conclude(session: Session, meeting_id: int, topic_id: int, conclusion: str) -> MeetingTopic:
    """What the meeting concluded on a topic."""
    _held(session, meeting_id)
    topic = _topic(session, meeting_id, topic_id)
    topic.conclusion = conclusion.strip()
    session.flush()
    return topic


def set_attendance(session: Session, meeting_id: int, came: Sequence[Mapping[str, object]]) -> None:
    """Who is invited and who came, instead of what was said before; until the minutes are issued."""
    meeting = engine.held(session, MEETING, meeting_id)
    if meeting.is_closed:
        raise NotHeld(no=meeting.proceeding_no)
    session.execute(delete(MeetingAttendance).where(MeetingAttendance.meeting_id == meeting_id))
    session.add_all(MeetingAttendance(meeting_id=meeting_id, **each) for each in came)
    session.flush()


@dataclass(frozen=True)
class Agreed:
    """An action that a meeting agrees on."""

    title: str
    due_on: date
    unit_id: int | None = None
    """The unit that answers for it."""
    responsible: str = ""
    at: datetime | None = None
    """As in `Opening`."""


def agree_on(
    session: Session, actor: Actor, district: str, meeting_id: int, topic_id: int, agreed: Agreed
) -> Proceeding:
    """An action made from a topic that has its conclusion."""
    meeting = _held(session, meeting_id)
    topic = _topic(session, meeting_id, topic_id)
    if not topic.conclusion:
        raise TopicWithoutConclusion(title=topic.title)
    on = (agreed.at or clock.now()).astimezone(BEIJING).date()
    if agreed.due_on < on:
        raise DueBefore(due_on=agreed.due_on.isoformat(), on=on.isoformat())
    facts = {"due_on": agreed.due_on.isoformat(), "responsible": agreed.responsible, "topic": topic.title[:200]}
    opening = Opening(
        agreed.title, facts, area_id=meeting.area_id, unit_id=meeting.unit_id, counterpart_unit_id=agreed.unit_id,
        parent_id=meeting_id, at=agreed.at,
    )  # fmt: skip
    made = engine.open_proceeding(session, ACTION_ITEMS, actor, district, opening)
    session.add(
        ActionItem(
            proceeding_id=made.id, meeting_id=meeting_id, topic_id=topic_id, due_on=agreed.due_on,
            responsible=agreed.responsible.strip() or None, made_at=made.opened_at,
        )
    )  # fmt: skip
    session.flush()
    return made


def _draft(session: Session, meeting_id: int) -> Proceeding:
    """The meeting, locked, while its agenda may be changed."""
    found = engine.held(session, MEETING, meeting_id)
    if found.state != "draft":
        as_of = queries.meeting(session, meeting_id).agenda_as_of
        shown = as_of.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if as_of else "—"
        raise AgendaStands(no=found.proceeding_no, as_of=shown)
    return found


def _held(session: Session, meeting_id: int) -> Proceeding:
    """The meeting, locked, between its being held and its minutes."""
    found = engine.held(session, MEETING, meeting_id)
    if found.state != "held":
        raise NotHeld(no=found.proceeding_no)
    return found


def _topic(session: Session, meeting_id: int, topic_id: int) -> MeetingTopic:
    topic = session.get(MeetingTopic, topic_id)
    if topic is None or topic.meeting_id != meeting_id or topic.removed_at:
        raise NoSuchTopic(key=topic_id)
    return topic
