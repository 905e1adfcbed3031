"""What the worker does with an atlas that was asked for: make it in the sight of who asked, keep the file as exports are kept."""

import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from gis_service.core.clock import BEIJING
from gis_service.core.errors import Refusal
from gis_service.exports import operations as exports
from gis_service.exports.jobs import LARGEST_BYTES, TOLD_EVERY_S, transaction
from gis_service.exports.models import Export
from gis_service.exports.writing import Written
from gis_service.jobs.ending import told
from gis_service.sheets.atlas import operations
from gis_service.sheets.atlas.asked import Wish, understood
from gis_service.sheets.atlas.errors import AtlasBroke, Cancelled
from gis_service.sheets.atlas.local import PERMISSION, written
from gis_service.sheets.atlas.making import Watch
from gis_service.sheets.printing.formats import MEDIA

TASK = "sheets.atlas"
"""The name this job is enqueued under."""


def process(services: Any, atlas_id: int) -> None:
    """Take an atlas to `done`, or to `failed` with the reason. A second call for one that is done changes nothing."""
    with transaction(services.sessions) as session:
        atlas = exports.begin(session, atlas_id)
    if atlas is None:
        return
    with told(partial(_fail, services, atlas_id), AtlasBroke(atlas_id=atlas_id), left=(Cancelled,)):
        _process(services, atlas)


def _process(services: Any, atlas: Export) -> None:
    wish = understood(*operations.wish_of(atlas))
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        path = Path(folder) / "atlas.pdf"
        made = written(services, exports.scope_of(atlas), wish, path, _watch(services, atlas.id))
        size = path.stat().st_size
        with path.open("rb") as file:
            sha256, _ = services.exports.put(file, limit_bytes=LARGEST_BYTES)
    kept = Written(path, _name(made.title, wish), MEDIA["pdf"], made.parcels, None, sha256, size, [_said(made.pages)])
    keep = timedelta(days=services.settings.export_keep_days)
    with transaction(services.sessions) as session:
        operations.progress(session, atlas.id, made.parcels)
        exports.finish(session, atlas.id, kept, keep=keep, asked=wish.described(), action=PERMISSION)


def _name(title: str, wish: Wish) -> str:
    day = f"_{wish.as_of.astimezone(BEIJING).date().isoformat()}" if wish.as_of else ""
    return f"{title}{day}.pdf"


def _said(pages: int) -> dict[str, str]:
    return {"code": "atlas.pages", "zh": f"共 {pages} 页。", "en": f"{pages} pages."}


def _watch(services: Any, atlas_id: int) -> Watch:
    """Notes the progress and learns of a cancel, not more often than somebody looks."""
    last = 0.0

    def tell(done: int, _total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY_S:
            last = time.monotonic()
            with transaction(services.sessions) as session:
                operations.progress(session, atlas_id, done)

    return tell


def _fail(services: Any, atlas_id: int, refusal: Refusal) -> None:
    with transaction(services.sessions) as session:
        exports.fail(session, atlas_id, refusal)
