-- Each answer to "is this person who they say", by whom and when. Rows are never
-- changed: a later answer is a later row.

-- +goose Up
create table identity_check (
    id          bigint generated always as identity primary key,
    application uuid not null,
    case_id     bigint not null,
    region      text not null,
    at          timestamptz not null,
    outcome     text not null check (outcome in ('match', 'mismatch', 'not_found', 'unavailable')),
    by_whom     text not null check (by_whom in ('registry', 'police', 'staff', 'none')),
    code        text not null default '', -- of the outside service, as it said it
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index identity_check_application on identity_check (application, id);
call lianou_scope_table('identity_check');
grant select, insert on identity_check to lianou_platform;

-- +goose Down
drop table identity_check;
