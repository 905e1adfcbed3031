-- A planned value names no land: whoever works on land of the district may read it. Nothing of it is deleted.
do $policies$
declare t text;
begin
    foreach t in array array['kpi_target', 'kpi_target_version'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or (select scope_setting(''app.area_ids'')) <> '''' or (select scope_setting(''app.unit_ids'')) <> '''')', t);
        execute format('revoke delete, truncate on %I from gis_app', t);
    end loop;
end $policies$;
grant select, insert, update on kpi_target to gis_app;
revoke insert, update on kpi_target_version from gis_app;
grant select on kpi_target_version to gis_app;
