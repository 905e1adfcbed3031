"""Reads of meetings: agenda, attendance, actions; what an agenda is filled from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.meetings.models import ActionItem, Meeting, MeetingAttendance, MeetingTopic
from gis_service.meetings.rules import ACTION_ITEM, TopicKind
from gis_service.procedures import queries as engine
from gis_service.procedures import work
from gis_service.procedures.clocks import Stand
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding


def meeting(session: Session, proceeding_id: int) -> Meeting:
    return session.get_one(Meeting, proceeding_id)


def topics(session: Session, meeting_id: int) -> list[MeetingTopic]:
    """The agenda in its order, without what was taken off."""
    asked = select(MeetingTopic).where(MeetingTopic.meeting_id == meeting_id, MeetingTopic.removed_at.is_(None))
    return list(session.scalars(asked.order_by(MeetingTopic.position, MeetingTopic.id)))


def subjects(session: Session, meeting_id: int) -> dict[int, MeetingTopic]:
    """Topics that are about a proceeding, by it; those taken off too."""
    asked = select(MeetingTopic).where(MeetingTopic.meeting_id == meeting_id, MeetingTopic.subject_id.is_not(None))
    return {topic.subject_id: topic for topic in session.scalars(asked) if topic.subject_id is not None}


def attendance(session: Session, meeting_id: int) -> list[MeetingAttendance]:
    asked = select(MeetingAttendance).where(MeetingAttendance.meeting_id == meeting_id)
    return list(session.scalars(asked.order_by(MeetingAttendance.id)))


def actions(session: Session, meeting_id: int) -> list[tuple[ActionItem, Proceeding]]:
    """The actions agreed on in a meeting, in the order they were made."""
    asked = (
        select(ActionItem, Proceeding)
        .join(Proceeding, Proceeding.id == ActionItem.proceeding_id)
        .where(ActionItem.meeting_id == meeting_id)
        .order_by(ActionItem.proceeding_id)
    )
    return [(own, proceeding) for own, proceeding in session.execute(asked)]


def open_actions(session: Session, but: int) -> list[Proceeding]:
    """Actions of other meetings that are not closed, the oldest first."""
    asked = (
        select(Proceeding)
        .join(ActionItem, ActionItem.proceeding_id == Proceeding.id)
        .where(~Proceeding.is_closed, ActionItem.meeting_id != but)
        .order_by(Proceeding.id)
    )
    return list(session.scalars(asked))


@dataclass(frozen=True)
class Pressing:
    """Something that belongs on an agenda, with how it stands."""

    kind: TopicKind
    subject: Proceeding
    note: str


def pressing(session: Session, conducts: Sequence[Conduct], meeting_id: int, now: datetime) -> list[Pressing]:
    """What belongs on the agenda: actions of earlier meetings first, then everything else that is late."""
    returned = open_actions(session, meeting_id)
    clocks = engine.clocks_of(session, ACTION_ITEM, returned, now)
    units = engine.names_of_units(session, [each.counterpart_unit_id for each in returned])
    found = [
        Pressing(
            TopicKind.RETURNED, each,
            _returned(each, units.get(each.counterpart_unit_id or 0), any(r.stand is Stand.LATE for r in clocks[each.id])),
        )
        for each in returned
    ]  # fmt: skip
    others = [conduct for conduct in conducts if conduct.procedure.noun not in ("meeting", "action_item")]
    for conduct, proceeding, reading in work.overdue(session, others, now):
        state = conduct.procedure.by_code[proceeding.state].zh
        days = (now.astimezone(BEIJING).date() - reading.due_on).days
        note = f"{conduct.procedure.zh},现为“{state}”;“{reading.clock.zh}”应于 {reading.due_on} 完成,已超期 {days} 天"
        found.append(Pressing(TopicKind.LATE, proceeding, note))
    return found


def _returned(action: Proceeding, unit: str | None, late: bool) -> str:
    state = ACTION_ITEM.by_code[action.state].zh
    until = action.facts["due_on"]
    return f"上次会议议定事项,{unit or '未定单位'},期限 {until},现为“{state}”{',已超期' if late else ''}"


def agenda_out(session: Session, meeting_id: int) -> list[dict[str, Any]]:
    """The agenda as pages show it, with the actions made from each topic."""
    made: dict[int, list[dict[str, Any]]] = {}
    found = actions(session, meeting_id)
    units = engine.names_of_units(session, [proceeding.counterpart_unit_id for _, proceeding in found])
    for own, proceeding in found:
        state = ACTION_ITEM.by_code[proceeding.state]
        made.setdefault(own.topic_id, []).append(
            {
                "id": proceeding.id, "no": proceeding.proceeding_no, "title": proceeding.title, "due_on": own.due_on,
                "unit": units.get(proceeding.counterpart_unit_id or 0), "responsible": own.responsible,
                "state": {"code": state.code, "zh": state.zh, "en": state.en, "final": state.final},
            }
        )  # fmt: skip
    listed = topics(session, meeting_id)
    subject = _subjects(session, [topic.subject_id for topic in listed])
    return [
        {
            "id": topic.id, "position": topic.position, "kind": topic.kind, "title": topic.title, "note": topic.note,
            "conclusion": topic.conclusion, "subject": subject.get(topic.subject_id or 0), "actions": made.get(topic.id, []),
        }
        for topic in listed
    ]  # fmt: skip


def _subjects(session: Session, ids: Sequence[int | None]) -> dict[int, dict[str, Any]]:
    asked = select(Proceeding.id, Proceeding.noun, Proceeding.proceeding_no).where(
        Proceeding.id.in_([each for each in ids if each is not None])
    )
    return {row.id: {"id": row.id, "noun": row.noun, "no": row.proceeding_no} for row in session.execute(asked)}


def attendance_out(session: Session, meeting_id: int) -> list[dict[str, Any]]:
    found = attendance(session, meeting_id)
    units = engine.names_of_units(session, [each.unit_id for each in found])
    return [
        {
            "unit_id": each.unit_id, "unit": units.get(each.unit_id or 0), "person": each.person, "came": each.came,
            "note": each.note,
        }
        for each in found
    ]  # fmt: skip
