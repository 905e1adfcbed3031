-- What can be found. `search_term` has a row for every text people search by; triggers keep it for whatever statement
-- writes, so that a parcel is found from the moment it is there. Pinyin and initials (`haystack`) cannot be computed here:
-- the application adds them (gis_service/parcels/search); until then a row is found by its letters.

-- Letters and digits of a text, half-width and small; the same as `letters` in gis_service/parcels/search/words.py.
create or replace function search_letters(value text) returns text language sql immutable parallel safe as $$
    select regexp_replace(lower(normalize(value, nfkc)),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b0-\u036f\u2000-\u2bff\u3000-\u3006\u3008-\u3020\u3030-\u303f\u30fb\ufe00-\ufe6f\uff00-\uff0f]',
        '', 'g')
$$;

do $generate$
declare
    source record;
    fields text[];      -- field=expression over a row `%` of the table
    values_new text;    -- (field, value) of a row of `new_rows n`
    values_both text;   -- (field, before, after) of an updated row
    watched text;       -- the columns that matter, as a row of `%`
    scope_names text;
    scope_values text;
begin
    for source in
        select * from (values
            ('parcel', 'parcel', array['parcel_no=%.parcel_no', 'parcel_name=%.parcel_name', 'location_text=%.location_text',
                'bounds=concat_ws(''、'', ''东'' || %.bounds_east, ''南'' || %.bounds_south, ''西'' || %.bounds_west, ''北'' || %.bounds_north)',
                'parcel_code=%.parcel_code', 'real_estate_unit_no=%.real_estate_unit_no', 'certificate_no=%.certificate_no',
                'plan_plot_no=%.plan_plot_no'],
             array['is_retired=%.retired_on is not null', 'area_id=%.area_id', 'custodian_unit_id=%.custodian_unit_id',
                'is_published=%.is_published']),
            ('area', 'area', array['name=%.name', 'name_en=%.name_en', 'code=%.code'], array[]::text[]),
            ('unit', 'unit', array['name=%.name', 'short_name=%.short_name', 'code=%.code'], array[]::text[]),
            ('ground', 'place', array['name=%.name'], array[]::text[]),
            ('document', 'document', array['doc_no=%.doc_no', 'title=%.title'], array[]::text[])
        ) as s(base, kind, texts, scope)
    loop
        fields := source.texts;
        select string_agg(format('(%L, %s)', split_part(f, '=', 1), replace(substr(f, strpos(f, '=') + 1), '%.', 'n.')), ', '),
               string_agg(format('(%L, %s, %s)', split_part(f, '=', 1), replace(substr(f, strpos(f, '=') + 1), '%.', 'old.'),
                                 replace(substr(f, strpos(f, '=') + 1), '%.', 'new.')), ', ')
          into values_new, values_both from unnest(fields) f;
        select string_agg(substr(f, strpos(f, '=') + 1), ', ') into watched from unnest(fields || source.scope) f;
        select coalesce(string_agg(', ' || split_part(f, '=', 1), ''), ''),
               coalesce(string_agg(', ' || substr(f, strpos(f, '=') + 1), ''), '')
          into scope_names, scope_values from unnest(source.scope) f;

        execute format($f$
            create or replace function %1$I() returns trigger language plpgsql security definer set search_path = public as $b$
            begin
                if tg_op = 'INSERT' then
                    insert into search_term (kind, subject_id, field, value, letters %4$s)
                    select %2$L, n.id, f.field, f.value, search_letters(f.value) %5$s
                      from new_rows n, lateral (values %3$s) f(field, value) where search_letters(f.value) <> '';
                elsif tg_op = 'UPDATE' then
                    delete from search_term t using (values %6$s) f(field, before, after)
                     where t.kind = %2$L and t.subject_id = old.id and t.field = f.field and f.before is distinct from f.after;
                    insert into search_term (kind, subject_id, field, value, letters %4$s)
                    select %2$L, new.id, f.field, f.after, search_letters(f.after) %7$s
                      from (values %6$s) f(field, before, after)
                     where f.before is distinct from f.after and search_letters(f.after) <> '';
                    %8$s
                else
                    delete from search_term where kind = %2$L and subject_id = old.id;
                end if;
                return null;
            end $b$ $f$,
            'search_keep_' || source.base, source.kind, values_new, scope_names, replace(scope_values, '%.', 'n.'), values_both,
            replace(scope_values, '%.', 'new.'),
            case when source.scope = '{}' then '' else format(
                'update search_term set (%1$s) = (%2$s) where kind = %3$L and subject_id = new.id and (%1$s) is distinct from (%2$s);',
                substr(scope_names, 3), replace(substr(scope_values, 3), '%.', 'new.'), source.kind) end);
        execute format('create or replace trigger c_search after insert on %1$I referencing new table as new_rows
                        for each statement execute function %2$I()', source.base, 'search_keep_' || source.base);
        execute format('create or replace trigger c_search_changed after update on %1$I for each row
                        when ((%3$s) is distinct from (%4$s)) execute function %2$I()',
                       source.base, 'search_keep_' || source.base, replace(watched, '%.', 'old.'), replace(watched, '%.', 'new.'));
        execute format('create or replace trigger c_search_gone after delete on %1$I for each row execute function %2$I()',
                       source.base, 'search_keep_' || source.base);
        -- what was there before this file was
        execute format('insert into search_term (kind, subject_id, field, value, letters %4$s)
                        select %2$L, n.id, f.field, f.value, search_letters(f.value) %5$s
                          from %1$I n, lateral (values %3$s) f(field, value) where search_letters(f.value) <> ''''
                           and not exists (select from search_term t where t.kind = %2$L and t.subject_id = n.id)',
                       source.base, source.kind, values_new, scope_names, replace(scope_values, '%.', 'n.'));
    end loop;
end $generate$;

-- Other numbers and names of a parcel; their scope is that of its number.
create or replace function search_keep_parcel_alias() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if tg_op <> 'INSERT' then
        delete from search_term where kind = 'parcel' and subject_id = old.parcel_id and field = 'alias' and value = old.value;
    end if;
    if tg_op <> 'DELETE' and search_letters(new.value) <> '' then
        insert into search_term (kind, subject_id, field, value, letters, is_retired, area_id, custodian_unit_id, is_published)
        select 'parcel', new.parcel_id, 'alias', new.value, search_letters(new.value), t.is_retired, t.area_id,
               t.custodian_unit_id, t.is_published
          from search_term t where t.kind = 'parcel' and t.subject_id = new.parcel_id and t.field = 'parcel_no';
    end if;
    return null;
end $$;
create or replace trigger c_search after insert or update or delete on parcel_alias
    for each row execute function search_keep_parcel_alias();
insert into search_term (kind, subject_id, field, value, letters, is_retired, area_id, custodian_unit_id, is_published)
select 'parcel', a.parcel_id, 'alias', a.value, search_letters(a.value), t.is_retired, t.area_id, t.custodian_unit_id, t.is_published
  from parcel_alias a join search_term t on t.kind = 'parcel' and t.subject_id = a.parcel_id and t.field = 'parcel_no'
 where search_letters(a.value) <> '' and not exists (
       select from search_term b where b.kind = 'parcel' and b.subject_id = a.parcel_id and b.field = 'alias' and b.value = a.value);

-- The application is held by the policy. The owner, whose functions below search for it, is not: they ask for the scope
-- themselves, since neither LIKE nor likeness may use an index under a policy.
alter table search_term enable row level security;
drop policy if exists scope on search_term;
create policy scope on search_term using (
    kind <> 'parcel'
    or (select scope_setting('app.see_all')) = 'on'
    or area_id = any ((select scope_ids('app.area_ids'))::bigint[])
    or custodian_unit_id = any ((select scope_ids('app.unit_ids'))::bigint[])
    or (is_published and (select scope_setting('app.see_published')) = 'on'));

-- Terms that begin with `start` or hold one of the patterns: candidates, to be ranked by whoever asks.
create or replace function search_hits(start text, patterns text[], most int) returns setof search_term
language plpgsql stable security definer set search_path = public as $$
declare
    all_ constant boolean := coalesce(current_setting('app.see_all', true), '') = 'on';
    published constant boolean := coalesce(current_setting('app.see_published', true), '') = 'on';
    areas constant bigint[] := scope_ids('app.area_ids');
    units constant bigint[] := scope_ids('app.unit_ids');
begin
    return query
    with found as (
        (select t.* from search_term t
          where t.letters >= start and t.letters < start || U&'\+10FFFF'
            and (all_ or t.kind <> 'parcel' or t.area_id = any (areas) or t.custodian_unit_id = any (units) or (t.is_published and published))
          order by t.letters limit most)
        union all
        (select t.* from unnest(patterns) p join search_term t on t.haystack like p
          where t.kind = 'parcel'
            and (all_ or t.area_id = any (areas) or t.custodian_unit_id = any (units) or (t.is_published and published))
          limit most)
        union all
        (select t.* from unnest(patterns) p join search_term t on t.haystack like p where t.kind <> 'parcel' limit most)
        union all
        (select t.* from search_term t
          where t.haystack is null and strpos(t.letters, start) > 0
            and (all_ or t.kind <> 'parcel' or t.area_id = any (areas) or t.custodian_unit_id = any (units) or (t.is_published and published))
          limit most))
    select distinct on (id) * from found;
end $$;

-- Terms that hold one of the patterns for what may have been meant, those that hold most of them first.
create or replace function search_near(patterns text[], most int) returns setof search_term
language plpgsql stable security definer set search_path = public as $$
declare
    all_ constant boolean := coalesce(current_setting('app.see_all', true), '') = 'on';
    published constant boolean := coalesce(current_setting('app.see_published', true), '') = 'on';
    areas constant bigint[] := scope_ids('app.area_ids');
    units constant bigint[] := scope_ids('app.unit_ids');
begin
    return query
    with found as materialized (
        select f.id, f.kind from unnest(patterns) p, lateral (
            (select t.id, t.kind from search_term t where t.haystack like p and t.kind = 'parcel'
                and (all_ or t.area_id = any (areas) or t.custodian_unit_id = any (units) or (t.is_published and published))
              limit most)
            union all
            (select t.id, t.kind from search_term t where t.haystack like p and t.kind <> 'parcel' limit most)) f),
    best as (
        (select id from found where kind = 'parcel' group by id order by count(*) desc limit most)
        union all
        (select id from found where kind <> 'parcel' group by id order by count(*) desc limit most))
    select t.* from search_term t where t.id in (select id from best);
end $$;

-- Parcels that a word leads to: by their own texts, their area, their units, their papers. Where nothing is found as it was
-- typed, what is near to it. Reads `parcel` under its policy, so nothing outside the scope can come out.
create or replace function parcels_found(start text, patterns text[], near text[]) returns setof bigint
language plpgsql stable security definer set search_path = public as $$
declare
    parcels bigint[];
    areas bigint[];
    units bigint[];
    papers bigint[];
begin
    if start = '' then return; end if;
    with found as materialized (
        select kind, subject_id from search_term where letters >= start and letters < start || U&'\+10FFFF'
        union all
        select t.kind, t.subject_id from unnest(patterns) p join search_term t on t.haystack like p and t.kind = 'parcel'
        union all
        select t.kind, t.subject_id from unnest(patterns) p join search_term t on t.haystack like p and t.kind <> 'parcel'
        union all
        select kind, subject_id from search_term where haystack is null and strpos(letters, start) > 0)
    select array_agg(distinct subject_id) filter (where kind = 'parcel'), array_agg(subject_id) filter (where kind = 'area'),
           array_agg(subject_id) filter (where kind = 'unit'), array_agg(subject_id) filter (where kind = 'document')
      into parcels, areas, units, papers from found;
    if cardinality(near) > 0 and parcels is null and areas is null and units is null and papers is null then
        select array_agg(distinct subject_id) filter (where kind = 'parcel'), array_agg(subject_id) filter (where kind = 'area'),
               array_agg(subject_id) filter (where kind = 'unit'), array_agg(subject_id) filter (where kind = 'document')
          into parcels, areas, units, papers from search_near(near, 50);
    end if;
    return query select p.id from parcel p where p.id = any (parcels);
    if areas is not null then
        return query select p.id from parcel p where p.area_id = any (areas);
    end if;
    if units is not null then
        return query select p.id from parcel p
                      where p.right_holder_unit_id = any (units) or p.managing_unit_id = any (units) or p.custodian_unit_id = any (units);
    end if;
    if papers is not null then
        return query select d.parcel_id from parcel_document d where d.document_id = any (papers);
    end if;
end $$;

revoke execute on function search_hits, search_near, parcels_found from public;
grant execute on function search_hits, search_near, parcels_found to gis_app;
