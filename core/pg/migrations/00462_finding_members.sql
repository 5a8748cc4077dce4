-- What a finding says of each member, and how near an item is that the household does not
-- get, beside the reasons that carried the outcome (F35): kept as they were found, so that the
-- page of a case says what was judged and not what would be judged today.

-- +goose Up
alter table finding
    add column members jsonb not null default '[]',
    add column near    text  not null default '';

-- +goose Down
alter table finding drop column members, drop column near;
