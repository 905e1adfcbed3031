-- One row for each patrol task whose last day fell in the month, up to then; what was cancelled by then was not due.
-- Done: every parcel of it was visited by then, and the task is done (late news of a walk on its last day counts, as in `walk_ended`).
select t.id, 'task' as kind, t.title as no, null::text as name, land.parcels, t.area_id, t.unit_id as walker_id,
       t.assignee_id as officer_id, t.due_on, t.state = 'done' and land.done_at <= cast(:as_of as timestamptz) as is_done
  from patrol_task t
  left join lateral (
      select array_agg(p.parcel_id order by p.seq) as parcels, case when bool_and(p.visited_at is not null) then max(p.visited_at) end as done_at
        from patrol_task_parcel p where p.task_id = t.id) land on true
 where t.due_on between cast(:month_from as date) and cast(:today as date) and t.created_at <= cast(:as_of as timestamptz)
   and not (t.state = 'cancelled' and t.updated_at <= cast(:as_of as timestamptz))
