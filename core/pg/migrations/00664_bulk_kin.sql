-- Of the one of whom a household has only one, so that a file's family that cannot be is refused
-- before any of it is written: 1 the head of it (户主), 2 the spouse, 0 anybody else.

-- +goose Up
alter table bulk_row add column kin smallint not null default 0;

-- +goose Down
alter table bulk_row drop column kin;
