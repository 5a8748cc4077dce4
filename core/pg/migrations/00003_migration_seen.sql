-- Programs compare what was applied with what they were built with, and do not
-- start on a database older than themselves.

-- +goose Up
grant select on lianou_migration to lianou_gateway, lianou_platform, lianou_audit, lianou_import, lianou_check;

-- +goose Down
revoke select on lianou_migration from lianou_gateway, lianou_platform, lianou_audit, lianou_import, lianou_check;
