"""What a track proves for parcels: how much of each was within sight, for how long somebody was there, how near they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.geo.tracks.fixes import Bools, Floats, Track, joined, pieces

NEAR_M, ACCURACY_M = 30.0, 50.0
"""A place proves presence within the parcel enlarged by max(30 m, its accuracy); one less accurate than 50 m proves nothing (handbook §7.2)."""
STRAIGHT_M = 0.2
"""Fixes are left out of the outline of what was seen where that moves it by less."""
ROUGH_M = 5.0
"""The same for the question which parcels matter; twice that is added, which also covers the chords of so few segments (2 % of 60 m)."""
ROUND = 16
"""Chords of a quarter circle: the disc seen from a place is 0.16 % too small."""


@dataclass(frozen=True)
class Place:
    """Where a photo was taken or a list filled in: metres in the plane, accuracy in metres, seconds since 1970."""

    x: float
    y: float
    accuracy: float
    t: float


@dataclass(frozen=True)
class Seen:
    """What is proved for one parcel; `share` of its area in 0..1, times in seconds since 1970."""

    share: float
    inside_s: float
    nearest_m: float
    first_s: float | None
    last_s: float | None
    proved: bool


def coverage(
    track: Track, parcels: Mapping[int, BaseGeometry], *, view_m: float = 30.0, places: Sequence[Place] = ()
) -> dict[int, Seen]:
    """What the track, and places beside it, prove for each parcel (polygons in the plane of the track).

    The share is that of the parcel's area within `view_m` of the track; places prove presence, they show no land.
    Parcels about which no place says anything are left out.
    """
    good = track.good(ACCURACY_M)
    spots = [place for place in places if place.accuracy <= ACCURACY_M]
    if not len(good) and not spots:
        return {}
    lines = way(good)
    points = shapely.points(good.x, good.y)
    return {key: _seen(good, points, lines, spots, shape, view_m) for key, shape in parcels.items()}


def way(track: Track) -> NDArray[np.object_]:
    """The pieces of a track as lines; a lone fix is a point."""
    made = []
    for piece in pieces(track):
        place = np.column_stack((track.x[piece], track.y[piece]))
        made.append(shapely.linestrings(place) if len(place) > 1 else shapely.points(place[0]))
    return np.array(shapely.simplify(made, STRAIGHT_M, preserve_topology=False), dtype=object)


def beside(lines: NDArray[np.object_], reach_m: float, quad_segs: int) -> BaseGeometry:
    """The land within a distance of lines and points: each straight step is buffered for itself, and the pieces are joined.

    A way there and back the same way is the commonest of all, and GEOS loses up to half of the land beside a line that lies on
    itself (3.14: 0.75 of the parcel instead of 0.94 in `test_there_and_back_shows_what_the_way_there_shows`); a single step it
    buffers truly. A walk of 6,000 fixes that crosses itself everywhere takes 0.08 s so, and 31 s as a whole line.
    """
    steps = np.concatenate([_steps(line) for line in lines])
    return shapely.union_all(shapely.buffer(steps, reach_m, quad_segs=quad_segs))


def _steps(line: BaseGeometry) -> NDArray[np.object_]:
    if line.geom_type != "LineString":
        return np.array([line], dtype=object)
    place = shapely.get_coordinates(line)
    steps: NDArray[np.object_] = shapely.linestrings(np.stack((place[:-1], place[1:]), axis=1))
    return steps


def within_reach(track: Track, view_m: float) -> BaseGeometry | None:
    """The land from which anything may be proved: to ask which parcels matter. None for a track that proves nothing."""
    good = track.good(ACCURACY_M)
    if not len(good):
        return None
    reach = max(view_m, NEAR_M, ACCURACY_M)
    return beside(shapely.simplify(way(good), ROUGH_M, preserve_topology=False), reach + 2 * ROUGH_M, quad_segs=4)


def _seen(
    good: Track,
    points: NDArray[np.object_],
    lines: NDArray[np.object_],
    spots: Sequence[Place],
    shape: BaseGeometry,
    view_m: float,
) -> Seen:
    distance: Floats = shapely.distance(points, shape)
    near = distance <= np.maximum(NEAR_M, good.accuracy)
    by_place = [float(shape.distance(shapely.Point(spot.x, spot.y))) for spot in spots]
    hits = [s.t for s, d in zip(spots, by_place, strict=True) if d <= max(NEAR_M, s.accuracy)]
    times = [*good.t[near].tolist(), *hits]
    closest = [*shapely.distance(lines, shape).tolist(), *by_place]
    return Seen(
        share=_share(lines, shape, view_m),
        inside_s=_seconds(good, near),
        nearest_m=min(closest),
        first_s=min(times, default=None),
        last_s=max(times, default=None),
        proved=bool(times),
    )


def _share(lines: NDArray[np.object_], shape: BaseGeometry, view_m: float) -> float:
    west, south, east, north = shape.bounds
    cut = shapely.clip_by_rect(lines, west - view_m, south - view_m, east + view_m, north + view_m)
    cut = shapely.get_parts(cut[~shapely.is_empty(cut)])
    if not len(cut) or shape.area <= 0:
        return 0.0
    return float(np.clip(shapely.intersection(beside(cut, view_m, ROUND), shape).area / shape.area, 0.0, 1.0))


def _seconds(track: Track, near: Bools) -> float:
    """Of each joined step: all of its time when both ends lie near, half of it when one does."""
    ends = near.astype(float)
    return float(np.sum(np.diff(track.t) * joined(track) * (ends[:-1] + ends[1:]) / 2))
