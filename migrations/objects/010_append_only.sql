-- Audit entries and seals only grow. The trigger holds for the owner too; grants (090) keep the application from trying.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is not allowed: it only grows', tg_op, tg_table_name using errcode = 'restrict_violation';
end $$;

create or replace trigger audit_entry_only_grows before update or delete or truncate on audit_entry
    for each statement execute function refuse_change();
create or replace trigger audit_seal_only_grows before update or delete or truncate on audit_seal
    for each statement execute function refuse_change();
