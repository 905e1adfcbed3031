-- Who may connect to the database may shout on any channel (NOTIFY takes no right), listen on any, and fill the queue of what was shouted,
-- after which every transaction that shouts itself is refused. Analysts may connect. So nothing of ours shouts and nothing of ours
-- listens: the worker looks for jobs each second (gis_service/worker.py).
do $quiet$
declare t text;
begin
    for t in select tgname from pg_trigger where tgrelid = 'jobs.procrastinate_jobs'::regclass and tgname ~ '_notify_' and tgenabled <> 'D' loop
        execute format('alter table jobs.procrastinate_jobs disable trigger %I', t);
    end loop;
end $quiet$;
