"""围蔽、警示牌、监控 of the sample district: what stands around each parcel, so that its fence status has a reason. Pure.

Every fenced parcel has its boundary in three stretches; their conditions tell the status: all whole is full, the last one
gone is partial, the middle one broken is damaged. Chance comes from the parcel's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import blake2s

import shapely
import shapely.ops
from shapely import LineString, MultiPolygon, Point

STRETCHES = 3
TYPES = ("hoarding", "mesh", "wall", "mesh")
CONDITIONS = {
    "full": ("good", "good", "good"),
    "damaged": ("good", "damaged", "good"),
    "partial": ("good", "good", "removed"),
}
"""fence_status → the condition of each stretch; any other status has no fence."""
WORDING, PHONE = "禁止倾倒垃圾 违者必究(示例)", "0756-0000000"


@dataclass(frozen=True)
class Sign:
    place: Point
    condition: str
    installed_on: date


@dataclass(frozen=True)
class Camera:
    place: Point
    camera_no: str
    condition: str
    bearing_deg: int
    installed_on: date


def dice(parcel_no: str, what: str, sides: int) -> int:
    """The same number for the same parcel on every machine."""
    return int.from_bytes(blake2s(f"{parcel_no}/{what}".encode()).digest()[:4], "big") % sides


def fence_type(parcel_no: str) -> str:
    return TYPES[dice(parcel_no, "fence", len(TYPES))]


def stretches(outline: MultiPolygon) -> list[LineString]:
    """Three stretches of each ring of an outline, end to end, with all its corners."""
    return [
        shapely.ops.substring(LineString(ring.coords), k / STRETCHES, (k + 1) / STRETCHES, normalized=True)
        for part in outline.geoms
        for ring in (part.exterior, *part.interiors)
        for k in range(STRETCHES)
    ]


def condition(fence_status: str, number: int) -> str:
    """The condition of stretch `number` (counted through all rings) of a parcel with this status."""
    return CONDITIONS.get(fence_status, ("removed",) * STRETCHES)[number % STRETCHES]


def signs(parcel_no: str, outline: MultiPolygon, since: date) -> list[Sign]:
    """One or two signs at the edge of three parcels in four; a few are damaged or gone."""
    if not dice(parcel_no, "sign", 4):
        return []
    edge = LineString(outline.geoms[0].exterior.coords)
    states = ("good", "good", "good", "good", "good", "damaged", "missing")
    return [
        Sign(edge.interpolate(share, normalized=True), states[dice(parcel_no, f"sign {share}", len(states))], since)
        for share in (0.15, 0.6)[: 1 + dice(parcel_no, "signs", 2)]
    ]


def cameras(parcel_no: str, outline: MultiPolygon, since: date) -> list[Camera]:
    """A camera at one parcel in five."""
    if dice(parcel_no, "camera", 5):
        return []
    place = LineString(outline.geoms[0].exterior.coords).interpolate(0.02, normalized=True)
    state = "offline" if not dice(parcel_no, "online", 6) else "online"
    return [Camera(place, f"SP-{parcel_no}", state, 15 * dice(parcel_no, "bearing", 24), since)]
