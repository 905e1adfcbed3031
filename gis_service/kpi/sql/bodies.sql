-- One row for each waste body in each parcel it lay in: its volumes in place (自然方), shared by ground as `waste_body_parcel` has it.
-- Where the body was drawn anew since, the share is measured again on the outlines of then.
with body as (
    select v.id, v.body_no, v.name, v.geom, v.volume_low_m3, v.volume_best_m3, v.volume_high_m3, st_orderingequals(v.geom, b.geom) as as_now
      from waste_body_version v join waste_body b on b.id = v.id
     where v.valid @> cast(:as_of as timestamptz) and v.state = 'present'),
part as materialized (
    select body.id, s.parcel_id, s.share from body join waste_body_parcel s on s.waste_body_id = body.id where body.as_now
    union all
    select * from (
        select body.id, p.id as parcel_id,
               least(round((st_area(st_intersection(st_transform(body.geom, {metric}), st_transform(p.geom, {metric})))
                            / st_area(st_transform(body.geom, {metric})))::numeric, 4), 1) as share
          from body join parcel_version p on p.valid_from <= cast(:as_of as timestamptz) and p.valid_to > cast(:as_of as timestamptz)
                                         and p.retired_on is null and st_intersects(p.geom, body.geom)
         where not body.as_now) measured
     where share >= 0.001)
select part.id, 'parcel' as kind, v.parcel_no as no, body.body_no || coalesce(' ' || nullif(body.name, ''), '') as name,
       array[part.parcel_id] as parcels, v.area_id, coalesce(v.managing_unit_id, v.right_holder_unit_id) as managing_id,
       null::bigint as officer_id, null::date as due_on,
       body.volume_low_m3 * part.share as low_m3, body.volume_best_m3 * part.share as best_m3, body.volume_high_m3 * part.share as high_m3
  from part join body on body.id = part.id
  join parcel_version v on v.id = part.parcel_id and v.valid_from <= cast(:as_of as timestamptz) and v.valid_to > cast(:as_of as timestamptz)
