-- Of the sheets that a file brought in (bulk_run): those that say otherwise than their source
-- did before, and those that say the same for a newer day. A file of before this has no row.
-- A table of its own, as bulk_run is made by a later number.

-- +goose Up
create table bulk_tally (
    run     bigint  primary key,
    changed integer not null,
    renewed integer not null,
    check (changed >= 0 and renewed >= 0)
);
grant select, insert, update on bulk_tally to lianou_import;

-- +goose Down
drop table bulk_tally;
