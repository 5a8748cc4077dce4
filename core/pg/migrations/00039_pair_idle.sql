-- A search for pairs that had nobody to compare (core/registry/twins/scan.go), and the newest
-- person and fact that the register had when it began: the next waits for a newer one, or a day.

-- +goose Up
create table pair_idle (
    one    boolean primary key default true check (one),
    at     timestamptz not null,
    person bigint not null,
    sheet  bigint not null
);
grant select, insert, update on pair_idle to lianou_platform;

-- +goose Down
drop table pair_idle;
