-- Two rows of the register that may be one person, flagged by a scan and decided by
-- people. Each township has a line of its own about its own row; of the other it learns
-- the township and the day, and nothing of the person.

-- +goose Up
create sequence person_pair_seq;
create table person_pair (
    pair         bigint      not null, -- both lines of a pair have its number
    region       text        not null, -- where person stands
    person       bigint      not null,
    other        bigint      not null check (other <> person),
    other_region text        not null,
    total        int         not null, -- how much speaks for it; what speaks is read from the rows, by who may see both
    found        timestamptz not null,
    state        text        not null default 'open' check (state in ('open', 'later', 'same', 'different')),
    until        date,
    settled      timestamptz,
    primary key (pair, person),
    unique (person, other),
    check ((state = 'later') = (until is not null)),
    check ((state in ('same', 'different')) = (settled is not null))
);
create index person_pair_open on person_pair (region, total desc) where state in ('open', 'later');
call lianou_scope_table('person_pair');

-- What people said, one line in each township they may speak for. Nothing is taken back
-- by deleting it.
create table person_verdict (
    id      bigint generated always as identity primary key,
    pair    bigint      not null,
    region  text        not null,
    verdict text        not null check (verdict in ('same', 'different', 'later', 'undo')),
    reason  text        not null check (length(reason) between 1 and 500),
    staff   bigint      not null check (staff > 0),
    at      timestamptz not null
);
create index person_verdict_pair on person_verdict (pair);
call lianou_scope_table('person_verdict');

create table pair_scan (
    one      boolean primary key default true check (one),
    at       timestamptz not null,
    compared bigint not null,
    flagged  bigint not null,
    skipped  bigint not null -- groups too large to be compared
);

grant select, insert on person_pair, person_verdict to lianou_platform;
grant update (total, state, until, settled) on person_pair to lianou_platform;
grant select, insert, update on pair_scan to lianou_platform;
grant usage on sequence person_pair_seq to lianou_platform;

-- +goose Down
drop table pair_scan, person_verdict, person_pair;
drop sequence person_pair_seq;
