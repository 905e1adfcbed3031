-- Fences, signs and cameras: what of a parcel follows from them, who sees them, and how maps see them.

-- How much of an outline has a fence in good condition along it. 3 m and 0.98 are those of parcels/facilities/rules.py.
create or replace function fence_cover(parcel bigint, outline geometry,
                                       out segments bigint, out standing bigint, out damaged bigint,
                                       out ratio numeric, out length_m numeric)
language sql stable as $$
    with ring as (select st_boundary(st_transform(outline, METRIC_SRID)) as line),
         found as (select count(*) as segments,
                          count(*) filter (where condition = 'good') as standing,
                          count(*) filter (where condition = 'damaged') as damaged,
                          coalesce(sum(f.length_m) filter (where condition = 'good'), 0) as length_m,
                          st_union(st_transform(geom, METRIC_SRID)) filter (where condition = 'good') as lines
                     from fence_segment f where parcel_id = parcel)
    select segments, standing, damaged,
           -- least() passes over null: the question whether there is any fence comes first
           round(least(1, coalesce(st_length(st_intersection(line, st_buffer(lines, 3))) / st_length(line), 0))::numeric, 4),
           length_m
      from found, ring
$$;

create or replace function fence_follows(standing bigint, damaged bigint, ratio numeric) returns text language sql immutable as $$
    select case when damaged > 0 then 'damaged' when ratio >= 0.98 then 'full'
                when standing > 0 and ratio > 0 then 'partial' else 'none' end
$$;

-- A parcel with fence lines has the status that follows from them, or is one that needs no fence; a new outline is measured anew.
create or replace function parcel_fence() returns trigger language plpgsql as $$
declare
    cover record;
    follows text;
begin
    select * into cover from fence_cover(new.id, new.geom);
    if cover.segments = 0 then return new; end if;
    follows := fence_follows(cover.standing, cover.damaged, cover.ratio);
    new.fence_ratio := cover.ratio;
    new.fence_length_m := cover.length_m;
    if new.fence_status = old.fence_status and new.fence_status <> 'not_required' then
        new.fence_status := follows;
    elsif new.fence_status not in (follows, 'not_required') then
        raise exception 'fence_status of parcel % is % by its fence lines', new.id, follows
            using errcode = 'check_violation', constraint = 'ck_parcel_fence_follows';
    end if;
    return new;
end $$;
create or replace trigger a_fence before update of geom, fence_status on parcel for each row
    when (old.fence_status is distinct from new.fence_status or old.geom is distinct from new.geom)
    execute function parcel_fence();

-- What follows for the parcels of the rows that a statement wrote: once a statement, however many rows it wrote.
create or replace function fence_to_parcel() returns trigger language plpgsql as $$
begin
    update parcel p set fence_ratio = c.ratio, fence_length_m = c.length_m,
           fence_status = case when p.fence_status = 'not_required' then p.fence_status
                               else fence_follows(c.standing, c.damaged, c.ratio) end
      from (select q.id, k.* from parcel q, lateral fence_cover(q.id, q.geom) k where q.id in (select parcel_id from written)) c
     where p.id = c.id;
    return null;
end $$;
create or replace function sign_to_parcel() returns trigger language plpgsql as $$
begin
    update parcel p set sign_count = (select count(*) from sign s where s.parcel_id = p.id and s.condition = 'good')
     where p.id in (select parcel_id from written);
    return null;
end $$;
create or replace function camera_to_parcel() returns trigger language plpgsql as $$
begin
    update parcel p set camera_count = (select count(*) from camera s where s.parcel_id = p.id and s.condition = 'online')
     where p.id in (select parcel_id from written);
    return null;
end $$;
do $triggers$
declare
    what record;
begin
    for what in select * from (values ('fence_segment', 'fence_to_parcel'), ('sign', 'sign_to_parcel'), ('camera', 'camera_to_parcel')) v(base, act)
    loop
        execute format('create or replace trigger c_parcel_new after insert on %I referencing new table as written
                        for each statement execute function %I()', what.base, what.act);
        execute format('create or replace trigger c_parcel_changed after update on %I referencing new table as written
                        for each statement execute function %I()', what.base, what.act);
    end loop;
end $triggers$;

-- seen with their parcel, then and now
do $policies$
declare t text;
begin
    foreach t in array array['fence_segment', 'sign', 'camera', 'parcel_file'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from parcel p where p.id = parcel_id))', t);
    end loop;
    foreach t in array array['fence_segment', 'sign', 'camera'] loop
        execute format('alter table %I_version enable row level security; alter table %1$I_version force row level security', t);
        execute format('drop policy if exists scope on %I_version', t);
        execute format('create policy scope on %1$I_version using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from parcel_version p where p.id = parcel_id and p.valid && %1$I_version.valid))', t);
    end loop;
end $policies$;

drop view if exists layer.fence, layer.fence_history, layer.sign, layer.sign_history, layer.camera, layer.camera_history;
do $views$
declare
    what record;
begin
    for what in select * from (values
        ('fence', 'fence_segment', 'f.fence_type, f.condition, f.height_m, f.length_m, f.built_on', 'removed'),
        ('sign', 'sign', 'f.sign_type, f.condition, f.wording, f.installed_on', 'missing'),
        ('camera', 'camera', 'f.camera_no, f.condition, f.bearing_deg, f.range_m, f.installed_on', 'removed')) v(name, base, cols, gone)
    loop
        execute format('create view layer.%I as
            select f.id, f.parcel_id, p.parcel_no, %s, f.inspected_on, f.updated_at, f.row_version, f.geom
              from %I f join parcel p on p.id = f.parcel_id where p.retired_on is null and f.condition <> %L',
            what.name, what.cols, what.base, what.gone);
        execute format('create view layer.%I as
            select f.id, f.parcel_id, p.parcel_no, %s, f.inspected_on, f.updated_at, f.row_version, f.geom, f.valid * p.valid as valid,
                   greatest(f.valid_from, p.valid_from) as valid_from, least(f.valid_to, p.valid_to) as valid_to
              from %I f join parcel_version p on p.id = f.parcel_id and p.valid && f.valid
             where p.retired_on is null and f.condition <> %L',
            what.name || '_history', what.cols, what.base || '_version', what.gone);
    end loop;
end $views$;
comment on view layer.fence is '围蔽: fence lines that stand, whole or damaged';
comment on view layer.sign is '警示牌';
comment on view layer.camera is '监控';
