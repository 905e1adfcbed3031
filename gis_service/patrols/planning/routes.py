"""HTTP doors of plans and tasks."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.etags import version_seen
from gis_service.core.http import thumbnail_of, to_be_saved
from gis_service.core.media import JPEG, XLSX
from gis_service.notifications import operations as notifications
from gis_service.notifications.rules import Level
from gis_service.patrols.models import FieldPhoto
from gis_service.patrols.planning import daily, generating, operations, queries, rules
from gis_service.patrols.planning.errors import NoLand, UnknownForm
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask
from gis_service.patrols.planning.operations import ExtraRound, Move
from gis_service.patrols.planning.queries import Over, Wanted
from gis_service.patrols.planning.rules import Frequency
from gis_service.patrols.planning.schemas import (
    CancelIn,
    ExtraIn,
    MovesIn,
    PlanIn,
    TaskIn,
    UsualIn,
    outlook_out,
    plan_out,
    task_out,
)
from gis_service.patrols.rules import TaskState
from gis_service.procedures.queries import names_of_areas

router = APIRouter(prefix="/api/v1/patrols", route_class=Route, tags=["patrol"])

Read = Annotated[Work, doing("patrol.read")]
Plan = Annotated[Work, doing("patrol.plan")]
Look = Annotated[Work, doing("patrol.plan", trace=False)]
IfMatch = Annotated[str | None, Header()]


def _answer(body: Any, status: int = 200, etag: str | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(body), status, headers={"ETag": etag} if etag else None)


def _plan_answer(work: Work, plan: PatrolPlan, status: int = 200, **more: Any) -> JSONResponse:
    work.session.flush()
    area = names_of_areas(work.session, [plan.area_id]).get(plan.area_id or 0)
    return _answer(plan_out(plan, area=area, **more), status, f'"pp{plan.id}.{plan.row_version}"')


def _district(work: Work) -> str:
    return str(work.request.app.state.settings.district_code)


@router.get("/plans")
def plans(work: Read, stopped: bool = False) -> JSONResponse:
    """Plans with how their tasks stand; with `stopped` those that were stopped too. Also which usual plans are wanting."""
    rows = queries.plans(work.session, stopped=stopped)
    items = [
        plan_out(plan, area=area, open=open_ or 0, missed=missed or 0, done=done or 0)
        for plan, area, open_, missed, done in rows
    ]
    missing = [vars(usual) for usual in operations.usual_missing(work.session)]
    return _answer({"items": items, "usual_missing": missing, "extra": {k: vars(v) for k, v in rules.EXTRA.items()}})


@router.post("/plans", status_code=201)
def make_plan(work: Plan, body: PlanIn) -> JSONResponse:
    plan = operations.make_plan(work.session, work.actor, _district(work), body.model_dump())
    work.note("patrol.plan", f"patrol_plan/{plan.id}", act="create", **body.model_dump(mode="json"))
    return _plan_answer(work, plan, 201)


@router.post("/plans/preview")
def preview(work: Look, body: PlanIn) -> JSONResponse:
    """What a plan would make in its first four weeks: rounds, tasks, parcels, hours, by who walks."""
    over = Over(body.area_id, body.risk_level)
    frequency = Frequency(body.times, body.per_days, body.starts_on, body.ends_on, body.workdays_only)
    return _answer(outlook_out(generating.outlook(work.session, over, body.walker, frequency, today=clock.today())))


@router.post("/plans/usual", status_code=201)
def make_usual(work: Plan, body: UsualIn) -> JSONResponse:
    """The usual plans that are wanting, all at once."""
    made = operations.make_usual(work.session, work.actor, _district(work), body.starts_on)
    work.note("patrol.plan", "patrol_plan", act="usual", plans=[plan.id for plan in made])
    return _answer({"items": [plan_out(plan) for plan in made]}, 201)


@router.post("/plans/extra/preview")
def preview_extra(work: Look, body: ExtraIn) -> JSONResponse:
    """What an extra round would make: each of its rounds by itself, and all together."""
    return _answer(_extra_outlook(work, body))


@router.post("/plans/extra", status_code=201)
def make_extra(work: Plan, body: ExtraIn) -> JSONResponse:
    """An extra round over areas; refused where it would make no task at all."""
    facts = _extra(work, body)
    if not any(queries.land(work.session, Over(each["area_id"], each["risk_level"])) for each in facts):
        raise NoLand()
    made = [operations.make_plan(work.session, work.actor, _district(work), each) for each in facts]
    work.note(
        "patrol.plan", "patrol_plan", act="extra", plans=[plan.id for plan in made], **body.model_dump(mode="json")
    )
    return _answer({"items": [plan_out(plan) for plan in made]}, 201)


def _extra(work: Work, body: ExtraIn) -> list[dict[str, Any]]:
    return ExtraRound(**body.model_dump()).plans(names_of_areas(work.session, body.area_ids))


def _extra_outlook(work: Work, body: ExtraIn) -> dict[str, Any]:
    found = []
    for facts in _extra(work, body):
        frequency = Frequency(1, facts["per_days"], facts["starts_on"], facts["ends_on"])
        over = Over(facts["area_id"], facts["risk_level"])
        today = min(clock.today(), facts["ends_on"])
        told = generating.outlook(work.session, over, facts["walker"], frequency, today=today, days=facts["per_days"])
        found.append(
            {"name": facts["name"], "first": facts["starts_on"], "last": facts["ends_on"], **outlook_out(told)}
        )
    total = {key: round(sum(each[key] for each in found), 1) for key in ("tasks", "hours")}
    return {"items": found, **total, "parcels": max((each["parcels"] for each in found), default=0)}


@router.get("/plans/{plan_id}")
def one_plan(work: Read, plan_id: int) -> JSONResponse:
    """A plan with what it makes in the next four weeks."""
    plan = queries.plan(work.session, plan_id)
    over, frequency = Over(plan.area_id, plan.risk_level), generating.frequency_of(plan)
    told = generating.outlook(work.session, over, plan.walker, frequency, today=clock.today())
    return _plan_answer(work, plan, outlook=outlook_out(told))


@router.put("/plans/{plan_id}")
def change_plan(work: Plan, plan_id: int, body: PlanIn, if_match: IfMatch = None) -> JSONResponse:
    """Another frequency, area or name (If-Match); open tasks are made anew."""
    seen = version_seen(if_match, f"pp{plan_id}")
    plan = operations.change_plan(work.session, plan_id, seen=seen, facts=body.model_dump())
    work.note("patrol.plan", f"patrol_plan/{plan.id}", act="change", **body.model_dump(mode="json"))
    return _plan_answer(work, plan)


@router.post("/plans/{plan_id}/stop")
def stop_plan(work: Plan, plan_id: int, if_match: IfMatch = None) -> JSONResponse:
    """No more rounds; its open tasks are cancelled (If-Match)."""
    plan, cancelled = operations.stop_plan(work.session, plan_id, seen=version_seen(if_match, f"pp{plan_id}"))
    work.note("patrol.plan", f"patrol_plan/{plan.id}", act="stop", cancelled=cancelled)
    return _plan_answer(work, plan, cancelled=cancelled)


@router.post("/generate", status_code=202)
def generate(work: Plan) -> JSONResponse:
    """Have the tasks of all plans made now; harmless to repeat."""
    operations.wake(work.session)
    work.note("patrol.plan", "patrol_task", act="generate")
    return _answer({"state": "queued"}, 202)


@router.get("/risk")
def risk(work: Read, all_: Annotated[bool, Query(alias="all")] = False) -> JSONResponse:
    """Parcels whose risk in the register is not what their triggers suggest, with the reasons; with `all` every parcel."""
    items = []
    for (parcel_id, number, name, area, level), ground in queries.grounds(work.session, clock.now()):
        judged = rules.judged(ground)
        if all_ or judged.level != level:
            reasons = [vars(reason) for reason in judged.reasons]
            items.append({"parcel_id": parcel_id, "parcel_no": number, "parcel_name": name, "area": area,
                          "register": level, "suggested": judged.level, "reasons": reasons})  # fmt: skip
    return _answer({"items": items})


@router.get("/tasks")
def tasks(
    work: Read,
    since: date | None = None,
    until: date | None = None,
    area_id: int | None = None,
    unit_id: int | None = None,
    assignee_id: int | None = None,
    plan_id: int | None = None,
    state: Annotated[list[TaskState] | None, Query()] = None,
) -> JSONResponse:
    """Tasks of the board between two days, and the people it has columns for. Without days: the present week."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    wanted = Wanted(
        since or monday, until or monday + timedelta(days=6), area_id, unit_id, assignee_id, plan_id, state or ()
    )
    found = [task_out(row, today) for row in queries.tasks(work.session, wanted)]
    own = {row["assignee_id"] for row in found if row["assignee_id"] is not None}
    people = queries.columns(work.session, only=None if work.actor.may("patrol.plan") else own)
    waiting = work.session.scalar(
        queries.running(today).where(PatrolPlan.generated_at.is_(None)).with_only_columns(PatrolPlan.id).limit(1)
    )
    return _answer(
        {"items": found, "people": people, "today": today, "generating": waiting is not None, "me": work.actor.id}
    )


@router.post("/tasks", status_code=201)
def give_out(work: Plan, body: TaskIn) -> JSONResponse:
    """A task by hand over chosen parcels."""
    facts = body.model_dump(exclude={"parcel_ids"})
    task = operations.give_out(work.session, _district(work), facts, body.parcel_ids)
    work.note("patrol.plan", f"patrol_task/{task.id}", act="give_out", **body.model_dump(mode="json"))
    _tell_new(work, [task])
    return _task_answer(work, task.id, 201)


@router.post("/tasks/move")
def move(work: Plan, body: MovesIn, if_match: IfMatch = None) -> JSONResponse:
    """Give tasks to others, or to other days: all of them or none. If-Match names the version of each: `"pt7.2", "pt8.1"`."""
    before = {row.id: queries.task(work.session, row.id).assignee_id for row in body.moves}
    moves = [Move(m.id, version_seen(if_match, f"pt{m.id}"), m.assignee_id, m.due_from, m.due_on) for m in body.moves]
    moved = operations.move(work.session, moves)
    work.note("patrol.plan", "patrol_task", act="move", moves=body.model_dump(mode="json")["moves"])
    _tell_new(work, [task for task in moved if task.assignee_id != before[task.id]])
    today = clock.today()
    rows = {row["id"]: row for task in moved for row in queries.tasks(work.session, Wanted(id=task.id))}
    return _answer({"items": [task_out(rows[each.id], today) for each in body.moves]})


@router.get("/tasks/{task_id}")
def one_task(work: Read, task_id: int) -> JSONResponse:
    """A task with its parcels in their order."""
    return _task_answer(work, task_id)


@router.post("/tasks/{task_id}/cancel")
def cancel(work: Plan, task_id: int, body: CancelIn, if_match: IfMatch = None) -> JSONResponse:
    task = operations.cancel(work.session, task_id, seen=version_seen(if_match, f"pt{task_id}"), reason=body.reason)
    work.note("patrol.plan", f"patrol_task/{task.id}", act="cancel", reason=body.reason)
    return _task_answer(work, task.id)


def _task_answer(work: Work, task_id: int, status: int = 200) -> JSONResponse:
    found = queries.tasks(work.session, Wanted(id=task_id))
    if not found:
        raise NotFound(what="巡查任务", key=task_id)
    one = task_out(found[0], clock.today()) | {"land": queries.parcels_of(work.session, task_id)}
    return _answer(one, status, f'"pt{task_id}.{one["row_version"]}"')


def _tell_new(work: Work, given: list[PatrolTask]) -> None:
    """Whoever was given something by somebody else hears of it."""
    to: dict[int, list[PatrolTask]] = {}
    for task in given:
        if task.assignee_id is not None and task.assignee_id != work.actor.id:
            to.setdefault(task.assignee_id, []).append(task)
    for person, own in to.items():
        notifications.tell(
            work.session, user_ids=[person], kind="patrol_task", level=Level.INFO,
            title_zh=f"分派给您 {len(own)} 个巡查任务", title_en=f"{len(own)} patrol tasks were given to you",
            body_zh=";".join(f"{task.title},{task.due_on:%Y-%m-%d} 前完成" for task in own[:20]),
            body_en="; ".join(f"{task.title}, due {task.due_on:%Y-%m-%d}" for task in own[:20]),
            link=f"/desk/patrols/{own[0].id}", subject=f"patrol_task/{own[0].id}",
        )  # fmt: skip


@router.get("/daily")
def daily_sheet(work: Read, on: date | None = None, area_id: int | None = None) -> JSONResponse:
    """巡查日报 of a day, today's as far as it has come."""
    return _answer(daily.sheet(work.session, on or clock.today(), area_id, clock.now()))


@router.get("/daily/photos/{sha256}", **sends(JPEG))
def daily_photo(work: Read, sha256: str) -> Response:
    """The small picture of a photo of a walk in sight."""
    there = select(FieldPhoto.id).where(FieldPhoto.thumbnail_sha256 == sha256).limit(1)
    if work.session.scalar(there) is None:
        raise NotFound(what="照片", key=sha256)
    path = work.request.app.state.store.path(sha256)
    return thumbnail_of(path)


@router.get("/daily.{form}", **sends(XLSX))
def daily_file(work: Read, form: str, on: date | None = None, area_id: int | None = None) -> Response:
    """巡查日报 as a workbook."""
    if form != "xlsx":
        raise UnknownForm(name=f"daily.{form}")
    day = on or clock.today()
    facts = daily.sheet(work.session, day, area_id, clock.now())
    work.note("patrol.read", f"daily/{day}", act="daily_sheet", area_id=area_id)
    content = daily.workbook(facts, work.request.app.state.store)
    return Response(content, media_type=XLSX, headers=to_be_saved(f"巡查日报 {day:%Y-%m-%d}.xlsx"))
