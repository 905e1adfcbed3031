"""Rules about two parcels: land that both have, narrow land that neither has, lines that nearly meet, one parcel twice."""

from sqlalchemy import TextualSelect

from gis_service.parcels import rules as register
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.topology import rules
from gis_service.parcels.topology.catalogue import Owner, Way, rows, rule


@rule(
    "overlap",
    Level.ERROR,
    zh="与“{other}”重叠 {area_m2} 平方米(平均宽 {width_m} 米)。",
    en="Overlaps '{other}' by {area_m2} m² ({width_m} m wide on average).",
)
def overlap() -> TextualSelect:
    """Land in two parcels, beyond what rounding of surveys explains; not where the two are one and the same."""
    return rows(
        """
        select a as parcel_id, b as other_parcel_id, part as geom, area_m2,
               2 * area_m2 / nullif(st_perimeter(part), 0) as width_m
          from topology_pair where area_m2 > :least and not is_same""",
        least=register.OVERLAP_TOLERANCE_M2,
    )


@rule(
    "gap",
    Level.WARNING,
    ways=(Way.SNAP, Way.ADJUST),
    zh="与“{other}”之间有一条没有登记的窄缝:平均宽 {width_m} 米,面积 {area_m2} 平方米。",
    en="Between it and '{other}' lies a narrow strip that nobody registered: {width_m} m wide on average, {area_m2} m².",
)
def gap() -> TextualSelect:
    """Narrow empty land; where it is nowhere wider than five centimetres the lines just do not meet (`near_miss`)."""
    return rows(
        """
        select a as parcel_id, b as other_parcel_id, part as geom, area_m2, width_m
          from topology_gap where area_m2 > :least and not st_isempty(st_buffer(part, :drawn_in))""",
        least=rules.GAP_TOLERANCE_M2,
        drawn_in=-rules.SNAP_M / 2,
    )


@rule(
    "near_miss",
    Level.WARNING,
    owner=Owner.SURVEYOR,
    ways=(Way.SNAP,),
    zh="与“{other}”的公共边没有对齐:{corners} 个折点离对方边界最多 {width_m} 米,却不在线上。",
    en="Its line to '{other}' does not quite meet: {corners} corner(s) lie up to {width_m} m off the other's line.",
)
def near_miss() -> TextualSelect:
    """Corners that were meant to lie on the neighbour's line and do not: two millimetres to five centimetres off. Where the
    two overlap, that is what is told."""
    return rows(
        """
        select n.a as parcel_id, n.b as other_parcel_id,
               st_collect(st_setsrid(st_makepoint(n.x, n.y), st_srid(s.plane)) order by n.x, n.y) as geom,
               null::float8 as area_m2, max(n.off_m) as width_m, count(*) as corners
          from topology_near n
          join topology_pair p on p.a = n.a and p.b = n.b
          join topology_shape s on s.id = n.a
         where n.off_m > :noise and n.off_m <= :snap and p.area_m2 <= :overlap group by n.a, n.b""",
        "corners",
        overlap=register.OVERLAP_TOLERANCE_M2,
        noise=rules.NOISE_M,
        snap=rules.SNAP_M,
    )


@rule(
    "duplicate",
    Level.ERROR,
    ways=(Way.MERGE,),
    zh="与“{other}”是同一块地:互相覆盖 {percent}%。一块地只应有一个编号。",
    en="Is the same land as '{other}': they cover each other to {percent} %. One piece of land has one number.",
)
def duplicate() -> TextualSelect:
    return rows(
        """
        select a as parcel_id, b as other_parcel_id, part as geom, area_m2, null::float8 as width_m,
               round((share * 100)::numeric, 1) as percent
          from topology_pair where is_same""",
        "percent",
    )


@rule(
    "same_code",
    Level.WARNING,
    ways=(Way.CORRECT, Way.MERGE),
    zh="与“{other}”的宗地代码相同({code})。如确是一宗地分成几块管理,请说明后接受。",
    en="Has the same 宗地代码 as '{other}' ({code}). If one cadastral parcel is kept as several, accept it and say so.",
)
def same_code() -> TextualSelect:
    """Each parcel against the first that has the code: as many faults as parcels too many."""
    return rows(
        """
        select c.first as parcel_id, p.id as other_parcel_id, st_collect(f.geom, p.geom) as geom,
               null::float8 as area_m2, null::float8 as width_m, c.code
          from (select p.parcel_code as code, min(p.id) as first from parcel p
                 where p.retired_on is null
                   and p.parcel_code = any (array(select distinct parcel_code from topology_shape
                                                   where ring = 0 and parcel_code is not null))
                 group by p.parcel_code having count(*) > 1) c
          join parcel f on f.id = c.first
          join parcel p on p.parcel_code = c.code and p.id <> c.first and p.retired_on is null
         where exists (select from topology_shape s where s.ring = 0 and s.id in (p.id, c.first))""",
        "code",
    )
