-- What belongs to a project is seen with its proceeding; nothing of it is deleted.
do $policies$
declare t text;
begin
    foreach t in array array['disposal', 'disposal_body', 'disposal_site_consent', 'disposal_carrier', 'density_observation', 'manifest'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from proceeding p where p.id = proceeding_id))', t);
        execute format('grant select, insert, update on %I to gis_app', t);
        execute format('revoke delete, truncate on %I from gis_app', t);
    end loop;
    -- Sites and carriers are known to all who work on land of the district.
    foreach t in array array['disposal_site', 'carrier_permit', 'carrier_truck'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or (select scope_setting(''app.area_ids'')) <> ''''
                        or (select scope_setting(''app.unit_ids'')) <> '''')', t);
        execute format('grant select, insert, update on %I to gis_app', t);
        execute format('revoke delete, truncate on %I from gis_app', t);
    end loop;
end $policies$;
grant delete on carrier_truck to gis_app;

alter table manifest_flag enable row level security;
alter table manifest_flag force row level security;
drop policy if exists scope on manifest_flag;
create policy scope on manifest_flag using (
    (select scope_setting('app.see_all')) = 'on' or exists (select from manifest m where m.id = manifest_id));

-- A table that a job takes in is seen by who brought it, and by those who see all land.
alter table manifest_table enable row level security;
alter table manifest_table force row level security;
drop policy if exists scope on manifest_table;
create policy scope on manifest_table using (
    (select scope_setting('app.see_all')) = 'on'
    or created_by = (select nullif(scope_setting('app.actor'), '')::bigint));
grant select, insert, update on manifest_table to gis_app;
revoke delete, truncate on manifest_table from gis_app;

-- A waiver is seen with its land.
alter table parcel_waiver enable row level security;
alter table parcel_waiver force row level security;
drop policy if exists scope on parcel_waiver;
create policy scope on parcel_waiver using (
    (select scope_setting('app.see_all')) = 'on' or exists (select from parcel p where p.id = parcel_id));

grant select, insert, update on manifest_flag, parcel_waiver to gis_app;
revoke delete, truncate on manifest_flag, parcel_waiver from gis_app;

-- What somebody said of a load, and what was decided by name, stays.
create or replace function decision_stands() returns trigger language plpgsql as $$
begin
    if old.verdict is not null and (old.verdict, old.reason, old.decided_at, old.decided_by_name)
           is distinct from (new.verdict, new.reason, new.decided_at, new.decided_by_name) then
        raise exception 'the decision on flag % stands', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create or replace trigger decision_stands before update on manifest_flag for each row execute function decision_stands();

-- Land with buried waste is announced or supplied once its removal was accepted, or by a waiver in somebody's name. Changes from
-- now on are held to it; history that the owner loads (`app.version_at`, as in 020_versions) is what it was. Who looks at a change
-- before it is made asks `supply_waits` too.
create or replace function supply_waits(parcel_id bigint, waste_found boolean, disposal_status text) returns boolean
language sql stable as $$
    select coalesce(waste_found, false) and disposal_status not in ('audited', 'closed_out')
           and not exists (select from parcel_waiver w
                           where w.parcel_id = supply_waits.parcel_id and w.for_supply and w.revoked_at is null)
$$;
create or replace function supply_waits_for_disposal() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('app.version_at', true), '') <> '' and pg_has_role(session_user, 'gis_owner', 'member') then
        return new;
    end if;
    if not supply_waits(new.id, new.waste_found, new.disposal_status) then
        return new;
    end if;
    raise exception 'waste on parcel % is not cleared and nobody waived it', new.id
        using errcode = 'check_violation', constraint = 'ck_parcel_supply_after_disposal';
end $$;
create or replace trigger c_supply_waits before update of supply_status on parcel for each row
    when (new.supply_status in ('announced', 'supplied') and old.supply_status is distinct from new.supply_status
          and new.waste_found and new.disposal_status not in ('audited', 'closed_out'))
    execute function supply_waits_for_disposal();

drop view if exists layer.disposal_site;
create view layer.disposal_site as
select id, name, kind, address, licence_no, to_char(licensed_until, 'YYYY-MM-DD') as licensed_until, is_active, created_at as updated_at,
       place as geom
  from disposal_site;
comment on view layer.disposal_site is '消纳场所: where waste of projects goes';
grant select on layer.disposal_site to gis_app, gis_reader;
