-- One row for each parcel that some round of the month was due over: how many were due, and how many saw it by their last day.
with due as (
    select p.parcel_id, count(*) as rounds,
           count(*) filter (where p.visited_at <= cast(:as_of as timestamptz)
                              and (p.visited_at at time zone 'Asia/Shanghai')::date <= t.due_on) as walked,
           max(t.due_on) as due_on
      from patrol_task t join patrol_task_parcel p on p.task_id = t.id
     where t.due_on between cast(:month_from as date) and cast(:today as date) and t.created_at <= cast(:as_of as timestamptz)
       and not (t.state = 'cancelled' and t.updated_at <= cast(:as_of as timestamptz))
     group by 1)
select v.id, 'parcel' as kind, v.parcel_no as no, v.parcel_name as name, array[v.id] as parcels, v.area_id, v.custodian_unit_id as custodian_id,
       null::bigint as officer_id, due.due_on, due.rounds, due.walked, due.walked = due.rounds as is_covered
  from due join parcel_version v on v.id = due.parcel_id
 where v.valid @> cast(:as_of as timestamptz) and v.retired_on is null
