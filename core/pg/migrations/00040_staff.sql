-- +goose Up
create table staff_account (
    id        bigint generated always as identity primary key,
    login     text not null unique check (login ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    name      text not null check (name <> ''),
    roles     text[] not null check (cardinality(roles) > 0 and roles <@ array['agent', 'clerk', 'assistant', 'officer',
                  'approver', 'county', 'payer', 'city', 'auditor']),
    regions   text[] not null,          -- city, county or township codes; expanded when read
    village   text not null default '', -- of an assistant who serves one village
    password  text not null check (password like '$argon2id$%'),
    active    boolean not null default true,
    demo      boolean not null default false, -- made with the password that everybody knows
    epoch     integer not null default 0,     -- raised to end every session at once
    made      timestamptz not null
);
create index staff_account_regions on staff_account using gin (regions) where active;

-- Kin that a member of staff has declared: such a person's household is not theirs
-- to work on (F60).
create table staff_relative (
    staff    bigint not null references staff_account (id),
    person   bigint not null,
    relation text not null check (relation <> ''),
    said     timestamptz not null,
    primary key (staff, person)
);

create table staff_absence (
    id       bigint generated always as identity primary key,
    staff    bigint not null references staff_account (id),
    from_day date not null,
    to_day   date not null,
    check (to_day >= from_day)
);
create index staff_absence_staff on staff_absence (staff, to_day);

-- Log-in attempts by account and by device that is known to belong to it, so that
-- a stranger's guesses do not lock the owner out (security.md P30).
create table staff_guess (
    login  text not null,
    device text not null, -- '' for a device not known
    since  timestamptz not null,
    tries  integer not null,
    primary key (login, device)
);
create index staff_guess_since on staff_guess (since);

create table staff_device (
    staff  bigint not null references staff_account (id),
    device text not null, -- SHA-256 of the token in the device's cookie
    used   timestamptz not null,
    primary key (staff, device)
);

create table staff_session (
    token  text primary key, -- SHA-256 of the token in the cookie
    data   bytea not null,
    expiry timestamptz not null
);
create index staff_session_expiry on staff_session (expiry);

grant select, insert on staff_account, staff_relative, staff_absence to lianou_platform, lianou_import;
grant update (name, roles, regions, village, password, active, epoch) on staff_account to lianou_platform;
grant update (relation) on staff_relative to lianou_platform;
grant delete on staff_relative, staff_absence to lianou_platform;
grant select, insert, update, delete on staff_guess, staff_device, staff_session to lianou_platform;
-- Tokens and password hashes are nobody's business who only checks.
revoke select on staff_session, staff_device from lianou_check;

-- +goose Down
drop table staff_session, staff_device, staff_guess, staff_absence, staff_relative, staff_account;
