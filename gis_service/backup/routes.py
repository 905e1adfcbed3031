"""HTTP doors of backups: how the last ones went, and one more now."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import select

from gis_service.access.edge import Route, Work, doing
from gis_service.backup.errors import NoFolder
from gis_service.backup.models import BackupRun
from gis_service.backup.nightly import TASK
from gis_service.backup.place import place_of
from gis_service.backup.schemas import BackupsOut, RunOut
from gis_service.jobs import queue
from gis_service.services import NotPrivate
from gis_service.settings import Settings

router = APIRouter(prefix="/api/v1/backups", route_class=Route, tags=["backups"])

Read = Annotated[Work, doing("backup.read")]
Make = Annotated[Work, doing("backup.make")]
SHOWN = 60


@router.get("")
def list_runs(work: Read) -> BackupsOut:
    """The latest copies and restores for trial, newest first."""
    return _told(work)


@router.post("", status_code=202)
def make(work: Make) -> BackupsOut:
    """Copy and restore for trial now, as it is done each night."""
    settings: Settings = work.request.app.state.settings
    if settings.database_url:
        raise NotPrivate()
    if settings.backup_dir is None:
        raise NoFolder()
    job = queue.enqueue(work.session, TASK)
    work.note("backup.make")
    return _told(work, job)


def _told(work: Work, job: int | None = None) -> BackupsOut:
    settings: Settings = work.request.app.state.settings
    runs = work.session.scalars(select(BackupRun).order_by(BackupRun.id.desc()).limit(SHOWN))
    folder = None if settings.database_url else settings.backup_dir
    return BackupsOut(
        is_on=folder is not None,
        folder=str(folder) if folder else None,
        place=place_of(folder, settings.var_dir) if folder else None,
        job=job,
        items=[RunOut.of(run) for run in runs],
    )
