"""What may be asked of an export over HTTP, and how one is told."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.exports.asked import Said
from gis_service.exports.models import Export
from gis_service.exports.rules import AXIS

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
MOST_IDS = 200_000


class ExportIn(BaseModel):
    """A job to be. `filters` are those of the list, as in an address; `ids` names parcels one by one."""

    model_config = ConfigDict(extra="forbid")
    format: Word
    filters: dict[Word, Annotated[str, Field(max_length=500)]] = {}
    ids: Annotated[list[int], Field(max_length=MOST_IDS)] = []
    as_of: Word | None = None
    crs: Word | None = None
    encoding: Word | None = None
    lang: Word = "zh"
    layers: Annotated[list[Word], Field(max_length=50)] = []
    axis: Word = AXIS
    history: bool = False
    contacts: bool = False

    @property
    def said(self) -> Said:
        return Said(**self.model_dump(exclude={"filters", "ids"}))


def export_out(export: Export, lang: str) -> dict[str, Any]:
    """An export as its owner sees it."""
    said = export.asked["said"]
    error = export.error and (export.error["title_zh"] if lang == "zh" else export.error["title_en"])
    return {
        "id": export.id,
        "format": said["format"],
        "as_of": said["as_of"],
        "state": export.state,
        "rows": export.rows,
        "written": export.written,
        "notes": [note[lang] for note in export.notes],
        "error": error and {"code": (export.error or {})["code"], "message": error},
        "file_name": export.file_name,
        "size_bytes": export.size_bytes,
        "sha256": export.file_sha256,
        "file": f"/api/v1/exports/{export.id}/file" if export.state == "done" else None,
        "created_at": export.created_at,
        "done_at": export.done_at,
        "expires_at": export.expires_at,
    }
