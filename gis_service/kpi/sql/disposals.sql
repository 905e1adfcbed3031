-- One row for each disposal project that was not withdrawn, with its plan and money from the log, and its loads received and counted by then.
-- m³ in place of a load: by its tonnes and the density of its class, else by the truck's measure and the bulking factor, as on the plan's page.
with {proceedings},
facts as (select proceeding_id, jsonb_object_agg(f.key, f.value order by seq) as said from log, jsonb_each(log.facts) f group by 1),
loads as (
    select proceeding_id, sum(net_t) as net_t,
           sum(net_t / (cast(:t_per_m3 as jsonb) ->> waste_class)::numeric + unweighed_m3 / cast(:bulking as numeric)) as in_place_m3
      from (select m.proceeding_id, m.waste_class, coalesce(sum(m.net_t), 0) as net_t,
                   coalesce(sum(m.loaded_m3) filter (where m.net_t is null), 0) as unweighed_m3
              from manifest m
             where m.unloaded_at <= cast(:as_of as timestamptz) and m.created_at <= cast(:as_of as timestamptz)
               and (m.status = 'received' and m.counts or m.status = 'void' and m.voided_at > cast(:as_of as timestamptz))
             group by 1, 2) of_class
     group by 1),
land as (select proceeding_id, array_agg(parcel_id order by parcel_id) as parcels from proceeding_parcel group by 1)
select p.id, 'disposal' as kind, p.proceeding_no as no, p.title as name, coalesce(land.parcels, '{}') as parcels, p.area_id,
       coalesce((said ->> 'lead_unit')::bigint, p.unit_id) as lead_id, p.officer_id, (said ->> 'planned_until')::date as due_on,
       stood.state, stood.state not in ('closed_out') as is_open, stood.state not in ('proposed') as is_planned,
       coalesce((said ->> 'approved_m3')::numeric, (said ->> 'estimate_best_m3')::numeric) as planned_m3,
       coalesce(loads.net_t, 0) as removed_t, coalesce(loads.in_place_m3, 0) as removed_m3,
       (said ->> 'budget_yuan')::numeric as budget_yuan, (said ->> 'approved_yuan')::numeric as approved_yuan,
       (said ->> 'contract_yuan')::numeric as contract_yuan, (said ->> 'audited_yuan')::numeric as audited_yuan
  from proceeding p join stood on stood.proceeding_id = p.id left join facts on facts.proceeding_id = p.id
  left join loads on loads.proceeding_id = p.id left join land on land.proceeding_id = p.id
 where stood.state <> 'withdrawn'
