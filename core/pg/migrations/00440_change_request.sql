-- No direct edit of a verified fact: somebody asks for the change, another person decides
-- it, and what was accepted is a sheet of its own ("change:<id>"). The rules that two
-- people could race each other past are held here.

-- +goose Up
-- What stands of one fact on a day, for a household (who null) or a person: the order of
-- core/registry's laying-over, for one path. Null for what is not known or was taken back.
-- +goose StatementBegin
create function registry_said(home bigint, who bigint, fact text, on_day date) returns jsonb language sql stable
set search_path = public, pg_temp as $$
    select nullif(said, 'null'::jsonb) from (
        select facts -> fact as said, valid_from, known_at, confidence, id from household_sheet
            where who is null and household = home and facts ? fact and valid_from <= on_day and known_at <= lianou_now()
        union all
        select facts -> fact, valid_from, known_at, confidence, id from person_sheet
            where person = who and facts ? fact and valid_from <= on_day and known_at <= lianou_now()) words
    order by valid_from desc, known_at desc, confidence desc, id desc limit 1
$$;
-- +goose StatementEnd
revoke execute on function registry_said(bigint, bigint, text, date) from public;
grant execute on function registry_said(bigint, bigint, text, date) to lianou_platform;

create sequence change_request_id_seq;
create table change_request (
    id         bigint primary key default nextval('change_request_id_seq'),
    region     text not null check (length(region) = 9),
    household  bigint not null,
    person     bigint, -- null: about the household
    path       text not null check (path ~ '^[a-z0-9_]{1,64}$'),
    was        jsonb,  -- what stood when it was asked for; null: nothing
    becomes    jsonb not null, -- 'null' takes the fact back
    valid_from date not null,
    origin     text not null check (origin in ('officer', 'citizen', 'visit')),
    reason     bytea not null, -- sealed
    evidence   text check (evidence ~ '^[0-9a-f]{64}$'),
    proposer   text not null check (proposer ~ '^(staff|citizen):[0-9A-Za-z-]{1,64}$'),
    made       timestamptz not null,
    state      text not null default 'open' check (state in ('open', 'accepted', 'refused', 'withdrawn')),
    decider    text check (decider ~ '^(staff|citizen):[0-9A-Za-z-]{1,64}$'),
    verdict    bytea, -- sealed: why it was decided so
    decided    timestamptz,
    constraint change_same check (was is distinct from nullif(becomes, 'null'::jsonb)),
    check ((state = 'open') = (decider is null) and (state = 'open') = (decided is null) and (state = 'open') = (verdict is null)),
    constraint change_two_people check (state not in ('accepted', 'refused') or (decider <> proposer and decider like 'staff:%')),
    constraint change_own check (state <> 'withdrawn' or decider = proposer)
);
create index change_request_household on change_request (household);
create index change_request_open on change_request (region, made) where state = 'open';
create index change_request_evidence on change_request (evidence) where evidence is not null;
-- One asks once; another may ask as well, and who decides second is told.
create unique index change_request_asked on change_request (household, coalesce(person, 0), path, proposer) where state = 'open';
call lianou_scope_table('change_request');
grant select, insert on change_request to lianou_platform;
grant update (state, decider, verdict, decided) on change_request to lianou_platform;
grant usage, select on sequence change_request_id_seq to lianou_platform;

-- +goose StatementBegin
create function change_request_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' then
            raise exception 'a request begins open' using errcode = 'check_violation', constraint = 'change_legal', table = 'change_request';
        end if;
        if not exists (select from household h where h.id = new.household and h.region = new.region)
           or (new.person is not null and not exists (select from membership m where m.household = new.household and m.person = new.person and m.until is null)) then
            raise exception 'nobody of this township' using errcode = 'foreign_key_violation', constraint = 'change_about', table = 'change_request';
        end if;
    elsif new.state = old.state then
        return new; -- it moved with its household
    elsif old.state <> 'open' then
        raise exception 'decided already' using errcode = 'check_violation', constraint = 'change_legal', table = 'change_request';
    end if;
    if new.state in ('open', 'accepted') then
        -- Two requests about one household are decided one after the other.
        perform 1 from household where id = new.household for update;
        if registry_said(new.household, new.person, new.path, new.valid_from) is distinct from new.was then
            raise exception 'another value stands meanwhile' using errcode = 'check_violation', constraint = 'change_meanwhile', table = 'change_request';
        end if;
    end if;
    return new;
end $$;

-- What was accepted is written: an accepted request without its sheet does not commit.
create function change_request_written() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state = 'accepted' and not exists (
        select from household_sheet where new.person is null and household = new.household and source = 'change:' || new.id
        union all select from person_sheet where person = new.person and source = 'change:' || new.id) then
        raise exception 'accepted and not written' using errcode = 'check_violation', constraint = 'change_written', table = 'change_request';
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger change_request_guard before insert or update on change_request for each row execute function change_request_guard();
create constraint trigger change_request_written after update on change_request deferrable initially deferred
    for each row execute function change_request_written();

-- Evidence is a file that a row names (00170).
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
        or exists (select from case_supplement where papers @> jsonb_build_array(jsonb_build_object('digest', wanted)))
$$;
-- +goose StatementEnd
drop table change_request;
drop sequence change_request_id_seq;
drop function change_request_written(), change_request_guard(), registry_said(bigint, bigint, text, date);
