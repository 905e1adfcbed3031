-- The sketch of a track is a track: seen by the service, which compares, and within the act that opens tracks.
do $policies$
begin
    alter table track_sketch enable row level security;
    alter table track_sketch force row level security;
    drop policy if exists scope on track_sketch;
    create policy scope on track_sketch using ((select is_the_service()) or (select scope_setting('app.see_tracks')) = 'on');
end $policies$;

-- When a track is thinned, the copy that the inbox kept goes with it; its hash stays, so that it is still known to have been here.
-- Nothing else of what phones sent can be changed, and this only for a walk that was thinned.
create or replace function forget_track(walk bigint) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    before constant text := coalesce(current_setting('app.see_all', true), '');
    gone bigint;
begin
    perform set_config('app.see_all', 'on', true);
    update inbox_record r set body_text = '' from patrol p
     where p.id = walk and p.thinned_at is not null and r.patrol_uuid = p.client_uuid and r.kind = 'track'
       and r.verdict = 'stored' and r.body_text <> '';
    get diagnostics gone = row_count;
    perform set_config('app.see_all', before, true);
    return gone;
end $$;
revoke all on function forget_track(bigint) from public;
grant execute on function forget_track(bigint) to gis_app;

drop view if exists layer.patrol_coverage, layer.patrol_coverage_history, layer.observation, layer.observation_history;
drop function if exists public.seen_lately(timestamptz), public.seen_over_time();

-- How much of a parcel was seen by the walks of 30 days: the best of them. Names nobody, so it is the same for all who see the parcel.
create or replace function closed.seen_lately(upto timestamptz) returns table (parcel_id bigint, seen_share float8, last_at timestamptz, walks bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    before constant text := coalesce(current_setting('app.see_all', true), '');
begin
    perform set_config('app.see_all', 'on', true);
    return query
    select c.parcel_id, max(c.seen_share), max(coalesce(c.last_at, p.started_at)), count(*) filter (where c.proved)
      from patrol_coverage c join patrol p on p.id = c.patrol_id
     where coalesce(c.last_at, p.started_at) > upto - interval '30 days' and coalesce(c.last_at, p.started_at) <= upto
       and (c.proved or c.seen_share > 0)
     group by c.parcel_id;
    perform set_config('app.see_all', before, true);
end $$;
create or replace function closed.seen_over_time() returns table (parcel_id bigint, seen_share float8, last_at timestamptz, walks bigint, held tstzrange)
language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    before constant text := coalesce(current_setting('app.see_all', true), '');
begin
    perform set_config('app.see_all', 'on', true);
    return query
    with seen as (select c.parcel_id, c.seen_share, c.proved, coalesce(c.last_at, p.started_at) as at
                    from patrol_coverage c join patrol p on p.id = c.patrol_id where c.proved or c.seen_share > 0),
         turns as (select s.parcel_id, s.at as began from seen s union select s.parcel_id, s.at + interval '30 days' from seen s
                   union select distinct s.parcel_id, '-infinity'::timestamptz from seen s),
         spans as (select t.parcel_id, t.began, lead(t.began, 1, 'infinity') over (partition by t.parcel_id order by t.began) as ended from turns t)
    select t.parcel_id, max(s.seen_share), max(s.at), count(s.at) filter (where s.proved), tstzrange(t.began, t.ended)
      from spans t left join seen s on s.parcel_id = t.parcel_id and s.at <= t.began and s.at > t.began - interval '30 days'
     group by t.parcel_id, t.began, t.ended;
    perform set_config('app.see_all', before, true);
end $$;
create or replace function seen_band(share float8, walks bigint) returns text language sql immutable as $$
    select case when share >= 0.8 then 'most' when share >= 0.4 then 'part' when share > 0 or walks > 0 then 'little' else 'none' end
$$;
revoke all on function closed.seen_lately(timestamptz), closed.seen_over_time() from public;
grant execute on function closed.seen_lately(timestamptz), closed.seen_over_time(), seen_band(float8, bigint) to gis_app, gis_reader, gis_owner;

create view layer.patrol_coverage as
select p.id, p.parcel_no, p.parcel_name, a.name as area_name, p.risk_level, seen_band(s.seen_share, s.walks) as seen_band,
       round((coalesce(s.seen_share, 0) * 100)::numeric, 1) as seen_percent, coalesce(s.walks, 0) as walks,
       to_char(s.last_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as last_on, p.geom
  from parcel p left join area a on a.id = p.area_id left join closed.seen_lately(now()) s on s.parcel_id = p.id
 where p.retired_on is null;
comment on view layer.patrol_coverage is '巡查覆盖: how much of each parcel was seen in the last 30 days; no persons';

create view layer.patrol_coverage_history as
select p.id, p.parcel_no, p.parcel_name, a.name as area_name, p.risk_level, seen_band(s.seen_share, s.walks) as seen_band,
       round((coalesce(s.seen_share, 0) * 100)::numeric, 1) as seen_percent, coalesce(s.walks, 0) as walks,
       to_char(s.last_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as last_on, p.geom,
       coalesce(s.held * p.valid, p.valid) as valid, greatest(lower(s.held), p.valid_from) as valid_from,
       least(upper(s.held), p.valid_to) as valid_to
  from parcel_version p left join area a on a.id = p.area_id
  left join closed.seen_over_time() s on s.parcel_id = p.id and s.held && p.valid
 where p.retired_on is null;
comment on view layer.patrol_coverage_history is '巡查覆盖历史';

-- What was seen on walks. Where exactly is for those who see the walk's land; others do not see the row at all.
do $views$
declare
    columns constant text := $c$
        o.id, o.parcel_id, l.parcel_no, a.name as area_name, o.item_code, o.severity, o.quantity, o.quantity_unit,
        left(o.description, 200) as description, to_char(o.seen_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as seen_on,
        case when o.followed_at is null then 'waiting' when o.followed_by_noun is null then 'nothing' else o.followed_by_noun end as followed_by,
        st_pointonsurface(o.geom)::geometry(point, 4490) as geom$c$;
    joins constant text := $j$from observation o left join parcel l on l.id = o.parcel_id left join area a on a.id = o.area_id
        where o.geom is not null and not st_isempty(o.geom)$j$;
begin
    execute format('create view layer.observation as select %s, o.seen_at %s', replace(columns, '4490', find_srid('public', 'observation', 'geom')::text), joins);
    execute format('create view layer.observation_history as select %s, o.seen_at, tstzrange(o.seen_at, null) as valid, o.seen_at as valid_from, ''infinity''::timestamptz as valid_to %s',
                   replace(columns, '4490', find_srid('public', 'observation', 'geom')::text), joins);
end $views$;
comment on view layer.observation is '巡查发现: points of what was seen on walks';
comment on view layer.observation_history is '巡查发现历史: seen until that day';
grant select on layer.patrol_coverage, layer.patrol_coverage_history, layer.observation, layer.observation_history to gis_app, gis_reader;
