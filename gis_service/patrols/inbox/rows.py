"""Rows made of records. Each maker either makes all rows of its record, or raises why it makes none (`verdicts`)."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import Area
from gis_service.jobs import queue
from gis_service.parcels.models import Parcel
from gis_service.patrols import items, rules
from gis_service.patrols.inbox import photos, places, reading, wire
from gis_service.patrols.inbox.models import FieldDevice, InboxRecord
from gis_service.patrols.inbox.reading import Said
from gis_service.patrols.inbox.recorder import Recorder, World, may_on
from gis_service.patrols.inbox.verdicts import Held, Refused
from gis_service.patrols.models import Observation, Patrol, TrackPart, Visit
from gis_service.patrols.planning import operations as planning
from gis_service.patrols.planning.models import PatrolTask
from gis_service.patrols.rules import PatrolState

Row = tuple[str, int | None]
"""Noun and id of the row a record became; a part of a track has its record's uuid for a key and no number."""

FOLLOW, MEASURE = "patrols.follow", "patrols.measure"
"""Jobs for others: an observation to be followed (`observation_id`), a walk to be measured (`patrol_id`)."""
RIGHT = "patrol.record"


def start(session: Session, world: World, record: InboxRecord, said: Said, who: Recorder) -> Row:
    body = said.body
    assert isinstance(body, wire.Start)  # noqa: S101  (read so)
    task = _task(session, body.task_id, who.actor)
    device = session.get(FieldDevice, said.envelope.device)
    patrol = Patrol(
        client_uuid=record.uuid,
        district_code=world.district_code,
        task_id=task.id if task else None,
        inspector_id=who.actor.id,
        inspector_name=who.actor.name,
        unit_id=who.unit_id,
        area_id=_area(session, body.area_id, task, who.actor),
        device_id=said.envelope.device,
        started_at=said.made_at,
        clock_offset_s=device.clock_offset_s if device else None,
        weather=body.weather,
    )
    session.add(patrol)
    if task:
        planning.walk_began(session, task.id)
    session.flush()
    world.notes.append((RIGHT, f"patrol/{patrol.id}", {"act": "start", "task_id": patrol.task_id}, who.actor))
    return "patrol", patrol.id


def _task(session: Session, task_id: int | None, actor: Actor) -> PatrolTask | None:
    """The task that is walked, if it is one the person could have been given; else the walk goes without."""
    task = session.get(PatrolTask, task_id, with_for_update=True) if task_id is not None else None
    if task is None:
        return None
    theirs = task.assignee_id == actor.id or may_on(actor, RIGHT, task.area_id, task.unit_id)
    return task if theirs else None


def _area(session: Session, area_id: int | None, task: PatrolTask | None, actor: Actor) -> int | None:
    """The area of a walk: that of its task, the one it names, or the only one the person has."""
    if task and task.area_id:
        return task.area_id
    if area_id is not None and may_on(actor, RIGHT, area_id, None):
        return session.scalar(select(Area.id).where(Area.id == area_id))
    own = actor.scope(RIGHT).area_ids
    return next(iter(own)) if len(own) == 1 else None


def patrol_of(session: Session, said: Said, who: Recorder) -> Patrol:
    """The walk a record belongs to. Raises `Held` until its start is here."""
    uuid = said.envelope.patrol
    if uuid is None:
        raise Refused("field.no_patrol")
    found = session.scalar(select(Patrol).where(Patrol.client_uuid == uuid))
    if found is None:
        raise Held("field.waits_for_record", waits_for=[str(uuid)])
    if found.inspector_id != who.actor.id:
        raise Refused("field.other_patrol")
    return found


def track(session: Session, world: World, record: InboxRecord, said: Said, who: Recorder) -> Row:
    patrol = patrol_of(session, said, who)
    body = said.body
    assert isinstance(body, wire.Track)  # noqa: S101
    good = [fix[2] or 0.0 for fix in body.fixes if places.is_good(fix)]
    began, ended = (reading.moment(min(good)), reading.moment(max(good))) if good else (said.made_at, said.made_at)
    session.add(
        TrackPart(
            client_uuid=record.uuid,
            patrol_id=patrol.id,
            began_at=began,
            ended_at=ended,
            geom=places.track(said.raw["fixes"]),
            fixes=said.raw["fixes"],
            gaps=[gap.model_dump(mode="json", by_alias=True) for gap in body.gaps],
            mock=body.mock,
        )
    )
    session.flush()
    world.walked.add(patrol.id)
    return "track_part", None


def visit(session: Session, world: World, record: InboxRecord, said: Said, who: Recorder) -> Row:
    patrol = patrol_of(session, said, who)
    body = said.body
    assert isinstance(body, wire.VisitBody)  # noqa: S101
    parcel = _parcel(session, body.parcel_id, who)
    _require_files(session, said)
    place = places.point(body.position)
    made = Visit(
        client_uuid=record.uuid,
        patrol_id=patrol.id,
        parcel_id=parcel.id,
        came_at=reading.moment(body.came_at),
        left_at=None if body.left_at is None else reading.moment(body.left_at),
        all_fine=body.all_fine,
        form_code=body.form,
        form_version=body.form_version,
        answers=body.answers,
        place=place,
        accuracy_m=body.position.accuracy_m if body.position else None,
        distance_m=places.distance_m(session, parcel.id, place),
    )
    session.add(made)
    photos.add(session, world.store, record, patrol.id, body.photos)
    if patrol.task_id is not None:
        planning.parcel_visited(session, patrol.task_id, parcel.id, made.came_at)
    session.flush()
    return "visit", made.id


def _parcel(session: Session, parcel_id: int, who: Recorder) -> Parcel:
    found = session.get(Parcel, parcel_id)
    if found is None:
        raise Refused("field.no_parcel", id=parcel_id)
    who.require(RIGHT, found)
    return found


def _require_files(session: Session, said: Said) -> None:
    photos.require_files(session, [*said.envelope.files, *(photo.sha256 for photo in photos.photos_of(said.body))])


def observation(session: Session, world: World, record: InboxRecord, said: Said, who: Recorder) -> Row:
    patrol = patrol_of(session, said, who)
    body = said.body
    assert isinstance(body, wire.ObservationBody)  # noqa: S101
    drawn, stood = places.drawing(body.geometry), places.point(body.position)
    named = None if body.parcel_id is None else _parcel(session, body.parcel_id, who)
    item = _item(body.item)
    _require_visit(session, body.visit)
    _require_files(session, said)
    place = drawn if drawn is not None else stood
    parcel = named or places.parcel_at(session, place)
    made = Observation(
        client_uuid=record.uuid,
        patrol_id=patrol.id,
        visit_uuid=body.visit,
        parcel_id=parcel.id if parcel else None,
        area_id=parcel.area_id if parcel else patrol.area_id,
        unit_id=parcel.custodian_unit_id if parcel else None,
        item_code=item.code,
        severity=body.severity or item.severity,
        answers=body.answers,
        quantity=body.quantity,
        quantity_unit=body.quantity_unit,
        description=body.description,
        geom=place,
        accuracy_m=body.position.accuracy_m if body.position else None,
        moved_by_hand=drawn is not None or bool(body.position and body.position.moved_by_hand),
        distance_m=places.distance_m(session, parcel.id, stood if stood is not None else drawn) if parcel else None,
        seen_at=reading.moment(body.position.at) if body.position else said.made_at,
    )
    session.add(made)
    photos.add(session, world.store, record, patrol.id, body.photos)
    session.flush()
    queue.enqueue(session, FOLLOW, priority=queue.BEHIND, observation_id=made.id)
    return "observation", made.id


def _item(code: str) -> items.Item:
    if code not in items.ITEMS:
        raise Held("field.unknown_item", item=code[:40])
    return items.ITEMS[code]


def _require_visit(session: Session, uuid: UUID | None) -> None:
    if uuid is not None and session.scalar(select(Visit.id).where(Visit.client_uuid == uuid)) is None:
        raise Held("field.waits_for_record", waits_for=[str(uuid)])


def end(session: Session, world: World, record: InboxRecord, said: Said, who: Recorder) -> Row:
    patrol = patrol_of(session, said, who)
    body = said.body
    assert isinstance(body, wire.End)  # noqa: S101
    _require_files(session, said)
    patrol.ended_at, patrol.remark = reading.moment(body.at), body.remark
    photos.add(session, world.store, record, patrol.id, body.photos)
    session.flush()
    world.notes.append((RIGHT, f"patrol/{patrol.id}", {"act": "end", "records": body.records}, who.actor))
    return "patrol", patrol.id


Maker = Callable[[Session, World, InboxRecord, Said, Recorder], Row]


def settle(session: Session, world: World) -> None:
    """What follows for walks from all their records together: that a walk is complete, that its task is done, what to measure."""
    of_records = select(Patrol).where(Patrol.client_uuid.in_(world.walks)).order_by(Patrol.id)
    for patrol in session.scalars(of_records).all():
        if patrol.ended_at is None:
            continue
        became = patrol.state == PatrolState.RUNNING and _all_here(session, patrol)
        if became:
            patrol.state, patrol.row_version = PatrolState.RECORDED, patrol.row_version + 1
        if patrol.state == PatrolState.RUNNING:
            continue
        if patrol.task_id is not None:
            planning.walk_ended(session, patrol.task_id)
        session.flush()
        if became or patrol.id in world.walked:
            queue.enqueue(session, MEASURE, priority=queue.BEHIND, patrol_id=patrol.id)
    world.walks.clear()
    world.walked.clear()


def _all_here(session: Session, patrol: Patrol) -> bool:
    """Whether as many records came as the end says there are: all that name the walk, its start included, itself not."""
    of_walk = InboxRecord.patrol_uuid == patrol.client_uuid
    ends = select(InboxRecord.body_text).where(of_walk, InboxRecord.kind == rules.RecordKind.END).limit(1)
    text = session.scalar(ends.where(InboxRecord.row_id == patrol.id)) or session.scalar(ends)
    said = reading.glimpse_count(text) if text else None
    here = session.scalar(
        select(func.count()).where(of_walk, or_(InboxRecord.kind.is_(None), InboxRecord.kind != rules.RecordKind.END))
    )
    return said is not None and (here or 0) >= said
