"""A kept file on its way to who ordered it."""

from fastapi import Response
from fastapi.responses import FileResponse

from gis_service.access.edge import Work
from gis_service.exports.errors import Expired
from gis_service.exports.models import Export


def handed(work: Work, export: Export, permission: str, media_type: str) -> Response:
    """The file of a job that is ready, with its trace; raises `Expired` where it was removed meanwhile."""
    state = work.request.app.state
    path = state.exports.path(str(export.file_sha256))
    if not path.exists():
        raise Expired(days=state.settings.export_keep_days, day="?")
    work.note(permission, export.id, act="fetch", file=export.file_name, sha256=export.file_sha256)
    return FileResponse(path, media_type=media_type, filename=export.file_name)
