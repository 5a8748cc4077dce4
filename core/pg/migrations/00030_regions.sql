-- +goose Up
-- Places of the city. A place that a newer list no longer names keeps its row with
-- valid_to set: old cases still stand there.
create table region (
    code       text primary key check (code ~ '^3714[0-9]{2}([0-9]{3}([0-9]{3})?)?$'),
    parent     text references region (code),
    level      smallint not null check (level between 1 and 4), -- city, county, township, village
    name       text not null check (name <> ''),
    old_codes  text[] not null default '{}',
    synthetic  boolean not null default false,
    valid_from date not null,
    valid_to   date check (valid_to >= valid_from),
    check ((level = 1) = (parent is null)),
    check (level <> 4 or length(code) = 12),
    check (level <> 3 or length(code) = 9)
);
grant select on region to lianou_gateway, lianou_platform;
grant select, insert, update on region to lianou_import;

-- +goose Down
drop table region;
