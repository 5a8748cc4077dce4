-- A second factor for staff (security.md P16, P30, E8: a borrowed password is common): one-time codes
-- by time (RFC 6238), one device an account at a time, ten codes on paper for when it is away.

-- +goose Up
-- Browsers of before were remembered for a password alone, a borrower's too: none counts as its owner's.
delete from staff_device;

create table staff_factor (
    id        bigint generated always as identity primary key,
    staff     bigint not null references staff_account (id),
    secret    bytea not null,                     -- sealed
    begun     timestamptz not null,
    enrolled  timestamptz,                        -- null: its letters were shown, and no code was typed yet
    last_step bigint not null default 0 check (last_step >= 0), -- a code works once: the step of the last one
    wrong     integer not null default 0,         -- wrong codes since the last right one: somebody has the password
    ended     timestamptz,
    ended_by  text check (ended_by ~ '^(staff|operator):'),
    ended_why text not null default '' check (char_length(ended_why) <= 200),
    unique (id, staff),
    check ((ended is null) = (ended_by is null)),
    check (enrolled is not null or last_step = 0)
);
create unique index staff_factor_one on staff_factor (staff) where enrolled is not null and ended is null;
create index staff_factor_begun on staff_factor (staff) where enrolled is null and ended is null;

-- A step never comes back, and neither does a device that was ended.
-- +goose StatementBegin
create function staff_factor_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.ended is not null or new.last_step < old.last_step or new.enrolled is distinct from old.enrolled and old.enrolled is not null
       or row(new.staff, new.secret, new.begun) is distinct from row(old.staff, old.secret, old.begun) then
        raise exception 'a device stays what it is' using errcode = 'check_violation', constraint = 'staff_factor_guard', table = 'staff_factor';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger staff_factor_guard before update on staff_factor for each row execute function staff_factor_guard();

-- Codes on paper, each once.
create table staff_factor_paper (
    factor bigint not null references staff_factor (id),
    code   bytea  not null, -- keyed hash
    used   timestamptz,
    primary key (factor, code)
);

-- In which session a second factor was shown, by which device and when. Session is the name that
-- signatures bear, and opens nothing.
create table staff_shown (
    session text primary key check (session ~ '^[0-9a-f]{16}$'),
    staff   bigint not null,
    factor  bigint not null,
    step    bigint not null check (step >= 0), -- 0: a code on paper
    at      timestamptz not null default clock_timestamp(),
    foreign key (factor, staff) references staff_factor (id, staff)
);
create unique index staff_shown_once on staff_shown (factor, step) where step > 0;
create index staff_shown_staff on staff_shown (staff, at desc);

-- The city signed a decision while it demanded a second factor: from then on it is not left out.
create table staff_demand (
    one   boolean primary key default true check (one),
    since timestamptz not null default clock_timestamp()
);

grant select, insert on staff_factor, staff_factor_paper, staff_shown, staff_demand to lianou_platform;
grant update (enrolled, last_step, wrong, ended, ended_by, ended_why) on staff_factor to lianou_platform;
grant update (used) on staff_factor_paper to lianou_platform;
grant delete on staff_factor to lianou_platform; -- of what nobody proved
-- Whoever only checks reads when and by whom, and not what opens.
revoke select on staff_factor, staff_factor_paper from lianou_check;
grant select (id, staff, begun, enrolled, last_step, wrong, ended, ended_by, ended_why) on staff_factor to lianou_check;

-- +goose StatementBegin
create function staff_factor_kept() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.enrolled is not null then
        raise exception 'a device is ended and not deleted' using errcode = 'check_violation', constraint = 'staff_factor_guard', table = 'staff_factor';
    end if;
    return old;
end $$;
-- +goose StatementEnd
create trigger staff_factor_kept before delete on staff_factor for each row execute function staff_factor_kept();

-- +goose Down
drop table staff_demand, staff_shown, staff_factor_paper, staff_factor;
drop function staff_factor_kept(), staff_factor_guard();
