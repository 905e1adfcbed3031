-- One row for each claim for environmental damage: how far it was, and its money as recorded by then; a court's order stands for the agreement.
with {proceedings},
said as (
    select proceeding_id, bool_or(action = 'start') as is_started, bool_or(action in ('agree')) as was_agreed,
           (array_agg(action order by seq desc) filter (where action in ('agree', 'not_confirmed')))[1] as last_agreed
      from log group by 1),
money as (
    select proceeding_id, sum(amount_yuan) filter (where stage = 'ordered') as ordered, sum(amount_yuan) filter (where stage = 'agreed') as agreed,
           sum(amount_yuan) filter (where stage = 'paid') as paid
      from proceeding_amount
     where added_at <= cast(:as_of as timestamptz) and (removed_at is null or removed_at > cast(:as_of as timestamptz))
     group by 1),
land as (select proceeding_id, array_agg(parcel_id order by parcel_id) as parcels from proceeding_parcel group by 1)
select p.id, 'claim' as kind, p.proceeding_no as no, p.title as name, coalesce(land.parcels, '{}') as parcels, p.area_id,
       p.unit_id as conducting_id, p.officer_id, null::date as due_on, stood.state,
       is_started, last_agreed = 'agree' as is_agreed, stood.state = 'closed' and stood.last_action = 'close' as is_restored,
       coalesce(money.ordered, money.agreed) as due_yuan, money.paid as paid_yuan
  from proceeding p join stood on stood.proceeding_id = p.id join said on said.proceeding_id = p.id
  left join money on money.proceeding_id = p.id left join land on land.proceeding_id = p.id
