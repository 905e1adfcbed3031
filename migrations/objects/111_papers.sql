-- Templates and numbers belong to the district: whoever works on any of its land sees them; guests and strangers do not.
do $policies$
declare t text;
begin
    foreach t in array array['paper_template', 'paper_number'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or (select scope_setting(''app.area_ids'')) <> ''''
                        or (select scope_setting(''app.unit_ids'')) <> '''')', t);
    end loop;
end $policies$;

-- A version of a template stays as it was uploaded, and a number that was taken stays taken.
revoke update, delete, truncate on paper_template from gis_app;
revoke delete, truncate on paper_number from gis_app;
