"""Reads of monthly reports: editions of a month in one sight, packs, the list of months."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound
from gis_service.reports import rules
from gis_service.reports.models import MonthlyPack, MonthlyReport
from gis_service.reports.rules import UNDER_WAY

MONTHS = 12
"""Months the list goes back, and further where something was made of them."""
MOST = 500


def sight(scope: Scope) -> dict[str, Any]:
    """The land of a scope as it is kept with a report; whoever sees all needs no list."""
    kept = scope.kept()
    return kept if not scope.see_all else {**kept, "area_ids": [], "unit_ids": []}


def _in_sight(entity: type[MonthlyReport] | type[MonthlyPack], scope: Scope) -> list[ColumnElement[bool]]:
    """Made of exactly the land of this scope."""
    return [getattr(entity, name) == value for name, value in sight(scope).items()]


def editions(session: Session, district: str, month: date, scope: Scope) -> list[MonthlyReport]:
    """Of the land of this scope, the latest first."""
    mine = (MonthlyReport.district_code == district, MonthlyReport.month == month, *_in_sight(MonthlyReport, scope))
    return list(session.scalars(select(MonthlyReport).where(*mine).order_by(MonthlyReport.edition.desc())))


def latest(session: Session, district: str, month: date, scope: Scope) -> MonthlyReport | None:
    return next(iter(editions(session, district, month, scope)), None)


def pack(session: Session, pack_id: int) -> MonthlyPack:
    """Raises `NotFound` where there is none of which one may see all land."""
    found = session.get(MonthlyPack, pack_id)
    if found is None:
        raise NotFound(what="调度材料", key=pack_id)
    return found


def under_way(session: Session, district: str, month: date, scope: Scope) -> MonthlyPack | None:
    mine = (MonthlyPack.district_code == district, MonthlyPack.month == month, *_in_sight(MonthlyPack, scope))
    asked = select(MonthlyPack).where(*mine, MonthlyPack.state.in_(UNDER_WAY)).order_by(MonthlyPack.id.desc()).limit(1)
    return session.scalar(asked)


def months(session: Session, district: str, now: datetime) -> list[dict[str, Any]]:
    """The last months, the current one first, each with all its editions and packs in sight."""
    reports: dict[date, list[MonthlyReport]] = defaultdict(list)
    packs: dict[date, list[MonthlyPack]] = defaultdict(list)
    for report in session.scalars(
        select(MonthlyReport).where(MonthlyReport.district_code == district).order_by(MonthlyReport.id.desc()).limit(MOST)
    ):  # fmt: skip
        reports[report.month].append(report)
    for made in session.scalars(
        select(MonthlyPack).where(MonthlyPack.district_code == district).order_by(MonthlyPack.id.desc()).limit(MOST)
    ):
        packs[made.month].append(made)
    current = now.astimezone(BEIJING).date().replace(day=1)
    wanted = {rules.before(current, back) for back in range(MONTHS)} | set(reports) | set(packs)
    return [_month(month, now, reports[month], packs[month]) for month in sorted(wanted, reverse=True)]


def _month(
    month: date, now: datetime, reports: Sequence[MonthlyReport], packs: Sequence[MonthlyPack]
) -> dict[str, Any]:  # fmt: skip
    return {
        "month": rules.said(month),
        "is_over": rules.is_over(month, now),
        "editions": [report_out(each) for each in reports],
        "packs": [pack_out(each) for each in packs[:20]],
    }


def report_out(report: MonthlyReport) -> dict[str, Any]:
    return {
        "id": report.id, "month": rules.said(report.month), "edition": report.edition, "as_of": report.as_of, "state": report.state,
        "reason": report.reason, "whole_district": report.see_all, "snapshot_sha256": report.snapshot_sha256, "made_at": report.made_at,
        "made_by": report.made_by_name, "version": report.row_version,
    }  # fmt: skip


def pack_out(made: MonthlyPack) -> dict[str, Any]:
    return {
        "id": made.id, "report_id": made.report_id, "month": rules.said(made.month), "is_draft": made.is_draft, "as_of": made.as_of,
        "state": made.state, "stage": made.stage, "steps_done": made.steps_done, "steps": made.steps, "reason": made.reason,
        "files": [{**each, "file": f"/api/v1/monthly-packs/{made.id}/files/{each['kind']}"} for each in made.files],
        "error": made.error, "made_at": made.made_at, "made_by": made.made_by_name, "ended_at": made.ended_at,
    }  # fmt: skip
