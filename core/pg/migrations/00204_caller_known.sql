-- Whose number it is, as agents heard it said (来电人认定): a number and a person of the
-- register, yes or no. A number is a hint and never an identity (security.md E2): what
-- stands here saves a question and opens nothing by itself.

-- +goose Up
create table caller_known (
    blind  bytea       not null, -- keyed hash of the number, as call has it
    person bigint      not null,
    theirs boolean     not null,
    agent  bigint      not null,
    at     timestamptz not null,
    primary key (blind, person)
);
grant select, insert, update on caller_known to lianou_platform;
grant select on caller_known to lianou_check, lianou_backup;

-- +goose Down
drop table caller_known;
