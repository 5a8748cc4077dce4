-- Grants of subscribe messages are told twice: by the mini-program after the tap, and by
-- WeChat's push. Each is counted by itself and the larger count is what there is, so that
-- one tap told by both is one grant, and a tap told by either is one too.

-- +goose Up
alter table citizen_grant
    add column said   integer not null default 0 check (said >= 0),
    add column pushed integer not null default 0 check (pushed >= 0);
update citizen_grant set said = granted;
create table citizen_grant_event (
    key text        primary key check (key <> '' and length(key) <= 200),
    at  timestamptz not null
);
grant update (said, pushed) on citizen_grant to lianou_gateway;
grant select, insert, delete on citizen_grant_event to lianou_gateway;
grant select on citizen_grant_event to lianou_check, lianou_backup;

-- +goose Down
drop table citizen_grant_event;
alter table citizen_grant drop column pushed, drop column said;
