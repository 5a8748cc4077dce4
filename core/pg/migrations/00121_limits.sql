-- What one hand may send in a day, and which files an application names.

-- +goose Up
alter table application add column contact bytea check (length(contact) = 32); -- keyed hash of the telephone; null where staff wrote it down
create index application_contact on application (contact, at) where contact is not null;

-- A file that nobody names after a week was uploaded and never sent.
create table application_blob (
    digest      text not null check (digest ~ '^[0-9a-f]{64}$'),
    application uuid not null references application (id),
    primary key (digest, application)
);
grant select, insert on application_blob to lianou_gateway, lianou_platform;
grant select on application_blob to lianou_check, lianou_backup;

-- +goose Down
drop table application_blob;
drop index application_contact;
alter table application drop column contact;
