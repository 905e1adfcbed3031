-- Dumping as it was known at a moment, each event once: a clue that became a case is that case, a finding that was followed is what it led to.
with known as (
    select 'case' as kind, p.id,
           coalesce((select min(coalesce(c.happened_from, c.seen_at)) from clue c where c.case_id = p.id), p.opened_at) as happened_at,
           p.place as geom, array(select l.parcel_id from proceeding_parcel l where l.proceeding_id = p.id order by 1) as parcels
      from proceeding p
     where p.noun = 'case' and p.opened_at <= :as_of
       and not exists (select from proceeding_step s where s.proceeding_id = p.id and s.after = 'not_established' and s.at <= :as_of)
    union all
    select 'clue', c.id, coalesce(c.happened_from, c.seen_at), c.place, array[]::bigint[]
      from clue c
     where c.created_at <= :as_of and (c.state = 'new' or c.decided_at > :as_of)
    union all
    select 'rectification', p.id, r.found_on::timestamp at time zone 'Asia/Shanghai', p.place, array_remove(array[r.parcel_id], null)
      from rectification r join proceeding p on p.id = r.proceeding_id
     where r.item_code = any(:items) and p.opened_at <= :as_of
    union all
    select 'finding', o.id, o.seen_at, o.geom, array_remove(array[o.parcel_id], null)
      from observation o
     where o.item_code = any(:items) and o.seen_at <= :as_of
       and (o.followed_by_noun is null or o.followed_by_noun = 'none' or o.followed_at > :as_of)
), placed as (
    select k.*, st_transform(case when st_isempty(k.geom) is not false then (select st_pointonsurface(l.geom) from parcel l where l.id = k.parcels[1])
                                          else st_centroid(k.geom) end, :plane) as spot
      from known k
)
select kind, id, happened_at, parcels, st_x(spot) as x, st_y(spot) as y
  from placed where spot is not null and not st_isempty(spot) order by happened_at, kind, id
