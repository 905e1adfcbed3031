"""Verbs of orthophotos: ask for one, keep what came out, work on it again, withdraw. Nothing here commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.srid import STORAGE_SRID
from gis_service.jobs import queue
from gis_service.maps.orthophotos import queries
from gis_service.maps.orthophotos.errors import NotCleared, OrthophotoEnded, TakenLater
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.rules import WORDS, State
from gis_service.parcels.attachments.operations import Kept
from gis_service.procedures.filing import remember

TASK = "maps.orthophoto"
"""The name this job is enqueued under."""


@dataclass(frozen=True)
class Told:
    """What a person says of a picture. `crs`: EPSG code, needed where the file does not say it; `world`: its six numbers."""

    title: str
    taken_on: date
    cleared: bool
    source: str = ""
    remark: str = ""
    crs: int | None = None
    world: tuple[float, ...] | None = None


def require_allowed(told: Told) -> None:
    """Asked before anything is kept; raises `NotCleared`, `TakenLater`."""
    if not told.cleared:
        raise NotCleared()
    if told.taken_on > clock.today():
        raise TakenLater(day=told.taken_on)


def ask(session: Session, actor: Actor, district: str, file: Kept, told: Told, *, by_worker: bool = True) -> Orthophoto:
    """A picture whose bytes are in the store, put into the queue unless the caller does the work; raises as `require_allowed`."""
    require_allowed(told)
    remember(session, actor, file)
    made = Orthophoto(
        district_code=district, title=told.title, taken_on=told.taken_on, source=told.source, remark=told.remark,
        cleared=told.cleared, original_sha256=file.sha256, original_name=file.name, said=_said(told.crs, told.world),
        made_by=actor.id, made_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if by_worker:
        queue.enqueue(session, TASK, orthophoto_id=made.id)
    return made


def _said(crs: int | None, world: tuple[float, ...] | None) -> dict[str, Any]:
    return {"crs": crs, "world": None if world is None else list(world)}


def again(session: Session, orthophoto_id: int, crs: int | None = None) -> Orthophoto:
    """Work once more on one that failed, with another system if one is given; raises `OrthophotoEnded` for any other."""
    found = _held(session, orthophoto_id)
    if found.state != State.FAILED:
        raise _ended(found, ("重新处理", "working on it again"))
    found.state, found.failure, found.stage, found.percent, found.ended_at = State.QUEUED, None, "", 0, None
    if crs is not None:
        found.said = {**found.said, "crs": crs}
    session.flush()
    queue.enqueue(session, TASK, orthophoto_id=found.id)
    return found


def withdraw(session: Session, actor: Actor, orthophoto_id: int, reason: str) -> Orthophoto:
    """A picture that is not to be used: stopped if it is still worked on, off the map, all of it kept with why."""
    found = _held(session, orthophoto_id)
    if found.state == State.WITHDRAWN:
        raise _ended(found, ("撤回", "withdrawing it"))
    found.state, found.stage = State.WITHDRAWN, ""
    found.withdrawn_at, found.withdrawn_by_name, found.withdrawn_reason = clock.now(), actor.name, reason
    session.flush()
    return found


def _held(session: Session, orthophoto_id: int) -> Orthophoto:
    queries.one(session, orthophoto_id)
    return session.get_one(Orthophoto, orthophoto_id, with_for_update=True, populate_existing=True)


def _ended(found: Orthophoto, act: tuple[str, str]) -> OrthophotoEnded:
    words = WORDS[State(found.state)]
    return OrthophotoEnded(title=found.title, state=words[0], state_en=words[1], act=act[0], act_en=act[1])


# --- what came out ----------------------------------------------------------------------------------------------------


def at_stage(session: Session, orthophoto_id: int, stage: str, percent: int) -> bool:
    """Note how far the work is, where that is new; whether it is still wanted."""
    mine = Orthophoto.id == orthophoto_id
    asked = select(Orthophoto.state, Orthophoto.stage, Orthophoto.percent).where(mine)
    state, *known = session.execute(asked).one()
    if state == State.QUEUED and stage and [stage, percent] != known:
        waits = Orthophoto.state == State.QUEUED
        session.execute(update(Orthophoto).where(mine, waits).values(stage=stage, percent=percent))
    return bool(state == State.QUEUED)


def finish(session: Session, orthophoto_id: int, told: Mapping[str, Any], cog: Kept | None = None) -> bool:
    """Keep the answer and the file made; false where the picture was withdrawn or finished meanwhile."""
    kept = session.get_one(Orthophoto, orthophoto_id, with_for_update=True, populate_existing=True)
    if kept.state != State.QUEUED:
        return False
    kept.stage, kept.percent, kept.ended_at = "", 0, clock.now()
    if cog is None:
        kept.state, kept.failure = State.FAILED, dict(told["refused"])
    else:
        remember(session, Actor(None, kept.made_by_name), cog)
        kept.state, kept.cog_sha256, kept.failure = State.READY, cog.sha256, None
        kept.footprint = from_shape(shapely.from_wkt(told["footprint"]), srid=STORAGE_SRID)
        for name in ("crs", "resolution_m", "min_zoom", "max_zoom"):
            setattr(kept, name, told[name])
    session.flush()
    return True
