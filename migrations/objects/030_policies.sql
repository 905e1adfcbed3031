-- Which rows a transaction sees: one rule, fed by the settings app.* (see gis_service/core/db.py, Scope), under every door.
-- Nothing set -> nothing seen. `force` makes it hold for the owner as well, hence for the views it owns.
-- Each setting is read once per statement, not once per row: that is what the inner selects are for.

create or replace function scope_ids(setting text) returns bigint[] language sql stable as $$
    select string_to_array(nullif(current_setting(setting, true), ''), ',')::bigint[]
$$;

do $policies$
declare
    t text;
    own constant text := $p$
        (select current_setting('app.see_all', true)) = 'on'
        or area_id = any ((select scope_ids('app.area_ids'))::bigint[])
        or custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
        or (is_published and (select current_setting('app.see_published', true)) = 'on')$p$;
begin
    foreach t in array array['parcel', 'parcel_version'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using (%s)', t, own);
    end loop;
    -- what belongs to a parcel is seen with it
    foreach t in array array['parcel_alias', 'parcel_document', 'boundary_point'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select current_setting(''app.see_all'', true)) = ''on''
                        or exists (select from parcel p where p.id = parcel_id))', t);
    end loop;
end $policies$;

alter table boundary_point_version enable row level security;
alter table boundary_point_version force row level security;
drop policy if exists scope on boundary_point_version;
create policy scope on boundary_point_version using (
    (select current_setting('app.see_all', true)) = 'on'
    or exists (select from parcel_version p where p.id = parcel_id and p.valid && boundary_point_version.valid));

alter table parcel_contact enable row level security;
alter table parcel_contact force row level security;
drop policy if exists scope on parcel_contact;
create policy scope on parcel_contact using (
    (select current_setting('app.see_contacts', true)) = 'on' and exists (select from parcel p where p.id = parcel_id));

-- an import is seen by who made it, and by those who see all land
alter table import_batch enable row level security;
alter table import_batch force row level security;
drop policy if exists scope on import_batch;
create policy scope on import_batch using (
    (select current_setting('app.see_all', true)) = 'on'
    or created_by = (select nullif(current_setting('app.actor', true), '')::bigint));

do $staging$
declare t text;
begin
    foreach t in array array['staged_row', 'import_issue'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select current_setting(''app.see_all'', true)) = ''on''
                        or exists (select from import_batch b where b.id = batch_id))', t);
    end loop;
end $staging$;
