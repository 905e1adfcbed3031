-- Walks are seen by who walked them, by area, and by the unit that walked; what belongs to a walk is seen with it. Tracks are sensitive
-- personal information (handbook §10.3): one's own, or those of others within an act that opens them and leaves a trace (`app.see_tracks`).
do $policies$
declare
    t text;
    me constant text := $p$(select nullif(scope_setting('app.actor'), '')::bigint)$p$;
    land constant text := $p$
        (select scope_setting('app.see_all')) = 'on'
        or area_id = any ((select scope_ids('app.area_ids'))::bigint[])
        or unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])$p$;
begin
    foreach t in array array['patrol', 'patrol_task', 'patrol_plan', 'patrol_task_parcel', 'track_part', 'visit', 'observation',
                             'observation_change', 'field_photo', 'patrol_coverage', 'patrol_flag', 'field_device',
                             'inbox_record', 'field_upload', 'field_conflict'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        if t not in ('patrol_task_parcel', 'field_upload', 'patrol_coverage', 'patrol_flag') then
            execute format('revoke delete, truncate on %I from gis_app', t);
        end if;
    end loop;
    execute format('create policy scope on patrol using (%s or inspector_id = %s)', land, me);
    execute format('create policy scope on patrol_task using (%s or assignee_id = %s)', land, me);
    -- a plan names no person and no place of a walk: whoever works on land of the district may read it
    create policy scope on patrol_plan using (
        (select scope_setting('app.see_all')) = 'on' or (select scope_setting('app.actor')) <> '');
    create policy scope on patrol_task_parcel using (
        (select scope_setting('app.see_all')) = 'on' or exists (select from patrol_task p where p.id = task_id));
    execute format('create policy scope on observation using (%s or exists (select from patrol p where p.id = patrol_id))', land);
    create policy scope on observation_change using (
        (select scope_setting('app.see_all')) = 'on' or exists (select from observation o where o.id = observation_id));
    foreach t in array array['visit', 'field_photo', 'patrol_coverage', 'patrol_flag'] loop
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from patrol p where p.id = patrol_id))', t);
    end loop;
    execute format('create policy scope on track_part using (
        exists (select from patrol p where p.id = patrol_id
                   and (p.inspector_id = %s or (select scope_setting(''app.see_tracks'')) = ''on'' or (select is_the_service()))))', me);
    -- what a phone sent is seen by who recorded or sent it, and by who sees all land; a device by who used it last
    execute format('create policy scope on inbox_record using (
        (select scope_setting(''app.see_all'')) = ''on'' or by_id = %s or sent_by_id = %1$s)', me);
    execute format('create policy scope on field_upload using ((select is_the_service()) or user_id = %s)', me);
    create policy scope on field_device using (
        (select scope_setting('app.see_all')) = 'on' or (select scope_setting('app.actor')) <> '');
    execute format('create policy scope on field_conflict using ((select scope_setting(''app.see_all'')) = ''on''
        or exists (select from parcel p where p.id = parcel_id) or exists (select from inbox_record r where r.uuid = record_uuid))');
end $policies$;

-- What came stays as it came: only the judgement of it may change.
revoke update on inbox_record from gis_app;
grant update (verdict, reason, judged_at, row_noun, row_id) on inbox_record to gis_app;
revoke update on observation_change from gis_app;
-- A track is thinned, never changed: fixes go when its time is over.
revoke update on track_part from gis_app;
grant delete on track_part to gis_app;
