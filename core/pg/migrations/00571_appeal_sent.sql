-- What somebody says through the app against a decision comes as what they hand in comes
-- (supplement), and becomes an appeal in place of a paper: once.

-- +goose Up
alter table appeal add column sent bigint unique references supplement (id);

-- +goose Down
alter table appeal drop column sent;
