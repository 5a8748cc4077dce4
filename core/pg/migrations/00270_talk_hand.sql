-- A conversation in the hands of an agent (转人工): who asked for a person is read and
-- answered at the desk. The gateway hands over what was said, sealed to the platform, and
-- cannot read it back; what the agent writes comes sealed to the gateway, which says it.

-- +goose Up
create table talk_hand (
    call    text        primary key references call (id), -- in whose list it waits, and whose agent holds it
    citizen text        not null references citizen (id),
    asked   timestamptz not null,
    opened  timestamptz, -- an agent read it for the first time
    told    timestamptz, -- the person was told that nobody has come yet
    closed  timestamptz,
    how     text        not null default '' check (how in ('', 'back', 'filed', 'done', 'left', 'rung')),
    over    timestamptz, -- the gateway took the conversation up again
    check ((closed is null) = (how = '')),
    check (over is null or closed is not null)
);
create unique index talk_hand_one on talk_hand (citizen) where over is null;
create index talk_hand_waiting on talk_hand (asked) where closed is null and opened is null and told is null;
create index talk_hand_old on talk_hand (asked);

create table talk_line (
    id          bigint      generated always as identity primary key,
    call        text        not null references talk_hand (call) on delete cascade,
    key         text        not null check (key <> '' and length(key) <= 200),
    side        text        not null check (side in ('citizen', 'we', 'agent')),
    kind        text        not null check (kind in ('text', 'image', 'voice', 'facts', 'other')),
    at          timestamptz not null,
    wrapped     bytea       not null, -- to the platform
    sealed      bytea       not null,
    blob        text,                 -- the picture or the sound
    staff       bigint,
    out_wrapped bytea,                -- the same words to the gateway, which says them
    out_sealed  bytea,
    state       text        not null default '' check (state in ('', 'queued', 'full', 'sent', 'late', 'refused')),
    unique (call, key),
    check ((side = 'agent') = (staff is not null)),
    check ((side = 'agent') = (state <> '')),
    check ((out_wrapped is null) = (out_sealed is null))
);
create index talk_line_blob on talk_line (blob) where blob is not null;
create index talk_line_queued on talk_line (call) where state = 'queued';

alter table talk_reply add column line bigint references talk_line (id) on delete set null;
create unique index talk_reply_line on talk_reply (line) where line is not null;

grant select, insert, delete on talk_hand to lianou_gateway;
grant update (told, closed, how, over) on talk_hand to lianou_gateway;
grant select (id, call, key, side, state, out_wrapped, out_sealed) on talk_line to lianou_gateway;
grant insert on talk_line to lianou_gateway;
grant update (state) on talk_line to lianou_gateway;
grant select on talk_hand, talk_line to lianou_platform, lianou_check, lianou_backup;
grant update (opened, closed, how) on talk_hand to lianou_platform;
grant insert on talk_line to lianou_platform;

alter policy audit_write_gateway on audit_entry with check (
    case actor_kind
    when 'citizen' then act in ('binding.added', 'binding.removed', 'session.opened', 'session.ended', 'status.found', 'talk.handed', 'talk.left') and case_id = 0
    when 'caller' then act = 'status.heard' and case_id = 0
    when 'channel' then act = 'application.received' and case_id = 0
    when 'outside' then act like 'refusal.%' and case_id = 0 and application = ''
    when 'job' then
        case actor_id
        when 'notify' then act in ('notice.sent', 'notice.told', 'notice.refused', 'notice.untold')
        when 'fetch_recording' then act in ('recording.stored', 'recording.lost', 'refusal.recording_source') and case_id = 0
        else false end
    else false end);

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

-- +goose Down
-- +goose StatementBegin
create or replace function blob_named(wanted text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from application_blob where digest = wanted)
        or exists (select from call where recording = wanted)
        or exists (select from visit where recording = wanted or wanted = any (photos)
                   or jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from casefile where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted))
                   or jsonb_path_exists(signature, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
        or exists (select from case_application where recording = wanted
                   or papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
$$;
-- +goose StatementEnd
alter policy audit_write_gateway on audit_entry with check (
    case actor_kind
    when 'citizen' then act in ('binding.added', 'binding.removed', 'session.opened', 'session.ended', 'status.found') and case_id = 0
    when 'caller' then act = 'status.heard' and case_id = 0
    when 'channel' then act = 'application.received' and case_id = 0
    when 'outside' then act like 'refusal.%' and case_id = 0 and application = ''
    when 'job' then
        case actor_id
        when 'notify' then act in ('notice.sent', 'notice.told', 'notice.refused', 'notice.untold')
        when 'fetch_recording' then act in ('recording.stored', 'recording.lost', 'refusal.recording_source') and case_id = 0
        else false end
    else false end);
alter table talk_reply drop column line;
drop table talk_line;
drop table talk_hand;
