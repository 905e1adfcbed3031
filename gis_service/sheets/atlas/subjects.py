"""The parcels of an atlas, in their order: by area, then number."""

from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import func, select

from gis_service.access.models import Area
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels import queries as register
from gis_service.parcels.queries import Custodian, Managing
from gis_service.sheets.atlas.asked import Wish
from gis_service.sheets.atlas.errors import NothingToBind, TooManyPages
from gis_service.sheets.atlas.rules import MOST_PAGES, natural
from gis_service.sheets.gather import Desk
from gis_service.sheets.mapping.frame import Bounds

NO_AREA = "未划片区"


@dataclass(frozen=True)
class Subject:
    """A parcel as order, index and overview need it; `bounds` in metres."""

    id: int
    parcel_no: str
    name: str
    area_code: str
    area: str
    area_m2: float
    custodian: str
    managing: str
    bounds: Bounds

    @property
    def place(self) -> tuple[Any, ...]:
        """Its place in the order; parcels of no area come last."""
        return (not self.area_code, natural(self.area_code), natural(self.parcel_no), self.id)


def count(desk: Desk, wish: Wish) -> int:
    """How many there are; raises `NothingToBind` at none, `TooManyPages` where a page each is too much."""
    table = register.register(desk.as_of)
    statement = register.joined(table, select(func.count())).where(*register.conditions(table, wish.filters))
    found = desk.session.scalar(statement) or 0
    if not found:
        raise NothingToBind()
    if found > MOST_PAGES:
        raise TooManyPages(count=found, most=MOST_PAGES, unit_zh="宗", unit_en="parcels")
    return found


def subjects(desk: Desk, wish: Wish) -> list[Subject]:
    """All of them in order, with the same refusals."""
    count(desk, wish)
    table = register.register(desk.as_of)
    c = table.c
    chosen = select(
        c.id,
        c.parcel_no,
        c.parcel_name,
        Area.code,
        Area.name,
        c.area_computed_m2,
        Custodian.name,
        Managing.name,
        *(getattr(func, f"st_{side}")(c.geom) for side in ("xmin", "ymin", "xmax", "ymax")),
    )
    found = desk.session.execute(register.joined(table, chosen).where(*register.conditions(table, wish.filters))).all()
    boxes = shapely.box(*zip(*(row[-4:] for row in found), strict=True))
    metric = shapely.bounds(crs.transform(boxes, STORAGE_SRID, METRIC_SRID))
    made = [
        Subject(
            row[0], row[1], row[2] or "", row[3] or "", row[4] or NO_AREA, float(row[5]), row[6] or "", row[7] or "",
            tuple(map(float, bounds)),  # type: ignore[arg-type]  # four of them
        )
        for row, bounds in zip(found, metric, strict=True)
    ]  # fmt: skip
    return sorted(made, key=lambda each: each.place)
