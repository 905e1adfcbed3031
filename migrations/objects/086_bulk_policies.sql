-- A bulk change is seen by who made it, and by those who see all land; its parcels with it.
alter table bulk_change enable row level security;
alter table bulk_change force row level security;
drop policy if exists scope on bulk_change;
create policy scope on bulk_change using (
    (select scope_setting('app.see_all')) = 'on'
    or created_by = (select nullif(scope_setting('app.actor'), '')::bigint));

alter table bulk_change_parcel enable row level security;
alter table bulk_change_parcel force row level security;
drop policy if exists scope on bulk_change_parcel;
create policy scope on bulk_change_parcel using (
    (select scope_setting('app.see_all')) = 'on'
    or exists (select from bulk_change b where b.id = bulk_change_id));
