"""The job that compares two elevation models."""

from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.errors import NotFound
from gis_service.files.store import FileStore
from gis_service.surveys.heaps import comparing, operations, stopped
from gis_service.surveys.heaps.comparing import Model
from gis_service.surveys.heaps.models import ElevationComparison
from gis_service.surveys.heaps.rules import ComparisonState
from gis_service.surveys.heaps.schemas import Options

SIDES = ("before", "after")


def compare(sessions: sessionmaker[Session], store: FileStore, comparison_id: int) -> None:
    """Work a queued comparison out; done twice it changes nothing, withdrawn meanwhile it is dropped.

    The child works between short transactions, so that nothing waits for it.
    """
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        found = session.get_one(ElevationComparison, comparison_id)
        if found.state != ComparisonState.QUEUED:
            return
        options = Options(**found.options)
        before, after = (_model(found, store, options, side) for side in SIDES)
        asked = options.model_dump(include={"coregister", "north_first", "nodata", "least_m3"})
        try:
            asked["area"] = (
                operations.around(session, found.district_code, options.parcel_no) if options.parcel_no else None
            )
        except NotFound as gone:
            operations.finish(session, comparison_id, {"refused": {"code": gone.code, **_both(gone)}})
            return
    try:
        told = comparing.compared(before, after, asked, Watcher(sessions, comparison_id))
        _finish(sessions, comparison_id, told)
    except Exception:
        _finish(sessions, comparison_id, {"refused": stopped.broken()})
        raise


def _finish(sessions: sessionmaker[Session], comparison_id: int, told: dict[str, Any]) -> None:
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        operations.finish(session, comparison_id, told)


def _both(refusal: NotFound) -> dict[str, str]:
    return {"zh": refusal.sentence("zh"), "en": refusal.sentence("en")}


def _model(found: ElevationComparison, store: FileStore, options: Options, side: str) -> Model:
    path = store.path(getattr(found, f"{side}_sha256"))
    return Model(
        path, getattr(found, f"{side}_name"), getattr(options, f"{side}_crs"), getattr(options, f"{side}_vertical")
    )


class Watcher:
    """Notes a new stage, and asks now and then whether the comparison is still wanted."""

    def __init__(self, sessions: sessionmaker[Session], comparison_id: int):
        self.sessions, self.comparison_id = sessions, comparison_id

    def __call__(self, stage: str) -> bool:
        with self.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            return operations.at_stage(session, self.comparison_id, stage)
