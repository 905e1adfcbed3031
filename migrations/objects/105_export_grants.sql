-- The record of an export stays when its file is removed.
revoke delete, truncate on export from gis_app;
