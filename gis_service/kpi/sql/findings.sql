-- One row for each finding of a patrol in the month, whose walk had come in by then.
select o.id, 'finding' as kind, o.item_code as no, o.description as name, array_remove(array[o.parcel_id], null) as parcels, o.area_id,
       o.unit_id as custodian_id, w.inspector_id as officer_id, (o.seen_at at time zone 'Asia/Shanghai')::date as due_on, o.severity
  from observation o join patrol w on w.id = o.patrol_id
 where o.seen_at >= cast(:month_start as timestamptz) and o.seen_at <= cast(:as_of as timestamptz) and w.received_at <= cast(:as_of as timestamptz)
