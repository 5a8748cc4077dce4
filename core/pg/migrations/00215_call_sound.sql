-- Every answered call has audio of about the right length, or an alert that somebody
-- can see until the audio comes or an agent says why there is none. The night's count of
-- calls, recordings and what became of them is kept by day.

-- +goose Up
alter table call
    add column sound_ms      bigint  check (sound_ms >= 0),  -- how long the stored recording plays; null: not measured
    add column end_guessed   boolean not null default false, -- the sweeper's word, which any report replaces
    add column sound_settled boolean not null default false; -- the audio is right, or explained: nothing to look at
create index call_unsettled on call (ended) where answered is not null and ended is not null and not sound_settled;
create index call_open on call (began) where ended is null;

create table call_alert (
    call      text        primary key references call (id),
    kind      text        not null check (kind in ('missing', 'length')),
    span_ms   bigint      not null check (span_ms >= 0), -- answered to ended
    sound_ms  bigint      check (sound_ms >= 0),         -- null: none
    opened    timestamptz not null default transaction_timestamp(),
    closed    timestamptz,
    closed_by bigint,     -- null: by the recording itself
    word      text        not null default '' check (length(word) <= 500),
    check ((closed_by is null) = (word = '')),
    check (closed is not null or closed_by is null)
);
create index call_alert_open on call_alert (opened) where closed is null;
grant select, insert, update on call_alert to lianou_gateway;
grant select on call_alert to lianou_platform, lianou_check, lianou_backup;
grant update (closed, closed_by, word) on call_alert to lianou_platform;

create table call_day (
    day         date    primary key,
    calls       integer not null,
    answered    integer not null,
    recorded    integer not null, -- answered, with audio of the right length
    explained   integer not null, -- answered, and an agent said why there is none
    alerted     integer not null, -- answered, and an alert stands open
    unaccounted integer not null, -- answered, and none of the three: a fault of ours
    attended    integer not null, -- somebody said what became of the call
    applied     integer not null, -- it became an application, somebody said
    unfiled     integer not null, -- and no application bears it: a fault of ours
    noted       timestamptz not null default transaction_timestamp()
);
grant select, insert on call_day to lianou_gateway;
grant select on call_day to lianou_platform, lianou_check, lianou_backup;

-- +goose Down
drop table call_day, call_alert;
drop index call_open, call_unsettled;
alter table call drop column sound_settled, drop column end_guessed, drop column sound_ms;
