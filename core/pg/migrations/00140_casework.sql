-- What the first weeks of casework taught: a case can always end, a second request
-- is part of the case, a case that was handed back waits for the county, and an
-- appeal is decided by somebody who did not decide before.

-- +goose Up

-- An item that was not wanted at acceptance may be asked for later.
insert into case_transition (entity, from_state, to_state) values ('claim', 'withdrawn', 'proposed') on conflict do nothing;

alter table casefile
    add column moves smallint not null default 0,     -- how often it was sent to another place: each is routed anew
    add column returned_by bigint,                    -- who handed it back: not the one to have it again
    add column beside boolean not null default false; -- reopened by an appeal while the household has a newer case
grant update (asked, moves, returned_by, beside) on casefile to lianou_platform;

-- A household has at most one open case, and beside it what an appeal reopened.
drop index casefile_open_household;
create unique index casefile_open_household on casefile (household)
    where household is not null and not beside and state not in ('settled', 'withdrawn');
drop index casefile_open_applicant;
create unique index casefile_open_applicant on casefile (applicant_key)
    where household is null and applicant_key <> '' and not beside and state not in ('settled', 'withdrawn');
-- The household's closed cases stand on the page of the open one.
create index casefile_household on casefile (household) where household is not null;

-- Each request keeps its own call and pictures, the first of a case and the later.
alter table case_application
    add column call_id   text not null default '',
    add column recording text not null default '',
    add column papers    jsonb not null default '[]';
create index case_application_call on case_application (call_id) where call_id <> '';
grant update (recording) on case_application to lianou_platform;

-- Written by nobody.
alter table claim drop column told_text;
alter table deadline drop constraint deadline_kind_check;
alter table deadline add constraint deadline_kind_check check (kind in ('accept', 'visit', 'decide', 'papers', 'supplement'));

-- The approver is nobody who wrote the application down, visited, is kin, or had a
-- part in an earlier refusal of the same claim (an appeal).
-- +goose StatementBegin
create or replace function decision_people_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff))
       or exists (select 1 from decision d where d.claim_id = new.claim_id and d.outcome <> 'approved'
                  and new.approver in (d.proposer, d.approver)) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'decision';
    end if;
    return new;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function decision_people_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff)) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'decision';
    end if;
    return new;
end $$;
-- +goose StatementEnd
alter table deadline drop constraint deadline_kind_check;
alter table deadline add constraint deadline_kind_check check (kind in ('contact', 'accept', 'visit', 'decide', 'papers', 'supplement'));
alter table claim add column told_text text not null default '';
grant update (told_text) on claim to lianou_platform;
alter table case_application drop column call_id, drop column recording, drop column papers;
drop index casefile_household;
drop index casefile_open_household;
create unique index casefile_open_household on casefile (household)
    where household is not null and state not in ('settled', 'withdrawn');
alter table casefile drop column moves, drop column returned_by, drop column beside;
delete from case_transition where entity = 'claim' and from_state = 'withdrawn' and to_state = 'proposed';
