-- A log-in code belongs to the browser that asked for it: only who holds its ticket may
-- guess at it, so nobody spends somebody else's tries (P30). And a place from where a number
-- was logged in before keeps its own codes, however often others ask.

-- +goose Up
alter table citizen_code add column ticket bytea check (length(ticket) = 32);
create unique index citizen_code_ticket on citizen_code (ticket);
alter table citizen_session add column source bytea check (length(source) = 32);

-- +goose Down
alter table citizen_session drop column source;
alter table citizen_code drop column ticket;
