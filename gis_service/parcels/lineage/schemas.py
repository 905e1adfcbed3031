"""What is sent to divide, join and retire, and how a plan looks from outside."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import shapely
from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry import LineString, mapping

from gis_service.parcels import boundary
from gis_service.parcels.errors import GeometryRefused
from gis_service.parcels.lineage.plan import Child, Drawing, Plan, Wish
from gis_service.parcels.operations import outline_from
from gis_service.parcels.schemas import ParcelNo, PointIn, Text

Position = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
Line = Annotated[list[Position], Field(min_length=2, max_length=10_000)]
Area = Annotated[Decimal, Field(gt=0, lt=10**12)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OutlineIn(Body):
    """An outline as GeoJSON or as boundary points."""

    geometry: dict[str, Any] | None = None
    boundary_points: Annotated[list[PointIn], Field(max_length=20_000)] | None = None

    def shape(self) -> shapely.MultiPolygon:
        if self.boundary_points:
            return boundary.outline_of([point.typed() for point in self.boundary_points])[0]
        return outline_from(self.geometry or {})


class ChildIn(Body):
    """What a part is to be called, and its figure in the papers; left open, the plan decides."""

    parcel_no: ParcelNo | None = None
    parcel_name: Text | None = None
    area_registered_m2: Area | None = None

    def wish(self) -> Wish:
        return Wish(self.parcel_no, self.parcel_name, self.area_registered_m2)


class Drawn(Body):
    lines: Annotated[list[Line], Field(max_length=200)] = []
    outlines: Annotated[list[OutlineIn], Field(max_length=200)] = []
    children: Annotated[list[ChildIn], Field(max_length=200)] = []

    def drawing(self) -> Drawing:
        return Drawing(tuple(map(_line, self.lines)), tuple(outline.shape() for outline in self.outlines))

    def wishes(self) -> list[Wish]:
        return [child.wish() for child in self.children]


def _line(points: list[Position]) -> LineString:
    line = LineString(points)
    if line.length == 0:
        raise GeometryRefused(reason="线没有长度 · a line without length")
    return line


class Because(Body):
    """Why an act is done; `on` is the date the papers give."""

    reason: Text | None = None
    document_id: int | None = None
    on: date | None = None


class SplitLook(Drawn):
    pass


class SplitIn(Drawn, Because):
    pass


Several = Annotated[list[int], Field(min_length=2, max_length=100)]


class MergeLook(Body):
    parcels: Several
    child: ChildIn = ChildIn()


class MergeIn(MergeLook, Because):
    pass


class AdjustLook(Drawn):
    parcels: Annotated[list[int], Field(min_length=2, max_length=2)]


class AdjustIn(AdjustLook, Because):
    pass


class RetireIn(Because):
    pass


class UndoIn(Body):
    reason: Text


# --- a plan, as it is shown ----------------------------------------------------------------------------------------


def plan_out(plan: Plan, lang: str) -> dict[str, Any]:
    """A plan as JSON: children with outlines and areas, the links, the balance, and what to look at."""
    return {
        "kind": plan.kind,
        "parents": [
            {
                "id": parent.id,
                "parcel_no": parent.parcel_no,
                "area_computed_m2": parent.area_computed_m2,
                "area_registered_m2": parent.area_registered_m2,
                "row_version": parent.row_version,
            }
            for parent in plan.parents
        ],
        "children": [_child_out(child) for child in plan.children],
        "shares": [
            {"parent_id": share.parent_id, "child": share.child, "area_m2": round(share.area_m2, 2)}
            for share in plan.shares
        ],
        "balance_m2": round(plan.balance_m2, 4),
        "warnings": [{"code": said.code, "message": said.zh if lang == "zh" else said.en} for said in plan.warnings],
        "differing": plan.differing,
    }


def _child_out(child: Child) -> dict[str, Any]:
    return {
        "parcel_id": child.parcel_id,
        "parcel_no": child.parcel_no,
        "parcel_name": child.facts.get("parcel_name"),
        "geometry": mapping(child.outline),
        "area_computed_m2": round(child.area_m2, 2),
        "area_mu": round(child.area_m2 * 3 / 2000, 2),
        "area_registered_m2": child.registered_m2,
        "boundary_points": list(boundary.rows_of(child.points)),
    }
