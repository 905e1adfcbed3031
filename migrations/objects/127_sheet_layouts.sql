-- A layout holds no fact about land: whoever is signed in may look at it and print with it. Only the unit that keeps it changes it.
do $layouts$
declare
    own constant text := $p$unit_id = (select unit_id from app_user
                                        where id = (select nullif(scope_setting('app.actor'), '')::bigint))
                            or (select is_the_service())$p$;
begin
    alter table sheet_layout enable row level security;
    alter table sheet_layout force row level security;
    drop policy if exists look on sheet_layout;
    drop policy if exists make on sheet_layout;
    drop policy if exists change on sheet_layout;
    create policy look on sheet_layout for select using (
        (select scope_setting('app.see_all')) = 'on' or coalesce((select scope_setting('app.actor')), '') <> '');
    execute format('create policy make on sheet_layout for insert with check (%s)', own);
    execute format('create policy change on sheet_layout for update using (%s) with check (%1$s)', own);
    revoke delete, truncate on sheet_layout from gis_app;
end $layouts$;
