-- A million versions of the parcels of the benchmark: a hundred each over five years, the newest of them the present.
-- A third of the parcels changed evenly, a third mostly long ago, a third mostly of late. Every tenth version moved the
-- outline by a few metres. Written in the order of time, as life would have written them. Run by the owner.
create function pg_temp.began(parcel bigint, n int) returns timestamptz immutable language sql as $$
    select timestamptz '2021-11-01 08:00+08' + interval '1826 days' * power(
        (n - 1 + (hashint8(parcel * 1009 + n)::bigint & 1023) / 1024.0) / 100, (array[0.5, 1, 2])[1 + parcel % 3])
$$;
truncate parcel_version;
insert into parcel_version ({columns}, version_no, valid, op, actor_name, reason, tx)
select {values}, n, tstzrange(began, case when n < 100 then pg_temp.began(p.id, n + 1) end),
       case when n = 1 then 'INSERT' else 'UPDATE' end, '示例人员' || n % 7, '示例修改' || n, '0'
  from (select id, n, pg_temp.began(id, n) as began from parcel, generate_series(1, 100) n order by 3) k
  join parcel p using (id);
