-- Calls: who rang, when, and whether somebody has attended to it. A call has no
-- township until a person has listened; so it is on the list of unscoped tables,
-- and only agents' rooms read it.

-- +goose Up
create table call (
    id              text        primary key check (id <> '' and length(id) <= 200), -- the exchange's Call-ID
    exchange        text        not null,
    caller          bytea,      -- sealed to the platform; null when withheld
    caller_key      bytea,
    caller_blind    bytea,
    called          text        not null default '',
    began           timestamptz not null,
    answered        timestamptz,
    ended           timestamptz,
    recording_url   bytea,      -- sealed to the gateway itself
    recording       text        not null default '' check (recording = '' or recording ~ '^[0-9a-f]{64}$'),
    recording_state text        not null default 'none' check (recording_state in ('none', 'pending', 'stored', 'lost')),
    agent           bigint,
    taken           timestamptz,
    done            timestamptz,
    outcome         text        not null default '',
    noted           timestamptz not null, -- first heard of, by the city's clock
    check ((caller is null) = (caller_key is null)),
    check ((recording_state = 'stored') = (recording <> '')),
    check ((agent is null) = (taken is null)),
    check ((done is null) = (outcome = '')),
    check (done is null or agent is not null)
);
create index call_waiting on call (began) where done is null;
create index call_from on call (caller_blind, began desc) where caller_blind is not null;
grant select, insert, update on call to lianou_gateway;
grant select on call to lianou_platform, lianou_check, lianou_backup;
grant update (agent, taken, done, outcome) on call to lianou_platform;

-- Every delivery of a webhook, for ever: a replay is known by its id whatever the
-- time it claims.
create table call_delivery (
    source text        not null,
    id     text        not null check (id <> '' and length(id) <= 256),
    digest bytea       not null,
    at     timestamptz not null default transaction_timestamp(),
    primary key (source, id)
);
grant select, insert on call_delivery to lianou_gateway;
grant select on call_delivery to lianou_check, lianou_backup;

-- +goose Down
drop table call_delivery, call;
