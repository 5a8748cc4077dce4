-- Intake: what was received, and under which number.
--
-- (channel, key) is unique for ever: a platform that repeats itself after a year
-- meets its first receipt. The application itself is not here but sealed in
-- handover; this table knows only what idempotency and a citizen's own list need.

-- +goose Up
create table application (
    id          uuid        primary key,
    channel     text        not null check (channel <> ''),
    key         text        not null check (key <> '' and length(key) <= 300),
    body_digest bytea       not null check (length(body_digest) = 32), -- keyed: equal bodies, nothing more
    receipt     text        not null check (receipt ~ '^[0-9]{10}$'),
    citizen     text        not null default '',                       -- account of the citizen side, '' for none
    region      text        not null check (region ~ '^3714[0-9]{5}$'), -- <county>000 while only the county is known
    urgent      boolean     not null,
    at          timestamptz not null,
    constraint application_once unique (channel, key)
);
create index application_citizen on application (citizen, at desc) where citizen <> '';
call lianou_scope_table('application');
create policy application_own on application for select
    using (citizen <> '' and citizen = (select current_setting('lianou.subject', true)));
grant select, insert on application to lianou_gateway, lianou_platform;
grant select on application to lianou_check, lianou_backup;

-- Several numbers may name one application: a submission takes its number before
-- its first attempt, and a repetition may have spoken another one aloud.
create table receipt (
    number      text primary key check (number ~ '^[0-9]{10}$'),
    application uuid not null references application (id)
);
create index receipt_application on receipt (application);
grant select, insert on receipt to lianou_gateway, lianou_platform;
grant select on receipt to lianou_check, lianou_backup;

-- Numbers are leased in blocks of a thousand, so that one can be given while the
-- database is away. A block is picked at random and never leased twice.
create table receipt_block (
    block  integer     primary key check (block between 0 and 999999),
    holder text        not null,
    at     timestamptz not null default transaction_timestamp()
);
grant select, insert on receipt_block to lianou_gateway, lianou_platform;
grant select on receipt_block to lianou_check, lianou_backup;

-- The key of the permutation that makes neighbouring numbers look unrelated. A
-- number is a name and no secret, so its key may lie beside it.
create table receipt_key (
    single boolean primary key default true check (single),
    key    bytea   not null check (length(key) = 32)
);
insert into receipt_key (key) values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
grant select on receipt_key to lianou_gateway, lianou_platform, lianou_check, lianou_backup;

-- The duplicate queue: a key that came back from the spool with another body. Both
-- are kept, and a person looks.
create table application_twin (
    application uuid        primary key references application (id),
    first       uuid        not null references application (id),
    region      text        not null,
    at          timestamptz not null,
    looked_by   bigint,
    looked_at   timestamptz,
    check ((looked_by is null) = (looked_at is null))
);
call lianou_scope_table('application_twin');
grant select, insert on application_twin to lianou_gateway, lianou_platform;
grant update (looked_by, looked_at) on application_twin to lianou_platform;
grant select on application_twin to lianou_check, lianou_backup;

-- +goose Down
drop table application_twin, receipt_key, receipt_block, receipt, application;
