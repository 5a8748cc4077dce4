-- +goose Up
create sequence household_id_seq;
create sequence person_id_seq;

create table household (
    id      bigint primary key default nextval('household_id_seq'),
    region  text not null check (length(region) = 9),
    village text not null default '',
    hukou   text not null default '', -- county of registration, 6 digits; '' outside the city or not known
    address bytea,                    -- sealed
    made    timestamptz not null
);
create index household_region on household (region);

-- Names, birth and sex are in clear under row-level security: they are searched,
-- sorted and judged. What identifies or reaches a person is sealed under a key of
-- the person's own; without data_key the person is erased.
create table person (
    id        bigint primary key default nextval('person_id_seq'),
    region    text not null check (length(region) = 9),
    village   text not null default '',
    name      text not null check (name <> ''),
    birth     date,
    sex       text check (sex in ('male', 'female')),
    data_key  bytea,
    id_number bytea, -- sealed
    id_blind  bytea check (length(id_blind) = 32),
    phone     bytea, -- sealed
    account   bytea, -- sealed
    made      timestamptz not null,
    check (data_key is not null or (id_number is null and phone is null and account is null))
);
-- Across townships: one person, one row. Who meets it learns no more than that
-- (registry_flagged).
create unique index person_id_blind on person (id_blind);

create table membership (
    household bigint not null,
    person    bigint not null,
    region    text not null,
    ref       text not null check (ref <> ''),
    relation  text not null default '',
    since     date not null,
    until     date check (until >= since),
    primary key (household, person, since)
);
create unique index membership_now on membership (person) where until is null;

-- What a source said on one day about one household or person, as {path: value}
-- in the words of the household schema. Rows are never changed: a later sheet
-- overrules an earlier one, path by path (F34, F35).
create table household_sheet (
    id         bigint generated always as identity primary key,
    region     text not null,
    household  bigint not null,
    source     text not null check (source <> ''),
    valid_from date not null,
    known_at   timestamptz not null,
    confidence smallint not null check (confidence between 1 and 100),
    facts      jsonb not null check (jsonb_typeof(facts) = 'object')
);
create index household_sheet_household on household_sheet (household);

create table person_sheet (
    id         bigint generated always as identity primary key,
    region     text not null,
    person     bigint not null,
    source     text not null check (source <> ''),
    valid_from date not null,
    known_at   timestamptz not null,
    confidence smallint not null check (confidence between 1 and 100),
    facts      jsonb not null check (jsonb_typeof(facts) = 'object')
);
create index person_sheet_person on person_sheet (person);

-- Search reaches rows by leakproof equality only: LIKE and trigram operators
-- cannot use an index under a policy.
create table person_token (
    token  bigint not null,
    region text   not null,
    person bigint not null,
    primary key (token, region, person)
);

-- A bank account changes through two people (F64); every one is kept.
create table account_change (
    id       bigint generated always as identity primary key,
    region   text not null,
    person   bigint not null references person (id),
    account  bytea not null, -- sealed
    proposer bigint not null,
    approver bigint not null,
    at       timestamptz not null,
    check (proposer > 0 and approver > 0 and proposer <> approver)
);
create index account_change_person on account_change (person);

-- What hangs on a person or household names one that exists, in the same township:
-- a row under another township's policy would show what it must not. One check
-- for each statement takes the place of a foreign key, which would look up every
-- row by itself (a third of the cost of a load) and would not compare townships.
-- +goose StatementBegin
create function registry_of_person() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select 1 from fresh f where not exists (select 1 from person p where p.id = f.person and p.region = f.region)) then
        raise exception 'no such person in this township' using errcode = 'foreign_key_violation', constraint = tg_name, table = tg_table_name;
    end if;
    return null;
end $$;
create function registry_of_household() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select 1 from fresh f where not exists (select 1 from household h where h.id = f.household and h.region = f.region)) then
        raise exception 'no such household in this township' using errcode = 'foreign_key_violation', constraint = tg_name, table = tg_table_name;
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger membership_person after insert on membership referencing new table as fresh for each statement execute function registry_of_person();
create trigger membership_household after insert on membership referencing new table as fresh for each statement execute function registry_of_household();
create trigger person_sheet_person after insert on person_sheet referencing new table as fresh for each statement execute function registry_of_person();
create trigger household_sheet_household after insert on household_sheet referencing new table as fresh for each statement execute function registry_of_household();
create trigger person_token_person after insert on person_token referencing new table as fresh for each statement execute function registry_of_person();

call lianou_scope_table('household');
call lianou_scope_table('person');
call lianou_scope_table('membership');
call lianou_scope_table('household_sheet');
call lianou_scope_table('person_sheet');
call lianou_scope_table('person_token');
call lianou_scope_table('account_change');

-- Whether somebody in the city already has this number, and no more: not where,
-- not who. The function runs as the owner, whom the policies bind too, so it asks
-- for the whole city for itself alone.
-- +goose StatementBegin
create function registry_flagged(wanted bytea) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as 'select exists (select 1 from person where id_blind = wanted)';

-- What the city's own register says to a number and a name together: 'match',
-- 'mismatch' or 'not_found' (core/realname).
create function registry_vouch(wanted bytea, said text) returns text language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$ select coalesce((select case when name = said then 'match' else 'mismatch' end from person where id_blind = wanted), 'not_found') $$;
-- +goose StatementEnd
revoke execute on function registry_flagged(bytea), registry_vouch(bytea, text) from public;
grant execute on function registry_flagged(bytea), registry_vouch(bytea, text) to lianou_platform;
grant execute on function registry_flagged(bytea) to lianou_import;

grant select, insert on household, person, membership, household_sheet, person_sheet, account_change to lianou_platform, lianou_import;
grant select, insert, delete on person_token to lianou_platform, lianou_import;
grant update (region, village, hukou, address) on household to lianou_platform;
grant update (region, village, name, data_key, id_number, id_blind, phone, account) on person to lianou_platform;
grant update (until) on membership to lianou_platform;
grant usage, select on sequence household_id_seq, person_id_seq to lianou_platform;
grant usage, select, update on sequence household_id_seq, person_id_seq to lianou_import;

-- +goose Down
drop function registry_vouch(bytea, text), registry_flagged(bytea);
drop table account_change, person_token, person_sheet, household_sheet, membership, person, household;
drop function registry_of_person(), registry_of_household();
drop sequence person_id_seq, household_id_seq;
