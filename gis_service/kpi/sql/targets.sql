-- One row for each target of a survey programme frozen by that day, of the newest programme that names it, with the parcel as it was.
-- As on the programme's page: the area is the one of the freezing, and land retired since stays a target with the state it had.
select t.parcel_id as id, 'parcel' as kind, t.parcel_no as no, v.parcel_name as name, array[t.parcel_id] as parcels, v.area_id,
       coalesce(v.managing_unit_id, v.right_holder_unit_id) as managing_id, null::bigint as officer_id, t.due_on,
       t.area_m2, coalesce(v.survey_status, 'pending') in ('approved', 'not_required') as is_done
  from (select distinct on (t.parcel_id) t.parcel_id, t.parcel_no, t.area_m2, p.due_on
          from survey_target t join survey_programme p on p.id = t.programme_id
         where p.frozen_on <= cast(:today as date)
         order by t.parcel_id, p.id desc) t
  left join parcel_version v on v.id = t.parcel_id and v.valid @> cast(:as_of as timestamptz)
