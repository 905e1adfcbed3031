"""HTTP doors of evidence packs: one is made and saved, and the sums of those that were made."""

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from sqlalchemy import select
from starlette.background import BackgroundTask

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.http import to_be_saved
from gis_service.core.media import ZIP
from gis_service.evidence import assembling
from gis_service.evidence.models import EvidencePack
from gis_service.procedures import queries
from gis_service.procedures.conduct import Conduct


@cache
def router_for(conduct: Conduct) -> APIRouter:
    """The doors of one procedure's packs."""
    procedure = conduct.procedure
    router = APIRouter(prefix=f"/api/v1/{procedure.plural}", route_class=Route, tags=[procedure.noun])

    @router.get("/{proceeding_id}/evidence.zip", **sends(ZIP))
    def seal(work: Annotated[Work, doing(f"{procedure.noun}.file")], proceeding_id: int) -> FileResponse:
        """The sealed pack as the proceeding stands now; its sums go into the audit trail too."""
        found = queries.one(work.session, procedure, proceeding_id)
        handle, name = tempfile.mkstemp(prefix="evidence-", suffix=".zip")
        path = Path(name)
        with os.fdopen(handle, "w+b") as out:
            try:
                pack = assembling.seal(
                    work.session, work.request.app.state.store, work.actor, conduct, found, out, at=clock.now()
                )
            except BaseException:
                path.unlink()
                raise
        work.note(
            f"{procedure.noun}.file", f"{procedure.noun}/{found.proceeding_no}", act="seal_evidence",
            pack_sha256=pack.pack_sha256, manifest_sha256=pack.manifest_sha256, steps_head=pack.steps_head,
        )  # fmt: skip
        headers = {**to_be_saved(f"{found.proceeding_no} 证据包.zip"), "X-Pack-SHA256": pack.pack_sha256}
        return FileResponse(path, media_type=ZIP, headers=headers, background=BackgroundTask(path.unlink))

    @router.get("/{proceeding_id}/evidence")
    def packs(work: Annotated[Work, doing(f"{procedure.noun}.read")], proceeding_id: int) -> dict[str, Any]:
        """The sums of every pack that was sealed, the newest first."""
        found = queries.one(work.session, procedure, proceeding_id)
        asked = select(EvidencePack).where(EvidencePack.proceeding_id == found.id).order_by(EvidencePack.id.desc())
        rows = work.session.scalars(asked)
        return {
            "items": [
                {
                    "pack_sha256": row.pack_sha256, "steps": row.steps, "size_bytes": row.size_bytes,
                    "made_at": row.made_at, "made_by": row.made_by_name,
                }
                for row in rows
            ]
        }  # fmt: skip

    return router
