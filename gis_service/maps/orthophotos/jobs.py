"""The job that makes a picture ready."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.files.store import FileStore
from gis_service.maps.orthophotos import making, operations, stopped
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.rules import State
from gis_service.parcels.attachments.operations import Kept

LARGEST_BYTES = making.LIMITS.output_bytes


def prepare(sessions: sessionmaker[Session], store: FileStore, orthophoto_id: int, *, window: Sequence[float]) -> None:
    """Work a queued picture out; done twice it changes nothing, withdrawn meanwhile it is dropped.

    The child works between short transactions, so that nothing waits for it. A worker that dies leaves it queued: the job is
    rescued and begins anew.
    """
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        found = session.get_one(Orthophoto, orthophoto_id)
        if found.state != State.QUEUED:
            return
        original, name, asked = (
            store.path(found.original_sha256),
            found.original_name,
            {**found.said, "window": list(window)},
        )

    def goes_on(stage: str, percent: int) -> bool:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            return operations.at_stage(session, orthophoto_id, stage, percent)

    try:
        with making.made(original, name, asked, goes_on) as (told, path):
            _finish(sessions, orthophoto_id, told, None if "refused" in told else _kept(store, path, name))
    except Exception:
        _finish(sessions, orthophoto_id, {"refused": stopped.broken()}, None)
        raise


def _kept(store: FileStore, path: Path, name: str) -> Kept:
    with path.open("rb") as made:
        sha256, size = store.put(made, limit_bytes=LARGEST_BYTES)
    return Kept(sha256, size, f"{Path(name).stem}.cog.tif")


def _finish(sessions: sessionmaker[Session], orthophoto_id: int, told: dict[str, Any], cog: Kept | None) -> None:
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        operations.finish(session, orthophoto_id, told, cog)
