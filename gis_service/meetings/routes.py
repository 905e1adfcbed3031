"""HTTP doors of meetings beside those of every procedure: agenda, attendance, conclusions, actions."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.meetings import operations
from gis_service.meetings.conduct import ACTION_ITEMS, MEETINGS
from gis_service.meetings.operations import Agreed
from gis_service.meetings.schemas import AgreedIn, AttendanceIn, ConclusionIn, OrderIn, TopicIn
from gis_service.procedures import telling
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.doors import Doors
from gis_service.procedures.schemas import Why

Keeping = Annotated[Work, doing("meeting.file")]
Agreeing = Annotated[Work, doing("action_item.open")]


@cache
def router_over(conducts: tuple[Conduct, ...]) -> APIRouter:
    """The doors of meetings; `conducts` are the procedures whose late proceedings come on an agenda."""
    doors = Doors(MEETINGS)
    router = APIRouter(prefix="/api/v1/meetings", route_class=Route, tags=["meeting"])
    _agenda(router, doors, conducts)
    _minutes(router, doors)
    return router


def _agenda(router: APIRouter, doors: Doors, conducts: Sequence[Conduct]) -> None:
    @router.post("/{proceeding_id}/agenda/fill")
    def fill(work: Keeping, proceeding_id: int) -> JSONResponse:
        """Put on the agenda what is late and what earlier meetings agreed on."""
        found = doors.seen(work, proceeding_id)
        topics = operations.fill_agenda(work.session, conducts, proceeding_id, clock.now())
        doors.note(work, "meeting.file", found, act="fill_agenda", topics=len(topics))
        return doors.answer(work, found)

    @router.post("/{proceeding_id}/agenda", status_code=201)
    def add(work: Keeping, proceeding_id: int, body: TopicIn) -> JSONResponse:
        """A topic added by hand."""
        found = doors.seen(work, proceeding_id)
        topic = operations.add_topic(work.session, proceeding_id, body.title, body.note)
        doors.note(work, "meeting.file", found, act="add_topic", topic=topic.id, title=topic.title)
        return doors.answer(work, found, 201)

    @router.post("/{proceeding_id}/agenda/order")
    def order(work: Keeping, proceeding_id: int, body: OrderIn) -> JSONResponse:
        """The topics in a new order, every one named once."""
        found = doors.seen(work, proceeding_id)
        operations.order_topics(work.session, proceeding_id, body.ids)
        doors.note(work, "meeting.file", found, act="order_topics", ids=body.ids)
        return doors.answer(work, found)

    @router.post("/{proceeding_id}/agenda/{topic_id}/remove")
    def remove(work: Keeping, proceeding_id: int, topic_id: int, body: Why) -> JSONResponse:
        """Take a topic off the agenda, with its reason."""
        found = doors.seen(work, proceeding_id)
        topic = operations.remove_topic(work.session, proceeding_id, topic_id, body.reason)
        doors.note(
            work, "meeting.file", found, act="remove_topic", topic=topic.id, title=topic.title, reason=body.reason
        )
        return doors.answer(work, found)


def _minutes(router: APIRouter, doors: Doors) -> None:
    @router.post("/{proceeding_id}/agenda/{topic_id}/conclusion")
    def conclude(work: Keeping, proceeding_id: int, topic_id: int, body: ConclusionIn) -> JSONResponse:
        """What the meeting concluded on a topic."""
        found = doors.seen(work, proceeding_id)
        topic = operations.conclude(work.session, proceeding_id, topic_id, body.conclusion)
        doors.note(work, "meeting.file", found, act="conclude", topic=topic.id, conclusion=topic.conclusion)
        return doors.answer(work, found)

    @router.post("/{proceeding_id}/attendance")
    def attendance(work: Keeping, proceeding_id: int, body: AttendanceIn) -> JSONResponse:
        """Who is invited and who came, all of them at once."""
        found = doors.seen(work, proceeding_id)
        operations.set_attendance(work.session, proceeding_id, [each.model_dump() for each in body.items])
        doors.note(work, "meeting.file", found, act="attendance", came=sum(each.came for each in body.items))
        return doors.answer(work, found)

    @router.post("/{proceeding_id}/actions", status_code=201)
    def agree(work: Agreeing, proceeding_id: int, body: AgreedIn) -> JSONResponse:
        """An action made from the conclusion on a topic; whoever answers for it is told."""
        found = doors.seen(work, proceeding_id)
        agreed = Agreed(body.title, body.due_on, body.unit_id, body.responsible)
        district = work.request.app.state.settings.district_code
        made = operations.agree_on(work.session, work.actor, district, proceeding_id, body.topic_id, agreed)
        work.note("action_item.open", f"action_item/{made.proceeding_no}", meeting=found.proceeding_no)
        telling.tell(work.session, ACTION_ITEMS, made, but=work.actor.id)
        return doors.answer(work, found, 201)
