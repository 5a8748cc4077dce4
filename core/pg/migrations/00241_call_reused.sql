-- Exchanges whose events carry no time number their calls from one again after a restart: which record a number of
-- theirs means now. An id that was never used again means itself.

-- +goose Up
create table call_reused (
    id  text primary key check (id <> '' and length(id) <= 200),
    now text not null    check (now <> '' and length(now) <= 240)
);
grant select, insert, update on call_reused to lianou_gateway;
grant select on call_reused to lianou_check, lianou_backup;

-- +goose Down
drop table call_reused;
