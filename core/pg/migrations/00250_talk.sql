-- Conversations (会话): what a citizen said in a chat and how far the interview has come.
-- They belong to an account and not to a household: nobody has applied yet, so they have
-- no township. The gateway leads them and seals them to itself; no word lies open.

-- +goose Up
create table talk (
    id      bigint      generated always as identity primary key,
    citizen text        not null references citizen (id),
    channel text        not null check (channel <> ''),
    state   text        not null check (state in ('open', 'filed')),
    body    bytea       not null,
    rev     bigint      not null check (rev > 0),
    began   timestamptz not null,
    saved   timestamptz not null
);
create unique index talk_open on talk (citizen) where state = 'open';
create index talk_old on talk (saved);

-- One message as its platform delivered it; a second delivery of the same is none.
create table talk_message (
    id      bigint      generated always as identity primary key,
    channel text        not null,
    key     text        not null check (key <> '' and length(key) <= 160),
    citizen text        not null references citizen (id),
    kind    text        not null check (kind in ('text', 'image', 'entered', 'other')),
    body    bytea       not null,
    came    timestamptz not null,
    taken   timestamptz,
    unique (channel, key)
);
create index talk_message_waiting on talk_message (citizen, id) where taken is null;
create index talk_message_old on talk_message (came);

-- What we say, written before it is sent and marked afterwards.
create table talk_reply (
    id      bigint      generated always as identity primary key,
    citizen text        not null references citizen (id),
    body    bytea       not null,
    made    timestamptz not null,
    claimed timestamptz, -- a turn is at saying it
    tries   smallint    not null default 0,
    done    timestamptz,
    result  text        not null default '' check (result in ('', 'sent', 'late', 'refused')),
    check ((done is null) = (result = ''))
);
create index talk_reply_waiting on talk_reply (citizen, id) where done is null;
create index talk_reply_old on talk_reply (made);

grant select, insert, delete on talk, talk_message, talk_reply to lianou_gateway;
grant update (state, body, rev, saved) on talk to lianou_gateway;
grant update (taken) on talk_message to lianou_gateway;
grant update (claimed, tries, done, result) on talk_reply to lianou_gateway;
grant select on talk, talk_message, talk_reply to lianou_check, lianou_backup;

-- +goose Down
drop table talk_reply;
drop table talk_message;
drop table talk;
