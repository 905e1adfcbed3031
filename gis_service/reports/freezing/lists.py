"""The lists of the report: actions of the last meeting, cases, what is late with unit and person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.meetings.models import ActionItem, Meeting
from gis_service.procedures import queries as engine
from gis_service.reports.freezing.standings import Standing


def actions(session: Session, at: datetime, found: Sequence[Standing]) -> dict[str, Any]:
    """The last meeting that was held by then, its action items and those of earlier ones that are not closed."""
    held = [each for each in found if each.noun == "meeting" and each.state.code in ("held", "minuted")]
    planned = dict(session.execute(select(Meeting.proceeding_id, Meeting.planned_at)).all())
    last = max(held, key=lambda each: planned[each.proceeding.id], default=None)
    last_id = last.proceeding.id if last else None
    of_meeting = dict(session.execute(select(ActionItem.proceeding_id, ActionItem.meeting_id)).all())
    items = [
        each
        for each in found
        if each.noun == "action_item" and (each.is_open or of_meeting[each.proceeding.id] == last_id)
    ]
    return {
        "meeting": last.proceeding.title if last else None,
        "held_on": _day(planned[last.proceeding.id]).isoformat() if last else None,
        "items": [
            {**_told(each, at), "due_on": _agreed_day(each), "earlier": last_id is not None and of_meeting[each.proceeding.id] != last_id}
            for each in items if each.counts and each.state.code != "cancelled"
        ],
    }  # fmt: skip


def _agreed_day(each: Standing) -> str:
    """The day agreed on, put off or not: the last one its log says."""
    days: list[str] = [entry.facts["due_on"] for entry in each.log if entry.facts.get("due_on")]
    return days[-1]


def cases(session: Session, month: date, at: datetime, found: Sequence[Standing]) -> list[dict[str, Any]]:
    """Cases that were open at the cut-off or ended in the month. Neither parties nor who reported them."""
    kept = [
        each
        for each in found
        if each.noun == "case" and each.counts and (each.is_open or (each.ended_on and each.ended_on >= month))
    ]
    areas = engine.names_of_areas(session, [each.proceeding.area_id for each in kept])
    return [{**_told(each, at), "area": areas.get(each.proceeding.area_id or 0, "")} for each in kept]


def late(at: datetime, found: Sequence[Standing]) -> list[dict[str, Any]]:
    """督办: what had run out of time, the longest ago first, with unit and person."""
    behind = [each for each in found if each.late and each.noun != "meeting"]
    return [_told(each, at) for each in sorted(behind, key=lambda each: (-each.days_late(at), each.no))]


def _told(each: Standing, at: datetime) -> dict[str, Any]:
    clock = each.late or each.pressing
    return {
        "noun": each.noun, "kind": each.procedure.zh, "no": each.no, "title": each.proceeding.title, "state": each.state.zh,
        "open": each.is_open, "unit": each.unit or "", "person": each.person or "", "opened_on": each.opened_on.isoformat(),
        "clock": clock.clock.zh if clock else "", "due_on": clock.due_on.isoformat() if clock else None,
        "days_late": each.days_late(at),
    }  # fmt: skip


def _day(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()
