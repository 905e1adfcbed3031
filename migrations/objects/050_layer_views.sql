-- What maps, tiles and GIS clients may see. Owned by gis_owner, so the row policies of the tables below hold for every reader.
-- Left joins on keys cost nothing where their columns are not asked for.
drop view if exists layer.parcel, layer.parcel_history, layer.area, layer.ground, layer.boundary_point, layer.boundary_point_history;

do $views$
declare
    columns constant text := $c$
        p.id, p.district_code, p.parcel_no, p.parcel_name, a.code as area_code, a.name as area_name, p.location_text,
        p.area_registered_m2, p.area_computed_m2, round(p.area_computed_m2 * 3 / 2000, 2) as area_mu,
        r.name as right_holder, m.name as managing_unit, c.name as custodian_unit,
        p.planned_class_system, p.planned_class_code, l.name as planned_class_name, p.planned_supply_year,
        p.supply_status, p.use_status[1] as use_status, p.use_status as use_statuses,
        p.fence_status, p.survey_status, p.disposal_status, p.handover_status, p.waste_found, p.risk_level,
        p.is_undeveloped, p.updated_at, p.row_version, p.geom$c$;
    joins constant text := $j$
        left join area a on a.id = p.area_id
        left join unit r on r.id = p.right_holder_unit_id
        left join unit m on m.id = p.managing_unit_id
        left join unit c on c.id = p.custodian_unit_id
        left join land_class l on l.system = p.planned_class_system and l.code = p.planned_class_code$j$;
begin
    execute format('create view layer.parcel as select %s from parcel p %s where p.retired_on is null', columns, joins);
    execute format('create view layer.parcel_history as select %s, p.valid, p.valid_from, p.valid_to from parcel_version p %s
                    where p.retired_on is null', columns, joins);
end $views$;
comment on view layer.parcel is '地块: parcels in the register today';
comment on view layer.parcel_history is '地块历史: every state a parcel had, with the time it held';

create view layer.area as select id, code, name, name_en, geom from area;
comment on view layer.area is '片区';

create view layer.ground as select id, kind, name, geom from ground;
comment on view layer.ground is '底图要素: roads, water, hills';

create view layer.boundary_point as
select b.id, b.parcel_id, p.parcel_no, b.point_no, b.part_no, b.ring_no, b.seq,
       b.northing_text as northing, b.easting_text as easting, b.source_crs, b.geom
  from boundary_point b join parcel p on p.id = b.parcel_id where p.retired_on is null;
comment on view layer.boundary_point is '界址点: coordinates as they came, in their own CRS';

create view layer.boundary_point_history as
select b.id, b.parcel_id, p.parcel_no, b.point_no, b.part_no, b.ring_no, b.seq,
       b.northing_text as northing, b.easting_text as easting, b.source_crs, b.geom, b.valid * p.valid as valid,
       greatest(b.valid_from, p.valid_from) as valid_from, least(b.valid_to, p.valid_to) as valid_to
  from boundary_point_version b join parcel_version p on p.id = b.parcel_id and p.valid && b.valid where p.retired_on is null;
comment on view layer.boundary_point_history is '界址点历史';
