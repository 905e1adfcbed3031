"""Workbooks of many loads: taken in at once where they are small, by a job where somebody would wait. Nothing here commits."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING, Actor
from gis_service.access.operations import note
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound, Refusal
from gis_service.disposal.errors import TableBroke
from gis_service.disposal.manifests import bulk
from gis_service.disposal.manifests.bulk import Table
from gis_service.disposal.manifests.models import ManifestTable
from gis_service.disposal.manifests.rules import TableState
from gis_service.files.store import FileStore
from gis_service.jobs import queue

TASK = "disposal.manifests"
"""The name under which large tables are enqueued."""

AT_ONCE = 100
"""Rows that are recorded while somebody waits (7 ms each); more are done by a job."""

TOLD_EVERY = 25
LATELY = timedelta(days=3)
PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}


def begin(session: Session, actor: Actor, scope: Scope, table: Table, sha256: str) -> ManifestTable:
    """Queue a table; one with faults is refused here already, with all of them."""
    if table.faults:
        raise table.refusal(table.faults)
    acting = {"actor_id": scope.actor_id, "actor_name": scope.actor_name, "request_id": scope.request_id}
    made = ManifestTable(
        name=table.name, file_sha256=sha256, state=TableState.QUEUED, row_count=len(table.rows), done_rows=0,
        scope={**scope.kept(), **acting}, created_by=actor.id, created_by_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    queue.enqueue(session, TASK, table_id=made.id)
    return made


def one(session: Session, table_id: int) -> ManifestTable:
    """The table; raises `NotFound` where there is none of one's own."""
    found = session.get(ManifestTable, table_id)
    if found is None:
        raise NotFound(what="联单表", key=table_id)
    return found


def own(session: Session, actor: Actor) -> list[ManifestTable]:
    """The tables somebody brought lately, newest first."""
    asked = select(ManifestTable).where(
        ManifestTable.created_by == actor.id, ManifestTable.created_at > clock.now() - LATELY
    )
    return list(session.scalars(asked.order_by(ManifestTable.id.desc()).limit(20)))


def table_out(table: ManifestTable) -> dict[str, Any]:
    names = ("id", "name", "state", "row_count", "done_rows", "counted", "error", "created_at", "created_by_name")
    return {name: getattr(table, name) for name in names}


# --- the worker -------------------------------------------------------------------------------------------------------


def process(sessions: sessionmaker[Session], store: FileStore, table_id: int) -> None:
    """Take a queued table in, all rows or none; a second call for one that has ended changes nothing."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        found = one(session, table_id)
        if found.state != TableState.QUEUED:
            return
        scope, name, sha256 = Scope.of(found.scope), found.name, found.file_sha256
    try:
        with sessions.begin() as session:
            db.setting(session, **PATIENCE)
            db.enter(session, scope)
            counted = _take_in(sessions, session, scope, store.path(sha256), name, sha256, table_id)
            _end(session, table_id, state=TableState.DONE, done_rows=counted["rows"], counted=counted)
    except Refusal as refusal:
        _refuse(sessions, table_id, refusal)
    except Exception:
        _refuse(sessions, table_id, TableBroke(name=name, table_id=table_id))
        raise


def _refuse(sessions: sessionmaker[Session], table_id: int, refusal: Refusal) -> None:
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        _end(session, table_id, state=TableState.REFUSED, error=refusal.problem("zh"))


def _take_in(
    sessions: sessionmaker[Session], session: Session, scope: Scope, path: Path, name: str, sha256: str, table_id: int
) -> dict[str, Any]:  # fmt: skip
    actor = Actor(id=scope.actor_id, name=scope.actor_name)

    def told(done: int) -> None:
        """Said beside the transaction, which nobody sees before it ends."""
        if done % TOLD_EVERY == 0:
            with sessions.begin() as beside:
                db.enter(beside, EVERYTHING)
                _end(beside, table_id, done_rows=done)

    counted = bulk.take_in(session, actor, bulk.read(session, path, name), sha256, told=told)
    detail = {"act": "table", "sha256": sha256, **counted}
    note(session, actor, "manifest.record", name, detail=detail, request_id=scope.request_id)
    return counted


def _end(session: Session, table_id: int, **values: Any) -> None:
    session.execute(update(ManifestTable).where(ManifestTable.id == table_id).values(**values))
