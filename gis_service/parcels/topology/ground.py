"""What one run lays out for the rules, in temporary tables: outlines in metres, corners, neighbours, gaps between them.

A run is about its *subjects* (ring 0): all parcels, or those that were marked and those around them. A fault between two
parcels depends on the two, a gap also on whoever lies in it. So the subjects' neighbours (ring 1) are laid out to be
compared with, and their neighbours (ring 2) so that a list of neighbours that is cut is cut in the same place as in a
run over everything. Every pair with a subject in it is found anew; pairs without one cannot have changed.

Edges are straight in the plane they were surveyed in and slightly bent in degrees, so all comparing is done in the plane
of the parcel's own computed area. The plain && with a box is what uses the index.
"""

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, MetaData, Numeric, Table, Text, text
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.topology import rules

TEMPORARY = MetaData()


def temporary(name: str, *columns: Column[object]) -> Table:
    return Table(name, TEMPORARY, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


def shape_of(kind: str, srid: int = -1) -> Geometry:
    return Geometry(kind, srid=srid, spatial_index=False)


TAKEN = temporary(
    "topology_taken",
    Column("parcel_id", BigInteger),
    Column("box", shape_of("GEOMETRY", STORAGE_SRID)),
    Column("code", Text),
)
SHAPES = temporary(
    "topology_shape",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("ring", Integer, doc="0: asked about; 1: its neighbours; 2: their neighbours"),
    Column("geom", shape_of("MULTIPOLYGON", STORAGE_SRID)),
    Column("plane", shape_of("MULTIPOLYGON"), doc="the outline where its edges are straight"),
    Column("edge", shape_of("GEOMETRY"), doc="its lines"),
    Column("inner_point", shape_of("POINT", STORAGE_SRID), doc="a point on its surface"),
    Column("area_m2", Float, doc="in that plane"),
    Column("located_id", BigInteger, doc="the area (片区) that holds the inner point"),
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("area_id", BigInteger, doc="the area the register says"),
    Column("parcel_code", Text),
    Column("registered_m2", Numeric),
    Column("computed_m2", Numeric),
)
VERTICES = temporary(
    "topology_vertex",
    Column("id", BigInteger, doc="the parcel"),
    Column("x", Float),
    Column("y", Float),
    Column("is_repeated", Boolean, doc="the point before it is the same point"),
    Column("before_x", Float, doc="its neighbours on the ring, repeated points left out"),
    Column("before_y", Float),
    Column("after_x", Float),
    Column("after_y", Float),
)
POINTS = temporary("topology_point", Column("id", BigInteger), Column("x", Float), Column("y", Float))
PAIRS = temporary(
    "topology_pair",
    Column("a", BigInteger),
    Column("b", BigInteger, doc="the higher id"),
    Column("part", shape_of("GEOMETRY"), doc="the land both have"),
    Column("area_m2", Float, doc="of that land"),
    Column("share", Float, doc="of the larger of the two"),
    Column("is_same", Boolean, doc="one outline under two numbers"),
    Column("is_alike", Boolean, doc="both are in the same plane"),
)
NEAR = temporary(
    "topology_near",
    Column("a", BigInteger),
    Column("b", BigInteger),
    Column("x", Float),
    Column("y", Float),
    Column("off_m", Float, doc="from a corner of one to the lines of the other"),
)
GAPS = temporary(
    "topology_gap",
    Column("a", BigInteger),
    Column("b", BigInteger),
    Column("part", shape_of("GEOMETRY"), doc="narrow land between the two that is nobody's"),
    Column("area_m2", Float),
    Column("width_m", Float, doc="on average"),
)

REACH_DEG = 4e-5
"""How far around a box neighbours are looked for: at least two metres in any latitude of China, twice what the rules ask."""

GRID_M = 0.0001
"""Land is cut out on a grid of a tenth of a millimetre: a common edge then leaves no hair of rounding behind."""

SLIGHT_M2 = 0.01
"""Common land below a square decimetre is not cut out: it is the rounding of a common edge."""

LIMITS = {
    "grid": GRID_M,
    "reach": REACH_DEG,
    "most": rules.MOST_NEIGHBOURS,
    "gap": rules.GAP_WIDTH_M,
    "half": rules.GAP_WIDTH_M / 2,
    "noise": rules.NOISE_M,
    "slight": SLIGHT_M2,
    "same_point": rules.SAME_POINT_M,
    "same_share": rules.SAME_SHARE,
    "nearly": rules.NEARLY_SAME_SHARE,
    "same_outline": rules.SAME_OUTLINE_M,
}

TAKE = text(
    """
    with marks as (delete from topology_dirty returning parcel_id, box, codes)
    insert into topology_taken (parcel_id, box, code)
    select distinct m.parcel_id, m.box, c.code from marks m left join lateral unnest(m.codes) c (code) on true"""
)

SUBJECTS = text(
    """
    insert into topology_ring (id, ring)
    select parcel_id, 0 from topology_taken where parcel_id is not null
     union select p.id, 0 from topology_taken t
      cross join lateral (select st_expand(t.box, :reach) as box offset 0) b
      cross join lateral (select n.id from parcel n where n.geom && b.box offset 0) p
     union select p.id, 0 from topology_taken t
      cross join lateral (select n.id from parcel n where n.parcel_code = t.code offset 0) p"""
)
"""The marked parcels, also those struck off since: what was found of them is gone. And all around where they were and are.

The widened box is a column of its own before it meets the register: under the row policies the index is used only where a
condition calls nothing but `&&` (see docs/explanation/row-policies.md). Looked up row by row: with the policies in it the
planner takes the register for small, and would walk through all of it first."""

AROUND = text(
    """
    insert into topology_ring (id, ring)
    select distinct p.id, cast(:ring as int)
      from topology_ring r
     cross join lateral (select st_expand(s.geom, :reach) as box from parcel s where s.id = r.id offset 0) b
     cross join lateral (select n.id from parcel n where n.geom && b.box offset 0) p
    on conflict (id) do nothing"""
)

EVERYTHING = text("insert into topology_ring (id, ring) select id, 0 from parcel")

OUTLINES = text(
    """
    insert into topology_shape (id, ring, geom, plane, edge, inner_point, area_m2, located_id, west, south, east, north, area_id,
                                parcel_code, registered_m2, computed_m2)
    select p.id, r.ring, p.geom, v.plane, st_boundary(v.plane), i.inner, st_area(v.plane), l.id, st_xmin(v.plane),
           st_ymin(v.plane), st_xmax(v.plane), st_ymax(v.plane), p.area_id, p.parcel_code, p.area_registered_m2,
           p.area_computed_m2
      from topology_ring r
      join parcel p on p.id = r.id and p.retired_on is null
     cross join lateral (
            select (select st_transform(p.geom, srid) from spatial_ref_sys where srid = p.area_computed_crs) as moved
            offset 0) m
     cross join lateral (
            select case when st_isvalid(m.moved) then m.moved
                        else st_multi(st_collectionextract(st_makevalid(m.moved), 3)) end as plane offset 0) v
     cross join lateral (select st_pointonsurface(p.geom) as inner offset 0) i
      left join lateral (
            select a.id from area a where a.district_code = p.district_code and a.geom && i.inner and st_covers(a.geom, i.inner)
             order by a.id limit 1) l on true"""
)

CORNERS = text(
    """
    insert into topology_vertex (id, x, y, is_repeated, before_x, before_y, after_x, after_y)
    with ring as (
        select s.id, d.path[1] as part, d.path[2] as ring, d.path[3] as n, st_x(d.geom) as x, st_y(d.geom) as y,
               max(d.path[3]) over (partition by s.id, d.path[1], d.path[2]) as last
          from topology_shape s cross join lateral st_dumppoints(s.plane) d
         where s.ring < 2),
    point as (
        select id, part, ring, n, x, y, coalesce(lag(x) over w, last_value(x) over whole) as before_x,
               coalesce(lag(y) over w, last_value(y) over whole) as before_y
          from ring where n < last
        window w as (partition by id, part, ring order by n),
               whole as (partition by id, part, ring order by n rows between unbounded preceding and unbounded following)),
    told as (
        select *, (x - before_x) ^ 2 + (y - before_y) ^ 2 < cast(:same_point as float8) ^ 2 as is_repeated from point)
    select id, x, y, false, coalesce(lag(x) over w, last_value(x) over whole), coalesce(lag(y) over w, last_value(y) over whole),
           coalesce(lead(x) over w, first_value(x) over whole), coalesce(lead(y) over w, first_value(y) over whole)
      from told where not is_repeated
    window w as (partition by id, part, ring order by n),
           whole as (partition by id, part, ring order by n rows between unbounded preceding and unbounded following)
    union all
    select id, x, y, true, null, null, null, null from told where is_repeated"""
)
"""Each corner once (rings are stored closed), with the corners before and after it."""

BOUNDARY_POINTS = text(
    """
    insert into topology_point (id, x, y)
    select b.parcel_id, st_x(t.spot), st_y(t.spot)
      from boundary_point b
      join topology_shape s on s.id = b.parcel_id and s.ring = 0
     cross join lateral (select st_transform(b.geom, st_srid(s.plane)) as spot offset 0) t"""
)

NEIGHBOURS = text(
    """
    insert into topology_pair (a, b, part, area_m2, share, is_same, is_alike)
    select a.id, b.id, x.part, x.area_m2, x.share,
           x.share >= :same_share
           or (x.share >= :nearly and st_hausdorffdistance(a.plane, o.plane) <= :same_outline),
           st_srid(a.plane) = st_srid(b.plane)
      from topology_shape a
     cross join lateral (
            select near.id from (select s.id from topology_shape s
                                  where s.geom && st_expand(a.geom, :reach) and s.id > a.id offset 0) near
             order by near.id limit :most) n
      join topology_shape b on b.id = n.id
     cross join lateral (
            select case when st_srid(b.plane) = st_srid(a.plane) then b.plane
                        else st_buffer(st_transform(b.geom, st_srid(a.plane)), 0) end as plane offset 0) o
     cross join lateral (
            select case when st_intersects(a.plane, o.plane) then st_intersection(a.plane, o.plane) end as rough offset 0) r
     cross join lateral (
            select case when st_area(r.rough) > :slight
                        then st_collectionextract(st_intersection(a.plane, o.plane, :grid), 3) end as part offset 0) i
     cross join lateral (
            select i.part, coalesce(st_area(i.part), 0) as area_m2,
                   coalesce(st_area(i.part), 0) / nullif(greatest(a.area_m2, b.area_m2), 0) as share offset 0) x
     where least(a.ring, b.ring) = 0 and st_dwithin(a.plane, o.plane, :gap)"""
)

CORNERS_NEAR = text(
    """
    insert into topology_near (a, b, x, y, off_m)
    select p.a, p.b, v.x, v.y, d.off_m
      from topology_pair p
     cross join lateral (values (p.a, p.b), (p.b, p.a)) w (mine, others)
      join topology_vertex v on v.id = w.mine and not v.is_repeated
      join topology_shape o on o.id = w.others
       and v.x between o.west - :gap and o.east + :gap and v.y between o.south - :gap and o.north + :gap
     cross join lateral (
            select st_distance(st_setsrid(st_makepoint(v.x, v.y), st_srid(o.edge)), o.edge) as off_m offset 0) d
     where p.is_alike and not p.is_same and d.off_m <= :gap"""
)

BETWEEN = text(
    """
    insert into topology_gap (a, b, part, area_m2, width_m)
    select p.a, p.b, g.part, st_area(g.part), 2 * st_area(g.part) / nullif(st_perimeter(g.part), 0)
      from topology_pair p
      join topology_shape a on a.id = p.a
      join topology_shape b on b.id = p.b
     cross join lateral (select st_union(a.plane, b.plane) as both_ offset 0) u
     cross join lateral (
            select st_collectionextract(st_difference(
                       st_buffer(st_buffer(u.both_, :half, 'join=mitre mitre_limit=3'), -:half, 'join=mitre mitre_limit=3'),
                       u.both_, :grid), 3) as space offset 0) c
     cross join lateral (
            select coalesce(st_difference(c.space, (
                       select st_union(o.plane order by o.id) from topology_shape o
                        where o.geom && st_expand(a.geom, :reach) and o.geom && st_expand(b.geom, :reach)
                          and o.id <> a.id and o.id <> b.id and st_srid(o.plane) = st_srid(c.space)
                          and st_intersects(o.plane, c.space)), :grid), c.space) as space offset 0) e
     cross join lateral (
            select st_collect(d.geom) as part from st_dump(st_collectionextract(e.space, 3)) d
             where st_area(d.geom) > 0.01 and st_dwithin(d.geom, a.plane, :noise) and st_dwithin(d.geom, b.plane, :noise)
            offset 0) g
     where p.is_alike and not p.is_same and g.part is not null
       and exists (select from topology_near n where n.a = p.a and n.b = p.b and n.off_m > :noise)"""
)
"""Both outlines are widened by half the width and drawn in again: what then is covered more is the narrow land between
them. With mitred corners a corner open to the outside comes back as it was. Only pairs are looked at where some corner
stands off the other's line: that is cheap to know, and neighbours that share their corners have none."""

UNLINK = text("delete from parcel_grid_cell l using topology_ring r where r.id = l.parcel_id and r.ring = 0")

LINK = text(
    """
    insert into parcel_grid_cell (parcel_id, grid_cell_id, is_main)
    select s.id, c.id, c.id is not distinct from (
               select m.id from grid_cell m where m.geom && s.inner_point and st_covers(m.geom, s.inner_point)
                order by m.id limit 1)
      from topology_shape s join grid_cell c on c.geom && s.geom and st_intersects(c.geom, s.geom)
     where s.ring = 0"""
)
"""The cells a parcel lies in or touches; its main one holds the point on its surface."""


def lay_out(session: Session, *, full: bool) -> int:
    """Fill the tables for a run; returns how many parcels are asked about. Takes the marks, so that they are gone with it."""
    connection = session.connection()
    for table in TEMPORARY.sorted_tables:
        session.execute(text(f"drop table if exists pg_temp.{table.name}"))
        table.create(connection)
    session.execute(text("drop table if exists pg_temp.topology_ring"))
    session.execute(text("create temporary table topology_ring (id bigint primary key, ring int) on commit drop"))
    session.execute(TAKE)
    if full:
        session.execute(EVERYTHING)
    else:
        session.execute(text("analyze pg_temp.topology_taken"))
        session.execute(SUBJECTS, LIMITS)
        for ring in (1, 2):
            session.execute(AROUND, {**LIMITS, "ring": ring})
    asked = session.scalar(text("select count(*) from topology_ring where ring = 0")) or 0
    if asked:
        _compare(session)
    return asked


def _compare(session: Session) -> None:
    session.execute(text("analyze pg_temp.topology_ring"))
    session.execute(OUTLINES, LIMITS)
    session.execute(text("create index on pg_temp.topology_shape using gist (geom)"))
    session.execute(text("analyze pg_temp.topology_shape"))
    session.execute(CORNERS, LIMITS)
    session.execute(text("create index on pg_temp.topology_vertex (id)"))
    session.execute(text("analyze pg_temp.topology_vertex"))
    session.execute(BOUNDARY_POINTS, LIMITS)
    session.execute(text("create index on pg_temp.topology_point (id)"))
    session.execute(NEIGHBOURS, LIMITS)
    session.execute(text("analyze pg_temp.topology_pair"))
    session.execute(CORNERS_NEAR, LIMITS)
    session.execute(text("create index on pg_temp.topology_near (a, b)"))
    session.execute(text("analyze pg_temp.topology_near"))
    session.execute(BETWEEN, LIMITS)
    session.execute(UNLINK)
    session.execute(LINK)
