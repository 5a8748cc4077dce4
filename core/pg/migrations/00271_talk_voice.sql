-- Voice messages of a chat: kept sealed as they came, heard by an engine at the platform,
-- which alone can open them, and given back to the gateway as words. Both copies of the
-- words are sealed, one to each program.

-- +goose Up
alter table talk_message drop constraint talk_message_kind_check;
alter table talk_message add constraint talk_message_kind_check check (kind in ('text', 'image', 'voice', 'entered', 'other'));

create table talk_voice (
    message     bigint      primary key references talk_message (id) on delete cascade,
    citizen     text        not null references citizen (id),
    blob        text        not null check (blob ~ '^[0-9a-f]{64}$'),
    mime        text        not null,
    bytes       bigint      not null check (bytes > 0),
    asked       timestamptz not null,
    until       timestamptz not null, -- so long the conversation waits for the words
    state       text        not null default 'waiting' check (state in ('waiting', 'heard', 'failed')),
    reason      text        not null default '' check (reason in ('', 'away', 'audio', 'rejected', 'manual', 'nothing')),
    out_wrapped bytea,      -- the words to the gateway
    out_sealed  bytea,
    wrapped     bytea,      -- the same to the platform
    sealed      bytea,
    finished    timestamptz,
    check ((state = 'waiting') = (finished is null)),
    check ((state = 'heard') = (sealed is not null and out_sealed is not null)),
    check ((wrapped is null) = (sealed is null) and (out_wrapped is null) = (out_sealed is null)),
    check ((state = 'failed') = (reason <> ''))
);
create index talk_voice_blob on talk_voice (blob);

grant insert on talk_voice to lianou_gateway;
grant select (message, citizen, blob, mime, until, state, out_wrapped, out_sealed) on talk_voice to lianou_gateway;
grant select on talk_voice to lianou_platform, lianou_check, lianou_backup;
grant update (state, reason, out_wrapped, out_sealed, wrapped, sealed, finished) on talk_voice to lianou_platform;

-- +goose StatementBegin
create or replace function blob_named(wanted text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from application_blob where digest = wanted)
        or exists (select from call where recording = wanted)
        or exists (select from talk_line where blob = wanted)
        or exists (select from talk_voice where blob = wanted)
        or exists (select from visit where recording = wanted or wanted = any (photos)
                   or jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from casefile where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted))
                   or jsonb_path_exists(signature, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from case_application where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function blob_named(wanted text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from application_blob where digest = wanted)
        or exists (select from call where recording = wanted)
        or exists (select from talk_line where blob = wanted)
        or exists (select from visit where recording = wanted or wanted = any (photos)
                   or jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from casefile where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted))
                   or jsonb_path_exists(signature, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from case_application where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
$$;
-- +goose StatementEnd
drop table talk_voice;
delete from talk_message where kind = 'voice';
alter table talk_message drop constraint talk_message_kind_check;
alter table talk_message add constraint talk_message_kind_check check (kind in ('text', 'image', 'entered', 'other'));
