-- How many parcels, and how many of each status, lie in each square of the low zooms (docs/decisions/0063): tiles below zoom 10 are
-- drawn from these counts. A square is 1/64 of a tile of its zoom, so `level` is zoom + 6 and 15 the finest; 'mercator' squares are
-- those of WebMercatorQuad, 'degrees' those of both grids of degrees. A parcel is counted where the middle of its box lies.
--
-- Who may see a count is what decides who may see the parcels: `seen_by` all, one area, one unit in charge, or everybody of what is
-- published. A scope of one kind adds up rows of that kind alone; one of several kinds would count a parcel twice, and asks the parcels.
--
-- A writer only adds rows to `parcel_square_change`, one for each parcel that came (+1) or went (-1): no lock is asked for, a rollback
-- takes them along. The worker folds what was committed into `parcel_square`. What a reader adds up of both is, in each snapshot,
-- what the parcels of that snapshot are.

-- The finest squares of a parcel; no row for what lies off the world. Mercator ends before the pole does: beyond is outside its tiles.
create or replace function squares_of(geom geometry) returns table (x_mercator int, y_mercator int, x_degrees int, y_degrees int)
language sql immutable parallel safe as $$
    select floor((st_x(m) + pi() * 6378137) / (2 * pi() * 6378137 / 32768))::int, floor((pi() * 6378137 - st_y(m)) / (2 * pi() * 6378137 / 32768))::int,
           floor((st_x(d) + 180) / (360::float8 / 32768))::int, floor((90 - st_y(d)) / (360::float8 / 32768))::int
      from (select st_transform(st_point(lon, least(greatest(lat, -86), 86), srid), 3857) as m, st_transform(st_point(lon, lat, srid), 4490) as d
              from (select (st_xmin(geom) + st_xmax(geom)) / 2 as lon, (st_ymin(geom) + st_ymax(geom)) / 2 as lat, st_srid(geom) as srid offset 0) middle
             where lon between -180 and 180 and lat between -90 and 90 offset 0) moved
$$;

do $generate$
declare
    axes constant text[] := array['supply_status', 'use_status', 'fence_status', 'survey_status', 'disposal_status', 'handover_status'];
    counts text;    -- the columns of counts
    counted text;   -- each of them, of rows like those of parcel_square_change
    added text;     -- each of them, of a coarser level
    folded text;    -- each of them, onto what is there
    amiss text;     -- whether any of them is not nought
    keys constant text := 'x_mercator, y_mercator, x_degrees, y_degrees, area_id, custodian_unit_id, is_published, ' || array_to_string(axes, ', ');
    -- parcels as rows of parcel_square_change; with the name of their table and +1 or -1
    told constant text := 'select s.x_mercator, s.y_mercator, s.x_degrees, s.y_degrees, p.area_id, p.custodian_unit_id, p.is_published,
        p.supply_status, p.use_status[1] as use_status, p.fence_status, p.survey_status, p.disposal_status, p.handover_status, %2$s as n
        from %1$I p, squares_of(p.geom) s where p.retired_on is null';
    -- such rows (`t`, to come before) counted in every square of every level, for all who may see them
    squares text;
begin
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum),
           string_agg(format('sum(t.n) filter (where t.%I = %L) as %I', x.axis, substr(a.attname, length(x.axis) + 2), a.attname), ', ' order by a.attnum),
           string_agg(format('sum(%1$I) as %1$I', a.attname), ', ' order by a.attnum),
           string_agg(format('%1$I = nullif(coalesce(s.%1$I, 0) + coalesce(excluded.%1$I, 0), 0)', a.attname), ', ' order by a.attnum),
           string_agg(format('sum(%I) <> 0', a.attname), ' or ' order by a.attnum)
      into counts, counted, added, folded, amiss
      from pg_attribute a join unnest(axes) x(axis) on starts_with(a.attname, x.axis || '_')
     where a.attrelid = 'layer.parcel_square'::regclass and a.attnum > 0 and not a.attisdropped;
    squares := format($f$
        select grid, level, seen_by, seen_id, x >> (15 - level) as x, y >> (15 - level) as y, sum(n) as n, %1$s
          from (select g.grid, k.seen_by, k.seen_id, g.x, g.y, sum(t.n) as n, %2$s
                  from t, lateral (values ('mercator', t.x_mercator, t.y_mercator), ('degrees', t.x_degrees, t.y_degrees)) g(grid, x, y),
                       lateral (values ('all', 0), ('area', t.area_id), ('unit', t.custodian_unit_id),
                                       ('published', case when t.is_published then 0 end)) k(seen_by, seen_id)
                 where k.seen_id is not null group by 1, 2, 3, 4, 5) finest, generate_series(6, 15) level
         group by 1, 2, 3, 4, 5, 6$f$, added, counted);

    execute format($f$
        create or replace function parcel_squares_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $b$
        begin
            if tg_op = 'INSERT' then
                insert into layer.parcel_square_change (%1$s, n) %2$s;
            elsif tg_op = 'DELETE' then
                insert into layer.parcel_square_change (%1$s, n) %3$s;
            else
                insert into layer.parcel_square_change (%1$s, n)
                select %1$s, sum(n) from (%2$s union all %3$s) changed group by %1$s having sum(n) <> 0;
            end if;
            return null;
        end $b$ $f$, keys, format(told, 'new_rows', 1), format(told, 'old_rows', -1));

    -- One at a time; the changes that it takes are those of its own snapshot, so none is lost and none counted twice.
    execute format($f$
        create or replace function fold_parcel_squares() returns void language plpgsql security definer set search_path = public, pg_temp as $b$
        begin
            perform pg_advisory_xact_lock(hashtext('parcel_square'));
            with t as (delete from layer.parcel_square_change returning *)
            insert into layer.parcel_square as s (grid, level, seen_by, seen_id, x, y, n, %1$s) %2$s
                on conflict (grid, level, seen_by, seen_id, x, y) do update set n = s.n + excluded.n, %3$s;
        end $b$ $f$, counts, squares, folded);

    -- Count all parcels anew, while nobody may write any: for the first time, and for whoever wrote past the triggers.
    execute format($f$
        create or replace function fill_parcel_squares() returns void language plpgsql security definer set search_path = public, pg_temp as $b$
        declare before constant text := coalesce(current_setting('app.see_all', true), '');
        begin
            lock table parcel in share mode;
            perform pg_advisory_xact_lock(hashtext('parcel_square'));
            perform set_config('app.see_all', 'on', true);
            delete from layer.parcel_square;
            delete from layer.parcel_square_change;
            insert into layer.parcel_square_change (%1$s, n) %2$s;
            perform fold_parcel_squares();
            perform set_config('app.see_all', before, true);
        end $b$ $f$, keys, format(told, 'parcel', 1));

    -- The proof: in how many squares the counts are not those of the parcels at this moment.
    execute format($f$
        create or replace function parcel_squares_amiss() returns bigint language plpgsql security definer set search_path = public, pg_temp as $b$
        declare
            before constant text := coalesce(current_setting('app.see_all', true), '');
            found_ bigint;
        begin
            perform set_config('app.see_all', 'on', true);
            with t as (select %1$s, n from layer.parcel_square_change union all %2$s)
            select count(*) into found_
              from (select from (select grid, level, seen_by, seen_id, x, y, n, %3$s from layer.parcel_square union all %4$s) s
                     group by grid, level, seen_by, seen_id, x, y having sum(n) <> 0 or %5$s) wrong;
            perform set_config('app.see_all', before, true);
            return found_;
        end $b$ $f$, keys, format(told, 'parcel', -1), counts, squares, amiss);
end $generate$;

create or replace trigger y_squares_insert after insert on parcel
    referencing new table as new_rows for each statement execute function parcel_squares_told();
create or replace trigger y_squares_update after update on parcel
    referencing old table as old_rows new table as new_rows for each statement execute function parcel_squares_told();
create or replace trigger y_squares_delete after delete on parcel
    referencing old table as old_rows for each statement execute function parcel_squares_told();

do $fill$
begin
    if not exists (select from layer.parcel_square) and not exists (select from layer.parcel_square_change) then
        perform fill_parcel_squares();
    end if;
end $fill$;

-- Rights. The owner, who alone writes both, is not held by the policies; every reader is. Changes are shut as the parcels are.
alter table layer.parcel_square enable row level security;
drop policy if exists scope on layer.parcel_square;
create policy scope on layer.parcel_square using (
    (select scope_setting('app.see_all')) = 'on'
    or (seen_by = 'area' and seen_id = any ((select scope_ids('app.area_ids'))::bigint[]))
    or (seen_by = 'unit' and seen_id = any ((select scope_ids('app.unit_ids'))::bigint[]))
    or (seen_by = 'published' and (select scope_setting('app.see_published')) = 'on'));

do $policy$
begin
    alter table layer.parcel_square_change enable row level security;
    drop policy if exists scope on layer.parcel_square_change;
    execute format('create policy scope on layer.parcel_square_change using (%s)',
                   (select pg_get_expr(polqual, polrelid) from pg_policy where polrelid = 'parcel'::regclass and polname = 'scope'));
end $policy$;

grant select on layer.parcel_square, layer.parcel_square_change to gis_reader;
revoke all on layer.parcel_square, layer.parcel_square_change from gis_app;
revoke all on function parcel_squares_told(), fill_parcel_squares(), fold_parcel_squares(), parcel_squares_amiss() from public;
grant execute on function fold_parcel_squares(), parcel_squares_amiss() to gis_app;
