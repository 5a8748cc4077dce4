-- +goose Up
-- What a change of the rules would do to everybody (试算), by township and item. It holds
-- counts and sums and no household; the townships that are due are the queue, as of a scan.
create table simulation (
    id     bigint generated always as identity primary key,
    draft  bigint references rulebook_draft (id), -- null: Books that only a command knows
    said   text not null default '', -- the draft as it stood: its edition and the digest of its files
    before text not null check (length(before) = 64), -- digests of the two Books
    after  text not null check (length(after) = 64),
    on_day date not null,      -- the day on which both are asked
    items  jsonb not null,     -- of which anything may differ; the counts stand in this order
    actor  text not null,
    begun  timestamptz not null,
    ended  timestamptz,
    stale  boolean not null default false, -- broken off: the draft was changed meanwhile
    towns  int not null check (towns > 0),
    remain int not null check (remain >= 0),
    check (stale and ended is not null or (remain = 0) = (ended is not null))
);
create index simulation_draft on simulation (draft, id) where draft is not null;
-- One at a time for what a draft says: whoever asks again joins the one that runs.
create unique index simulation_once on simulation (draft, said) where draft is not null and ended is null;
create table simulation_town (
    simulation bigint not null references simulation (id),
    town       text not null check (length(town) = 9),
    done       timestamptz,
    households int not null default 0,
    counts     jsonb,
    primary key (simulation, town),
    check ((done is null) = (counts is null))
);
create index simulation_town_due on simulation_town (simulation, town) where done is null;

grant select, insert, update on simulation, simulation_town to lianou_platform;

-- +goose Down
drop table simulation_town, simulation;
