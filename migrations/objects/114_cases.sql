-- Clues, parties and law: who sees which rows. Nothing set -> nothing seen.

-- A clue is seen by who sees all land, and by area; what came with it, with it.
alter table clue enable row level security;
alter table clue force row level security;
drop policy if exists scope on clue;
create policy scope on clue using (
    (select scope_setting('app.see_all')) = 'on' or area_id = any ((select scope_ids('app.area_ids'))::bigint[]));

alter table clue_file enable row level security;
alter table clue_file force row level security;
drop policy if exists scope on clue_file;
create policy scope on clue_file using (
    (select scope_setting('app.see_all')) = 'on' or exists (select from clue c where c.id = clue_id));

-- What belongs to a case is seen with it.
do $policies$
declare t text;
begin
    foreach t in array array['case_link', 'case_basis'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from proceeding p where p.id = proceeding_id))', t);
    end loop;
end $policies$;

-- Parties, vehicles, hauliers and sites are seen with any case they are linked to; a haulier with its vehicles too.
do $things$
declare
    what record;
begin
    for what in select * from (values ('party', 'party_id'), ('vehicle', 'vehicle_id'), ('haulier', 'haulier_id'), ('source_site', 'site_id')) v(name, link)
    loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', what.name);
        execute format('drop policy if exists scope on %I', what.name);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from case_link l where l.%2$I = %1$I.id)%3$s)', what.name, what.link,
                       case what.name when 'haulier' then ' or exists (select from vehicle v where v.haulier_id = haulier.id)' else '' end);
    end loop;
end $things$;

-- What is sensitive may be written beside its row, and read or changed only within the reveal act (gis_service/cases/secrets.py),
-- whatever else one may see.
do $secrets$
declare
    what record;
begin
    for what in select * from (values ('party_secret', 'party', 'party_id'), ('clue_reporter', 'clue', 'clue_id')) v(name, of, key)
    loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', what.name);
        execute format('drop policy if exists reveal on %I; drop policy if exists keep on %1$I; drop policy if exists correct on %1$I', what.name);
        execute format('create policy reveal on %I for select using ((select scope_setting(''app.see_secrets'')) = ''on''
                        and exists (select from %I o where o.id = %I))', what.name, what.of, what.key);
        execute format('create policy correct on %I for update using ((select scope_setting(''app.see_secrets'')) = ''on''
                        and exists (select from %I o where o.id = %I))', what.name, what.of, what.key);
        execute format('create policy keep on %I for insert with check (exists (select from %I o where o.id = %I))',
                       what.name, what.of, what.key);
    end loop;
end $secrets$;

-- Law holds nothing that a scope could hide. What was written stays.
revoke delete, truncate on clue, clue_file, clue_reporter, party, party_secret, vehicle, haulier, source_site, case_link, legal_basis,
    case_basis from gis_app;
revoke update on clue_file from gis_app;
