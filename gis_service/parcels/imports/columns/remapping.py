"""Mapping a file again: the person says which column is which, and the kept file is read anew under the same batch."""

from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core.db import Scope
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.columns.recognise import NoSuchField, listed
from gis_service.parcels.imports.rules import State
from gis_service.parcels.models import ImportBatch


def remap(
    session: Session,
    actor: Actor,
    scope: Scope,
    batch_id: int,
    *,
    columns: dict[str, str],
    class_system: str | None = None,
    sender: str | None = None,
    remember: bool = False,
) -> ImportBatch:
    """Queue a batch to be read again with these columns; an empty one leaves the field without any."""
    batch = operations.locked(session, batch_id, "map")
    _require_columns(batch, columns)
    said: dict[str, Any] = {"columns": columns or None, "class_system": class_system, "remember": remember}
    said["sender"] = sender or batch.options.get("sender")
    batch.options = {**batch.options, **said}
    batch.state, batch.error, batch.decided_at = State.QUEUED, None, None
    named = {name: column for name, column in columns.items() if column}
    detail = {"act": "remap", "columns": len(named), "sender": said["sender"]}
    note(session, actor, "parcel.import", batch.id, detail=detail, request_id=scope.request_id)
    session.flush()
    return batch


def _require_columns(batch: ImportBatch, columns: dict[str, str]) -> None:
    """Every column named is one of the file, as far as its columns are known."""
    there = [column["name"] for column in batch.columns]
    for column in columns.values():
        if column and there and column not in there:
            raise NoSuchField(field=column, columns=listed(there, 40))
