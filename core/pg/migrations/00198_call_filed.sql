-- What came of a call is found by the beginning of the key. A range of beginnings is
-- right in code-point order only, so the query asks for it and this index has it,
-- whatever order the database was made with.

-- +goose Up
create index application_filed on application (key collate "C") where channel = 'agent';

-- +goose Down
drop index application_filed;
