-- A layout holds no fact about land: whoever is signed in may look at it and print with it. Only the unit that keeps it changes it.
do $layouts$
declare
    own constant text := $p$unit_id = (select unit_id from app_user
                                        where id = (select nullif(current_setting('app.actor', true), '')::bigint))
                            or (select is_the_service())$p$;
begin
    alter table sheet_layout enable row level security;
    alter table sheet_layout force row level security;
    drop policy if exists look on sheet_layout;
    drop policy if exists make on sheet_layout;
    drop policy if exists change on sheet_layout;
    create policy look on sheet_layout for select using (
        (select current_setting('app.see_all', true)) = 'on' or coalesce((select current_setting('app.actor', true)), '') <> '');
    execute format('create policy make on sheet_layout for insert with check (%s)', own);
    execute format('create policy change on sheet_layout for update using (%s) with check (%1$s)', own);
    revoke delete, truncate on sheet_layout from gis_app;
end $layouts$;
