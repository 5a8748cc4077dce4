-- Answers of the interview that were said aloud, until a person has seen what was heard. The
-- sound lies in the row, sealed to the platform, and not among the files: it goes in the
-- statement that ends its hearing, and the table says so. The words are sealed to the
-- gateway and are no answer: they are shown, put right and then sent as one.

-- +goose Up
create table spoken_answer (
    id          uuid        primary key,
    citizen     text        not null references citizen (id) on delete cascade,
    slot        smallint    not null check (slot in (0, 1)), -- how many are heard at once
    asked       timestamptz not null,
    until       timestamptz not null, -- so long somebody waits for the words
    ms          integer     not null check (ms > 0 and ms <= 61000),
    rate        integer     not null check (rate > 0),
    state       text        not null default 'hearing' check (state in ('hearing', 'heard', 'not_heard')),
    reason      text        not null default '' check (reason in ('', 'away', 'late', 'audio', 'rejected', 'manual', 'nothing')),
    wrapped     bytea,      -- the sound, to the platform
    sound       bytea       check (octet_length(sound) <= 2200000),
    out_wrapped bytea,      -- the words, to the gateway
    out_sealed  bytea,
    finished    timestamptz,
    check ((state = 'hearing') = (sound is not null) and (sound is null) = (wrapped is null)),
    check ((state = 'hearing') = (finished is null)),
    check ((state = 'heard') = (out_sealed is not null) and (out_sealed is null) = (out_wrapped is null)),
    check ((state = 'not_heard') = (reason <> ''))
);
create unique index spoken_answer_slot on spoken_answer (citizen, slot) where state = 'hearing';
create index spoken_answer_of on spoken_answer (citizen, asked);
create index spoken_answer_asked on spoken_answer (asked);

grant select (id, citizen, slot, asked, until, state, out_wrapped, out_sealed), insert, delete on spoken_answer to lianou_gateway;
grant update (state, reason, wrapped, sound, finished) on spoken_answer to lianou_gateway; -- what nobody waits for any more
grant select on spoken_answer to lianou_platform, lianou_check;
grant select on spoken_answer to lianou_backup;
grant update (state, reason, wrapped, sound, out_wrapped, out_sealed, finished) on spoken_answer to lianou_platform;

-- +goose Down
drop table spoken_answer;
