"""Verbs of walks: measure one, thin its track when its time is over, open it to somebody. Nothing here commits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.actor import SERVICE
from gis_service.audit import operations as audit
from gis_service.core import db
from gis_service.core.srid import METRIC_SRID
from gis_service.geo.tracks import coverage, doubts, fixes, replay
from gis_service.geo.tracks.coverage import Place, Seen
from gis_service.geo.tracks.fixes import Part, Track
from gis_service.patrols.models import Patrol, PatrolCoverage, PatrolFlag, TrackPart
from gis_service.patrols.walks import queries, rules
from gis_service.patrols.walks.errors import TrackUnexplained
from gis_service.patrols.walks.models import TrackSketch


def track_of(parts: Sequence[TrackPart]) -> Track:
    """The track that parts make, in whatever order they came."""
    return fixes.assemble((Part(part.fixes, part.gaps, part.mock) for part in parts), metric=METRIC_SRID)


def measure(session: Session, patrol_id: int, *, view_m: float, now: datetime) -> Patrol | None:
    """Work out what a walk proves and what is doubtful about it, from all that is here; again whenever more comes.

    The same parts give the same rows. Of a walk that was thinned, what is proved already is never taken back. The session must
    be that of the service, which sees all tracks.
    """
    patrol = session.scalar(select(Patrol).where(Patrol.id == patrol_id).with_for_update())
    if patrol is None:
        return None
    parts = queries.parts_of(session, patrol.id)
    if patrol.thinned_at is not None and not parts:
        return patrol
    track = track_of(parts)
    visited, planned = queries.claimed(session, patrol)
    reach = coverage.within_reach(track, view_m)
    land = queries.land_near(session, reach, [*visited, *planned])
    seen = coverage.coverage(track, land, view_m=view_m, places=_places(session, patrol))
    kept = {key: each for key, each in seen.items() if each.proved or each.share > 0 or key in (*visited, *planned)}
    _write_coverage(session, patrol, kept, view_m)
    if patrol.thinned_at is None:
        targets = [land[key] for key in dict.fromkeys((*visited, *planned)) if key in land]
        _write_flags(session, patrol, track, targets)
        _write_figures(patrol, track)
    patrol.measured_at = now
    session.flush()
    return patrol


def _places(session: Session, patrol: Patrol) -> list[Place]:
    return [
        _place(bytes(wkb), accuracy, at.timestamp())
        for wkb, accuracy, at in queries.places_of(session, patrol.id)
        if accuracy is not None and at is not None
    ]


def _place(wkb: bytes, accuracy: float, phone_s: float) -> Place:
    point = shapely.Point(shapely.from_wkb(wkb))
    return Place(point.x, point.y, accuracy, phone_s)


def _moment(phone_s: float | None) -> datetime | None:
    """Times of a walk stay those of the phone's clock, as all its records do; how far that was off is `clock_offset_s`."""
    return None if phone_s is None else datetime.fromtimestamp(phone_s, UTC)


def _write_coverage(session: Session, patrol: Patrol, seen: dict[int, Seen], view_m: float) -> None:
    if patrol.thinned_at is None:
        session.execute(delete(PatrolCoverage).where(PatrolCoverage.patrol_id == patrol.id))
    rows = [
        {
            "patrol_id": patrol.id, "parcel_id": key, "seen_share": each.share, "view_m": view_m, "inside_s": each.inside_s,
            "nearest_m": each.nearest_m, "first_at": _moment(each.first_s), "last_at": _moment(each.last_s),
            "proved": each.proved,
        }
        for key, each in sorted(seen.items())
    ]  # fmt: skip
    if not rows:
        return
    new = insert(PatrolCoverage)
    old, said = PatrolCoverage.__table__.c, new.excluded
    session.execute(
        new.on_conflict_do_update(
            index_elements=["patrol_id", "parcel_id"],
            set_={
                "seen_share": func.greatest(old.seen_share, said.seen_share), "inside_s": old.inside_s + said.inside_s,
                "nearest_m": func.least(old.nearest_m, said.nearest_m), "first_at": func.least(old.first_at, said.first_at),
                "last_at": func.greatest(old.last_at, said.last_at), "proved": old.proved | said.proved,
            },
        ),
        rows,
    )  # fmt: skip


def _write_flags(session: Session, patrol: Patrol, track: Track, targets: Sequence[BaseGeometry]) -> None:
    """Doubts as flags: new ones are added, those that no longer hold go, those that stay keep their time."""
    found = doubts.plain(track, targets, clock_offset_s=patrol.clock_offset_s)
    mine = replay.sketch(track, patrol.id)
    again = replay.replay(mine, queries.earlier_sketches(session, patrol)) if len(mine.rows) else None
    every = [*found, *([again] if again else [])]
    codes = [doubt.code for doubt in every]
    session.execute(delete(PatrolFlag).where(PatrolFlag.patrol_id == patrol.id, PatrolFlag.code.not_in(codes)))
    for doubt in every:
        row = insert(PatrolFlag).values(patrol_id=patrol.id, code=doubt.code, facts=dict(doubt.facts))
        session.execute(
            row.on_conflict_do_update(index_elements=["patrol_id", "code"], set_={"facts": row.excluded.facts})
        )
    _keep_sketch(session, mine)


def _keep_sketch(session: Session, mine: replay.Sketch) -> None:
    row = insert(TrackSketch).values(patrol_id=mine.key, places=mine.rows.astype("<f8").tobytes())
    session.execute(row.on_conflict_do_update(index_elements=["patrol_id"], set_={"places": row.excluded.places}))


def _write_figures(patrol: Patrol, track: Track) -> None:
    end = None if patrol.ended_at is None else patrol.ended_at.timestamp()
    holes = fixes.gaps(track, patrol.started_at.timestamp(), end)
    patrol.length_m = Decimal(f"{fixes.length_m(track):.1f}")
    patrol.gaps = [
        {"from_ms": round(g.from_s * 1000), "to_ms": round(g.to_s * 1000), "reason": g.reason,
         "distance_m": None if g.distance_m is None else round(g.distance_m)}
        for g in holes
    ]  # fmt: skip
    told = track.accuracy[np.isfinite(track.accuracy)]
    steps = np.diff(track.t)[fixes.joined(track)] if len(track) > 1 else np.empty(0)
    patrol.figures = {
        "fixes": len(track), "parts": track.parts, "invalid": track.dropped.invalid, "twice": track.dropped.twice,
        "spikes": track.dropped.spikes, "back": track.dropped.back, "track_s": round(float(steps.sum())),
        "gap_s": round(sum(g.to_s - g.from_s for g in holes)),
        "accuracy_m": round(float(np.median(told)), 1) if len(told) else None,
    }  # fmt: skip


def thin(session: Session, patrol_id: int, *, view_m: float, now: datetime) -> dict[str, Any]:
    """Leave of a track what it proves: the fixes go, from the inbox too; coverage, gaps, flags, photos and records stay. Audited."""
    patrol = queries.one(session, patrol_id)
    parts = queries.parts_of(session, patrol_id)
    if patrol.measured_at is None or patrol.thinned_at is not None:
        measure(session, patrol_id, view_m=view_m, now=now)
    session.execute(delete(TrackPart).where(TrackPart.patrol_id == patrol_id))
    session.execute(delete(TrackSketch).where(TrackSketch.patrol_id == patrol_id))
    patrol.thinned_at = now
    session.flush()
    copies = session.scalar(select(func.forget_track(patrol_id))) or 0
    told = {"parts": len(parts), "fixes": sum(len(part.fixes) for part in parts), "inbox": int(copies)}
    audit.record(
        session, "track.thin", f"patrol/{patrol_id}", actor_id=SERVICE.id, actor_name=SERVICE.name, detail=told
    )
    return told


def require_reason(reason: str) -> str:
    said = reason.strip()
    if len(said) < rules.LEAST_REASON:
        raise TrackUnexplained()
    return said


@contextmanager
def seeing_tracks(session: Session) -> Iterator[None]:
    """The one place where the tracks of others are opened; the caller writes the trace."""
    db.setting(session, app_see_tracks="on")
    try:
        yield
    finally:
        db.setting(session, app_see_tracks="")
