"""What was known of the land and of dumping at a moment, and the figures of each factor from it. Distances in metres of the metric plane.

Cases, clues, findings, parcels, fences, signs, cameras and walks are asked as they were known then; roads, villages and disposal sites have
no history in the register and are taken as they are (sites from the day they were entered).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core.srid import METRIC_SRID
from gis_service.patrols.items import ITEMS
from gis_service.risk.density import near_and_late
from gis_service.risk.rules import Figure, Weights

DUMPING = [code for code, item in ITEMS.items() if item.case]
FAR_M = 1000.0
"""Beyond this no road, village or site is looked for."""
BESIDE_M = 20.0
"""An edge within this distance of a road's surface lies along it (verge and footway; product default)."""
FENCE_M = 3.0
"""A sound fence within this distance of the outline stands on it: drawn fences are off by about as much (product default)."""
LEAST_GAP_M = 2.0
"""What is shorter is how the lines were drawn, no gap."""


@dataclass(frozen=True)
class Event:
    """One dumping: what it is known from, when it happened, where (metres), and which parcels are named."""

    kind: str
    id: int
    happened_at: datetime
    x: float
    y: float
    parcels: tuple[int, ...]


@dataclass(frozen=True)
class Land:
    """A parcel as it was at the moment."""

    id: int
    outline: Any
    fence: str
    uses: frozenset[str]
    waste_left: bool
    segments: int
    sound: Any
    cameras: int
    signs: int
    last_visit_at: datetime | None


def events(session: Session, as_of: datetime) -> list[Event]:
    """Dumping known at a moment, the oldest first."""
    rows = session.execute(_sql("events"), {"as_of": as_of, "items": DUMPING, "plane": METRIC_SRID}).mappings()
    return [Event(**{**row, "parcels": tuple(row["parcels"])}) for row in rows]


def land(session: Session, district_code: str, as_of: datetime) -> list[Land]:
    """The parcels of the register at a moment."""
    told = {"as_of": as_of, "district": district_code, "plane": METRIC_SRID}
    return [_land(row) for row in session.execute(_sql("parcels"), told).mappings()]


def _land(row: Any) -> Land:
    sound = None if row["sound"] is None else shapely.from_wkb(bytes(row["sound"]))
    return Land(
        row["id"], shapely.from_wkb(bytes(row["outline"])), row["fence_status"], frozenset(row["use_status"]), row["waste_left"],
        row["segments"], sound, row["cameras"], row["signs"], row["last_visit_at"],
    )  # fmt: skip


@cache
def _sql(name: str) -> Any:
    return text((Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Around:
    """What lies around the land: roads, where people live or study, receiving sites; in metres of the plane."""

    roads: NDArray[np.object_]
    people: NDArray[np.object_]
    receivers: NDArray[np.object_]


def around(session: Session, as_of: datetime) -> Around:
    """Ground in pieces small enough for an index to be of use."""
    ground = text(
        """select st_asbinary(st_subdivide(st_makevalid(st_transform(geom, :plane)), 64)) from ground where kind = any(:kinds)"""
    )
    sites = text(
        """select st_asbinary(st_transform(coalesce(geom, place), :plane)) from disposal_site
            where is_active and created_at <= :as_of"""
    )
    kinds: list[list[str]] = [["road"], ["village", "campus"]]
    found = [session.scalars(ground, {"kinds": each, "plane": METRIC_SRID}).all() for each in kinds]
    found.append(session.scalars(sites, {"as_of": as_of, "plane": METRIC_SRID}).all())
    return Around(*(_shapes(rows) for rows in found))


def _shapes(rows: Iterable[bytes]) -> NDArray[np.object_]:
    made = np.empty(0, dtype=object)
    many = [shapely.from_wkb(bytes(row)) for row in rows]
    return np.array(many, dtype=object) if many else made


# --- figures ----------------------------------------------------------------------------------------------------------


def figures(
    lands: Sequence[Land], known: Sequence[Event], near: Around, as_of: datetime, using: Weights
) -> dict[int, dict[str, Figure]]:
    """Of each parcel the figure of each factor (`weights.toml`)."""
    if not lands:
        return {}
    outlines = np.array([each.outline for each in lands], dtype=object)
    building = outlines[[("construction" in each.uses) for each in lands]]
    columns: dict[str, Sequence[Figure]] = {
        "past": past(lands, known, as_of, using),
        "gap": [gap_m(each) for each in lands],
        "fence": [each.fence for each in lands],
        "road": nearest_m(outlines, near.roads),
        "frontage": frontage_m(outlines, near.roads),
        "site": [FAR_M if x is None else x for x in nearest_m(outlines, building, others=True)],
        "receiver": nearest_m(outlines, near.receivers, within_m=3 * FAR_M),
        "waste": ["yes" if each.waste_left else "no" for each in lands],
        "patrol": [patrol_days(each, as_of) for each in lands],
        "secluded": nearest_m(outlines, near.people),
        "camera": [float(each.cameras) for each in lands],
        "sign": [float(each.signs) for each in lands],
    }
    return {each.id: {code: column[n] for code, column in columns.items()} for n, each in enumerate(lands)}


def past(lands: Sequence[Land], known: Sequence[Event], as_of: datetime, using: Weights) -> list[Figure]:
    """Past dumping by distance from the outline and age; on land that is named the distance is 0."""
    if not known:
        return [0.0] * len(lands)
    spots = shapely.points([each.x for each in known], [each.y for each in known])
    ages = np.array([max(0.0, (as_of - each.happened_at) / timedelta(days=1)) for each in known])
    kinds = np.array([using.kinds[each.kind] for each in known])
    named = [frozenset(each.parcels) for each in known]
    found: list[Figure] = []
    for each in lands:
        away = np.where([each.id in parcels for parcels in named], 0.0, shapely.distance(each.outline, spots))
        weights = kinds * near_and_late(away, ages, using.bandwidth_m, using.half_life_days)
        found.append(round(float(weights.sum()), 3))
    return found


def gap_m(each: Land) -> Figure:
    """The outline without a sound fence; None where fences are said to stand and none was ever drawn."""
    if not each.segments:
        return {"none": shapely.length(each.outline), "full": 0.0, "not_required": 0.0}.get(each.fence)
    ring = shapely.boundary(each.outline)
    open_ = ring if each.sound is None else shapely.difference(ring, shapely.buffer(each.sound, FENCE_M))
    length = float(shapely.length(open_))
    return length if length >= LEAST_GAP_M else 0.0


def patrol_days(each: Land, as_of: datetime) -> Figure:
    """Whole days since the last walk; None where there was none."""
    return None if each.last_visit_at is None else float((as_of - each.last_visit_at).days)


def nearest_m(
    outlines: NDArray[np.object_], others_: NDArray[np.object_], *, others: bool = False, within_m: float = FAR_M
) -> list[Figure]:
    """Distance of each outline to the nearest of the shapes, None beyond `within_m`; with `others` its own shape does not count."""
    if not len(others_):
        return [None] * len(outlines)
    tree = shapely.STRtree(others_)
    left, right = tree.query(outlines, predicate="dwithin", distance=within_m)
    away = shapely.distance(outlines[left], others_[right])
    found: list[Figure] = [None] * len(outlines)
    for n, m, distance in zip(left.tolist(), right.tolist(), away.tolist(), strict=True):
        if others and outlines[n] is others_[m]:
            continue
        before = found[n]
        if not isinstance(before, float) or distance < before:
            found[n] = distance
    return found


def frontage_m(outlines: NDArray[np.object_], roads: NDArray[np.object_]) -> list[Figure]:
    """How much of each outline runs along a road."""
    found: list[Figure] = [0.0] * len(outlines)
    if not len(roads):
        return found
    left, right = shapely.STRtree(roads).query(outlines, predicate="dwithin", distance=BESIDE_M)
    for n in np.unique(left).tolist():
        beside = shapely.union_all(shapely.buffer(roads[right[left == n]], BESIDE_M))
        found[n] = float(shapely.length(shapely.intersection(shapely.boundary(outlines[n]), beside)))
    return found
