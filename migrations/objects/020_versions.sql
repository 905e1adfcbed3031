-- One generated trigger pair per versioned table. For every table `x` with a sibling `x_version`:
--   x_stamp    (before): nothing changed -> the row is left alone; else row_version and updated_at move on, once a version
--   x_version  (after):  closes the version that held until now and opens the next, with actor, reason and document
--                        as the transaction says them (settings app.*)
-- The time of a version is the start of its transaction, so that an import is one instant; it is pushed on by a
-- microsecond where a later transaction committed first. Several changes of a row in one transaction are one version.
-- `app.version_at` sets the clock back for loading history; only members of the owner role are heard.

create or replace function version_clock() returns timestamptz language sql stable as $$
    select case when coalesce(current_setting('app.version_at', true), '') <> ''
                 and pg_has_role(session_user, 'gis_owner', 'member')
                then current_setting('app.version_at')::timestamptz
                else now() end
$$;

do $generate$
declare
    base text;      -- the table
    cols text;      -- its columns, as stored
    plain text;     -- those a person changes: no generated column, no row_version, no updated_at
    stamps text;    -- assignments of the stamp columns it has
begin
    for base in
        select b.relname from pg_class b join pg_class v on v.relname = b.relname || '_version' and v.relkind = 'r'
         where b.relkind = 'r' and b.relnamespace = 'public'::regnamespace and v.relnamespace = b.relnamespace
    loop
        select string_agg(quote_ident(attname), ', ' order by attnum),
               string_agg(quote_ident(attname), ', ' order by attnum)
                   filter (where attgenerated = '' and attname not in ('row_version', 'updated_at')),
               string_agg(case attname when 'row_version' then format($s$
                    new.row_version := old.row_version + case when (
                        select upper_inf(v.valid) and v.tx = pg_current_xact_id()::text and v.valid_from >= version_clock()
                          from %I v where v.id = old.id order by v.version_no desc limit 1) then 0 else 1 end;$s$, base || '_version')
                                       when 'updated_at' then 'new.updated_at := version_clock();' else '' end, ' ')
          into cols, plain, stamps
          from pg_attribute where attrelid = base::regclass and attnum > 0 and not attisdropped;

        execute format($f$
            create or replace function %1$I() returns trigger language plpgsql as $b$
            begin
                if (%2$s) is not distinct from (%3$s) then return old; end if;
                %4$s
                return new;
            end $b$ $f$,
            base || '_stamp', regexp_replace(plain, '(^|, )', '\1new.', 'g'), regexp_replace(plain, '(^|, )', '\1old.', 'g'), stamps);

        execute format($f$
            create or replace function %1$I() returns trigger language plpgsql security definer set search_path = public as $b$
            declare
                at_ timestamptz := version_clock();
                past record;
            begin
                -- the last one by its number: in a table without statistics the planner takes any index that knows the end of
                -- time for the better one, and reads all versions that hold now
                select version_no, lower(valid) as since, upper_inf(valid) as holds, op, tx into past from %2$I v
                 where v.id = case when tg_op = 'INSERT' then new.id else old.id end order by v.version_no desc limit 1;
                if past.holds and past.tx = pg_current_xact_id()::text and at_ <= past.since then
                    delete from %2$I v where v.id = old.id and v.version_no = past.version_no;
                    if tg_op = 'DELETE' then return null; end if;
                    past.version_no := past.version_no - 1;
                    at_ := past.since;
                elsif past.holds then
                    at_ := greatest(at_, past.since + interval '1 microsecond');
                    past.op := tg_op;
                    update %2$I v set valid = tstzrange(past.since, at_) where v.id = old.id and v.version_no = past.version_no;
                else
                    past.op := tg_op;
                end if;
                if tg_op = 'DELETE' then return null; end if;
                insert into %2$I (%3$s, version_no, valid, op, actor_id, actor_name, reason, version_document_id, request_id, tx)
                values (%4$s, coalesce(past.version_no, 0) + 1, tstzrange(at_, null), coalesce(past.op, tg_op),
                        nullif(current_setting('app.actor', true), '')::bigint, nullif(current_setting('app.actor_name', true), ''),
                        nullif(current_setting('app.reason', true), ''), nullif(current_setting('app.document', true), '')::bigint,
                        nullif(current_setting('app.request_id', true), ''), pg_current_xact_id()::text);
                return null;
            end $b$ $f$,
            base || '_write_version', base || '_version', cols, regexp_replace(cols, '(^|, )', '\1new.', 'g'));
        execute format('create or replace trigger a_stamp before update on %I for each row execute function %I()', base, base || '_stamp');
        execute format('create or replace trigger b_version after insert or delete on %I for each row execute function %I()',
                       base, base || '_write_version');
        execute format('create or replace trigger b_version_changed after update on %I for each row
                        when (old.* is distinct from new.*) execute function %I()', base, base || '_write_version');
    end loop;
end $generate$;
