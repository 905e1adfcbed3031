"""What the worker does with a package that was asked for: draw it in the sight of who asked, keep the file as exports are kept."""

import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from gis_service.core.errors import Refusal
from gis_service.exports import operations as exports
from gis_service.exports.jobs import LARGEST_BYTES, TOLD_EVERY_S, transaction
from gis_service.exports.models import Export
from gis_service.exports.packages import operations
from gis_service.exports.packages.errors import Cancelled, PackageBroke
from gis_service.exports.packages.local import write
from gis_service.exports.writing import Written
from gis_service.jobs.ending import told
from gis_service.maps.packages.asked import Said, understood
from gis_service.maps.packages.making import Told
from gis_service.maps.standing import standing

TASK = "maps.package"
"""The name this job is enqueued under."""


def process(services: Any, package_id: int) -> None:
    """Take a package to `done`, or to `failed` with the reason. A second call for one that is done changes nothing."""
    with transaction(services.sessions) as session:
        package = exports.begin(session, package_id)
    if package is None:
        return
    with told(partial(_fail, services, package_id), PackageBroke(package_id=package_id), left=(Cancelled,)):
        _process(services, package)


def _process(services: Any, package: Export) -> None:
    scope = exports.scope_of(package)
    wish = understood(Said.of(package.asked["said"]), services.reader, scope, standing(services.reader))
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        path = Path(folder) / f"out.{wish.kind.suffix}"
        count = write(services.reader, scope, wish, path, _teller(services, package.id))
        size = path.stat().st_size
        with path.open("rb") as file:
            sha256, _ = services.exports.put(file, limit_bytes=LARGEST_BYTES)
    kept = Written(
        path, wish.file_name, wish.kind.media_type, count, None, sha256, size, [_said(wish.kind.name, count)]
    )
    with transaction(services.sessions) as session:
        operations.progress(session, package.id, count, count)
        keep = timedelta(days=services.settings.export_keep_days)
        exports.finish(session, package.id, kept, keep=keep, asked=wish.described())


def _said(kind: str, count: int) -> dict[str, str]:
    zh, en = ("个要素", "features") if kind == "gpkg" else ("块瓦片", "tiles")
    return {"code": "package.count", "zh": f"共 {count} {zh}。", "en": f"{count} {en}."}


def _teller(services: Any, package_id: int) -> Told:
    """Notes the progress and learns of a cancel, not more often than somebody looks."""
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY_S:
            last = time.monotonic()
            with transaction(services.sessions) as session:
                operations.progress(session, package_id, done, total)

    return tell


def _fail(services: Any, package_id: int, refusal: Refusal) -> None:
    with transaction(services.sessions) as session:
        exports.fail(session, package_id, refusal)
