-- Papers that somebody hands in after they applied (补材料). The public edge keeps them
-- sealed to the platform, once under their key, and cannot read them back; a job lays
-- them into the case, where an officer looks at them. Nothing of it moves a case.

-- +goose Up
create table supplement (
    id          bigint      generated always as identity primary key,
    citizen     text        not null check (citizen <> ''),
    key         text        not null check (key <> '' and length(key) <= 200),
    body_digest bytea       not null check (length(body_digest) = 32), -- keyed: equal bodies, nothing more
    application uuid        not null,
    region      text        not null check (region ~ '^3714[0-9]{5}$'),
    count       smallint    not null check (count between 0 and 9),
    wrapped     bytea       not null,
    sealed      bytea       not null check (octet_length(sealed) between 1 and 16384),
    at          timestamptz not null,
    taken       timestamptz, -- it lies in the case
    constraint supplement_once unique (citizen, key)
);
create index supplement_citizen on supplement (citizen, at);
create index supplement_application on supplement (application);
create index supplement_waiting on supplement (at) where taken is null;
call lianou_scope_table('supplement');
alter policy lianou_scope on supplement to lianou_owner, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup;
create policy supplement_own on supplement for select to lianou_gateway
    using (citizen = (select current_setting('lianou.subject', true)));
-- Only to what the account may see: its case, or what it handed in and is not open yet.
create policy supplement_put on supplement for insert to lianou_gateway with check (
    citizen = (select current_setting('lianou.subject', true)) and taken is null
    and (exists (select from case_status s where s.application = supplement.application and s.citizen = supplement.citizen)
         or exists (select from application a where a.id = supplement.application and a.citizen = supplement.citizen)));
grant select (id, citizen, key, body_digest, application, count, at, taken), insert on supplement to lianou_gateway;
grant select on supplement to lianou_platform, lianou_check, lianou_backup;
grant update (region, taken) on supplement to lianou_platform;

create table case_supplement (
    id          bigint      primary key references supplement (id),
    case_id     bigint      not null,
    region      text        not null,
    application uuid        not null,
    receipt     text        not null,
    papers      jsonb       not null default '[]',
    note        bytea,      -- sealed with the case's key
    at          timestamptz not null, -- when it was sent
    looked      timestamptz,
    looked_by   bigint,
    check ((looked is null) = (looked_by is null)),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_supplement_case on case_supplement (case_id);
create index case_supplement_papers on case_supplement using gin (papers jsonb_path_ops);
call lianou_scope_table('case_supplement');
grant select, insert on case_supplement to lianou_platform;
grant update (looked, looked_by) on case_supplement to lianou_platform;
grant select on case_supplement to lianou_check, lianou_backup;

-- What is asked for now, for the officer's page and for the citizen's.
alter table casefile add column missing text not null default '', add column missing_since timestamptz;
grant update (missing, missing_since) on casefile to lianou_platform;
alter table case_status add column missing jsonb;
grant update (missing) on case_status to lianou_platform;

create policy audit_write_supplement on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'citizen' and act = 'papers.sent' and case_id = 0);

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
drop policy audit_write_supplement on audit_entry;
alter table case_status drop column missing;
alter table casefile drop column missing_since, drop column missing;
drop table case_supplement, supplement;
