-- The parcels of the register at a moment, with what stood on them and when they were last walked by then; outlines in the metric plane.
select p.id, st_asbinary(st_transform(p.geom, :plane)) as outline, p.fence_status, p.use_status,
       coalesce(p.waste_found, false) and p.disposal_status not in ('closed_out', 'audited') as waste_left,
       f.segments, st_asbinary(st_transform(f.sound, :plane)) as sound,
       (select count(*) from camera_version c where c.parcel_id = p.id and c.valid @> cast(:as_of as timestamptz) and c.condition = 'online') as cameras,
       (select count(*) from sign_version s where s.parcel_id = p.id and s.valid @> cast(:as_of as timestamptz) and s.condition = 'good') as signs,
       (select max(v.came_at) from visit v where v.parcel_id = p.id and v.came_at <= :as_of) as last_visit_at
  from parcel_version p
  left join lateral (
       select count(*) as segments, st_collect(g.geom) filter (where g.condition = 'good') as sound
         from fence_segment_version g where g.parcel_id = p.id and g.valid @> cast(:as_of as timestamptz)) f on true
 where p.valid @> cast(:as_of as timestamptz) and p.retired_on is null and p.district_code = :district
 order by p.id
