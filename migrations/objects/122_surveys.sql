-- What belongs to a survey is seen with its proceeding. A programme is seen by all who plan; its targets are the land one sees.
do $policies$
declare
    t text;
    seen text;
begin
    foreach t in array array[
        'survey', 'survey_point', 'geophysics_line', 'volume_estimate', 'stratum', 'survey_sample', 'survey_point_photo', 'sample_result',
        'waste_body', 'waste_body_version', 'waste_body_parcel', 'survey_target'] loop
        seen := case
            when t = 'survey' then 'exists (select from proceeding p where p.id = proceeding_id)'
            when t in ('survey_point', 'geophysics_line', 'volume_estimate', 'waste_body', 'waste_body_version')
                then 'exists (select from proceeding p where p.id = survey_id)'
            when t in ('stratum', 'survey_sample', 'survey_point_photo') then 'exists (select from survey_point p where p.id = point_id)'
            when t = 'sample_result' then 'exists (select from survey_sample s where s.id = sample_id)'
            when t = 'waste_body_parcel' then 'exists (select from waste_body b where b.id = waste_body_id)'
            else 'exists (select from parcel p where p.id = parcel_id)' end;
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on'' or %s)', t, seen);
        execute format('revoke delete, truncate on %I from gis_app', t);
        execute format('grant select, insert, update on %I to gis_app', t);
    end loop;
    revoke insert, update on waste_body_version from gis_app;
    grant delete on waste_body_parcel to gis_app;  -- where a body lies is measured anew when it is drawn anew
    foreach t in array array['survey_programme', 'elevation_comparison', 'heap'] loop
        seen := case
            when t = 'survey_programme' then '(select scope_setting(''app.area_ids'')) <> '''''
            -- two models are seen by who compared them, and by who works on the ground both cover
            when t = 'elevation_comparison' then 'made_by = (select nullif(scope_setting(''app.actor''), '''')::bigint)
                or (extent is not null and exists (select from area a where a.id = any ((select scope_ids(''app.area_ids''))::bigint[])
                    and st_intersects(a.geom, extent)))'
            else 'area_id = any ((select scope_ids(''app.area_ids''))::bigint[]) or exists (select from parcel p where p.id = parcel_id)' end;
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on'' or %s)', t, seen);
        execute format('revoke delete, truncate on %I from gis_app', t);
        execute format('grant select, insert, update on %I to gis_app', t);
    end loop;
end $policies$;

-- Strata of a point follow one another from the ground to its end: looked at when the transaction ends, so that a log may be
-- written layer by layer.
create or replace function strata_hold_together() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    point constant bigint := coalesce((to_jsonb(new) ->> 'point_id')::bigint, (to_jsonb(new) ->> 'id')::bigint);
    before constant text := coalesce(current_setting('app.see_all', true), '');
    said record;
begin
    perform set_config('app.see_all', 'on', true);
    select p.point_no, p.total_depth_m, count(s.id) as layers, min(s.from_m) as first, max(s.to_m) as last,
           coalesce(bool_and(s.from_m = coalesce(s.above, 0)), false) as joined
      into said
      from survey_point p left join (select id, point_id, from_m, to_m, lag(to_m) over (partition by point_id order by seq) as above
                                       from stratum where point_id = point) s on s.point_id = p.id
     where p.id = point group by p.id;
    perform set_config('app.see_all', before, true);
    if said.layers = 0 or not said.joined or said.last <> said.total_depth_m then
        raise exception 'the strata of point % gap, overlap or end elsewhere than the hole', said.point_no
            using errcode = 'check_violation', constraint = 'ck_stratum_hold_together';
    end if;
    return null;
end $$;
drop trigger if exists strata_hold_together on stratum;
create constraint trigger strata_hold_together after insert or update on stratum deferrable initially deferred
    for each row execute function strata_hold_together();
drop trigger if exists point_has_strata on survey_point;
create constraint trigger point_has_strata after insert or update of total_depth_m on survey_point deferrable initially deferred
    for each row execute function strata_hold_together();

-- An approved survey stands: nothing of what it was approved upon is added, changed or withdrawn afterwards. Bodies live on, since
-- they are cleared later; photos may still come.
create or replace function survey_stands() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    before constant text := coalesce(current_setting('app.see_all', true), '');
    row_ constant jsonb := to_jsonb(new);
    closed boolean;
    no text;
begin
    perform set_config('app.see_all', 'on', true);
    select p.is_closed, p.proceeding_no into closed, no from proceeding p where p.id = coalesce(
        (row_ ->> 'survey_id')::bigint,
        (select survey_id from survey_point where id = (row_ ->> 'point_id')::bigint),
        (select t.survey_id from survey_sample s join survey_point t on t.id = s.point_id where s.id = (row_ ->> 'sample_id')::bigint));
    perform set_config('app.see_all', before, true);
    if closed then
        raise exception 'survey % was ended and stands', no using errcode = 'check_violation', constraint = 'ck_survey_stands';
    end if;
    return new;
end $$;
do $stands$
declare t text;
begin
    foreach t in array array['survey_point', 'stratum', 'survey_sample', 'sample_result', 'geophysics_line'] loop
        execute format('create or replace trigger survey_stands before insert or update on %I for each row execute function survey_stands()', t);
    end loop;
    create or replace trigger survey_stands before insert on volume_estimate for each row execute function survey_stands();
end $stands$;

-- Where a survey's targets stand on a day is asked of the register's versions; here: of the present.
drop view if exists layer.survey_point, layer.survey_point_history, layer.geophysics_line, layer.waste_body, layer.waste_body_history,
    layer.heap;
create view layer.survey_point as
select p.id, p.point_no, p.kind, r.proceeding_no as survey_no, l.parcel_no, p.total_depth_m, p.bottom_reached, p.ground_elev_m,
       p.waste_top_m, p.waste_thickness_m,
       case when p.waste_thickness_m = 0 then 'clean' when p.bottom_reached then 'waste' else 'waste_open' end as found,
       to_char(p.made_on, 'YYYY-MM-DD') as made_on, p.added_at as updated_at, p.geom
  from survey_point p join survey s on s.proceeding_id = p.survey_id join proceeding r on r.id = s.proceeding_id
  left join parcel l on l.id = s.parcel_id where p.removed_at is null;
comment on view layer.survey_point is '钻孔、探坑、探槽: points of surveys';
create view layer.survey_point_history as
select p.id, p.point_no, p.kind, r.proceeding_no as survey_no, l.parcel_no, p.total_depth_m, p.bottom_reached, p.ground_elev_m,
       p.waste_top_m, p.waste_thickness_m,
       case when p.waste_thickness_m = 0 then 'clean' when p.bottom_reached then 'waste' else 'waste_open' end as found,
       to_char(p.made_on, 'YYYY-MM-DD') as made_on, p.added_at as updated_at, p.geom,
       tstzrange(p.added_at, p.removed_at) as valid, p.added_at as valid_from, coalesce(p.removed_at, 'infinity') as valid_to
  from survey_point p join survey s on s.proceeding_id = p.survey_id join proceeding r on r.id = s.proceeding_id
  left join parcel l on l.id = s.parcel_id;
comment on view layer.survey_point_history is '钻孔历史';
create view layer.geophysics_line as
select g.id, g.line_no, g.method, r.proceeding_no as survey_no, l.parcel_no, left(g.interpretation, 200) as interpretation,
       to_char(g.made_on, 'YYYY-MM-DD') as made_on, g.added_at as updated_at, g.geom
  from geophysics_line g join survey s on s.proceeding_id = g.survey_id join proceeding r on r.id = s.proceeding_id
  left join parcel l on l.id = s.parcel_id where g.removed_at is null;
comment on view layer.geophysics_line is '物探测线';

do $views$
declare
    columns constant text := $c$
        b.id, b.body_no, b.name, r.proceeding_no as survey_no, b.waste_class, b.hazard, b.state, b.volume_low_m3, b.volume_best_m3,
        b.volume_high_m3, b.is_lower_bound, b.top_m, b.bottom_m, b.updated_at, b.geom$c$;
begin
    execute format($f$create view layer.waste_body as select %s from waste_body b join proceeding r on r.id = b.survey_id
                      where b.state <> 'withdrawn'$f$, columns);
    execute format($f$create view layer.waste_body_history as select %s, b.valid, b.valid_from, b.valid_to
                      from waste_body_version b join proceeding r on r.id = b.survey_id where b.state <> 'withdrawn'$f$, columns);
end $views$;
comment on view layer.waste_body is '填埋体: what lies buried';
comment on view layer.waste_body_history is '填埋体历史';
create view layer.heap as
select h.id, c.title as comparison, l.parcel_no, h.low_m3, h.best_m3, h.high_m3, h.area_m2, h.height_m, h.state,
       to_char(c.before_on, 'YYYY-MM-DD') as before_on, to_char(c.after_on, 'YYYY-MM-DD') as after_on, c.made_at as updated_at, h.geom
  from heap h join elevation_comparison c on c.id = h.comparison_id left join parcel l on l.id = h.parcel_id
 where c.state <> 'withdrawn';
comment on view layer.heap is '新增堆体: heaps found between two elevation models';
grant select on layer.survey_point, layer.survey_point_history, layer.geophysics_line, layer.waste_body, layer.waste_body_history, layer.heap
    to gis_app, gis_reader;
