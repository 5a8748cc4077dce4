-- Calls rung back in vain (回电): how often, and when somebody rings again. Three times
-- in vain is the end of it, and not before (features.md F93).

-- +goose Up
alter table call
    add column tries smallint not null default 0 check (tries >= 0),
    add column next_try timestamptz,
    add constraint call_next_try check (next_try is null or done is null);
grant update (tries, next_try) on call to lianou_platform;

-- +goose Down
alter table call drop column next_try, drop column tries;
