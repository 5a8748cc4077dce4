-- What a change of the index's weights would do, as it was found: kept under the digest of
-- the weights it is about, for two people to read before they sign such a change. Counts
-- by groups and places, no household.

-- +goose Up
create table index_sensing (
    id      bigint generated always as identity primary key,
    weights text not null check (weights ~ '^[0-9a-f]{64}$'), -- that it is about
    book    text not null,
    on_day  date not null,
    made    timestamptz not null,
    actor   text not null check (actor <> ''),
    report  bytea not null check (octet_length(report) between 2 and 4194304),
    digest  text not null unique check (digest = encode(sha256(report), 'hex'))
);
create index index_sensing_weights on index_sensing (weights, id desc);
grant select, insert on index_sensing to lianou_platform; -- kept: nobody changes or drops one

-- +goose Down
drop table index_sensing;
