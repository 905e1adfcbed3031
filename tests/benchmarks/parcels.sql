-- 100,000 made parcels for the benchmark of maps: 320 x 313 cells of about 150 m with shared, bent edges (12 vertices),
-- spread over five areas and twelve units, all status axes in use. Run by the owner with app.see_all = on.
insert into unit (code, name) select 'U' || i, '示例单位' || i from generate_series(1, 12) i;
insert into area (district_code, code, name, name_en)
select '440402', 'A' || i, (array['北围', '后环', '金鼎', '唐家', '淇澳'])[i], 'Area ' || i from generate_series(1, 5) i;

-- a number in -0.5 .. 0.5 that is always the same for the same place
create function pg_temp.jitter(i int, j int, k int) returns float8 immutable language sql as $$
    select (hashint8(i::bigint * 1000003 + j * 7919 + k)::bigint & 1048575) / 1048576.0 - 0.5
$$;
create function pg_temp.corner(i int, j int) returns geometry immutable language sql as $$
    select st_point(113.30 + i * 0.0015 + pg_temp.jitter(i, j, 1) * 0.0004,
                    22.20 + j * 0.0015 + pg_temp.jitter(i, j, 2) * 0.0004, 4490)
$$;
-- the point at a third (k = 1) or two thirds (k = 2) of the edge from corner a to corner b, bent a little
create function pg_temp.bend(i int, j int, i2 int, j2 int, k int) returns geometry immutable language sql as $$
    select st_translate(st_lineinterpolatepoint(st_makeline(pg_temp.corner(i, j), pg_temp.corner(i2, j2)), k / 3.0),
                        pg_temp.jitter(i * 2 + i2, j * 2 + j2, 2 + k) * 0.0001, pg_temp.jitter(i + i2 * 2, j + j2 * 2, 4 + k) * 0.0001)
$$;
create function pg_temp.ring(i int, j int) returns geometry[] immutable language sql as $$
    select array[pg_temp.corner(i, j), pg_temp.bend(i, j, i, j+1, 1), pg_temp.bend(i, j, i, j+1, 2),
                 pg_temp.corner(i, j+1), pg_temp.bend(i, j+1, i+1, j+1, 1), pg_temp.bend(i, j+1, i+1, j+1, 2),
                 pg_temp.corner(i+1, j+1), pg_temp.bend(i+1, j, i+1, j+1, 2), pg_temp.bend(i+1, j, i+1, j+1, 1),
                 pg_temp.corner(i+1, j), pg_temp.bend(i, j, i+1, j, 2), pg_temp.bend(i, j, i+1, j, 1), pg_temp.corner(i, j)]
$$;
insert into parcel (district_code, parcel_no, parcel_name, area_id, location_text, area_registered_m2, area_computed_m2,
                    area_computed_crs, right_holder_unit_id, managing_unit_id, custodian_unit_id, planned_class_system,
                    planned_class_code, planned_supply_year, supply_status, use_status, fence_status, survey_status,
                    disposal_status, handover_status, waste_found, risk_level, is_undeveloped, is_published, geom)
select '440402', 'P' || lpad((i * 320 + j)::text, 6, '0'), '示例地块' || i || '-' || j,
       (select id from area where code = 'A' || (1 + i / 64)), '科技大道' || j || '号', 22000 + i,
       round(st_area(st_transform(g.shape, 4547))::numeric, 2), 4547, u.ids[1 + i % 12], u.ids[1 + j % 12], u.ids[1 + (i + j) % 12],
       'LU2023', case when i % 2 = 0 then '0701' else '1001' end, 2024 + i % 4,
       (array['not_planned', 'planned', 'announced', 'supplied', 'withdrawn'])[1 + (i * 7 + j * 3) % 5],
       array[(array['idle', 'temporary_use', 'occupied', 'planted', 'stockpile', 'parking'])[1 + (i * 5 + j) % 6]],
       (array['full', 'partial', 'none', 'damaged', 'not_required', 'unknown'])[1 + (i + j * 5) % 6],
       (array['not_required', 'pending', 'desk_done', 'drilling', 'lab', 'reported', 'approved'])[1 + (i + j) % 7],
       (array['not_listed', 'proposed', 'planned', 'approved', 'excavating', 'closed_out'])[1 + (i * 2 + j) % 6],
       (array['not_planned', 'listed', 'prepared', 'consulted', 'inspection', 'handed_over'])[1 + (i * 3 + j) % 6],
       (i + j) % 3 = 0, (array['high', 'medium', 'low'])[1 + (i + j) % 3], i % 2 = 0, (i + j) % 50 = 0, st_multi(g.shape)
from generate_series(0, 319) i, generate_series(0, 312) j,
     lateral (select st_makepolygon(st_makeline(pg_temp.ring(i, j))) as shape) g,
     (select array_agg(id order by id) as ids from unit where code like 'U%') u
where st_isvalid(g.shape)
order by i / 20, j / 20, i, j limit 100000;
update area a set geom = (select st_multi(st_setsrid(st_extent(p.geom)::geometry, 4490)) from parcel p where p.area_id = a.id);
