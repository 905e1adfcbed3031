-- What belongs to a proceeding is seen with it; nothing of it is deleted. Only the list of who came is written anew as a whole.
do $policies$
declare
    t text;
    own text;
begin
    foreach t in array array['rectification', 'meeting', 'meeting_topic', 'meeting_attendance', 'action_item', 'damage_claim'] loop
        own := case when t in ('meeting_topic', 'meeting_attendance') then 'meeting_id' else 'proceeding_id' end;
        execute format('alter table %I enable row level security; alter table %1$I force row level security', t);
        execute format('drop policy if exists scope on %I', t);
        execute format('create policy scope on %I using ((select scope_setting(''app.see_all'')) = ''on''
                        or exists (select from proceeding p where p.id = %I))', t, own);
        execute format('grant select, insert, update on %I to gis_app', t);
        execute format('revoke delete, truncate on %I from gis_app', t);
    end loop;
end $policies$;

grant delete on meeting_attendance to gis_app;

-- An agenda that was issued stands: only conclusions are still written into it.
create or replace function meeting_agenda_stands() returns trigger language plpgsql as $$
begin
    if exists (select from meeting m where m.proceeding_id = new.meeting_id and m.issued_at is not null)
       and (tg_op = 'INSERT' or (old.position, old.kind, old.subject_id, old.title, old.note, old.removed_at)
                    is distinct from (new.position, new.kind, new.subject_id, new.title, new.note, new.removed_at)) then
        raise exception 'the agenda of meeting % was issued and stands', new.meeting_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create or replace trigger meeting_agenda_stands before insert or update on meeting_topic
    for each row execute function meeting_agenda_stands();
