-- public: tables · layer: what maps may see · report: what figures are made of · jobs: the work queue's own tables
-- closed: functions that look further than who asks; views call them, nobody else has a way in
create schema if not exists layer;
create schema if not exists report;
create schema if not exists jobs;
create schema if not exists closed;
