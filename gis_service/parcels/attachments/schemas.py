"""What may be sent about attachments, and what is shown of them."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from gis_service.parcels.attachments.bundle import Share
from gis_service.parcels.attachments.models import ParcelFile
from gis_service.parcels.attachments.rules import FileKind
from gis_service.parcels.schemas import Text


class FileChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: FileKind | None = None
    caption: Text | None = None


class Removal(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Text


def file_out(file: ParcelFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "parcel_id": file.parcel_id,
        "name": file.name,
        "kind": file.kind,
        "media_type": file.media_type,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "caption": file.caption,
        "has_thumbnail": file.thumbnail_sha256 is not None,
        "added_at": file.added_at,
        "added_by": file.added_by_name,
        "removed_at": file.removed_at,
        "removed_by": file.removed_by_name,
        "removed_reason": file.removed_reason,
    }


def share_out(share: Share, lang: str) -> dict[str, Any]:
    return {
        "path": share.path,
        "parcel_no": share.parcel_no,
        "parcel_id": share.parcel_id,
        "state": share.state,
        "file_id": share.file_id,
        "reason": share.refusal.sentence(lang) if share.refusal else None,
    }
