-- +goose Up
-- One row for each file that was brought in, by what makes it the same file again: its
-- bytes, the mapping, the kind and the source. A file that is done is done for good.
create table bulk_run (
    id         bigint generated always as identity primary key,
    key        bytea not null unique check (length(key) = 32),
    kind       text not null check (kind in ('people', 'facts')),
    source     text not null check (source <> ''),
    digest     bytea not null check (length(digest) = 32), -- SHA-256 of the file
    state      text not null check (state in ('staging', 'writing', 'held', 'done')),
    data_key   bytea,             -- wraps the key of the staged rows; without it they cannot be opened
    rows       integer not null default 0,
    repeated   integer not null default 0,
    refused    integer not null default 0,
    staged     integer not null default 0, -- rows to write, once all are staged
    people     integer not null default 0, -- written so far
    households integer not null default 0,
    sheets     integer not null default 0,
    began      timestamptz not null,
    ended      timestamptz,
    check ((state in ('held', 'done')) = (ended is not null)),
    check (state in ('staging', 'writing') or data_key is null)
);

-- Rows of the one file that is being brought in, sealed, until they are written. Not
-- logged: after a crash of the server they are read from the file again.
create unlogged table bulk_row (
    run      bigint  not null,
    row      integer not null,
    grp      bytea   not null, -- keyed hash of the household number, or of whom a sheet is about
    identity bytea   not null, -- keyed hash: of the number, or of name, birth and village
    content  bigint  not null, -- a hash of all of it, keyed anew by each process
    place    text    not null,
    met      bigint  not null, -- household in the store, 0 for none; of facts, how many sheets
    payload  bytea             -- sealed; null for somebody who is in the store
);
create index bulk_row_grp on bulk_row (grp, row);

-- What was refused, by row and reason, nothing of what stood there.
create table bulk_refusal (
    run   bigint   not null,
    row   integer  not null,
    col   smallint not null, -- 0: the row as a whole
    code  text     not null check (code ~ '^[a-z_]+$'),
    other integer  not null, -- the other row it is about; 0 for none
    primary key (run, row)
);

-- The household numbers of sources, as keyed hashes: who comes without an identity
-- number is found again by them.
create table bulk_home (
    source    text   not null,
    key       bytea  not null check (length(key) = 16),
    household bigint not null,
    primary key (source, key)
);

-- Whoever comes with a number may be somebody who stands here without one.
create index person_without_number on person (birth, name) where id_blind is null;

grant select, insert, update on bulk_run to lianou_import;
grant select, insert, update, delete, truncate on bulk_row to lianou_import;
grant select, insert, delete on bulk_refusal to lianou_import;
grant select, insert on bulk_home to lianou_import;

-- +goose Down
drop index person_without_number;
drop table bulk_home, bulk_refusal, bulk_row, bulk_run;
