-- In which call a word about a number was heard. Only in that call does it show a
-- household's applications; for later calls it is a hint, as the number is.

-- +goose Up
alter table caller_known add column call text not null default '';

-- +goose Down
alter table caller_known drop column call;
