-- +goose Up
-- One look at everybody at a time: two would judge everything twice and tell an operator
-- two stories. A scan that a newer one replaces is given up, and keeps what it had found.
alter table scan add column given_up timestamptz check (given_up is null or ended is null);
update scan set given_up = lianou_now() where ended is null and id < (select max(id) from scan);
create unique index scan_one on scan ((true)) where ended is null and given_up is null;

-- +goose Down
drop index scan_one;
alter table scan drop column given_up;
