-- Acts on parcels are seen with their parcels: a link by who sees both of its ends, an act by who sees one of its parcels.
do $forced$
declare t text;
begin
    foreach t in array array['parcel_event', 'parcel_event_parcel', 'parcel_lineage'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
    end loop;
end $forced$;

drop policy if exists scope on parcel_event_parcel;
create policy scope on parcel_event_parcel using (
    (select scope_setting('app.see_all')) = 'on' or exists (select from parcel p where p.id = parcel_id));

drop policy if exists scope on parcel_lineage;
create policy scope on parcel_lineage using (
    (select scope_setting('app.see_all')) = 'on'
    or (exists (select from parcel p where p.id = parent_id) and exists (select from parcel p where p.id = child_id)));

-- an act is written before its parcels are listed: who writes it sees it in the same transaction
drop policy if exists scope on parcel_event;
create policy scope on parcel_event using (
    (select scope_setting('app.see_all')) = 'on'
    or exists (select from parcel_event_parcel e where e.event_id = parcel_event.id)
    or (at = now() and actor_id = (select nullif(scope_setting('app.actor'), '')::bigint)));

-- What happened stays: links and parcels of an act only grow, an act itself is only marked as taken back.
create or replace trigger parcel_lineage_only_grows before update or delete or truncate on parcel_lineage
    for each statement execute function refuse_change();
create or replace trigger parcel_event_parcel_only_grows before update or delete or truncate on parcel_event_parcel
    for each statement execute function refuse_change();
create or replace trigger parcel_event_stays before delete or truncate on parcel_event
    for each statement execute function refuse_change();
