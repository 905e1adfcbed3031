"""What was found against what is kept: new faults, faults that came back, grew, stayed or are gone."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.parcels.topology import rules


@dataclass(frozen=True)
class Change:
    """How many faults a run opened, opened again, and found gone."""

    opened: int
    reopened: int
    resolved: int


GONE = text(
    """
    with gone as (
        update topology_fault f
           set state = 'resolved', resolved_at = clock_timestamp(), row_version = row_version + 1
         where f.state <> 'resolved'
           and (:full or exists (select from topology_ring r where r.ring = 0 and r.id in (f.parcel_id, f.other_parcel_id)))
           and not exists (select from topology_found n where n.rule = f.rule and n.parcel_id = f.parcel_id
                              and n.other_parcel_id is not distinct from f.other_parcel_id)
        returning 1)
    select count(*) from gone"""
)

BACK = text(
    """
    with seen as (
        select f.id, n.level, n.geom, n.area_m2, n.width_m, n.facts,
               f.state = 'resolved' or (f.state = 'accepted' and coalesce(
                   coalesce(n.area_m2, n.width_m)
                   > greatest(f.accepted_measure * :share,
                              f.accepted_measure + case when n.area_m2 is null then 0 else :least end), false)) as is_back,
               (n.level, n.area_m2, n.width_m, n.facts) is distinct from (f.level, f.area_m2, f.width_m, f.facts)
               or not n.geom = f.geom as is_other
          from topology_found n
          join topology_fault f on f.rule = n.rule and f.parcel_id = n.parcel_id
           and f.other_parcel_id is not distinct from n.other_parcel_id),
    told as (
        update topology_fault f
           set level = s.level, geom = s.geom, spot = case when s.is_other then st_pointonsurface(s.geom) else f.spot end,
               area_m2 = s.area_m2, width_m = s.width_m, facts = s.facts, last_seen = clock_timestamp(),
               state = case when s.is_back then 'open' else f.state end,
               resolved_at = case when s.is_back then null else f.resolved_at end,
               row_version = f.row_version + (s.is_back or s.is_other)::int
          from seen s where s.id = f.id
        returning s.is_back)
    select count(*) from told where is_back"""
)
"""A fault that was accepted and has since grown is open again: it is not the one that was accepted."""

NEW = text(
    """
    with added as (
        insert into topology_fault (rule, level, parcel_id, other_parcel_id, geom, spot, area_m2, width_m, facts)
        select n.rule, n.level, n.parcel_id, n.other_parcel_id, n.geom, st_pointonsurface(n.geom), n.area_m2, n.width_m, n.facts
          from topology_found n
         where not exists (select from topology_fault f where f.rule = n.rule and f.parcel_id = n.parcel_id
                              and f.other_parcel_id is not distinct from n.other_parcel_id)
         order by n.parcel_id, n.other_parcel_id, n.rule
        returning 1)
    select count(*) from added"""
)


def reconcile(session: Session, *, full: bool) -> Change:
    """Bring the kept faults in line with what was found of the subjects."""
    resolved = session.scalar(GONE, {"full": full}) or 0
    reopened = session.scalar(BACK, {"share": rules.GREW_SHARE, "least": rules.GREW_LEAST}) or 0
    opened = session.scalar(NEW) or 0
    return Change(opened, reopened, resolved)
