-- How long ago each parcel was walked, against the plans over it. Maps see no person and no way: only days and a state.

-- A plan names no person and no place of a walk: whoever has land in charge may read it, through the reading side too.
drop policy if exists scope on patrol_plan;
create policy scope on patrol_plan using (
    (select scope_setting('app.see_all')) = 'on'
    or coalesce((select scope_setting('app.actor')), '') <> ''
    or coalesce((select scope_setting('app.area_ids')), '') <> ''
    or coalesce((select scope_setting('app.unit_ids')), '') <> '');

-- The time alone of the last visit, by whomever: a unit that may not see the district's walk still sees that the district came.
-- It looks with open eyes for this one question and closes them again; a failure in between ends the transaction, and the setting with it.
drop view if exists layer.patrol_overdue;
drop function if exists public.patrol_last_visit(bigint);
create or replace function closed.patrol_last_visit(parcel bigint) returns timestamptz
    language plpgsql stable security definer set search_path = public as $$
declare
    sight constant text := coalesce(current_setting('app.see_all', true), '');
    found_at timestamptz;
begin
    perform set_config('app.see_all', 'on', true);
    select max(came_at) into found_at from visit where parcel_id = parcel;
    perform set_config('app.see_all', sight, true);
    return found_at;
end $$;

create view layer.patrol_overdue as
select p.id, p.parcel_no, p.parcel_name, a.code as area_code, a.name as area_name, c.name as custodian_unit, p.risk_level,
       v.last_visit_at, v.days_since, round(l.every_days, 1) as plan_days,
       case when l.every_days is null then 'unplanned'
            when v.days_since is null then 'never'
            when v.days_since > l.every_days then 'overdue'
            -- the same share as rules.SOON_SHARE
            when v.days_since >= 0.75 * l.every_days then 'soon'
            else 'ok' end as patrol_stand,
       p.geom
  from parcel p
  left join area a on a.id = p.area_id
  left join unit c on c.id = p.custodian_unit_id
 cross join lateral (select closed.patrol_last_visit(p.id) as last_visit_at offset 0) w
 cross join lateral (select w.last_visit_at,
                            (now() at time zone 'Asia/Shanghai')::date - (w.last_visit_at at time zone 'Asia/Shanghai')::date as days_since) v
  left join lateral (
        select min(per_days::numeric / times) as every_days from patrol_plan l
         where l.kind = 'regular' and l.stopped_at is null and not l.night
           and l.starts_on <= (now() at time zone 'Asia/Shanghai')::date
           and (l.ends_on is null or l.ends_on >= (now() at time zone 'Asia/Shanghai')::date)
           and (l.area_id is null or l.area_id = p.area_id) and (l.risk_level is null or l.risk_level = p.risk_level)) l on true
 where p.retired_on is null
   -- when land was last walked is for those in charge of it, not for guests who see what is published
   and ((select scope_setting('app.see_all')) = 'on'
        or p.area_id = any ((select scope_ids('app.area_ids'))::bigint[])
        or p.custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[]));
comment on view layer.patrol_overdue is '巡查及时情况: days since each parcel was last walked, against its plan';
grant select on layer.patrol_overdue to gis_app, gis_reader;
