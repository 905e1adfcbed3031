"""Reads of orthophotos: lists, one, the areas they show, what tiles are cut from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core.errors import NotFound
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.rules import State


def one(session: Session, orthophoto_id: int) -> Orthophoto:
    found = session.get(Orthophoto, orthophoto_id)
    if found is None:
        raise NotFound(what="正射影像", key=orthophoto_id)
    return found


def listed(
    session: Session, *, withdrawn: bool = False, before_id: int | None = None, size: int = 100
) -> list[Orthophoto]:
    """Newest first, by when they came."""
    asked = select(Orthophoto).order_by(Orthophoto.id.desc()).limit(size)
    if not withdrawn:
        asked = asked.where(Orthophoto.state != State.WITHDRAWN)
    return list(session.scalars(asked if before_id is None else asked.where(Orthophoto.id < before_id)))


def areas(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Names of the areas each of them shows something of."""
    asked = (
        select(Orthophoto.id, Area.name)
        .join(Area, func.st_intersects(Area.geom, Orthophoto.footprint))
        .where(Orthophoto.id.in_(ids), Area.district_code == Orthophoto.district_code)
        .order_by(Orthophoto.id, Area.code)
    )
    found: dict[int, list[str]] = {id_: [] for id_ in ids}
    for id_, name in session.execute(asked):
        found[id_].append(name)
    return found


@dataclass(frozen=True)
class Source:
    """What tiles are cut from."""

    cog_sha256: str
    min_zoom: int
    max_zoom: int


def source(session: Session, orthophoto_id: int) -> Source:
    """Of a picture that is ready and in sight; raises `NotFound` for any other."""
    columns = select(Orthophoto.cog_sha256, Orthophoto.min_zoom, Orthophoto.max_zoom)
    row = session.execute(columns.where(Orthophoto.id == orthophoto_id, Orthophoto.state == State.READY)).first()
    if row is None:
        raise NotFound(what="正射影像", key=orthophoto_id)
    return Source(str(row.cog_sha256), int(row.min_zoom or 0), int(row.max_zoom or 0))
