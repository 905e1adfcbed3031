-- The checks of the register as land: what waits to be checked again, who sees which fault, what maps show.

-- Every write that may change an answer leaves a mark, whatever door it came through, and wakes the job in the same
-- transaction. One statement, one trigger call: an import of ten thousand parcels marks them at once.
create or replace function topology_wake() returns void language plpgsql security definer set search_path = public, jobs as $$
begin
    -- once in a transaction is enough; the setting ends with it, or with the savepoint that is taken back
    if current_setting('app.topology_woken', true) = 'on' then return; end if;
    perform set_config('app.topology_woken', 'on', true);
    -- A writer that waits for another's uncommitted job would wait for that whole transaction. So nobody waits: while
    -- somebody else is about to wake the job it is left to them, and the sweep of each minute takes what they miss.
    if pg_try_advisory_xact_lock(hashtext('topology.check'), 0) then
        insert into jobs.procrastinate_jobs (queue_name, task_name, queueing_lock)
        values ('work', 'topology.check', 'topology.check')
        on conflict (queueing_lock) where status = 'todo' do nothing;
    end if;
end $$;

create or replace function topology_mark_inserted() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into topology_dirty (parcel_id, box, codes)
    select id, st_envelope(geom), case when parcel_code is not null then array[parcel_code] end from now_;
    if found then perform topology_wake(); end if;
    return null;
end $$;

create or replace function topology_mark_deleted() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into topology_dirty (parcel_id, box, codes)
    select id, st_envelope(geom), case when parcel_code is not null then array[parcel_code] end from past_;
    if found then perform topology_wake(); end if;
    return null;
end $$;

create or replace function topology_mark_updated() returns trigger language plpgsql security definer set search_path = public as $$
begin
    -- an outline that moved is felt where it was and where it is now; a figure that changed, only by the parcel itself
    insert into topology_dirty (parcel_id, box, codes)
    select n.id, s.box, nullif(array_remove(array[n.parcel_code, o.parcel_code], null), '{}')
      from now_ n join past_ o on o.id = n.id
     cross join lateral (
            select b.box from (values (st_envelope(o.geom)), (st_envelope(n.geom))) b (box)
             where (n.geom, n.retired_on) is distinct from (o.geom, o.retired_on)
            union all select null::geometry where (n.geom, n.retired_on) is not distinct from (o.geom, o.retired_on)) s
     where (n.geom, n.retired_on, n.area_id, n.parcel_code, n.area_registered_m2, n.area_computed_m2, n.area_computed_crs)
           is distinct from
           (o.geom, o.retired_on, o.area_id, o.parcel_code, o.area_registered_m2, o.area_computed_m2, o.area_computed_crs);
    if found then perform topology_wake(); end if;
    return null;
end $$;

create or replace function topology_mark_points() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into topology_dirty (parcel_id) select distinct parcel_id from changed_;
    if found then perform topology_wake(); end if;
    return null;
end $$;

create or replace trigger topology_inserted after insert on parcel referencing new table as now_
    for each statement execute function topology_mark_inserted();
create or replace trigger topology_updated after update on parcel referencing old table as past_ new table as now_
    for each statement execute function topology_mark_updated();
create or replace trigger topology_deleted after delete on parcel referencing old table as past_
    for each statement execute function topology_mark_deleted();
create or replace trigger topology_inserted after insert on boundary_point referencing new table as changed_
    for each statement execute function topology_mark_points();
create or replace trigger topology_updated after update on boundary_point referencing new table as changed_
    for each statement execute function topology_mark_points();
create or replace trigger topology_deleted after delete on boundary_point referencing old table as changed_
    for each statement execute function topology_mark_points();

-- Areas and cells that are drawn anew: all land in them is looked at again; with the first or last of them, all land.
create or replace function topology_mark_frame() returns trigger language plpgsql security definer set search_path = public as $$
declare
    none_else boolean;
begin
    if tg_op = 'INSERT' then
        insert into topology_dirty (box) select st_envelope(geom) from now_ where geom is not null;
        execute format('select not exists (select from %I where geom is not null and id <> all (array(select id from now_)))',
                       tg_table_name) into none_else;
    elsif tg_op = 'DELETE' then
        insert into topology_dirty (box) select st_envelope(geom) from past_ where geom is not null;
        execute format('select not exists (select from %I where geom is not null)', tg_table_name) into none_else;
    else
        insert into topology_dirty (box)
        select st_envelope(b.geom) from past_ o join now_ n on n.id = o.id cross join lateral (values (o.geom), (n.geom)) b (geom)
         where (o.geom, o.name) is distinct from (n.geom, n.name) and b.geom is not null;
        none_else := (select count(geom) from past_) <> (select count(geom) from now_);
    end if;
    if none_else then
        insert into topology_dirty (box)
        select st_makeenvelope(-180, -90, 180, 90, (select srid from geometry_columns
                where f_table_schema = 'public' and f_table_name = 'parcel' and f_geometry_column = 'geom'));
    end if;
    perform topology_wake();
    return null;
end $$;
do $frames$
declare
    t text;
begin
    foreach t in array array['area', 'grid_cell'] loop
        execute format('create or replace trigger topology_inserted after insert on %I referencing new table as now_
                        for each statement execute function topology_mark_frame()', t);
        execute format('create or replace trigger topology_deleted after delete on %I referencing old table as past_
                        for each statement execute function topology_mark_frame()', t);
        execute format('create or replace trigger topology_updated after update on %I referencing old table as past_ new table as now_
                        for each statement execute function topology_mark_frame()', t);
    end loop;
end $frames$;

-- A fault is seen by whoever has one of its parcels in charge; what is merely published shows no faults. Nobody deletes one.
alter table topology_fault enable row level security;
alter table topology_fault force row level security;
drop policy if exists scope on topology_fault;
create policy scope on topology_fault using (
    (select scope_setting('app.see_all')) = 'on'
    or exists (select from parcel p where p.id in (parcel_id, other_parcel_id)
                  and (p.area_id = any ((select scope_ids('app.area_ids'))::bigint[])
                       or p.custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[]))));
create or replace trigger topology_fault_stays before delete or truncate on topology_fault
    for each statement execute function refuse_change();

alter table parcel_grid_cell enable row level security;
alter table parcel_grid_cell force row level security;
drop policy if exists scope on parcel_grid_cell;
create policy scope on parcel_grid_cell using (
    (select scope_setting('app.see_all')) = 'on' or exists (select from parcel p where p.id = parcel_id));

-- Marks hold boxes of land: anybody's write leaves one, only the service itself reads them.
alter table topology_dirty enable row level security;
alter table topology_dirty force row level security;
drop policy if exists scope on topology_dirty;
create policy scope on topology_dirty using ((select scope_setting('app.see_all')) = 'on') with check (true);

drop view if exists layer.topology_fault, layer.topology_fault_area, layer.grid_cell;

do $views$
declare
    columns constant text := $c$
        f.id, f.rule, f.level, f.state, p.parcel_no, o.parcel_no as other_parcel_no,
        coalesce(a.code, b.code) as area_code, coalesce(a.name, b.name) as area_name,
        round(f.area_m2::numeric, 2) as area_m2, round(f.width_m::numeric, 3) as width_m, f.first_seen, f.last_seen$c$;
    -- under the row policies: the number of a parcel out of scope is simply not there
    joins constant text := $j$
        left join parcel p on p.id = f.parcel_id
        left join parcel o on o.id = f.other_parcel_id
        left join area a on a.id = p.area_id
        left join area b on b.id = o.area_id$j$;
begin
    execute format('create view layer.topology_fault as select %s, f.spot as geom from topology_fault f %s
                    where f.state <> ''resolved''', columns, joins);
    execute format('create view layer.topology_fault_area as select %s, st_multi(f.geom) as geom from topology_fault f %s
                    where f.state <> ''resolved'' and st_dimension(f.geom) = 2', columns, joins);
end $views$;
comment on view layer.topology_fault is '拓扑问题: where each fault of today lies';
comment on view layer.topology_fault_area is '拓扑问题范围: faults that have an area, such as overlaps and gaps';

create view layer.grid_cell as select id, code, name, geom from grid_cell;
comment on view layer.grid_cell is '单元网格';
