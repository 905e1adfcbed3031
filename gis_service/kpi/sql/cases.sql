-- One row for each dumping case registered by then: its state, when it was filed, handed to the police, and the fine that stood.
with {proceedings},
said as (
    select proceeding_id, min(at) filter (where action in ('file', 'find_offender')) as filed_at, min(at) filter (where action = 'transfer') as transferred_at,
           (array_agg(case when action = 'decide' then (facts ->> 'fine_yuan')::numeric end order by seq desc) filter (where action in ('decide', 'recall')))[1] as fine_yuan,
           (array_agg(case when action = 'decide' then at end order by seq desc) filter (where action in ('decide', 'recall')))[1] as decided_at,
           sum((facts ->> 'paid_yuan')::numeric) filter (where action = 'pay') as paid_yuan
      from log group by 1),
land as (select proceeding_id, array_agg(parcel_id order by parcel_id) as parcels from proceeding_parcel group by 1)
select p.id, 'case' as kind, p.proceeding_no as no, p.title as name, coalesce(land.parcels, '{}') as parcels, p.area_id,
       p.unit_id as conducting_id, p.officer_id, null::date as due_on, stood.state,
       p.opened_at >= cast(:month_start as timestamptz) as is_new,
       stood.state not in ('closed', 'not_established') as is_open,
       stood.state = 'closed' as is_closed, filed_at is not null as is_filed, filed_at >= cast(:year_start as timestamptz) as filed_this_year,
       transferred_at >= cast(:year_start as timestamptz) as transferred_this_year,
       case when decided_at >= cast(:year_start as timestamptz) then fine_yuan end as fine_yuan
  from proceeding p join stood on stood.proceeding_id = p.id join said on said.proceeding_id = p.id left join land on land.proceeding_id = p.id
