-- A snapshot or a pack holds the land its maker saw: whoever sees all of that land may see it. Notes are seen with their parcel.
do $policies$
declare t text;
begin
    foreach t in array array['monthly_report', 'monthly_pack'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format($p$create policy scope on %I using (
            (select scope_setting('app.see_all')) = 'on'
            or (not see_all and area_ids || unit_ids <> '{}'
                and area_ids <@ coalesce((select scope_ids('app.area_ids')), '{}')
                and unit_ids <@ coalesce((select scope_ids('app.unit_ids')), '{}')))$p$, t);
        execute format('revoke update, delete, truncate on %I from gis_app', t);
        execute format('grant select, insert on %I to gis_app', t);
    end loop;
end $policies$;
-- A snapshot stands as it was taken; only that a later edition corrects it is noted.
grant update (state, row_version) on monthly_report to gis_app;
grant update on monthly_pack to gis_app;

alter table monthly_note enable row level security;
alter table monthly_note force row level security;
drop policy if exists scope on monthly_note;
create policy scope on monthly_note using ((select scope_setting('app.see_all')) = 'on'
    or exists (select from parcel p where p.id = parcel_id));
grant select, insert on monthly_note to gis_app;
revoke update, delete, truncate on monthly_note from gis_app;
create or replace trigger monthly_note_only_grows before update or delete or truncate on monthly_note
    for each statement execute function refuse_change();
