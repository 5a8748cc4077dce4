-- A confirmation that is repeated finds the conversation it closed.

-- +goose Up
create index talk_filed on talk (citizen, id) where state = 'filed';

-- +goose Down
drop index talk_filed;
