-- Telling people. The platform writes a notice; the gateway sends it and writes
-- each attempt, intention first. Through the gateway a notice opens only to the
-- job that names it, to the receipt that names its attempt, and to its citizen.

-- +goose Up
create table notice (
    id          bigint generated always as identity primary key,
    key         text not null unique check (key <> ''), -- what it tells, so that it is told once
    region      text not null check (region ~ '^3714[0-9]{5}$'),
    application uuid,
    case_id     bigint not null default 0,
    claim       bigint not null default 0,
    citizen     text not null default '',
    kind        text not null check (kind <> ''),
    words       text not null check (words <> ''),
    fields      jsonb not null default '[]' check (jsonb_typeof(fields) = 'array'),
    wrapped     bytea, -- data key of this notice, sealed to the gateway
    phone       bytea, -- sealed under it
    state       text not null default 'queued' check (state in ('queued', 'sent', 'confirmed', 'untold')),
    told_by     text not null default '', -- the channel that worked
    created     timestamptz not null,
    updated     timestamptz not null,
    ended       timestamptz,
    check ((phone is null) = (wrapped is null)),
    check ((state in ('confirmed', 'untold')) = (ended is not null)),
    check ((state = 'confirmed') = (told_by <> ''))
);
create index notice_case on notice (case_id) where case_id <> 0;
create index notice_citizen on notice (citizen, created) where citizen <> '';

create table notice_attempt (
    id        uuid primary key, -- the reference the provider gets, the same for each repeat
    notice    bigint not null references notice (id),
    region    text not null,
    channel   text not null check (channel <> ''),
    state     text not null default 'intended'
              check (state in ('intended', 'later', 'unknown', 'accepted', 'delivered', 'refused')),
    provider  text not null default '', -- the provider's own id
    code      text not null default '',
    tries     integer not null default 1 check (tries > 0),  -- intentions written
    sends     integer not null default 0 check (sends >= 0), -- how often it may have gone out
    first_at  timestamptz not null,
    at        timestamptz not null,
    unique (notice, channel)
);
create unique index notice_attempt_provider on notice_attempt (channel, provider) where provider <> '';

-- Delivery only moves forward (F68): a late or repeated report changes nothing.
-- +goose StatementBegin
create function notice_forward() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'notice' then
        if array_position(array['queued', 'sent', 'untold', 'confirmed'], new.state)
           < array_position(array['queued', 'sent', 'untold', 'confirmed'], old.state) then
            raise exception 'a notice only moves forward'
                using errcode = 'check_violation', constraint = 'notice_forward', table = tg_table_name;
        end if;
        return new;
    end if;
    if (old.state = 'delivered' and new.state <> 'delivered')
       or (old.state = 'refused' and new.state not in ('refused', 'delivered')) -- good news may come late
       or (old.state = 'accepted' and new.state in ('intended', 'later', 'unknown')) then
        raise exception 'an attempt only moves forward'
            using errcode = 'check_violation', constraint = 'notice_forward', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger notice_forward before update on notice for each row execute function notice_forward();
create trigger notice_attempt_forward before update on notice_attempt for each row execute function notice_forward();

call lianou_scope_table('notice');
call lianou_scope_table('notice_attempt');
create policy notice_own on notice to lianou_gateway
    using ('notice:' || id::text = (select current_setting('lianou.subject', true)))
    with check ('notice:' || id::text = (select current_setting('lianou.subject', true)));
create policy notice_citizen on notice for select to lianou_gateway
    using (citizen <> '' and citizen = (select current_setting('lianou.subject', true)));
create policy notice_attempt_own on notice_attempt to lianou_gateway
    using ('notice:' || notice::text = (select current_setting('lianou.subject', true)))
    with check ('notice:' || notice::text = (select current_setting('lianou.subject', true)));
create policy notice_attempt_report on notice_attempt for select to lianou_gateway
    using (provider <> '' and channel || ':' || provider = (select current_setting('lianou.subject', true)));

grant select, insert on notice to lianou_platform, lianou_gateway;
grant select on notice_attempt to lianou_platform;
grant select, insert on notice_attempt to lianou_gateway;
grant update (state, told_by, updated, ended) on notice to lianou_gateway, lianou_platform;
grant update (state, provider, code, tries, sends, at) on notice_attempt to lianou_gateway;
grant select on notice, notice_attempt to lianou_check;

-- +goose Down
drop table notice_attempt, notice;
drop function notice_forward;
