-- What a login of an analyst may reach (gis_service/access/analysts). Last but one of the objects, since it looks at all before it.

-- Functions of ours are for the service, whose roles had them as everybody had; views call for analysts what is granted below.
do $functions$
declare f regprocedure;
begin
    for f in select p.oid from pg_proc p
              where p.pronamespace in ('public'::regnamespace, 'closed'::regnamespace) and p.proowner = 'gis_owner'::regrole
                and has_function_privilege('public', p.oid, 'execute')
                and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    loop
        execute format('revoke execute on routine %s from public', f);
        execute format('grant execute on routine %s to gis_app, gis_reader', f);
    end loop;
end $functions$;

-- Each view of the layers once more: shut for an account that is over, and nothing that a question brings along (a cast, a division)
-- is worked out on rows that the view then leaves out. The service's own views stay without this barrier, for its speed.
-- Migrations drop this schema first (env.py), so that it holds no view back that is made anew.
create schema analyst;
comment on schema analyst is '分析人员直连可见的视图: what analysts may read';
do $views$
declare v record;
begin
    for v in select relname, obj_description(oid) as words from pg_class
              where relnamespace = 'layer'::regnamespace and relkind = 'v' and relname not in ('change', 'version')
    loop
        execute format('create view analyst.%1$I with (security_barrier) as
                        select * from layer.%1$I where (select scope_setting(''app.analyst'')) = ''on''', v.relname);
        execute format('comment on view analyst.%I is %L', v.relname, v.words);
    end loop;
end $views$;

-- The grants of the group; asked for again by whoever makes the first analyst, where the role came later than this file.
create or replace function let_analysts_in() returns void language plpgsql as $$
begin
    if not exists (select from pg_roles where rolname = 'gis_analyst') then return; end if;
    grant usage on schema analyst to gis_analyst;
    grant select on all tables in schema analyst to gis_analyst;
    -- what views and row policies call is asked of the analyst; of these two answer about the analyst alone, three lie in a schema
    -- that analysts cannot enter, and one only names a band
    grant execute on function scope_setting(text), scope_ids(text), analyst_setting(text), is_the_service(),
        closed.patrol_last_visit(bigint), closed.seen_lately(timestamptz), closed.seen_over_time(), seen_band(float8, bigint)
        to gis_analyst;
end $$;
revoke all on function let_analysts_in() from public;
select let_analysts_in();

-- An account is ended, never removed.
revoke delete, truncate on analyst_account from gis_app;
