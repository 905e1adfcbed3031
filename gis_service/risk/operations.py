"""Verbs of rankings and hotspots: ask for a run, work it out, drop the results of nights long past."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.models import Area
from gis_service.core import clock
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.jobs import queue
from gis_service.risk import clusters, density, facts, rules
from gis_service.risk.errors import FutureMoment
from gis_service.risk.facts import Event
from gis_service.risk.grid import Cells, cells
from gis_service.risk.models import HotspotCell, RiskRun, RiskScore
from gis_service.risk.rules import Grade, RunKind, RunState

TASK = "risk.run"
KEPT_NIGHTS = timedelta(days=92)
"""Results of every night are kept so long; then those of the last night of each month stay (product default)."""

FAINT = 0.05
"""Cells with less than this share of the highest density and nothing else to tell are not kept."""

ROWS_AT_ONCE = 2_000
Period = tuple[datetime, datetime]


def ask(
    session: Session, actor: Actor, district_code: str, kind: RunKind, *, as_of: datetime, period: Period | None = None, standing: bool = False
) -> RiskRun:  # fmt: skip
    """A run that the worker will work out, once this transaction stands; raises `FutureMoment`."""
    run = begin(session, actor, district_code, kind, as_of=as_of, period=period, standing=standing)
    queue.enqueue(session, TASK, run_id=run.id)
    return run


def begin(
    session: Session, actor: Actor, district_code: str, kind: RunKind, *, as_of: datetime, period: Period | None = None, standing: bool = False
) -> RiskRun:  # fmt: skip
    """A run that waits to be worked out. Hotspots without a period: the usual months before `as_of`."""
    if as_of > clock.now():
        raise FutureMoment(as_of=as_of.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M"))
    since, until = (period or usual_period(as_of)) if kind == RunKind.HOTSPOT else (None, None)
    run = RiskRun(
        district_code=district_code, kind=kind, as_of=as_of, since=since, until=until, standing=standing, asked_by=actor.id,
        asked_by_name=actor.name,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


def usual_period(as_of: datetime) -> Period:
    """The usual months before a moment, as days of 365/12."""
    return as_of - timedelta(days=round(rules.data()["hotspot"]["months"] * 365 / 12)), as_of


def work_out(session: Session, run: RiskRun) -> None:
    """Work a queued run out; the session sees all land."""
    {RunKind.RANKING: rank, RunKind.HOTSPOT: gather}[RunKind(run.kind)](session, run)
    run.state, run.ended_at = RunState.DONE, clock.now()
    session.flush()


def rank(session: Session, run: RiskRun) -> None:
    """Score every parcel by what was known at the run's moment."""
    using = rules.weights()
    lands, known = facts.land(session, run.district_code, run.as_of), facts.events(session, run.as_of)
    found = facts.figures(lands, known, facts.around(session, run.as_of), run.as_of, using)
    order = rules.ranked({parcel: rules.scored(figures, using) for parcel, figures in found.items()})
    rows = [
        {"run_id": run.id, "parcel_id": parcel, "rank": place, "score": score.points, "level": score.level,
         "parts": [asdict(part) for part in score.parts], "patrol_days": _whole(found[parcel]["patrol"])}
        for place, parcel, score in order
    ]  # fmt: skip
    _insert(session, RiskScore, rows)
    levels = Counter(str(score.level) for _, _, score in order)
    run.parameters = {"weights": rules.data()["factor"], "levels": rules.data()["levels"], "past": rules.data()["past"]}
    run.counts = {"parcels": len(lands), "events": len(known), "by_kind": _by_kind(known), "levels": dict(levels)}


def _whole(figure: rules.Figure) -> int | None:
    return int(figure) if isinstance(figure, float) else None


def _by_kind(known: Sequence[Event]) -> dict[str, int]:
    return dict(Counter(each.kind for each in known))


def _insert(session: Session, table: type[RiskScore] | type[HotspotCell], rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(table), rows[at : at + ROWS_AT_ONCE])


def gather(session: Session, run: RiskRun) -> None:
    """Density and gathering of the dumping of the run's period, as known at its moment."""
    told = rules.data()["hotspot"]
    since, until = run.since or run.as_of, run.until or run.as_of
    known = [each for each in facts.events(session, run.as_of) if since <= each.happened_at < until]
    places = np.array([(each.x, each.y) for each in known], dtype=float).reshape(-1, 2)
    areas = _areas(session, run.district_code)
    grid = cells(_region(session, run, areas), places, told["cell_m"], told["most_cells"])
    counts = grid.counts(places)
    bandwidth_m, by = density.bandwidth(places)
    dense = density.density_km2(places, grid.centres, bandwidth_m)
    # the neighbourhood grows with the cell where the grid had to be coarser
    neighbour_m = told["neighbour_m"] * grid.cell_m / told["cell_m"]
    found = clusters.gathering(grid.centres, counts, neighbour_m)
    grades = [found.grade(n, told["least_events"]) for n in range(len(counts))]
    tell = [
        n
        for n, grade in enumerate(grades)
        if counts[n] or grade != Grade.PLAIN or (dense[n] > 0 and dense[n] >= FAINT * dense.max())
    ]
    _insert(session, HotspotCell, _rows(run, tell, grid, areas, (counts, dense, found, grades)))
    run.parameters = {
        "cell_m": grid.cell_m, "neighbour_m": neighbour_m, "least_events": told["least_events"], "bandwidth_m": bandwidth_m,
        "bandwidth_by": by, "srid": METRIC_SRID, "kernel": "gaussian", "fdr": "benjamini-hochberg",
    }  # fmt: skip
    run.counts = {
        "events": len(known), "by_kind": _by_kind(known), "cells": len(counts), "kept": len(tell),
        "grades": dict(Counter(str(grade) for grade in grades)),
    }  # fmt: skip


Areas = list[tuple[int, Any]]


def _areas(session: Session, district_code: str) -> Areas:
    asked = select(Area.id, func.st_asbinary(func.st_transform(Area.geom, METRIC_SRID))).where(
        Area.district_code == district_code, Area.geom.is_not(None)
    )
    return [(area_id, shapely.from_wkb(bytes(shape))) for area_id, shape in session.execute(asked.order_by(Area.id))]


def _region(session: Session, run: RiskRun, areas: Areas) -> Any:
    """The areas; where none is drawn the hull of the parcels and 500 m around."""
    if areas:
        return shapely.union_all(shapely.make_valid(np.array([shape for _, shape in areas], dtype=object)))
    outlines = [each.outline for each in facts.land(session, run.district_code, run.as_of)]
    return shapely.buffer(shapely.convex_hull(shapely.union_all(outlines)), 500)


def _rows(run: RiskRun, tell: list[int], grid: Cells, areas: Areas, results: tuple[Any, ...]) -> list[dict[str, Any]]:
    counts, dense, found, grades = results
    if not tell:
        return []
    squares = crs.transform(grid.squares()[tell], METRIC_SRID, STORAGE_SRID)
    middles = shapely.points(grid.centres[tell])
    own = [next((area_id for area_id, shape in areas if shapely.contains(shape, middle)), None) for middle in middles]
    return [
        {"run_id": run.id, "seq": seq, "events": int(counts[n]), "around": int(found.around[n]), "density_km2": float(dense[n]),
         "z": float(found.z[n]), "p": float(found.p[n]), "q": float(found.q[n]), "grade": grades[n], "area_id": area_id,
         "geom": from_shape(square, srid=STORAGE_SRID)}
        for seq, (n, square, area_id) in enumerate(zip(tell, squares, own, strict=True), 1)
    ]  # fmt: skip


def thin(session: Session, now: datetime) -> int:
    """Drop the results of usual runs older than `KEPT_NIGHTS` but the last of each month; returns how many runs went."""
    month = func.date_trunc("month", func.timezone(clock.BEIJING.key, RiskRun.as_of))
    usual = (RiskRun.standing, RiskRun.as_of < now - KEPT_NIGHTS, RiskRun.state == RunState.DONE)
    last = select(func.max(RiskRun.as_of)).where(*usual).group_by(RiskRun.kind, month)
    gone = list(session.scalars(select(RiskRun.id).where(*usual, RiskRun.as_of.not_in(last))))
    for table in (RiskScore, HotspotCell):
        session.execute(delete(table).where(table.run_id.in_(gone)))
    session.execute(delete(RiskRun).where(RiskRun.id.in_(gone)))
    return len(gone)
