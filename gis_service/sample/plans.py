"""Planned values of the sample district: set in January, one of them raised at the half-year."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.models import Area
from gis_service.core import db
from gis_service.kpi import targets
from gis_service.sample.proceedings import LEADER, Teller, at, person

YEARLY = {
    2025: {"survey.done": 40, "handover.done": 20, "fence.full": 60},
    2026: {
        "survey.done": 90, "survey.area": 90, "disposal.progress": 60, "disposal.closed": 30, "handover.done": 50, "fence.full": 80,
        "sign.covered": 80, "camera.covered": 40, "patrol.coverage": 95, "patrol.done": 95, "rectification.in_time": 90,
        "case.closed": 70,
    },
}  # fmt: skip
OF_AREAS = {"北围": {"survey.done": 100, "fence.full": 90}, "后环": {"survey.done": 100}}
RAISED = ("handover.done", 55, "2026-07-06")


def tell(teller: Teller) -> None:
    """The plans of two years, and those of the areas that come first."""
    session, leader = teller.session, person(LEADER)
    areas = dict(session.execute(select(Area.name, Area.id)).all())
    for year, planned in YEARLY.items():
        _on(session, f"{year}-01-12")
        made = {
            code: targets.make(session, leader, teller.district_code, code=code, year=year, value=Decimal(value), note="年度工作要点(示例)")
            for code, value in planned.items()
        }  # fmt: skip
    for name, planned in OF_AREAS.items():
        for code, value in planned.items():
            targets.make(
                session, leader, teller.district_code, code=code, year=2026, value=Decimal(value), area_id=areas[name]
            )
    code, value, day = RAISED
    _on(session, day)
    targets.change(session, leader, made[code], made[code].row_version, Decimal(value), "半年调度会议上调(示例)")
    db.setting(session, app_version_at="")


def _on(session: Session, day: str) -> None:
    """Set the version clock back, as only the owner may."""
    db.setting(session, app_version_at=at(day).isoformat())
