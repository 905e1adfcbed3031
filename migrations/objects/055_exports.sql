-- An export is seen by who asked for it, and by the service that makes it. Nobody else, whatever land they see: the record
-- says what somebody looked for. What left the house stands in the audit trail.
alter table export enable row level security;
alter table export force row level security;
drop policy if exists scope on export;
create policy scope on export using (
    created_by = (select nullif(scope_setting('app.actor'), '')::bigint)
    or ((select scope_setting('app.see_all')) = 'on' and (select coalesce(scope_setting('app.actor'), '')) = ''));
