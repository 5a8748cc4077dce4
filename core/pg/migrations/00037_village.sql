-- Who lives in a village is read from an index and not from a row of each person of the
-- township: a search for a name in a village asked four hundred rows for it (B8). The
-- birth date stands in the index of tokens a second time, with two letters of the name
-- (core/registry/both.go): a city that has people already gets these tokens by the job
-- that makes those of the last four, from the beginning; what is there stays.

-- +goose Up
create index person_village on person (village, region, id);
select set_config('lianou.city', 'on', true);
update tail_renewal set through = 0, done = not exists (select from person);
select set_config('lianou.city', '', true);

-- +goose Down
drop index person_village;
