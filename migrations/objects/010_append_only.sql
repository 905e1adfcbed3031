-- Audit entries and seals only grow. The trigger holds for the owner too; grants (090) keep the application from trying.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is not allowed: it only grows', tg_op, tg_table_name using errcode = 'restrict_violation';
end $$;

create or replace trigger audit_entry_only_grows before update or delete or truncate on audit_entry
    for each statement execute function refuse_change();
create or replace trigger audit_seal_only_grows before update or delete or truncate on audit_seal
    for each statement execute function refuse_change();

-- Sealing waits for writers under way. The application may not lock the table itself, so the owner does it on its behalf.
create or replace function settle_audit() returns void language plpgsql security definer set search_path = public as $$
begin
    set local lock_timeout = '500ms';
    lock table audit_seal in exclusive mode;
    lock table audit_entry in share mode;
end $$;
