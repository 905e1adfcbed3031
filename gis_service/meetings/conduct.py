"""What meetings and actions add to the engine: their own rows, what blocks them, what their papers say."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.clock import BEIJING
from gis_service.meetings import queries
from gis_service.meetings.errors import DueBefore
from gis_service.meetings.models import ActionItem, Meeting
from gis_service.meetings.rules import ACTION_ITEM, MEETING
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import OPEN, Blocker, Step

KINDS = {"late": "超期事项", "returned": "上次会议议定事项", "by_hand": "其他议题"}


def _meeting_blockers(session: Session, proceeding: Proceeding, step: Step) -> list[Blocker]:
    """An empty agenda is not issued; minutes have a conclusion on every topic and say who came."""
    topics = queries.topics(session, proceeding.id)
    if step.action == "issue" and not topics:
        return [Blocker("no_topics", "议程还没有议题", "the agenda has no topics")]
    if step.action != "minute":
        return []
    open_ = [topic.title for topic in topics if not topic.conclusion]
    found = []
    if open_:
        named = "、".join(open_[:3]) + ("等" if len(open_) > 3 else "")
        found.append(
            Blocker("no_conclusion", f"{len(open_)} 个议题没有结论:{named}", f"{len(open_)} topics have no conclusion")
        )
    if not any(each.came for each in queries.attendance(session, proceeding.id)):
        found.append(Blocker("no_attendance", "没有登记到会单位和人员", "nobody is recorded as having come"))
    return found


def _meeting_follows(session: Session, _actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    if entry.action == OPEN:
        session.add(Meeting(proceeding_id=proceeding.id, planned_at=datetime.fromisoformat(entry.facts["planned_at"])))
        return
    own = queries.meeting(session, proceeding.id)
    if entry.action == "issue":
        own.issued_at, own.agenda_as_of = entry.at, own.agenda_as_of or entry.at
    elif entry.action == "reopen":
        own.issued_at = None


def _meeting_details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    own = queries.meeting(session, proceeding.id)
    return {
        "planned_at": own.planned_at, "agenda_as_of": own.agenda_as_of, "issued_at": own.issued_at,
        "agenda": queries.agenda_out(session, proceeding.id), "attendance": queries.attendance_out(session, proceeding.id),
    }  # fmt: skip


def _meeting_paper(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """Agenda and minutes as a list of topics; before it was held what is to be spoken about, after it what was concluded."""
    agenda = queries.agenda_out(session, proceeding.id)
    came = queries.attendance_out(session, proceeding.id)
    own = queries.meeting(session, proceeding.id)
    at = own.planned_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    present = "、".join(" ".join(filter(None, (each["unit"], each["person"]))) for each in came if each["came"])
    invited = "、".join(each["unit"] or each["person"] for each in came)
    rows = [{"label": "会议时间", "text": at}, {"label": "地点", "text": proceeding.facts.get("venue")},
            {"label": "主持人", "text": proceeding.facts.get("chair")}]  # fmt: skip
    if proceeding.state in ("draft", "issued"):
        cut_off = own.agenda_as_of.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if own.agenda_as_of else None
        return {
            "rows": [*rows, {"label": "参会单位", "text": invited}, {"label": "数据截止", "text": cut_off}],
            "columns": ["序号", "类别", "议题", "情况"],
            "items": [[n, KINDS[t["kind"]], t["title"], t["note"]] for n, t in enumerate(agenda, 1)],
        }
    return {
        "rows": [*rows, {"label": "到会", "text": present}],
        "columns": ["序号", "议题", "结论", "议定事项(责任单位、责任人、期限)"],
        "items": [[n, t["title"], t["conclusion"], _agreed(t["actions"])] for n, t in enumerate(agenda, 1)],
    }


def _agreed(actions: list[dict[str, Any]]) -> str:
    return ";".join(
        f"{a['no']} {a['title']}({'、'.join(filter(None, (a['unit'], a['responsible'], str(a['due_on']))))})"
        for a in actions
    )


MEETINGS = Conduct(
    MEETING, blockers=_meeting_blockers, follows=_meeting_follows, details=_meeting_details, paper_facts=_meeting_paper
)


def _action_follows(session: Session, _actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    if entry.action not in ("defer", "send_back"):
        return
    due_on = date.fromisoformat(entry.facts["due_on"])
    if due_on < entry.happened_on:
        raise DueBefore(due_on=due_on.isoformat(), on=entry.happened_on.isoformat())
    own = session.get_one(ActionItem, proceeding.id)
    own.due_on = due_on
    own.deferred += entry.action == "defer"


def _action_details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    own = session.get_one(ActionItem, proceeding.id)
    return {
        "meeting_id": own.meeting_id, "topic": proceeding.facts.get("topic"), "responsible": own.responsible,
        "due_on": own.due_on, "deferred": own.deferred,
    }  # fmt: skip


ACTION_ITEMS = Conduct(ACTION_ITEM, follows=_action_follows, details=_action_details, opens_directly=False)
CONDUCTS = (MEETINGS, ACTION_ITEMS)
