-- How far the scan for pairs that is on its way has come (core/registry/twins/pass.go):
-- one row while there is one.

-- +goose Up
create table pair_pass (
    one      boolean primary key default true check (one),
    step     int    not null check (step between 0 and steps), -- the next of them
    steps    int    not null,
    compared bigint not null,
    flagged  bigint not null,
    skipped  bigint not null -- groups too large to be compared
);
grant select, insert, update, delete on pair_pass to lianou_platform;

-- +goose Down
drop table pair_pass;
