-- Two years of a district of 10,000 parcels: versions, survey targets, waste bodies, disposal projects with loads, 96,000 patrol tasks,
-- a million findings, 20,000 rectifications, 2,000 cases. Run by the owner with app.see_all = on, after `parcels.sql`.
create function pg_temp.at(n bigint, of bigint) returns timestamptz immutable language sql as $$
    select timestamptz '2026-11-28 09:00+08' - interval '730 days' * (1 - n::float8 / of)
$$;
set session_replication_role = replica;
-- four versions of each parcel, half a year apart; the newest is the present
update parcel_version set valid = tstzrange('2026-05-01+08', null);
insert into parcel_version ({columns}, version_no, valid, op, actor_name, reason, tx)
select {values}, 1 + k, tstzrange(timestamptz '2024-11-01 08:00+08' + interval '180 days' * (k - 1),
       case when k = 3 then timestamptz '2026-05-01+08' else timestamptz '2024-11-01 08:00+08' + interval '180 days' * k end),
       'UPDATE', '示例', '示例', '0'
  from parcel p, generate_series(1, 3) k;
insert into survey_programme (district_code, title, rule, state, frozen_on, due_on)
values ('440402', '示例方案', '{{}}', 'frozen', '2025-01-10', '2026-12-31');
insert into survey_target (programme_id, parcel_id, parcel_no, area_m2, because)
select 1, id, parcel_no, area_computed_m2, '[]' from parcel where id % 5 <> 0;

create function pg_temp.run(noun_ text, letters text, count bigint, actions text[], states text[], told jsonb) returns void language plpgsql as $$
begin
    insert into proceeding (district_code, noun, proceeding_no, title, state, facts, is_closed, closed_at, area_id, unit_id, counterpart_unit_id, opened_at, row_version)
    select '440402', noun_, letters || n, '示例' || n, states[1 + n % cardinality(states)], '{{}}', false, null, 1 + n % 5, 1 + n % 12, 1 + n * 7 % 12,
           pg_temp.at(n, count), 1 + n % cardinality(states)
      from generate_series(1, count) n;
    insert into proceeding_step (proceeding_id, seq, action, before, after, actor_name, at, happened_on, facts, previous_hash, hash)
    select p.id, k, actions[k], coalesce(states[k - 1], ''), states[k], '示例', p.opened_at + interval '9 days' * (k - 1),
           (p.opened_at + interval '9 days' * (k - 1))::date, coalesce(told -> actions[k], '{{}}'), '', ''
      from proceeding p, generate_series(1, cardinality(states)) k where p.noun = noun_ and k <= p.row_version;
    insert into proceeding_parcel (proceeding_id, parcel_id) select id, 1 + id * 37 % 10000 from proceeding where noun = noun_;
end $$;
select pg_temp.run('rectification', 'ZG', 20000, '{{open,issue,receive,answer,close}}', '{{found,issued,rectifying,answered,closed}}',
    '{{"open": {{}}, "issue": {{"correct_by": "2026-10-20"}}, "receive": {{}}, "answer": {{}}, "close": {{}}}}');
select pg_temp.run('case', 'AJ', 2000, '{{open,accept,verify,file,decide,close}}', '{{clue,accepted,verifying,filed,decided,closed}}',
    '{{"open": {{}}, "accept": {{}}, "verify": {{}}, "file": {{}}, "decide": {{"fine_yuan": "50000"}}, "close": {{}}}}');
select pg_temp.run('claim', 'SP', 200, '{{open,check,start,agree}}', '{{screened,preliminary,started,agreed}}', '{{"open": {{}}, "check": {{}}, "start": {{}}, "agree": {{"perform_by": "2026-12-31"}}}}');
select pg_temp.run('survey', 'MP', 500, '{{open,approve}}', '{{pending,approved}}', '{{"open": {{}}, "approve": {{}}}}');
select pg_temp.run('disposal', 'CZ', 300, '{{open,plan,approve,prepare,excavate,begin_removal}}', '{{proposed,planned,approved,preparing,excavating,removing}}',
    '{{"open": {{"estimate_best_m3": "2000"}}, "plan": {{"budget_yuan": "800000", "lead_unit": 3, "planned_until": "2026-09-30"}},
      "approve": {{"approved_m3": "1800", "approved_yuan": "700000"}}, "prepare": {{"contract_yuan": "650000"}}, "excavate": {{}}, "begin_removal": {{}}}}');
insert into rectification (proceeding_id, parcel_id, item_code, severity, source, description, found_on)
select p.id, 1 + p.id * 37 % 10000, 'I' || p.id % 17, 'low', 'patrol', '示例', p.opened_at::date from proceeding p where noun = 'rectification';
insert into survey (proceeding_id, parcel_id) select id, 1 + id * 37 % 10000 from proceeding where noun = 'survey';
insert into disposal (proceeding_id, waste_class) select id, 'mixed' from proceeding where noun = 'disposal';
insert into waste_body (district_code, body_no, survey_id, geom, waste_class, volume_low_m3, volume_best_m3, volume_high_m3)
select '440402', 'T' || s.proceeding_id, s.proceeding_id, p.geom, 'mixed', 800, 1000, 1300 from survey s join parcel p on p.id = s.parcel_id;
insert into waste_body_version (id, district_code, body_no, survey_id, name, geom, waste_class, volume_low_m3, volume_best_m3, volume_high_m3, state, version_no, valid, op, tx)
select id, district_code, body_no, survey_id, '', geom, waste_class, volume_low_m3, volume_best_m3, volume_high_m3, 'present', 1, tstzrange('2025-01-01+08', null), 'INSERT', '0' from waste_body;
insert into waste_body_parcel (waste_body_id, parcel_id, share) select b.id, s.parcel_id, 1 from waste_body b join survey s on s.proceeding_id = b.survey_id;
insert into manifest (id, district_code, manifest_no, proceeding_id, waste_class, status, plate, net_t, unloaded_at, created_at, said_sha256)
select gen_random_uuid(), '440402', 'L' || n, (array(select proceeding_id from disposal))[1 + n % 300], 'mixed', 'received', '粤C' || n % 500, 18, pg_temp.at(n, 100000),
       pg_temp.at(n, 100000), '' from generate_series(1, 100000) n;

insert into app_user (username, display_name, password_hash) select 'b' || n, '示例巡查员' || n, '' from generate_series(1, 50) n;
-- a thousand tasks a week over ten parcels each
insert into patrol_task (district_code, part_no, title, area_id, unit_id, assignee_id, due_from, due_on, state, created_at, updated_at)
select '440402', n, '示例任务' || n, 1 + n % 5, 1 + n % 12, (select min(id) from app_user) + n % 50, d, d, case when n % 17 = 0 then 'missed' else 'done' end, d - 7, d
  from generate_series(1, 96000) n, lateral (select pg_temp.at(n, 96000)::date as d) day;
insert into patrol_task_parcel (task_id, parcel_id, seq, visited_at)
select t.id, 1 + (t.part_no * 10 + k) % 10000, k, case when t.part_no % 17 > 0 then t.due_on + time '10:00' end from patrol_task t, generate_series(0, 9) k;
insert into patrol (client_uuid, district_code, task_id, inspector_id, inspector_name, area_id, unit_id, started_at, ended_at, received_at, state)
select gen_random_uuid(), '440402', id, assignee_id, '示例', area_id, unit_id, due_on + time '09:00', due_on + time '11:00', due_on + time '12:00', 'recorded'
  from patrol_task where part_no <= 40000;
insert into observation (client_uuid, patrol_id, parcel_id, area_id, unit_id, item_code, severity, seen_at)
select gen_random_uuid(), (select min(id) from patrol) + n % 40000, 1 + n % 10000, 1 + n % 5, 1 + n % 12, 'I' || n % 17, 'low', pg_temp.at(n, 1000000)
  from generate_series(1, 1000000) n;
set session_replication_role = origin;
