-- How layers are presented belongs to the district: whoever works on any of its land may look at the versions, and whoever may
-- edit layers of the whole district adds one in their own name. The newest version of each layer stands, for the reader too.
alter table layer_version enable row level security;
alter table layer_version force row level security;
drop policy if exists look on layer_version;
drop policy if exists make on layer_version;
create policy look on layer_version for select using (
    (select scope_setting('app.see_all')) = 'on'
    or (select scope_setting('app.area_ids')) <> '' or (select scope_setting('app.unit_ids')) <> '');
create policy make on layer_version for insert with check (
    (select scope_setting('app.see_all')) = 'on'
    and made_by is not distinct from (select nullif(scope_setting('app.actor'), '')::bigint));

create or replace trigger layer_version_only_grows before update or delete or truncate on layer_version
    for each statement execute function refuse_change();
revoke update, delete, truncate on layer_version from gis_app;

create or replace view layer.version as
select distinct on (layer_id) layer_id, version, content, made_at from layer_version order by layer_id, version desc;
comment on view layer.version is '图层的现行版本(图层工坊): the version of each layer that stands; content is null where it is as shipped';
grant select on layer.version to gis_app, gis_reader;
