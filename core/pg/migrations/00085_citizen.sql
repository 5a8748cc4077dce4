-- Citizens' accounts, as the public edge knows them: no name, no ID number, no
-- plain phone or openid. Only the gateway reads these tables.

-- +goose Up
create table citizen (
    id      text primary key check (id ~ '^c[0-9a-f]{32}$'),
    created timestamptz not null
);

create table citizen_binding (
    id      bigint generated always as identity primary key,
    citizen text not null references citizen (id),
    kind    text not null check (kind in ('wechat', 'unionid', 'phone')),
    blind   bytea not null check (length(blind) = 32),
    sealed  bytea not null,
    bound   timestamptz not null,
    unbound timestamptz
);
create unique index citizen_binding_live on citizen_binding (kind, blind) where unbound is null;
create unique index citizen_binding_one on citizen_binding (citizen, kind) where unbound is null;

-- A log-in code is kept as a keyed hash, lives five minutes and bears five tries.
create table citizen_code (
    id      bigint generated always as identity primary key,
    phone   bytea not null check (length(phone) = 32),
    source  bytea not null check (length(source) = 32),
    hash    bytea not null check (length(hash) = 32),
    made    timestamptz not null,
    expires timestamptz not null,
    tries   integer not null default 0 check (tries between 0 and 5),
    used    timestamptz
);
create index citizen_code_phone on citizen_code (phone, made);
create index citizen_code_source on citizen_code (source, made);

-- Every guess, right or wrong, by phone and by source: what throttles guessing.
create table citizen_guess (
    id     bigint generated always as identity primary key,
    phone  bytea not null,
    source bytea not null,
    at     timestamptz not null
);
create index citizen_guess_phone on citizen_guess (phone, at);
create index citizen_guess_source on citizen_guess (source, at);

create table citizen_session (
    id       uuid primary key,
    citizen  text not null references citizen (id),
    way      text not null check (way in ('wechat', 'phone')),
    refresh  bytea not null unique check (length(refresh) = 32), -- hash of the newest refresh token
    previous bytea, -- hash of the one before: seen again, it was stolen
    started  timestamptz not null,
    used     timestamptz not null,
    expires  timestamptz not null,
    ended    timestamptz
);
create index citizen_session_citizen on citizen_session (citizen) where ended is null;

-- One-time subscription grants of WeChat, per template (F25).
create table citizen_grant (
    citizen  text not null references citizen (id),
    template text not null check (template <> ''),
    granted  integer not null default 0 check (granted >= 0),
    used     integer not null default 0 check (used >= 0),
    refused  timestamptz,
    primary key (citizen, template),
    check (used <= granted)
);

grant select, insert on citizen, citizen_binding, citizen_code, citizen_guess, citizen_session, citizen_grant to lianou_gateway;
grant update (unbound) on citizen_binding to lianou_gateway;
grant update (tries, used) on citizen_code to lianou_gateway;
grant update (refresh, previous, used, ended) on citizen_session to lianou_gateway;
grant update (granted, used, refused) on citizen_grant to lianou_gateway;
grant delete on citizen_code, citizen_guess to lianou_gateway;

-- +goose Down
drop table citizen_grant, citizen_session, citizen_guess, citizen_code, citizen_binding, citizen;
