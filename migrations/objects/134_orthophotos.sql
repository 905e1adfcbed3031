-- A picture shows ground, not rows. It is seen by who sees all land, by who works in an area it shows something of, by a unit that
-- cares for a parcel in it, and by who sent it. Nothing of it is deleted.
alter table orthophoto enable row level security;
alter table orthophoto force row level security;
drop policy if exists scope on orthophoto;
create policy scope on orthophoto using (
    (select scope_setting('app.see_all')) = 'on'
    or made_by = (select nullif(scope_setting('app.actor'), '')::bigint)
    or (footprint is not null and (
        exists (select from area a where a.id = any ((select scope_ids('app.area_ids'))::bigint[]) and st_intersects(a.geom, footprint))
        or exists (select from parcel p where p.custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
                   and p.retired_on is null and st_intersects(p.geom, footprint)))));
revoke delete, truncate on orthophoto from gis_app;
grant select, insert, update on orthophoto to gis_app;
