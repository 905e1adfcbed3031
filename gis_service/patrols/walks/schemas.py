"""Shapes of walks going out: names of fields that people see."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from geoalchemy2.shape import to_shape
from shapely.geometry import mapping

from gis_service.audit.models import AuditEntry
from gis_service.geo.tracks import fixes
from gis_service.geo.tracks.fixes import Track
from gis_service.patrols.conflicts.models import FieldConflict
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import (
    FieldPhoto,
    Observation,
    ObservationChange,
    Patrol,
    PatrolCoverage,
    PatrolFlag,
    TrackPart,
    Visit,
)
from gis_service.patrols.walks import rules

Out = dict[str, Any]


def summary(patrol: Patrol, flags: Sequence[PatrolFlag]) -> Out:
    return {
        "id": patrol.id, "uuid": patrol.client_uuid, "state": patrol.state, "inspector_id": patrol.inspector_id,
        "inspector_name": patrol.inspector_name, "area_id": patrol.area_id, "unit_id": patrol.unit_id, "task_id": patrol.task_id,
        "started_at": patrol.started_at, "ended_at": patrol.ended_at, "weather": patrol.weather,
        "length_m": None if patrol.length_m is None else float(patrol.length_m), "measured_at": patrol.measured_at,
        "thinned_at": patrol.thinned_at, "flags": [flag.code for flag in flags], "gap_s": patrol.figures.get("gap_s", 0),
    }  # fmt: skip


def listed(row: Any, flags: Sequence[PatrolFlag]) -> Out:
    patrol, area, unit, visits, observations, reached = row
    counts = {"visits": visits, "observations": observations, "parcels": reached}
    return {**summary(patrol, flags), "area": area, "unit": unit, **counts}


def flag_out(flag: PatrolFlag) -> Out:
    return {"code": flag.code, "facts": flag.facts, "at": flag.at}


def gap_out(gap: Mapping[str, Any]) -> Out:
    return {
        "from": _at(gap["from_ms"]),
        "to": _at(gap["to_ms"]),
        "distance_m": gap["distance_m"],
        "reason": gap["reason"],
    }


def _at(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _point(place: Any) -> list[float] | None:
    if place is None:
        return None
    point = to_shape(place)
    return [round(point.x, 7), round(point.y, 7)]


def visit_out(visit: Visit, parcel_no: str | None, parcel_name: str | None) -> Out:
    return {
        "uuid": visit.client_uuid, "parcel_id": visit.parcel_id, "parcel_no": parcel_no, "parcel_name": parcel_name,
        "came_at": visit.came_at, "left_at": visit.left_at, "all_fine": visit.all_fine, "form": visit.form_code,
        "form_version": visit.form_version, "answers": visit.answers, "place": _point(visit.place),
        "accuracy_m": visit.accuracy_m, "distance_m": visit.distance_m,
    }  # fmt: skip


def observation_out(row: Any, changes: Sequence[ObservationChange]) -> Out:
    seen, parcel_no, number, state = row
    item = ITEMS.get(seen.item_code)
    return {
        "id": seen.id, "uuid": seen.client_uuid, "visit": seen.visit_uuid, "parcel_id": seen.parcel_id, "parcel_no": parcel_no,
        "item": {"code": seen.item_code, "zh": item.zh if item else seen.item_code, "en": item.en if item else seen.item_code},
        "severity": seen.severity, "answers": seen.answers, "quantity": None if seen.quantity is None else float(seen.quantity),
        "quantity_unit": seen.quantity_unit, "description": seen.description, "seen_at": seen.seen_at,
        "geometry": _geometry(seen), "accuracy_m": seen.accuracy_m, "moved_by_hand": seen.moved_by_hand,
        "distance_m": seen.distance_m, "followed_at": seen.followed_at,
        "followed_by": None if seen.followed_by_noun is None else
            {"noun": seen.followed_by_noun, "id": seen.followed_by_id, "no": number, "state": state},
        "changes": [change_out(change) for change in changes if change.observation_id == seen.id],
    }  # fmt: skip


def _geometry(seen: Observation) -> Out | None:
    return None if seen.geom is None else dict(mapping(to_shape(seen.geom)))


def change_out(change: ObservationChange) -> Out:
    return {
        "field": change.field, "was": change.was, "now": change.now, "reason": change.reason, "made_at": change.made_at,
        "by": change.by_name,
    }  # fmt: skip


def conflict_out(conflict: FieldConflict) -> Out:
    return {
        "id": conflict.id, "noun": conflict.noun, "subject_id": conflict.subject_id, "field": conflict.field, "was": conflict.was,
        "theirs": conflict.theirs, "theirs_by": conflict.theirs_by, "theirs_at": conflict.theirs_at, "mine": conflict.mine,
        "mine_by": conflict.mine_by, "mine_at": conflict.mine_at, "state": conflict.state, "chosen": conflict.chosen,
        "reason": conflict.reason, "settled_at": conflict.settled_at,
    }  # fmt: skip


def photo_out(photo: FieldPhoto) -> Out:
    return {
        "id": photo.id, "record": photo.record_uuid, "kind": photo.kind, "sha256": photo.sha256, "of": photo.of_sha256,
        "media_type": photo.media_type, "has_thumbnail": photo.thumbnail_sha256 is not None, "taken_at": photo.taken_at,
        "place": _point(photo.place), "accuracy_m": photo.accuracy_m, "bearing_deg": photo.bearing_deg,
        "from_album": photo.from_album, "caption": photo.caption,
    }  # fmt: skip


def coverage_out(row: Any) -> Out:
    seen, parcel_no, parcel_name, area_m2, seq = row
    return {
        **_seen(seen), "parcel_id": seen.parcel_id, "parcel_no": parcel_no, "parcel_name": parcel_name,
        "area_m2": None if area_m2 is None else float(area_m2), "planned": seq is not None,
    }  # fmt: skip


def _seen(seen: PatrolCoverage) -> Out:
    return {
        "seen_share": round(seen.seen_share, 4), "band": rules.band(seen.seen_share, proved=seen.proved), "view_m": seen.view_m,
        "inside_s": round(seen.inside_s), "nearest_m": round(seen.nearest_m, 1), "first_at": seen.first_at,
        "last_at": seen.last_at, "proved": seen.proved,
    }  # fmt: skip


def of_parcel_out(seen: PatrolCoverage, patrol: Patrol) -> Out:
    return {
        **_seen(seen),
        "patrol_id": patrol.id,
        "started_at": patrol.started_at,
        "inspector_name": patrol.inspector_name,
    }


def track_out(patrol: Patrol, track: Track, parts: Sequence[TrackPart]) -> Out:
    """Pieces of [longitude, latitude, ms of the phone's clock, accuracy m], with holes between them, and the holes with their reasons."""
    table = np.column_stack((np.round(track.lon, 6), np.round(track.lat, 6), np.round(track.t * 1000),
                             np.round(np.where(np.isfinite(track.accuracy), track.accuracy, -1), 1)))  # fmt: skip
    return {
        "patrol_id": patrol.id, "clock_offset_s": patrol.clock_offset_s, "parts": len(parts),
        "pieces": [[[lon, lat, int(ms), acc] for lon, lat, ms, acc in table[piece].tolist()] for piece in fixes.pieces(track)],
        "gaps": [gap_out(gap) for gap in patrol.gaps],
    }  # fmt: skip


def opening_out(entry: AuditEntry) -> Out:
    return {"at": entry.at, "by": entry.actor_name, "reason": entry.detail.get("reason")}
