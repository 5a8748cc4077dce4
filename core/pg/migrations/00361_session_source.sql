-- From where an account was logged in by code is looked for at every code that is asked for.

-- +goose Up
create index citizen_session_source on citizen_session (citizen, source) where source is not null;

-- +goose Down
drop index citizen_session_source;
