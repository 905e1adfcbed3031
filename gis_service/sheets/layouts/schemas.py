"""What goes in and out at the doors of layouts."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.access.actor import Actor
from gis_service.access.models import Unit
from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.composing.compose import Composer
from gis_service.sheets.composing.template import template
from gis_service.sheets.drawing.items import Page
from gis_service.sheets.kinds import KINDS, SUBJECTS
from gis_service.sheets.layouts.arranging import choosable, told
from gis_service.sheets.layouts.definition import EDGE_MM, FOOT_MM, LEAST_MM, Definition, arrangeable
from gis_service.sheets.layouts.models import SheetLayout
from gis_service.sheets.mapping.frame import SCALES
from gis_service.sheets.mapping.furniture import BAND_MM


class LayoutIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    definition: Definition


class PreviewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    definition: Definition
    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    as_of: str | None = None
    page: Annotated[int, Field(ge=1, le=99)] = 1


def layout_out(layout: SheetLayout, unit: Unit, actor: Actor) -> dict[str, Any]:
    kind = KINDS.get(layout.kind)
    return {
        "id": layout.id, "name": layout.name, "version": layout.row_version,
        "unit_id": layout.unit_id, "unit": unit.short_name or unit.name,
        "kind": layout.kind, "kind_zh": kind.zh if kind else layout.kind, "kind_en": kind.en if kind else layout.kind,
        "definition": layout.definition,
        "mine": actor.unit_id == layout.unit_id and actor.may("layout.change"),
        "created_at": layout.created_at, "created_by": layout.created_by_name,
        "updated_at": layout.updated_at, "updated_by": layout.updated_by_name,
        "archived_at": layout.archived_at, "archived_by": layout.archived_by_name,
    }  # fmt: skip


def preview_out(sheet: Composer, pages: list[Page], picture: str, page: int) -> dict[str, Any]:
    """The page, and on the first where everything stands on it."""
    frame, (west, south, east, north) = sheet.frame, sheet.content.bounds
    return {
        "svg": picture,
        "page": page,
        "pages": len(pages),
        "width_mm": sheet.template.width_mm,
        "height_mm": sheet.template.height_mm,
        "map": [round(each, 2) for each in (frame.left, frame.top, frame.wide, frame.high)],
        "scale": frame.scale,
        "centre": [frame.east, frame.north],
        "middle": [(west + east) / 2, (south + north) / 2],
        "parts": [
            {
                "name": name,
                "box": [round(each, 2) for each in placed.box],
                "used": [round(each, 2) for each in placed.used],
                "column": placed.column,
            }
            for name, placed in sheet.placed.items()
        ],
        "layers": sheet.drawn.layers,
        "title": sheet.content.title,
        "told": [{"zh": zh, "en": en} for zh, en in told(sheet)],
    }


def choices_out(layers: Catalogue) -> dict[str, Any]:
    """What a layout may choose from: kinds with their pages, scales, layers, limits of boxes in mm."""
    return {
        "kinds": [
            {
                "kind": name, "title": kind.zh, "title_en": kind.en, "subject": kind.subject,
                "subject_zh": SUBJECTS[kind.subject].zh, "subject_en": SUBJECTS[kind.subject].en,
                "sizes": [_size(size, page) for size, page in kind.templates.items()],
            }
            for name, kind in arrangeable().items()
        ],
        "scales": list(SCALES),
        "layers": [
            {"id": "ground", "title": "底图(道路、水系)", "title_en": "Base map (roads, water)"},
            {"id": "around", "title": "周边地块", "title_en": "Parcels around"},
            *({"id": name, "title": layers[name].title, "title_en": layers[name].title_en} for name in choosable(layers)),
        ],
        "least_mm": LEAST_MM, "edge_mm": EDGE_MM, "foot_mm": FOOT_MM, "band_mm": BAND_MM,
    }  # fmt: skip


def _size(size: str, name: str) -> dict[str, Any]:
    page = template(name)
    parts = [part.kind for part in (*page.part, *(part for stack in page.stack for part in stack.parts))]
    return {
        "size": size,
        "title": page.name,
        "width_mm": page.width_mm,
        "height_mm": page.height_mm,
        "parts": list(dict.fromkeys(parts)),
    }
