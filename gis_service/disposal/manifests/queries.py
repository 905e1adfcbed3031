"""Reads of manifests: what counts, what is under way, what is doubtful."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.disposal.manifests.models import Manifest, ManifestFlag
from gis_service.disposal.manifests.rules import UNDER_WAY, ManifestStatus
from gis_service.disposal.quantities import Load

UNDECIDED = (ManifestFlag.level == "error", ManifestFlag.verdict.is_(None), ManifestFlag.lifted_at.is_(None))


def one(session: Session, manifest_id: UUID, *, locked: bool = False) -> Manifest:
    """The manifest; raises `NotFound` where there is none that one may see."""
    found = session.get(Manifest, manifest_id, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound(what="联单", key=manifest_id)
    return found


def loads_of(session: Session, proceeding_ids: Iterable[int]) -> dict[int, list[Load]]:
    """Loads that were received and count, by project."""
    asked = select(Manifest.proceeding_id, Manifest.waste_class, Manifest.unloaded_at, Manifest.loaded_m3, Manifest.net_t).where(
        Manifest.proceeding_id.in_(list(proceeding_ids)), Manifest.status == ManifestStatus.RECEIVED, Manifest.counts
    )  # fmt: skip
    found: dict[int, list[Load]] = defaultdict(list)
    for id_, waste_class, at, m3, t in session.execute(asked):
        if at is not None:  # a received load has its time, by constraint
            found[id_].append(Load(waste_class, at.astimezone(BEIJING).date(), m3, t))
    return found


def by_status(session: Session, proceeding_id: int) -> dict[str, int]:
    """How many manifests of a project stand where."""
    asked = (
        select(Manifest.status, func.count()).where(Manifest.proceeding_id == proceeding_id).group_by(Manifest.status)
    )
    counted = dict(session.execute(asked).all())
    return {status.value: counted.get(status, 0) for status in ManifestStatus}


def undecided(session: Session, proceeding_id: int) -> int:
    """Manifests that a person must decide on."""
    asked = (
        select(func.count(func.distinct(Manifest.id)))
        .join(ManifestFlag, ManifestFlag.manifest_id == Manifest.id)
        .where(Manifest.proceeding_id == proceeding_id, Manifest.status == ManifestStatus.MISMATCH, *UNDECIDED)
    )
    return session.scalar(asked) or 0


def flags_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[ManifestFlag]]:
    """Flags that hold or were decided, by manifest."""
    asked = select(ManifestFlag).where(ManifestFlag.manifest_id.in_(list(ids)), ManifestFlag.lifted_at.is_(None))
    found: dict[UUID, list[ManifestFlag]] = defaultdict(list)
    for flag in session.scalars(asked.order_by(ManifestFlag.id)):
        found[flag.manifest_id].append(flag)
    return found


@dataclass(frozen=True)
class Wanted:
    """Which manifests: of a project, in some states, doubtful ones, of a truck, by words."""

    proceeding_id: int | None = None
    statuses: Sequence[str] = ()
    doubtful: bool = False
    plate: str = ""
    words: str = ""
    offset: int = 0
    size: int = 100


def listed(session: Session, wanted: Wanted) -> tuple[list[Manifest], int]:
    """A page of manifests, those recorded last first, and how many there are."""
    asked = select(Manifest)
    if wanted.proceeding_id is not None:
        asked = asked.where(Manifest.proceeding_id == wanted.proceeding_id)
    if wanted.statuses:
        asked = asked.where(Manifest.status.in_(wanted.statuses))
    if wanted.doubtful:
        asked = asked.where(Manifest.id.in_(select(ManifestFlag.manifest_id).where(*UNDECIDED)))
    if wanted.plate:
        asked = asked.where(Manifest.plate == wanted.plate)
    if wanted.words:
        like = f"%{wanted.words.replace('%', '').replace('_', '')}%"
        asked = asked.where(Manifest.manifest_no.ilike(like) | Manifest.ticket_no.ilike(like))
    count = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    page = asked.order_by(Manifest.created_at.desc(), Manifest.id).offset(wanted.offset).limit(wanted.size)
    return list(session.scalars(page)), count


def late(session: Session, proceeding_id: int, before: datetime) -> list[str]:
    """Numbers of loads on the road since before a moment."""
    asked = select(Manifest.manifest_no).where(
        Manifest.proceeding_id == proceeding_id, Manifest.status.in_(UNDER_WAY), Manifest.loaded_at < before
    )
    return list(session.scalars(asked.order_by(Manifest.loaded_at)))


def spots(session: Session, ids: Iterable[UUID], column: Any) -> dict[UUID, list[float]]:
    """Longitude and latitude of a column of places."""
    asked = select(Manifest.id, func.st_x(column), func.st_y(column)).where(
        Manifest.id.in_(list(ids)), column.is_not(None)
    )
    return {id_: [round(x, 7), round(y, 7)] for id_, x, y in session.execute(asked)}
