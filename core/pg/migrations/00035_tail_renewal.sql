-- The last four of a number stand in the index of tokens a second time, with two letters
-- of the name (core/registry/tails.go). A city that has people already gets theirs by a
-- job (core/registry/renew.go); until it is through, a search asks as before. Nothing of
-- the tokens is read here: whether there is anybody is one row.

-- +goose Up
create table tail_renewal (
    one     boolean primary key default true check (one),
    through bigint  not null, -- people up to this id have their tokens
    done    boolean not null
);
select set_config('lianou.city', 'on', true);
insert into tail_renewal (through, done) select 0, not exists (select from person);
select set_config('lianou.city', '', true);
grant select, update on tail_renewal to lianou_platform;

-- +goose Down
drop table tail_renewal;
