-- A visit that was written down where there was no network comes in later, perhaps twice,
-- perhaps beside another record of the same visit: each is kept under the key that its device
-- gave it, and the second of two waits for a person (features.md F87, F109).

-- +goose Up
create table visit_taken (
    visit  bigint      not null references visit (id),
    region text        not null check (length(region) = 9),
    staff  bigint      not null references staff_account (id),
    at     timestamptz not null, -- last
    primary key (visit, staff)
);
create table visit_capture (
    key        uuid        primary key, -- of the device
    n          bigint      not null generated always as identity unique,
    visit      bigint      not null references visit (id),
    case_id    bigint      not null,
    region     text        not null,
    staff      bigint      not null references staff_account (id),
    seen       timestamptz not null, -- when the household signed, by the device's clock set right at the desk
    synced     timestamptz not null,
    digest     bytea       not null check (length(digest) = 32), -- of all that came under the key
    outcome    text        not null check (outcome in ('recorded', 'second')),
    record     bytea,                -- sealed: what a second record says; the first is the visit
    signatures jsonb       not null default '{}', -- digest by who, of a second record
    check ((outcome = 'second') = (record is not null)),
    check (seen <= synced),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create unique index visit_capture_recorded on visit_capture (visit) where outcome = 'recorded';
create unique index visit_capture_second on visit_capture (visit, staff) where outcome = 'second'; -- nobody floods a case
create index visit_capture_case on visit_capture (case_id);
create table visit_photo (
    capture  uuid        not null references visit_capture (key),
    n        integer     not null check (n between 1 and 30),
    region   text        not null check (length(region) = 9),
    blob     text        not null check (blob <> ''), -- as it is kept
    original bytea       not null check (length(original) = 32), -- SHA-256 that the device took when the picture was made
    taken    timestamptz not null,
    place    text        not null default '' check (place = '' or place ~ '^-?[0-9]{1,3}\.[0-9]{1,6},-?[0-9]{1,2}\.[0-9]{1,6}$'),
    primary key (capture, n)
);
create index visit_photo_blob on visit_photo (blob);
create index visit_photo_original on visit_photo (original);
call lianou_scope_table('visit_taken');
call lianou_scope_table('visit_capture');
call lianou_scope_table('visit_photo');
grant select, insert on visit_taken, visit_capture, visit_photo to lianou_platform;
grant update (at) on visit_taken to lianou_platform;
grant select on visit_taken, visit_capture, visit_photo to lianou_check, lianou_backup;

-- Who took a household's papers along is one of the two who go, or was when they took them.
-- +goose StatementBegin
create function visit_taken_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if not exists (select from visit v where v.id = new.visit and v.done is null and new.staff in (v.first_staff, v.second_staff)) then
        raise exception 'only who goes takes a visit along' using errcode = 'check_violation', constraint = 'visit_taken_staff', table = 'visit_taken';
    end if;
    return new;
end $$;
create function visit_capture_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if not exists (select from visit_taken t where t.visit = new.visit and t.staff = new.staff) then
        raise exception 'only who took a visit along hands it in' using errcode = 'check_violation', constraint = 'visit_capture_staff', table = 'visit_capture';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger visit_taken_guard before insert or update on visit_taken for each row execute function visit_taken_guard();
create trigger visit_capture_guard before insert on visit_capture for each row execute function visit_capture_guard();

alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check
    check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian', 'person', 'family', 'visit'));
alter table case_doubt drop constraint case_doubt_event;
alter table case_doubt add constraint case_doubt_event check ((kind in ('family', 'visit')) = (event is not null and about <> ''));

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
        or exists (select from case_supplement where papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
        or exists (select from change_request where evidence = wanted)
        or exists (select from delivery where signature = wanted or wanted = any (photos))
        or exists (select from means_authorisation where signature = wanted or recording = wanted)
        or exists (select from visit_photo where blob = wanted)
        or exists (select from visit_capture where jsonb_path_exists(signatures, '$.* ? (@ == $d)', jsonb_build_object('d', wanted)))
$$;
-- +goose StatementEnd

-- +goose Down
select set_config('lianou.city', 'on', true);
-- +goose StatementBegin
do $$
begin
    if exists (select from visit_capture) or exists (select from case_doubt where kind = 'visit') then
        raise exception 'records that devices made cannot be told without 00620';
    end if;
end $$;
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
        or exists (select from case_supplement where papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
        or exists (select from change_request where evidence = wanted)
        or exists (select from delivery where signature = wanted or wanted = any (photos))
        or exists (select from means_authorisation where signature = wanted or recording = wanted)
$$;
-- +goose StatementEnd
select set_config('lianou.city', '', true);
alter table case_doubt drop constraint case_doubt_event;
alter table case_doubt add constraint case_doubt_event check ((kind = 'family') = (event is not null and about <> ''));
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check
    check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian', 'person', 'family'));
drop table visit_photo;
drop table visit_capture;
drop table visit_taken;
drop function visit_capture_guard();
drop function visit_taken_guard();
