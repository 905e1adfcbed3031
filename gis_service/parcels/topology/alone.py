"""Rules about one parcel: the shape of its outline, and what its papers say of it."""

import math

from sqlalchemy import TextualSelect

from gis_service.parcels import rules as register
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.topology import rules
from gis_service.parcels.topology.catalogue import Owner, Way, rows, rule


@rule(
    "multipart",
    Level.INFO,
    ways=(Way.SPLIT,),
    zh="由 {parts} 块分开的地组成,较小的共 {area_m2} 平方米。一宗地应是一块封闭的地。",
    en="Consists of {parts} separate pieces; all but the largest have {area_m2} m². One cadastral parcel is one closed piece.",
)
def multipart() -> TextualSelect:
    """Parcels of several pieces; shown are all but the largest."""
    return rows(
        """
        select id as parcel_id, null::bigint as other_parcel_id, st_collect(piece) as geom, sum(st_area(piece)) as area_m2,
               null::float8 as width_m, parts
          from (select s.id, d.geom as piece, st_numgeometries(s.plane) as parts,
                       row_number() over (partition by s.id order by st_area(d.geom) desc, d.path) as place
                  from topology_shape s cross join lateral st_dump(s.plane) d
                 where s.ring = 0 and st_numgeometries(s.plane) > 1) p
         where place > 1 group by id, parts""",
        "parts",
    )


@rule(
    "sliver",
    Level.WARNING,
    owner=Owner.SURVEYOR,
    ways=(Way.ADJUST, Way.CORRECT),
    zh="过于细长:平均宽 {width_m} 米,面积 {area_m2} 平方米(圆度 {roundness}),可能是叠加产生的碎片。",
    en="Is very thin: {width_m} m wide on average, {area_m2} m² (roundness {roundness}); it may be left over by an overlay.",
)
def sliver() -> TextualSelect:
    """Pieces whose area is small for their perimeter: 4πA/P²."""
    return rows(
        """
        select id as parcel_id, null::bigint as other_parcel_id, st_collect(piece) as geom, sum(area) as area_m2,
               max(2 * area / perimeter) as width_m, round(min(roundness)::numeric, 3) as roundness
          from (select s.id, d.geom as piece, st_area(d.geom) as area, st_perimeter(d.geom) as perimeter,
                       4 * pi() * st_area(d.geom) / nullif(st_perimeter(d.geom), 0) ^ 2 as roundness
                  from topology_shape s cross join lateral st_dump(s.plane) d where s.ring = 0) p
         where roundness < :least group by id""",
        "roundness",
        least=rules.ROUNDNESS,
    )


@rule(
    "tiny_hole",
    Level.WARNING,
    owner=Owner.SURVEYOR,
    zh="地块内有 {holes} 个很小的洞,共 {area_m2} 平方米,一般是绘图或叠加的残留。",
    en="Has {holes} very small hole(s) of {area_m2} m² in all, usually left over by drawing or an overlay.",
)
def tiny_hole() -> TextualSelect:
    return rows(
        """
        select s.id as parcel_id, null::bigint as other_parcel_id, st_collect(h.hole order by h.area) as geom,
               sum(h.area) as area_m2, null::float8 as width_m, count(*) as holes
          from topology_shape s
         cross join lateral st_dump(s.plane) d
         cross join lateral (
                select r.geom as hole, st_area(r.geom) as area from st_dumprings(d.geom) r where r.path[1] > 0) h
         where s.ring = 0 and h.area < :least group by s.id""",
        "holes",
        least=rules.TINY_HOLE_M2,
    )


@rule(
    "spike",
    Level.WARNING,
    owner=Owner.SURVEYOR,
    zh="边界有 {spikes} 处尖刺,最尖的角只有 {angle} 度。",
    en="The boundary has {spikes} spike(s); the sharpest corner has {angle} degrees.",
)
def spike() -> TextualSelect:
    """Corners sharper than a degree, drawn from the corner before to the corner after."""
    return rows(
        """
        select id as parcel_id, null::bigint as other_parcel_id,
               st_collect(st_setsrid(st_makeline(array[st_makepoint(before_x, before_y), st_makepoint(x, y),
                                                       st_makepoint(after_x, after_y)]), srid) order by x, y) as geom,
               null::float8 as area_m2, null::float8 as width_m, count(*) as spikes,
               round(degrees(acos(least(max(cosine), 1)))::numeric, 2) as angle
          from (select v.*, st_srid(s.plane) as srid,
                       ((before_x - x) * (after_x - x) + (before_y - y) * (after_y - y))
                       / nullif(sqrt((before_x - x) ^ 2 + (before_y - y) ^ 2) * sqrt((after_x - x) ^ 2 + (after_y - y) ^ 2), 0)
                       as cosine
                  from topology_vertex v join topology_shape s on s.id = v.id and s.ring = 0 where not v.is_repeated) c
         where cosine > :sharp group by id""",
        "spikes",
        "angle",
        sharp=math.cos(math.radians(rules.SPIKE_DEG)),
    )


@rule(
    "repeated_point",
    Level.INFO,
    owner=Owner.SURVEYOR,
    ways=(Way.CORRECT,),
    zh="边界有 {points} 个重复的界址点(与前一点相距不到 1 毫米)。",
    en="The boundary repeats {points} point(s): less than a millimetre from the point before.",
)
def repeated_point() -> TextualSelect:
    return rows(
        """
        select v.id as parcel_id, null::bigint as other_parcel_id,
               st_collect(st_setsrid(st_makepoint(v.x, v.y), st_srid(s.plane)) order by v.x, v.y) as geom,
               null::float8 as area_m2, null::float8 as width_m, count(*) as points
          from topology_vertex v join topology_shape s on s.id = v.id and s.ring = 0
         where v.is_repeated group by v.id""",
        "points",
    )


@rule(
    "area_differs",
    Level.WARNING,
    ways=(Way.CORRECT,),
    zh="登记面积 {registered} 平方米与图形计算面积 {computed} 平方米相差 {area_m2} 平方米。",
    en="The registered area of {registered} m² differs by {area_m2} m² from the {computed} m² of the outline.",
)
def area_differs() -> TextualSelect:
    """The rule of `parcels.rules.areas_differ`."""
    return rows(
        """
        select id as parcel_id, null::bigint as other_parcel_id, inner_point as geom,
               abs(registered_m2 - computed_m2)::float8 as area_m2, null::float8 as width_m,
               registered_m2 as registered, computed_m2 as computed
          from topology_shape
         where ring = 0 and abs(registered_m2 - computed_m2) > greatest(cast(:least as numeric), cast(:share as numeric) * computed_m2)""",
        "registered",
        "computed",
        least=register.AREA_TOLERANCE_M2,
        share=register.AREA_TOLERANCE_SHARE,
    )


@rule(
    "points_differ",
    Level.WARNING,
    owner=Owner.SURVEYOR,
    ways=(Way.CORRECT, Way.ADJUST),
    zh="界址点与图形不一致:{corners} 个折点没有界址点,{points} 个界址点不在折点上。",
    en="Boundary points and outline differ: {corners} corner(s) without a point, {points} point(s) on no corner.",
)
def points_differ() -> TextualSelect:
    """Of parcels that have boundary points at all; a corner and its point may be a centimetre apart."""
    return rows(
        """
        select id as parcel_id, null::bigint as other_parcel_id, st_collect(spot order by x, y) as geom,
               null::float8 as area_m2, null::float8 as width_m, count(*) filter (where is_corner) as corners,
               count(*) filter (where not is_corner) as points
          from (select f.*, st_setsrid(st_makepoint(f.x, f.y), st_srid(s.plane)) as spot
                  from (select v.id, v.x, v.y, true as is_corner from topology_vertex v
                         where not v.is_repeated and exists (select from topology_point p where p.id = v.id)
                           and not exists (select from topology_point p where p.id = v.id
                                              and abs(p.x - v.x) <= :off and abs(p.y - v.y) <= :off)
                        union all
                        select p.id, p.x, p.y, false from topology_point p
                         where not exists (select from topology_vertex v where v.id = p.id
                                              and abs(p.x - v.x) <= :off and abs(p.y - v.y) <= :off)) f
                  join topology_shape s on s.id = f.id and s.ring = 0) c
         group by id""",
        "corners",
        "points",
        off=rules.POINT_TOLERANCE_M,
    )
