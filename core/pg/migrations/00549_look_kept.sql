-- +goose Up
-- What a look chose: the page that it leads to shows the same households when it is fetched
-- anew, though a simulation or other facts would choose others since. Numbers of households,
-- no name; null for looks of before.
alter table rulebook_look add column chosen jsonb check (octet_length(chosen::text) <= 4000);

-- +goose Down
alter table rulebook_look drop column chosen;
