"""Reads of runs, scores and cells, in the sight of whoever asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.core.errors import NotFound
from gis_service.parcels.models import Parcel
from gis_service.patrols.planning.models import PatrolPlan, PatrolTask, PatrolTaskParcel
from gis_service.patrols.rules import PlanKind, TaskState
from gis_service.risk import rules
from gis_service.risk.models import HotspotCell, RiskRun, RiskScore
from gis_service.risk.rules import RunKind, RunState

MOST_RUNS = 60


def one_run(session: Session, run_id: int) -> RiskRun:
    found = session.get(RiskRun, run_id)
    if found is None:
        raise NotFound(what="风险计算", key=run_id)
    return found


def newest(session: Session, kind: RunKind, as_of: datetime, *, standing: bool = False) -> RiskRun | None:
    """The last finished run of what was known at or before a moment; with `standing` of the usual ones alone."""
    asked = _runs(kind).where(RiskRun.as_of <= as_of, RiskRun.state == RunState.DONE)
    return session.scalars((asked.where(RiskRun.standing) if standing else asked).limit(1)).first()


def runs(session: Session, kind: RunKind) -> Sequence[RiskRun]:
    """The newest runs of a kind, those that wait too."""
    return session.scalars(_runs(kind).limit(MOST_RUNS)).all()


def _runs(kind: RunKind) -> Select[RiskRun]:
    return select(RiskRun).where(RiskRun.kind == kind).order_by(RiskRun.as_of.desc(), RiskRun.id.desc())


def scores(
    session: Session, run_id: int, *, area_id: int | None = None, level: str | None = None
) -> list[dict[str, Any]]:
    """The parcels in sight by rank, each with what made its score, and the days by which somebody is to walk it: at all, and by a
    task beside the regular rounds."""
    waiting = (
        select(
            PatrolTaskParcel.parcel_id,
            func.min(PatrolTask.due_on).label("due_on"),
            func.min(PatrolTask.due_on).filter(func.coalesce(PatrolPlan.kind, PlanKind.EXTRA) != PlanKind.REGULAR).label("extra_due_on"),
        )
        .join(PatrolTask, PatrolTask.id == PatrolTaskParcel.task_id)
        .outerjoin(PatrolPlan, PatrolPlan.id == PatrolTask.plan_id)
        .where(PatrolTaskParcel.visited_at.is_(None), PatrolTask.state.in_([TaskState.OPEN, TaskState.STARTED]))
        .group_by(PatrolTaskParcel.parcel_id)
        .subquery()
    )  # fmt: skip
    asked = (
        select(
            RiskScore.parcel_id, RiskScore.rank, RiskScore.score, RiskScore.level, RiskScore.parts, RiskScore.patrol_days,
            Parcel.parcel_no, Parcel.parcel_name, Parcel.risk_level.label("register"), Area.name.label("area"), Parcel.area_id,
            Parcel.custodian_unit_id.label("unit_id"), Unit.short_name.label("unit"),
            waiting.c.due_on, waiting.c.extra_due_on,
        )
        .join(Parcel, Parcel.id == RiskScore.parcel_id)
        .outerjoin(Area, Area.id == Parcel.area_id)
        .outerjoin(Unit, Unit.id == Parcel.custodian_unit_id)
        .outerjoin(waiting, waiting.c.parcel_id == Parcel.id)
        .where(RiskScore.run_id == run_id, Parcel.retired_on.is_(None))
        .order_by(RiskScore.rank, Parcel.parcel_no)
    )  # fmt: skip
    if area_id is not None:
        asked = asked.where(Parcel.area_id == area_id)
    if level is not None:
        asked = asked.where(RiskScore.level == level)
    return [dict(row) for row in session.execute(asked).mappings()]


def of_parcel(session: Session, parcel_id: int) -> list[dict[str, Any]]:
    """The scores of a parcel over the usual runs, the oldest first."""
    asked = (
        select(RiskRun.as_of, RiskScore.score, RiskScore.level, RiskScore.rank)
        .join(RiskRun, and_(RiskRun.id == RiskScore.run_id, RiskRun.standing))
        .where(RiskScore.parcel_id == parcel_id)
        .order_by(RiskRun.as_of, RiskRun.id)
    )
    return [dict(row) for row in session.execute(asked).mappings()]


def suggestions(session: Session, at: datetime) -> tuple[RiskRun | None, list[dict[str, Any]]]:
    """Risky land that was not walked for long (by now, not by the run's moment) and that no task beside the regular rounds is over:
    those rounds have not reached it. The riskiest first."""
    run = newest(session, RunKind.RANKING, at)
    if run is None:
        return None, []
    rows = [row for row in scores(session, run.id) if row["extra_due_on"] is None]
    walked = select(Parcel.id, func.closed.patrol_last_visit(Parcel.id)).where(
        Parcel.id.in_([row["parcel_id"] for row in rows])
    )
    last = {row[0]: row[1] for row in session.execute(walked)}
    for row in rows:
        came_at = last.get(row["parcel_id"])
        row["patrol_days"] = None if came_at is None else (at - came_at) // timedelta(days=1)
    return run, [row for row in rows if rules.needs_walk(row["level"], row["patrol_days"])]


def cells(session: Session, run_id: int) -> list[dict[str, Any]]:
    """The cells in sight as GeoJSON features, the surest gathering first."""
    names = ("seq", "events", "around", "density_km2", "z", "p", "q", "grade")
    asked = (
        select(*(getattr(HotspotCell, name) for name in names), Area.name.label("area"), func.st_asgeojson(HotspotCell.geom, 7).label("shape"))
        .outerjoin(Area, Area.id == HotspotCell.area_id)
        .where(HotspotCell.run_id == run_id)
        .order_by(HotspotCell.z.desc(), HotspotCell.seq)
    )  # fmt: skip
    return [dict(row) for row in session.execute(asked).mappings()]
