-- +goose Up
-- A look at everybody (全库扫描), and how far it is. The townships that are due are the
-- queue: whoever takes one holds its row until the commit that stores what was found, so a
-- worker that dies leaves neither a gap nor a double.
create table scan (
    id     bigint generated always as identity primary key,
    reason text not null check (reason <> ''),
    actor  text not null,
    begun  timestamptz not null,
    ended  timestamptz,
    towns  int not null check (towns > 0),
    remain int not null check (remain >= 0),
    check ((remain = 0) = (ended is not null))
);
create table scan_town (
    scan       bigint not null references scan (id),
    town       text not null check (length(town) = 9),
    done       timestamptz,
    book       text not null default '', -- digest it was judged by
    households int not null default 0,
    packed     int not null default 0,   -- rows made anew before
    changed    int not null default 0,   -- households of which something else was found
    newly      int not null default 0,   -- of them, households that something new fits
    lost       int not null default 0,
    primary key (scan, town)
);
create index scan_town_due on scan_town (scan, town) where done is null;

-- What a later look found that people should hear of from people: an item that fits now
-- and did not before, or no longer does. Never told by the machine, and decides nothing.
create table lead (
    id        bigint generated always as identity primary key,
    region    text not null check (length(region) = 9),
    household bigint not null,
    kind      text not null check (kind in ('due', 'lost')),
    items     bigint not null check (items <> 0), -- by number in the catalogue, item 1 the lowest bit
    cause     text not null check (cause in ('facts', 'book')),
    book      text not null, -- digest
    since     date not null, -- the day from which it may hold: of the Book, or of the look
    found     timestamptz not null,
    place     int not null,  -- order of the list: the index of the household then
    state     text not null default 'open' check (state in ('open', 'settled', 'gone')),
    outcome   text check (outcome in ('applied', 'served', 'not_in_need', 'not_reached', 'wrong_data')),
    staff     bigint,
    settled   timestamptz,
    check ((state = 'settled') = (outcome is not null)),
    check ((state = 'settled') = (staff is not null)),
    check ((state = 'open') = (settled is null))
);
-- One open lead of a kind for a household: what is found later joins it.
create unique index lead_open on lead (region, household, kind) where state = 'open';
create index lead_list on lead (region, place desc, id) where state = 'open';
call lianou_scope_table('lead');

grant select, insert, update on scan, scan_town, lead to lianou_platform;

-- +goose Down
drop table lead, scan_town, scan;
