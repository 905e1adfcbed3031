-- One row for each rectification that was not withdrawn. The unit in charge is the one last settled by then; before any was settled,
-- whoever had the care when it began (the proceeding's facts say whether it was ever settled). In time: struck off, and the last answer
-- came by the last day set. Recurred: the same item was found on the same parcel again within 90 days of striking off (`RECURS_WITHIN`).
with {proceedings},
said as (
    select proceeding_id,
           -- the last one told, without sorting each log: the greatest of step number and day, and its day
           right(max(lpad(seq::text, 6, '0') || (facts ->> 'correct_by')), 10)::date as correct_by,
           max(happened_on) filter (where action = 'answer') as answered_on
      from log group by 1),
one as (
    select p.id, p.proceeding_no, p.title, p.area_id, p.officer_id, p.opened_at, r.parcel_id, r.item_code, r.found_on, stood.state, said.correct_by, said.answered_on,
           case when stood.state = 'closed' then stood.last_at end as closed_then,
           case when not p.facts ? 'duty_unit' then p.counterpart_unit_id else coalesce(
                    (select (s.facts ->> 'duty_unit')::bigint from proceeding_step s where s.proceeding_id = p.id and s.action = 'settle'
                        and s.at <= cast(:as_of as timestamptz) order by s.seq desc limit 1),
                    (select v.custodian_unit_id from parcel_version v where v.id = r.parcel_id
                        and v.valid_from <= p.opened_at and v.valid_to > p.opened_at limit 1)) end as duty_id
      from proceeding p join stood on stood.proceeding_id = p.id join said on said.proceeding_id = p.id
      join rectification r on r.proceeding_id = p.id
     where stood.state <> 'withdrawn'),
again as (
    select distinct before.id
      from one before join one later on later.parcel_id = before.parcel_id and later.item_code = before.item_code
                                    and later.opened_at > before.opened_at
                                    and later.found_on between (before.closed_then at time zone 'Asia/Shanghai')::date
                                        and (before.closed_then at time zone 'Asia/Shanghai')::date + cast(:recurs_within as integer))
select one.id, 'rectification' as kind, one.proceeding_no as no, one.title as name, array_remove(array[one.parcel_id], null) as parcels,
       one.area_id, one.duty_id, one.officer_id, one.correct_by as due_on, one.state, one.item_code,
       one.opened_at >= cast(:month_start as timestamptz) as is_new,
       one.closed_then is not null as is_closed,
       one.closed_then is null or one.closed_then >= cast(:year_start as timestamptz) as of_year,
       one.closed_then >= cast(:year_start as timestamptz) as closed_this_year,
       one.closed_then is null and one.correct_by < cast(:today as date) as is_late,
       one.correct_by >= cast(:year_from as date) and (one.correct_by + 1)::timestamp at time zone 'Asia/Shanghai' <= cast(:as_of as timestamptz) + interval '1 second' as is_due,
       one.closed_then is not null and coalesce(one.answered_on, (one.closed_then at time zone 'Asia/Shanghai')::date) <= one.correct_by as in_time,
       again.id is not null as recurred
  from one left join again on again.id = one.id
