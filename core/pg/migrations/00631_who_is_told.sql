-- Who was said to be told, as the door said it before the application was sent
-- (features.md F70): kept with it, whoever speaks for the case later.

-- +goose Up
alter table case_application add column told text not null default '';

-- +goose Down
alter table case_application drop column told;
