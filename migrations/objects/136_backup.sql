-- How copies and restores for trial went: written once, then only read. No land is in it, so every transaction sees it.
revoke update, delete, truncate on backup_run from gis_app;
grant select, insert on backup_run to gis_app;
