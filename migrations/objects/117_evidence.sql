-- Sums of sealed packs are seen with their proceeding, and only grow.
alter table evidence_pack enable row level security;
alter table evidence_pack force row level security;
drop policy if exists scope on evidence_pack;
create policy scope on evidence_pack using (
    (select scope_setting('app.see_all')) = 'on'
    or exists (select from proceeding p where p.id = proceeding_id));
grant select, insert on evidence_pack to gis_app;
revoke update, delete, truncate on evidence_pack from gis_app;
create or replace trigger evidence_pack_only_grows before update or delete or truncate on evidence_pack
    for each statement execute function refuse_change();
