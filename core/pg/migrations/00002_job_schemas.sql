-- +goose Up
-- One schema per program: a River leader discards stuck jobs of kinds it does not
-- know, so neither program may lead the other's queue. River makes the tables.
create schema jobs_gateway;
create schema jobs_platform;
grant usage on schema jobs_gateway, jobs_platform to lianou_gateway, lianou_platform, lianou_check, lianou_backup;

alter default privileges in schema jobs_gateway grant select, insert, update, delete on tables to lianou_gateway;
alter default privileges in schema jobs_gateway grant usage, select on sequences to lianou_gateway;
alter default privileges in schema jobs_platform grant select, insert, update, delete on tables to lianou_platform;
alter default privileges in schema jobs_platform grant usage, select on sequences to lianou_platform;
alter default privileges in schema jobs_gateway grant select on tables to lianou_check, lianou_backup;
alter default privileges in schema jobs_platform grant select on tables to lianou_check, lianou_backup;
