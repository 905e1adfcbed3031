-- Which rows a transaction sees: one rule, fed by the settings app.* (see gis_service/core/db.py, Scope), under every door.
-- Nothing set -> nothing seen. `force` makes it hold for the owner as well, hence for the views it owns.
-- Each setting is read once per statement, not once per row: that is what the inner selects are for.

-- The scope of a person who connects with a login of their own (gis_service/access/analysts): what their grants open for `map.read`
-- at this moment, as Actor.scope says it; nothing where the account is over or the person is disabled. 0 is nobody's number: an
-- analyst is neither the service nor anyone whose own records a policy would show.
create or replace function analyst_setting(setting text) returns text
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select case setting
           when 'app.analyst' then case when count(*) > 0 then 'on' end
           when 'app.actor' then case when count(*) > 0 then '0' end
           when 'app.see_all' then case when bool_or(g.role <> 'guest' and g.area_id is null and g.unit_id is null) then 'on' end
           when 'app.area_ids' then string_agg(g.area_id::text, ',') filter (where g.role <> 'guest')
           when 'app.unit_ids' then string_agg(g.unit_id::text, ',') filter (where g.role <> 'guest')
           when 'app.see_published' then case when bool_or(g.role = 'guest') then 'on' end
           end
      from analyst_account a
      join app_user u on u.id = a.user_id and u.state = 'active'
      join role_grant g on g.user_id = u.id and g.revoked_at is null
       -- who has `map.read` in gis_service/access/rules.py; a test holds the two together
       and g.role in ('guest', 'inspector', 'land_officer', 'waste_officer', 'case_officer', 'leader', 'unit_user')
     where a.role_name = session_user::text and a.ended_at is null and a.valid_until > clock_timestamp()
$$;

-- A setting of the scope. The service's own logins say it with each transaction. Any other login could say whatever it likes, so for
-- them it is what their account has, or nothing. The login counts (`session_user`), which neither views nor `set role` change; the
-- owner's functions that look further for one question are heard too, for they say it themselves. Names are qualified because the
-- body is put into the asker's statement.
create or replace function scope_setting(setting text) returns text language sql stable as $$
    select case when pg_catalog.pg_has_role(session_user, 'gis_reader', 'member')
                  or pg_catalog.pg_has_role(session_user, 'gis_app', 'member')
                  or pg_catalog.pg_has_role(session_user, 'gis_owner', 'member')
                  or pg_catalog.pg_has_role(current_user, 'gis_owner', 'member')
                then pg_catalog.current_setting(setting, true)
                else public.analyst_setting(setting) end
$$;

create or replace function scope_ids(setting text) returns bigint[] language sql stable as $$
    select pg_catalog.string_to_array(public.scope_setting(setting), ',')::pg_catalog.int8[]
$$;

do $policies$
declare
    t text;
    own constant text := $p$
        (select scope_setting('app.see_all')) = 'on'
        or area_id = any ((select scope_ids('app.area_ids'))::bigint[])
        or custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
        or (is_published and (select scope_setting('app.see_published')) = 'on')$p$;
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
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from parcel p where p.id = parcel_id))', t);
    end loop;
end $policies$;

alter table boundary_point_version enable row level security;
alter table boundary_point_version force row level security;
drop policy if exists scope on boundary_point_version;
create policy scope on boundary_point_version using (
    (select scope_setting('app.see_all')) = 'on'
    or exists (select from parcel_version p where p.id = parcel_id and p.valid && boundary_point_version.valid));

alter table parcel_contact enable row level security;
alter table parcel_contact force row level security;
drop policy if exists scope on parcel_contact;
create policy scope on parcel_contact using (
    (select scope_setting('app.see_contacts')) = 'on' and exists (select from parcel p where p.id = parcel_id));

-- an import is seen by who made it, and by those who see all land
alter table import_batch enable row level security;
alter table import_batch force row level security;
drop policy if exists scope on import_batch;
create policy scope on import_batch using (
    (select scope_setting('app.see_all')) = 'on'
    or created_by = (select nullif(scope_setting('app.actor'), '')::bigint));

do $staging$
declare t text;
begin
    foreach t in array array['staged_row', 'import_issue'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from import_batch b where b.id = batch_id))', t);
    end loop;
end $staging$;
