-- Risk and hotspots: who sees which rows, and the layers over the newest usual run.

do $policies$
declare
    t text;
    seen text;
begin
    foreach t in array array['risk_run', 'risk_score', 'hotspot_cell'] loop
        seen := case t
            -- that a run was made names no land: whoever has land in charge may know
            when 'risk_run' then $p$coalesce((select scope_setting('app.area_ids')), '') <> ''
                or coalesce((select scope_setting('app.unit_ids')), '') <> ''$p$
            -- a risk is for those in charge of the land; what is merely published shows none
            when 'risk_score' then $p$exists (select from parcel p where p.id = parcel_id
                and (p.area_id = any ((select scope_ids('app.area_ids'))::bigint[])
                     or p.custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])))$p$
            -- a cell gathers events of all land in it: for those who have its area in charge
            else $p$area_id = any ((select scope_ids('app.area_ids'))::bigint[])$p$ end;
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on'' or %s)', t, seen);
        execute format('revoke truncate on %I from gis_app', t);
        execute format('grant select, insert, update, delete on %I to gis_app', t);
    end loop;
end $policies$;

drop view if exists layer.risk, layer.risk_history, layer.hotspot, layer.hotspot_history;

-- Each usual run holds from its moment until the next one of its kind; of several of one moment the last.
do $views$
declare
    runs constant text := $r$(select distinct on (r.as_of) r.id, r.as_of, r.since, r.until, r.made_at from risk_run r
        where r.kind = '%s' and r.standing and r.state = 'done' order by r.as_of, r.id desc)$r$;
    held constant text := 'tstzrange(r.as_of, r.next)';
    span constant text := '(select u.*, lead(u.as_of) over (order by u.as_of) as next from %s u)';
    newest constant text := '(select u.* from %s u order by u.as_of desc limit 1)';
    parcel constant text := $c$
        p.id, p.parcel_no, p.parcel_name, a.name as area_name, s.level, s.score, s.rank, s.patrol_days, p.risk_level,
        (select string_agg((f.v ->> 'zh') || ' ' || to_char((f.v ->> 'points')::numeric, 'SG0.0'), ';' order by f.n)
           from jsonb_array_elements(s.parts) with ordinality f (v, n) where f.n <= 3) as reasons,
        to_char(r.as_of at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as run_on$c$;
    cell constant text := $c$
        c.run_id * 1000000 + c.seq as id, a.name as area_name, c.grade, c.events, c.around, round(c.density_km2::numeric, 2) as density_km2,
        round(c.z::numeric, 2) as z, round(c.p::numeric, 5) as p, round(c.q::numeric, 5) as q,
        to_char(r.since at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as since_on,
        to_char((r.until - interval '1 second') at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as until_on, c.geom$c$;
begin
    execute format('create view layer.risk as select %s, p.geom from %s r join risk_score s on s.run_id = r.id
                    join parcel p on p.id = s.parcel_id left join area a on a.id = p.area_id where p.retired_on is null',
                   parcel, format(newest, format(runs, 'ranking')));
    execute format('create view layer.risk_history as select %s, p.geom, %s * p.valid as valid,
                    greatest(r.as_of, p.valid_from) as valid_from, least(coalesce(r.next, ''infinity''), p.valid_to) as valid_to
                    from %s r join risk_score s on s.run_id = r.id join parcel_version p on p.id = s.parcel_id and p.valid && %2$s
                    left join area a on a.id = p.area_id where p.retired_on is null',
                   parcel, held, format(span, format(runs, 'ranking')));
    execute format('create view layer.hotspot as select %s from %s r join hotspot_cell c on c.run_id = r.id
                    left join area a on a.id = c.area_id', cell, format(newest, format(runs, 'hotspot')));
    execute format('create view layer.hotspot_history as select %s, %s as valid, r.as_of as valid_from, coalesce(r.next, ''infinity'') as valid_to
                    from %s r join hotspot_cell c on c.run_id = r.id left join area a on a.id = c.area_id',
                   cell, held, format(span, format(runs, 'hotspot')));
end $views$;
comment on view layer.risk is '倾倒风险: each parcel by the newest ranking';
comment on view layer.risk_history is '倾倒风险历史';
comment on view layer.hotspot is '倾倒热点: cells in which dumping gathers, by the newest usual run';
comment on view layer.hotspot_history is '倾倒热点历史';
grant select on layer.risk, layer.risk_history, layer.hotspot, layer.hotspot_history to gis_app, gis_reader;
