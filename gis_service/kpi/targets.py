"""Planned values: set, change, read as they stood at a moment. Nothing here commits."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import Area, Unit
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound, Stale
from gis_service.core.versioning import held_at
from gis_service.kpi.errors import OverAll, TargetThere
from gis_service.kpi.figures import By, indicator
from gis_service.kpi.models import KpiTarget, KpiTargetVersion

Target = dict[str, Any]


def planned(session: Session, as_of: datetime, by: By) -> dict[tuple[str, str | None], Decimal]:
    """The plan for the year of a moment as it was set by then: (code, name of the area or unit) → value."""
    t = KpiTargetVersion.c
    named = {"district": None, "area": Area, "unit": Unit}[by]
    asked = select(t.code, named.name if named else t.note, t.value)
    if named is None:
        asked = asked.where(t.area_id.is_(None), t.unit_id.is_(None))
    else:
        asked = asked.join(named, named.id == (t.area_id if by == "area" else t.unit_id))
    asked = asked.where(
        t.year == as_of.astimezone(BEIJING).year, t.value.is_not(None), held_at(KpiTargetVersion, as_of)
    )
    return {(code, name if named else None): value for code, name, value in session.execute(asked)}


def listed(session: Session, year: int) -> list[Target]:
    """The plan of a year as it is now, with whose it is and who set it."""
    asked = (
        select(KpiTarget, Area.name, Unit.name)
        .outerjoin(Area, Area.id == KpiTarget.area_id)
        .outerjoin(Unit, Unit.id == KpiTarget.unit_id)
        .where(KpiTarget.year == year)
        .order_by(KpiTarget.code, Area.name.nulls_first(), Unit.name.nulls_first())
    )
    return [told(each, area, unit) for each, area, unit in session.execute(asked)]


def told(each: KpiTarget, area: str | None = None, unit: str | None = None) -> Target:
    return {
        "id": each.id, "code": each.code, "area": area, "unit": unit, "year": each.year, "value": each.value, "note": each.note,
        "set_by": each.set_by_name, "updated_at": each.updated_at, "row_version": each.row_version,
    }  # fmt: skip


def one(session: Session, target_id: int) -> KpiTarget:
    found = session.get(KpiTarget, target_id)
    if found is None:
        raise NotFound(what="计划值", key=target_id)
    return found


def make(
    session: Session, actor: Actor, district_code: str, *, code: str, year: int, value: Decimal, note: str = "",
    area_id: int | None = None, unit_id: int | None = None,
) -> KpiTarget:  # fmt: skip
    """Plan a value; raises `TargetThere` where there is one, which is then to be changed, and `OverAll` for a share over 100 %."""
    _require_share(code, value)
    made = KpiTarget(
        district_code=district_code, code=code, year=year, value=value, note=note.strip(), area_id=area_id, unit_id=unit_id,
        set_by_name=actor.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if "uq_kpi_target_of" not in str(error.orig):
            raise
        raise TargetThere(indicator=indicator(code).zh, indicator_en=indicator(code).en, year=year) from error
    session.refresh(made)
    return made


def change(session: Session, actor: Actor, target: KpiTarget, seen: int, value: Decimal | None, note: str) -> None:
    """Another value, or none: taken back. Raises `Stale`."""
    if seen != target.row_version:
        raise Stale(what="计划值", key=target.id)
    if value is not None:
        _require_share(target.code, value)
    target.value, target.note, target.set_by_name = value, note.strip(), actor.name
    session.flush()
    session.refresh(target)


def _require_share(code: str, value: Decimal) -> None:
    each = indicator(code)
    if each.unit == "%" and value > 100:
        raise OverAll(indicator=each.zh, indicator_en=each.en, value=str(value))
