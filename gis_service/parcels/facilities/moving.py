"""Fences, signs and cameras follow the land they stand on when parcels are divided or joined. Nothing here commits."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

TABLES = ("fence_segment", "sign", "camera")

FOLLOW = """
    update {table} f
       set parcel_id = (select c.id from parcel c where c.id = any (:to)
                         order by st_length(st_intersection(f.geom, st_buffer(c.geom, {near_deg}))) desc,
                                  st_distance(c.geom, f.geom), c.id limit 1)
     where f.parcel_id = any (:from)"""
"""A stretch goes where most of it runs, a point where it stands nearest."""

RETURN = """
    update {table} f set parcel_id = v.parcel_id
      from (select distinct on (id) id, parcel_id from {table}_version
             where parcel_id = any (:to) order by id, version_no desc) v
     where f.id = v.id and f.parcel_id = any (:from)"""

NEAR_DEG = 0.00003
"""About 3 m, as near as a fence of a parcel runs along it (`rules.ALONG_M`)."""

UNFENCED = """
    update parcel p set fence_status = 'none'
     where p.id = any (:to) and p.fence_ratio is null and p.fence_status <> 'not_required'
       and exists (select from fence_segment f where f.parcel_id = any (:to))"""
"""A parcel took its status over from one whose status followed from its lines; where none of them came along it has no fence."""


def follow(session: Session, before: Iterable[int], after: Iterable[int]) -> None:
    """Everything that stands on the parcels `before` belongs to one of those `after`, which lie on the same land."""
    ids = {"from": list(before), "to": list(after)}
    for table in TABLES:
        session.execute(text(FOLLOW.format(table=table, near_deg=NEAR_DEG)), ids)
    session.execute(text(UNFENCED), ids)


def give_back(session: Session, after: Iterable[int], before: Iterable[int]) -> None:
    """The way back: each to the parcel it came from; what was put up meanwhile goes where it stands."""
    ids = {"from": list(after), "to": list(before)}
    for table in TABLES:
        session.execute(text(RETURN.format(table=table)), ids)
        session.execute(text(FOLLOW.format(table=table, near_deg=NEAR_DEG)), ids)
