-- A person sees and marks only their own notifications, and makes only their own choices. Anybody may tell anybody: what an act
-- tells others is written in the transaction of the act. What leaves the service is the service's own business.
create or replace function is_the_service() returns boolean language sql stable as $$
    select scope_setting('app.see_all') = 'on' and coalesce(scope_setting('app.actor'), '') = ''
$$;

create or replace function actor_is(wanted text) returns boolean language sql stable as $$
    select exists (select from role_grant g
                    where g.user_id = nullif(scope_setting('app.actor'), '')::bigint
                      and g.role = wanted and g.revoked_at is null)
$$;

do $notifications$
declare
    t text;
    own constant text := $p$user_id = (select nullif(scope_setting('app.actor'), '')::bigint)$p$;
begin
    foreach t in array array['notification', 'notification_preference', 'notification_digest', 'notification_delivery', 'webhook'] loop
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists service on %I; drop policy if exists own on %1$I; drop policy if exists mark on %1$I', t);
        execute format('drop policy if exists tell on %I; drop policy if exists administrator on %1$I', t);
        execute format('create policy service on %I using ((select is_the_service()))', t);
        execute format('revoke delete, truncate on %I from gis_app', t);
    end loop;
    execute format('create policy own on notification for select using (%s)', own);
    execute format('create policy mark on notification for update using (%s)', own);
    create policy tell on notification for insert with check (true);
    execute format('create policy own on notification_preference using (%s)', own);
    foreach t in array array['notification_delivery', 'webhook'] loop
        execute format('create policy administrator on %I using ((select actor_is(''system_admin'')))', t);
    end loop;
end $notifications$;

-- What was told stays as it was told.
revoke update on notification from gis_app;
grant update (read_at, planned_at, waits_for_digest, digest_id) on notification to gis_app;
