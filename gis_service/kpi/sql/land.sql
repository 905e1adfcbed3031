-- One row for each parcel of the register as it was: living then, with the statuses, area and units it had then.
select v.id, 'parcel' as kind, v.parcel_no as no, v.parcel_name as name, array[v.id] as parcels, v.area_id,
       coalesce(v.managing_unit_id, v.right_holder_unit_id) as managing_id, v.custodian_unit_id as custodian_id,
       null::bigint as officer_id, null::date as due_on,
       v.area_computed_m2 as area_m2, v.fence_status, v.sign_count, v.camera_count, v.risk_level, coalesce(v.waste_found, false) as waste_found,
       v.disposal_status, v.handover_status,
       v.handover_status not in ('not_planned', 'returned', 'supplied') as to_hand_over,
       v.handover_status in ('handed_over', 'transferred_again') as handed_over
  from parcel_version v
 where v.valid @> cast(:as_of as timestamptz) and v.retired_on is null
