-- Texts that went astray are seen like the records they wanted to be, and stay as they came.
alter table inbox_stray enable row level security;
alter table inbox_stray force row level security;
drop policy if exists scope on inbox_stray;
create policy scope on inbox_stray using (
    (select scope_setting('app.see_all')) = 'on'
    or sent_by_id = (select nullif(scope_setting('app.actor'), '')::bigint));
revoke update, delete, truncate on inbox_stray from gis_app;

grant update (proved_at, released_by_id, released_at) on inbox_record to gis_app;
