-- +goose Up
-- The packed row of a household (00033, core/facts) holds the day of the word on what has
-- happened to it: version 2 of the row. Rows of version 1 can still be read, as by a word that
-- never grows old; every household is packed anew by the first scan from now on.
select set_config('lianou.city', 'on', true);
insert into fact_stale (region, household) select region, household from fact_row;
select set_config('lianou.city', '', true);

-- +goose Down
-- The program before does not read version 2.
select set_config('lianou.city', 'on', true);
insert into fact_stale (region, household) select region, household from fact_row;
select set_config('lianou.city', '', true);
