-- The last of the objects, since it looks at all others. How often the tables that a layer reads were changed, so that a drawn
-- tile may be kept for as long as that number stands. Read in the statement that draws the tile, it is of the same snapshot:
-- of two snapshots with the same number neither holds a commit that the other lacks.

-- Several rows per table, of which a writer takes one that nobody holds: no writer waits for another, and none can deadlock.
create table if not exists layer.change_count (
    id bigint generated always as identity primary key, table_name text not null, n bigint not null default 1) with (fillfactor = 50);

create or replace function layer_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    told constant text := coalesce(current_setting('app.layers_told', true), '');
begin
    -- once in a transaction is enough; the setting ends with it, or with the savepoint that is taken back
    if tg_table_name = any (string_to_array(told, ',')) then return null; end if;
    perform set_config('app.layers_told', told || ',' || tg_table_name, true);
    if current_setting('transaction_isolation') = 'read committed' then
        update layer.change_count set n = n + 1
         where id = (select id from layer.change_count where table_name = tg_table_name order by id limit 1 for update skip locked);
        if found then return null; end if;
    end if;
    insert into layer.change_count (table_name) values (tg_table_name);
    return null;
end $$;

-- What each view of the layers reads: tables, those behind its views, and those that row policies ask. A view that asks the
-- clock, or a function of ours that may read a table, can change without a write: its tiles are not kept, it has no row here.
-- The two that read the scope are told with each request; they change what is seen, not what is there.
drop view if exists layer.change;
drop table if exists layer.reads;
create table layer.reads (view_name text not null, table_name text not null, primary key (view_name, table_name));

with recursive
    held_by (classid, objid, relation) as (
        select 'pg_rewrite'::regclass, oid, ev_class from pg_rewrite union all select 'pg_policy'::regclass, oid, polrelid from pg_policy),
    reads (view, relation) as (
        select oid, oid from pg_class where relnamespace = 'layer'::regnamespace and relkind = 'v'
        union
        select r.view, d.refobjid from reads r join held_by h on h.relation = r.relation
          join pg_depend d on d.classid = h.classid and d.objid = h.objid and d.refclassid = 'pg_class'::regclass
          join pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm')),
    unsure (view) as (
        select r.view from reads r join held_by h on h.relation = r.relation
          join pg_depend d on d.classid = h.classid and d.objid = h.objid and d.refclassid = 'pg_proc'::regclass
          join pg_proc p on p.oid = d.refobjid
         where p.provolatile <> 'i' and p.proname not in ('scope_ids', 'scope_setting')
           and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
        union
        select r.view from reads r join pg_class c on c.oid = r.relation
          left join pg_policy p on p.polrelid = r.relation
         where (c.relkind in ('v', 'm') and pg_get_viewdef(c.oid) ~* '\m(now|age|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random)\(|\mcurrent_(date|time)|\mlocaltime')
            or pg_get_expr(p.polqual, p.polrelid) ~* '\m(now|clock_timestamp)\(|\mcurrent_(date|time)'
            or c.relkind = 'm')
insert into layer.reads
select v.relname, t.relname from reads r join pg_class v on v.oid = r.view join pg_class t on t.oid = r.relation
 where t.relkind in ('r', 'p') and v.relname not in ('change') and r.view not in (select view from unsure);

do $triggers$
declare t text;
begin
    for t in select distinct table_name from layer.reads loop
        execute format('create or replace trigger z_layer_told after insert or update or delete or truncate on %I
                        for each statement execute function layer_told()', t);
    end loop;
end $triggers$;

create view layer.change as
select r.view_name, coalesce(sum(c.n), 0)::bigint as n from layer.reads r left join layer.change_count c using (table_name) group by r.view_name;
comment on view layer.change is '图层数据的变更计数: how often what a layer reads was changed; absent where that cannot be told';

revoke all on layer.change_count, layer.reads from gis_app, gis_reader;
grant select on layer.change to gis_app, gis_reader;
revoke all on function layer_told() from public;
