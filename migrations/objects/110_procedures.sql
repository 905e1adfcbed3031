-- Proceedings are seen by who sees all land, by area, and by the units that conduct or answer them; what lies in their file with them.
alter table proceeding enable row level security;
alter table proceeding force row level security;
drop policy if exists scope on proceeding;
create policy scope on proceeding using (
    (select scope_setting('app.see_all')) = 'on'
    or area_id = any ((select scope_ids('app.area_ids'))::bigint[])
    or unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or counterpart_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[]));

do $policies$
declare t text;
begin
    foreach t in array array['proceeding_step', 'proceeding_parcel', 'proceeding_paper', 'proceeding_file',
                             'proceeding_signature', 'proceeding_amount'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from proceeding p where p.id = proceeding_id))', t);
        execute format('revoke delete, truncate on %I from gis_app', t);
    end loop;
end $policies$;

-- Counters and the calendar hold nothing that a scope could hide.
revoke delete, truncate on proceeding, proceeding_number from gis_app;

-- What was done stays: a log only grows, for the owner too.
create or replace trigger proceeding_step_only_grows before update or delete or truncate on proceeding_step
    for each statement execute function refuse_change();
create or replace trigger proceeding_stays before delete or truncate on proceeding
    for each statement execute function refuse_change();
create or replace trigger proceeding_signature_stays before delete or truncate on proceeding_signature
    for each statement execute function refuse_change();
