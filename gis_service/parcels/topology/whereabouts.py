"""Rules about where a parcel lies: its area (片区) and its grid cell (单元网格). Silent where there are none drawn."""

from sqlalchemy import TextualSelect

from gis_service.parcels.imports.notes import Level
from gis_service.parcels.topology import rules
from gis_service.parcels.topology.catalogue import Way, rows, rule


@rule(
    "no_area",
    Level.WARNING,
    ways=(Way.DRAW, Way.ADJUST),
    zh="不在任何片区内,没有人按片区负责这块地。",
    en="Lies in no area, so that nobody has it in charge by area.",
)
def no_area() -> TextualSelect:
    return rows(
        """
        select id as parcel_id, null::bigint as other_parcel_id, inner_point as geom, null::float8 as area_m2,
               null::float8 as width_m
          from topology_shape
         where ring = 0 and located_id is null and exists (select from area where geom is not null)"""
    )


@rule(
    "wrong_area",
    Level.ERROR,
    ways=(Way.CORRECT,),
    zh="登记的片区是{said},图形却位于“{located}”。",
    en="Is registered in area {said}, but lies in '{located}'.",
)
def wrong_area() -> TextualSelect:
    return rows(
        """
        select s.id as parcel_id, null::bigint as other_parcel_id, s.inner_point as geom, null::float8 as area_m2,
               null::float8 as width_m, '“' || r.name || '”' as said, l.name as located
          from topology_shape s join area l on l.id = s.located_id left join area r on r.id = s.area_id
         where s.ring = 0 and s.area_id is distinct from s.located_id""",
        "said",
        "located",
    )


@rule(
    "across_areas",
    Level.WARNING,
    ways=(Way.ADJUST, Way.DRAW),
    zh="有 {area_m2} 平方米伸出“{located}”,伸入{beyond}。",
    en="Reaches out of '{located}' by {area_m2} m², into {beyond}.",
)
def across_areas() -> TextualSelect:
    """Parcels with more than a hundredth of their land outside the area that holds their middle."""
    return rows(
        """
        select s.id as parcel_id, null::bigint as other_parcel_id, o.part as geom, o.area_m2, null::float8 as width_m,
               l.name as located,
               (select string_agg('“' || n.name || '”', '、' order by n.name) from area n
                 where n.id <> l.id and n.geom && o.part and st_intersects(n.geom, o.part)
                   and st_area(st_intersection(n.geom, o.part)::geography) > 1) as beyond
          from topology_shape s
          join area l on l.id = s.located_id
         cross join lateral (select case when not st_coveredby(s.geom, l.geom) then st_difference(s.geom, l.geom) end as rest offset 0) d
         cross join lateral (
                select st_collectionextract(d.rest, 3) as part,
                       st_area(st_collectionextract(d.rest, 3)::geography) as area_m2 offset 0) o
         where s.ring = 0 and o.area_m2 > greatest(cast(:least as float8), :share * s.area_m2)""",
        "located",
        "beyond",
        least=rules.BEYOND_M2,
        share=rules.BEYOND_SHARE,
    )


@rule(
    "no_cell",
    Level.WARNING,
    ways=(Way.DRAW,),
    zh="不在任何单元网格内,日常巡查派不到网格。",
    en="Lies in no grid cell, so that daily rounds cannot be given to one.",
)
def no_cell() -> TextualSelect:
    return rows(
        """
        select s.id as parcel_id, null::bigint as other_parcel_id, s.inner_point as geom, null::float8 as area_m2,
               null::float8 as width_m
          from topology_shape s
         where s.ring = 0 and exists (select from grid_cell)
           and not exists (select from parcel_grid_cell l where l.parcel_id = s.id and l.is_main)"""
    )


@rule(
    "beyond_cells",
    Level.INFO,
    ways=(Way.DRAW,),
    zh="有 {area_m2} 平方米伸出单元网格 {cell},不属于任何网格。",
    en="Reaches out of grid cell {cell}: {area_m2} m² of it lie in no cell.",
)
def beyond_cells() -> TextualSelect:
    """A large parcel may touch several cells; what lies in none of them is at fault."""
    return rows(
        """
        select s.id as parcel_id, null::bigint as other_parcel_id, o.part as geom, o.area_m2, null::float8 as width_m,
               c.code as cell
          from topology_shape s
          join parcel_grid_cell l on l.parcel_id = s.id and l.is_main
          join grid_cell c on c.id = l.grid_cell_id
         cross join lateral (
                select case when not st_coveredby(s.geom, c.geom) then
                       st_collectionextract(st_difference(s.geom, (
                           select st_union(n.geom order by n.id) from parcel_grid_cell t join grid_cell n on n.id = t.grid_cell_id
                            where t.parcel_id = s.id)), 3) end as part offset 0) d
         cross join lateral (select d.part, st_area(d.part::geography) as area_m2 offset 0) o
         where s.ring = 0 and o.area_m2 > greatest(cast(:least as float8), :share * s.area_m2)""",
        "cell",
        least=rules.BEYOND_M2,
        share=rules.BEYOND_SHARE,
    )
