"""What the tasks that were done left behind: a walk for each person and day, with a visit on each parcel.

These walks have no track, only the place where each visit was recorded: the walks with tracks are told in `patrols.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from gis_service.access.models import User
from gis_service.parcels.models import Parcel
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import FieldPhoto, Patrol, Visit
from gis_service.patrols.planning.models import PatrolTask, PatrolTaskParcel
from gis_service.patrols.rules import PatrolState, PhotoKind, TaskState

NAMES = UUID("6d0e8f0a-3f5b-4b8e-9a55-0d3a5f3c7a12")
STAYED = timedelta(minutes=6)
FINE = {code: "ok" for code in ITEMS if code != "OTHER"}


def tell(session: Session, pictures: Sequence[str]) -> None:
    """Write the walks and their visits, each with one of the pictures (SHA-256). The session sees all land."""
    for key, stops in groupby(_stops(session), key=lambda row: (row.assignee_id, row.due_on, row.night)):
        _walk(session, *key, stops=list(stops), pictures=pictures)


def _stops(session: Session) -> Sequence[Any]:
    """Where somebody was on a task, in the order of people, days and moments."""
    asked = (
        select(
            PatrolTask.assignee_id, User.display_name, PatrolTask.due_on, PatrolTask.night, PatrolTask.id, PatrolTask.unit_id,
            PatrolTask.area_id, PatrolTask.district_code, PatrolTaskParcel.parcel_id, PatrolTaskParcel.visited_at,
            func.ST_PointOnSurface(Parcel.geom).label("place"),
        )
        .join(PatrolTaskParcel, PatrolTaskParcel.task_id == PatrolTask.id)
        .join(Parcel, Parcel.id == PatrolTaskParcel.parcel_id)
        .join(User, User.id == PatrolTask.assignee_id)
        .where(PatrolTask.state == TaskState.DONE, PatrolTaskParcel.visited_at.is_not(None))
        .order_by(PatrolTask.assignee_id, PatrolTask.due_on, PatrolTask.night, PatrolTaskParcel.visited_at, PatrolTaskParcel.parcel_id)
    )  # fmt: skip
    return session.execute(asked).all()


def _walk(
    session: Session, person: int, day: object, night: bool, *, stops: list[Any], pictures: Sequence[str]
) -> None:
    first, last = stops[0], stops[-1]
    uuid = uuid5(NAMES, f"{person} {day} {night}")
    ended: datetime = last.visited_at + STAYED
    patrol = Patrol(
        client_uuid=uuid, district_code=first.district_code, task_id=first.id if len({row.id for row in stops}) == 1 else None,
        inspector_id=person, inspector_name=first.display_name, unit_id=first.unit_id, area_id=first.area_id,
        started_at=first.visited_at - STAYED, ended_at=ended, clock_offset_s=0.8, weather="多云", state=PatrolState.RECORDED,
        received_at=ended, remark="示例:只有到点记录,没有轨迹",
    )  # fmt: skip
    session.add(patrol)
    session.flush()
    visits = [
        {
            "client_uuid": uuid5(uuid, f"{row.id} {row.parcel_id}"), "patrol_id": patrol.id, "parcel_id": row.parcel_id,
            "came_at": row.visited_at, "left_at": row.visited_at + STAYED, "all_fine": True, "form_code": "visit", "form_version": 1,
            "answers": FINE, "place": row.place, "accuracy_m": 6.0, "distance_m": 0.0,
        }
        for row in stops
    ]  # fmt: skip
    session.execute(insert(Visit), visits)
    photos = [
        {
            "record_uuid": visit["client_uuid"], "patrol_id": patrol.id, "kind": PhotoKind.ORIGINAL, "media_type": "image/jpeg",
            "sha256": pictures[visit["client_uuid"].int % len(pictures)], "taken_at": visit["came_at"], "place": visit["place"],
            "accuracy_m": 6.0,
        }
        for visit in visits
    ]  # fmt: skip
    session.execute(insert(FieldPhoto), photos)
