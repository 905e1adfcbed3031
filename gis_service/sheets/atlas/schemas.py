"""What may be asked of an atlas over HTTP, and how one is told."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gis_service.exports.models import Export
from gis_service.exports.schemas import MOST_IDS, Word
from gis_service.sheets.atlas import operations
from gis_service.sheets.atlas.asked import Said


class AtlasIn(BaseModel):
    """An atlas to be. `filters` are those of the list, as in an address; `ids` names parcels one by one."""

    model_config = ConfigDict(extra="forbid")
    kind: Word = "parcel"
    size: Word | None = None
    as_of: Word | None = None
    title: Word = ""
    filters: dict[Word, Annotated[str, Field(max_length=20_000)]] = {}
    ids: Annotated[list[int], Field(max_length=MOST_IDS)] = []

    @property
    def said(self) -> Said:
        return Said(self.kind, self.size, self.as_of, self.title)


def atlas_out(atlas: Export, lang: str) -> dict[str, Any]:
    """An atlas as its owner sees it."""
    said = atlas.asked["said"]
    error = atlas.error and (atlas.error["title_zh"] if lang == "zh" else atlas.error["title_en"])
    return {
        "id": atlas.id,
        "kind": said["kind"],
        "size": said["size"],
        "as_of": said["as_of"],
        "title": said["title"],
        "state": "cancelled" if operations.is_cancelled(atlas) else atlas.state,
        "rows": atlas.rows,
        "written": atlas.written,
        "notes": [note[lang] for note in atlas.notes],
        "error": error and {"code": (atlas.error or {})["code"], "message": error},
        "file_name": atlas.file_name,
        "size_bytes": atlas.size_bytes,
        "sha256": atlas.file_sha256,
        "file": f"/api/v1/atlases/{atlas.id}/file" if atlas.state == "done" else None,
        "created_at": atlas.created_at,
        "done_at": atlas.done_at,
        "expires_at": atlas.expires_at,
    }
