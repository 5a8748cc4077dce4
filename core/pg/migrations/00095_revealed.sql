-- How often somebody had full numbers shown is counted at every reveal.

-- +goose Up
create index audit_entry_revealed on audit_entry (actor_id, at) where act = 'field.revealed';

-- +goose Down
drop index audit_entry_revealed;
