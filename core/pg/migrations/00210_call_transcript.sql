-- What was said in a call, sealed to the platform. The gateway notes that a recording
-- waits to be heard and keeps the captions of a running call; it reads neither back.
-- What an agent types lies beside the machine's words and is never overwritten by them.

-- +goose Up
create table call_transcript (
    call     text        primary key references call (id),
    state    text        not null default 'waiting' check (state in ('none', 'waiting', 'working', 'done', 'failed')),
    reason   text        not null default '', -- the kind of failure, never a text of the engine's
    engine   text        not null default '',
    model    text        not null default '',
    version  text        not null default '',
    partial  boolean     not null default false,
    tries    smallint    not null default 0,  -- failures while the engine served others
    began    timestamptz,                     -- first attempt and last failure, by the real clock: engines know no other
    tried    timestamptz,
    noted    timestamptz not null,
    finished timestamptz,
    check ((finished is null) = (state in ('waiting', 'working'))),
    check (state <> 'failed' or reason <> '')
);
grant insert on call_transcript to lianou_gateway;
grant select (call) on call_transcript to lianou_gateway;
grant select, insert, update on call_transcript to lianou_platform;
grant select on call_transcript to lianou_check, lianou_backup;

create table call_heard (
    call    text     not null references call_transcript (call),
    channel smallint not null check (channel between 0 and 7),
    wrapped bytea    not null,
    sealed  bytea    not null,
    primary key (call, channel)
);
grant select, insert on call_heard to lianou_platform;
grant select on call_heard to lianou_check, lianou_backup;

create table call_caption (
    call    text     not null references call (id),
    channel smallint not null check (channel between 0 and 7),
    n       int      not null check (n >= 0), -- 0 is the draft of what is being said
    wrapped bytea    not null,
    sealed  bytea    not null,
    primary key (call, channel, n)
);
grant insert, update on call_caption to lianou_gateway;
grant select (call, channel, n) on call_caption to lianou_gateway;
grant select on call_caption to lianou_platform, lianou_check, lianou_backup;

create table call_typed (
    call    text        primary key references call (id),
    agent   bigint      not null,
    at      timestamptz not null,
    wrapped bytea       not null,
    sealed  bytea       not null
);
grant select, insert, update on call_typed to lianou_platform;
grant select on call_typed to lianou_check, lianou_backup;

-- +goose Down
drop table call_typed, call_caption, call_heard, call_transcript;
