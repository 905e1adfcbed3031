"""What may be asked of a package over HTTP, and how one is told."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gis_service.exports.models import Export
from gis_service.exports.packages import operations
from gis_service.exports.schemas import Word
from gis_service.maps.packages.asked import Said


class PackageIn(BaseModel):
    """A package to be: layers, an area by its name or code or a box in degrees, zooms, and a day."""

    model_config = ConfigDict(extra="forbid")
    format: Word = "pmtiles"
    layers: Annotated[list[Word], Field(min_length=1, max_length=50)]
    area: Word | None = None
    bbox: Annotated[str, Field(max_length=200)] | None = None
    min_zoom: int = Said.min_zoom
    max_zoom: int = Said.max_zoom
    as_of: Word | None = None

    @property
    def said(self) -> Said:
        return Said(**self.model_dump())


def package_out(package: Export, lang: str) -> dict[str, Any]:
    """A package as its owner sees it. `written` of `rows`: tiles looked at while it is made, then those that hold something."""
    said = Said.of(package.asked["said"])
    error = package.error and (package.error["title_zh"] if lang == "zh" else package.error["title_en"])
    return {
        "id": package.id,
        "format": said.format,
        "layers": list(said.layers),
        "area": said.area,
        "bbox": said.bbox,
        "min_zoom": said.min_zoom,
        "max_zoom": said.max_zoom,
        "as_of": said.as_of,
        "state": "cancelled" if operations.is_cancelled(package) else package.state,
        "rows": package.rows,
        "written": package.written,
        "notes": [note[lang] for note in package.notes],
        "error": error and {"code": (package.error or {})["code"], "message": error},
        "file_name": package.file_name,
        "size_bytes": package.size_bytes,
        "sha256": package.file_sha256,
        "file": f"/api/v1/map-packages/{package.id}/file" if package.state == "done" else None,
        "created_at": package.created_at,
        "done_at": package.done_at,
        "expires_at": package.expires_at,
    }
