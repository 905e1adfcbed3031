-- A handover is seen by who sees its land, and by the units that give, receive and witness it.
alter table handover enable row level security;
alter table handover force row level security;
drop policy if exists scope on handover;
create policy scope on handover using (
    (select scope_setting('app.see_all')) = 'on'
    or area_id = any ((select scope_ids('app.area_ids'))::bigint[])
    or giving_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or receiving_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or witness_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[]));

-- The witness sees the proceedings it witnesses; everybody else the general policy lets in.
drop policy if exists witness on proceeding;
create policy witness on proceeding using (
    noun = 'handover' and id in (
        select h.proceeding_id from handover h
         where h.witness_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])));

-- A batch is seen by its units, by who made it, and by who sees one of its handovers; what was done in it with it.
alter table handover_batch enable row level security;
alter table handover_batch force row level security;
drop policy if exists scope on handover_batch;
create policy scope on handover_batch using (
    (select scope_setting('app.see_all')) = 'on'
    or created_by = (select nullif(scope_setting('app.actor'), '')::bigint)
    or giving_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or receiving_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or witness_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or exists (select from handover h where h.batch_id = handover_batch.id));

alter table handover_act enable row level security;
alter table handover_act force row level security;
drop policy if exists scope on handover_act;
create policy scope on handover_act using (
    (select scope_setting('app.see_all')) = 'on'
    or exists (select from handover_batch b where b.id = batch_id));

-- Area and units of a handover are those of its proceeding.
create or replace function handover_follows_proceeding() returns trigger language plpgsql as $$
begin
    update handover set area_id = new.area_id, giving_unit_id = new.unit_id, receiving_unit_id = new.counterpart_unit_id
     where proceeding_id = new.id;
    return null;
end $$;
create or replace trigger handover_follows after update of area_id, unit_id, counterpart_unit_id on proceeding
    for each row when (new.noun = 'handover') execute function handover_follows_proceeding();

grant select, insert, update on handover, handover_batch, handover_act to gis_app;
revoke delete, truncate on handover, handover_batch, handover_act from gis_app;
