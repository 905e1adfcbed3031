"""Reads of the work list: faults with their parcels, one fault with both outlines, counts by rule, the last runs.

All under the row policies: a fault is there when one of its parcels is in scope, and the other's number is empty when it is
not.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from gis_service.access.models import Area
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.models import Parcel
from gis_service.parcels.topology.models import TopologyDirty, TopologyFault, TopologyRun
from gis_service.parcels.topology.rules import UNSETTLED, FaultState

One, Other = aliased(Parcel), aliased(Parcel)
OneArea, OtherArea = aliased(Area), aliased(Area)
F = TopologyFault


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(F)
        .outerjoin(One, One.id == F.parcel_id)
        .outerjoin(Other, Other.id == F.other_parcel_id)
        .outerjoin(OneArea, OneArea.id == One.area_id)
        .outerjoin(OtherArea, OtherArea.id == Other.area_id)
    )


def _columns() -> list[Any]:
    sides = (getattr(func, f"st_{side}")(F.geom) for side in ("xmin", "ymin", "xmax", "ymax"))
    plain = ("id", "rule", "level", "state", "area_m2", "width_m", "facts", "first_seen", "last_seen", "resolved_at")
    deciding = ("accept_reason", "accepted_by_name", "accepted_at", "row_version")
    return [
        *(getattr(F, name) for name in (*plain, *deciding)),
        F.other_parcel_id.is_not(None).label("is_pair"),
        One.id.label("parcel_id"),
        One.parcel_no,
        Other.id.label("other_parcel_id"),
        Other.parcel_no.label("other_parcel_no"),
        func.coalesce(OneArea.name, OtherArea.name).label("area_name"),
        func.json_build_array(*sides).label("bbox"),
        func.json_build_array(func.st_x(F.spot), func.st_y(F.spot)).label("spot"),
    ]


def conditions(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The filters of list and summary, written once. Without a state, what is there today."""
    found: list[ColumnElement[bool]] = []
    states = filters.get("state") or list(UNSETTLED)
    found.append(F.state.in_(states))
    for name in ("rule", "level"):
        if filters.get(name):
            found.append(getattr(F, name).in_(filters[name]))
    if area := filters.get("area"):
        found.append(or_(*(column == area for a in (OneArea, OtherArea) for column in (a.name, a.code))))
    if parcel_id := filters.get("parcel"):
        found.append(or_(F.parcel_id == parcel_id, F.other_parcel_id == parcel_id))
    if bbox := filters.get("bbox"):
        box = func.st_makeenvelope(*bbox, STORAGE_SRID)
        found += [F.geom.op("&&")(box), func.st_intersects(F.geom, box)]
    return found


def faults(filters: Mapping[str, Any], *, limit: int, after: int | None = None) -> Select[Any]:
    """Faults in the order in which they were first seen."""
    statement = _joined(select(*_columns())).where(*conditions(filters)).order_by(F.id).limit(limit)
    return statement.where(F.id > after) if after is not None else statement


def count(filters: Mapping[str, Any]) -> Select[tuple[int]]:
    return _joined(select(func.count())).where(*conditions(filters))


def fault(session: Session, fault_id: int) -> dict[str, Any] | None:
    """One fault with its own geometry and the outlines of those of its parcels that the reader may see."""

    def outline(parcel: Any) -> ColumnElement[Any]:
        return func.st_asgeojson(parcel.geom, 9, 0).op("::")(text("json"))

    def told(parcel: Any, area: Any) -> list[Any]:
        names = ("parcel_name", "area_registered_m2", "area_computed_m2", "location_text", "geom_source", "retired_on")
        pairs = [part for name in ("id", "parcel_no", *names) for part in (name, getattr(parcel, name))]
        return [*pairs, "area", area.name, "geometry", outline(parcel)]

    statement = _joined(
        select(
            *_columns(),
            func.st_asgeojson(F.geom, 9, 0).op("::")(text("json")).label("geometry"),
            func.json_build_object(*told(One, OneArea)).label("parcel"),
            func.json_build_object(*told(Other, OtherArea)).label("other_parcel"),
        )
    ).where(F.id == fault_id)
    row = session.execute(statement).mappings().first()
    return None if row is None else dict(row)


def summary(area: str | None) -> Select[Any]:
    """Rule → how many faults of it are open, accepted, resolved."""
    states: list[Any] = [func.count().filter(F.state == state.value).label(state.value) for state in FaultState]
    wanted = conditions({"area": area, "state": list(FaultState)})
    return _joined(select(F.rule, *states)).where(and_(*wanted)).group_by(F.rule)


def last_run(session: Session) -> TopologyRun | None:
    return session.scalar(select(TopologyRun).order_by(TopologyRun.id.desc()).limit(1))


def waiting(session: Session) -> bool:
    """Whether changes wait to be checked; known only to who sees all land."""
    return session.scalar(select(TopologyDirty.id).limit(1)) is not None
