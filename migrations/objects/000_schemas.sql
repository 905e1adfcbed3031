-- public: tables · layer: what maps may see · report: what figures are made of · jobs: the work queue's own tables
create schema if not exists layer;
create schema if not exists report;
create schema if not exists jobs;
