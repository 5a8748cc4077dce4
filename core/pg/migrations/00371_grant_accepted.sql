-- When a subscription was last accepted: who turned a template off before that has not
-- turned it off again, however late WeChat's push tells of it.

-- +goose Up
alter table citizen_grant add column accepted timestamptz;
grant update (accepted) on citizen_grant to lianou_gateway;

-- +goose Down
alter table citizen_grant drop column accepted;
