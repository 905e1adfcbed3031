-- The application may read and write business tables, never delete history, and never touch what only grows.
grant usage on schema public, layer, report, closed to gis_app;
grant select, insert, update, delete on all tables in schema public to gis_app;
grant usage on all sequences in schema public to gis_app;
revoke delete, truncate on parcel, document, app_user, role_grant, import_batch, stored_file, bulk_change, bulk_change_parcel from gis_app;
revoke delete, truncate on fence_segment, sign, camera, parcel_file from gis_app;
revoke insert, delete, truncate on search_term from gis_app;
revoke insert, update, delete, truncate on parcel_version, boundary_point_version, alembic_version from gis_app;
revoke insert, update, delete, truncate on fence_segment_version, sign_version, camera_version from gis_app;
revoke update, delete, truncate on audit_entry, audit_seal from gis_app;
grant select on all tables in schema layer, report to gis_app;

-- The reader draws maps, tiles, sheets and figures. It sees the published views and nothing else.
grant usage on schema public, layer, report to gis_reader;
grant select on all tables in schema layer, report to gis_reader;

-- The work queue belongs to the application alone.
grant usage on schema jobs to gis_app;
grant select, insert, update, delete on all tables in schema jobs to gis_app;
grant usage on all sequences in schema jobs to gis_app;
