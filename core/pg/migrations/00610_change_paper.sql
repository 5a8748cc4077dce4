-- An objection that an officer wrote down for the wrong family could only be answered, and the
-- family heard the answer to what it never asked: another person says that it was a mistake, and
-- nobody is told. And a fact that an authority's paper says was written by two people and a
-- sentence: which paper it was, its number and day, is kept beside the request.

-- +goose Up
alter table change_request drop constraint change_request_state_check,
    drop constraint change_two_people, drop constraint change_both;
alter table change_request
    add column paper bytea, -- sealed: the number of the paper, its day, and who wrote them here
    add constraint change_request_state_check check (state in ('open', 'accepted', 'refused', 'withdrawn', 'mistaken')),
    add constraint change_mistaken check (state <> 'mistaken' or origin = 'citizen'),
    add constraint change_two_people check (state not in ('accepted', 'refused', 'mistaken') or (decider <> proposer and decider like 'staff:%')),
    add constraint change_both check (state not in ('accepted', 'refused', 'mistaken') or decider is distinct from seconder);
grant update (paper) on change_request to lianou_platform;

-- +goose StatementBegin
create or replace function change_seen_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state in ('accepted', 'refused', 'mistaken') and old.state = 'open' and exists (
        select from change_request v where v.household = new.household and v.person is not distinct from new.person and v.path = new.path
            and (v.origin = 'visit' and v.made > new.decided - interval '1 year' and new.decider in (v.proposer, v.seconder)
                -- nor does whoever stands behind the value that is disputed say that nobody disputes it
                or new.state = 'mistaken' and v.state = 'accepted' and new.decider in (v.proposer, v.seconder, v.decider))) then
        raise exception 'decided by who was there' using errcode = 'check_violation', constraint = 'change_both', table = 'change_request';
    end if;
    return new;
end $$;

-- Whether a paper says it: not that there is none. Requests of before lack it as those of a
-- visit and of a citizen do, until somebody decides.
create function change_papered() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.paper is distinct from old.paper and (old.paper is not null or old.state <> 'open') then
        raise exception 'the paper is named once' using errcode = 'restrict_violation', constraint = 'change_paper_once', table = 'change_request';
    end if;
    if new.state = 'accepted' and old.state = 'open' and new.paper is null
            and new.path in ('hukou', 'disability', 'orphan', 'lost_only_child', 'veteran', 'house_grade')
            and new.becomes not in ('null', 'false', '{}') then
        raise exception 'no paper says it' using errcode = 'check_violation', constraint = 'change_paper', table = 'change_request';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger change_papered before update of state, paper on change_request for each row execute function change_papered();

-- +goose Down
select set_config('lianou.city', 'on', true);
-- +goose StatementBegin
do $$
begin
    if exists (select from change_request where state = 'mistaken' or paper is not null) then
        raise exception 'an objection of nobody, or the number of a paper, cannot be told without 00610';
    end if;
end $$;
create or replace function change_seen_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state in ('accepted', 'refused') and old.state = 'open' and exists (
        select from change_request v where v.household = new.household and v.person is not distinct from new.person and v.path = new.path
            and v.origin = 'visit' and v.made > new.decided - interval '1 year' and new.decider in (v.proposer, v.seconder)) then
        raise exception 'decided by who was there' using errcode = 'check_violation', constraint = 'change_both', table = 'change_request';
    end if;
    return new;
end $$;
-- +goose StatementEnd
select set_config('lianou.city', '', true);
drop trigger change_papered on change_request;
drop function change_papered();
alter table change_request drop constraint change_mistaken, drop constraint change_request_state_check,
    drop constraint change_two_people, drop constraint change_both, drop column paper;
alter table change_request
    add constraint change_request_state_check check (state in ('open', 'accepted', 'refused', 'withdrawn')),
    add constraint change_two_people check (state not in ('accepted', 'refused') or (decider <> proposer and decider like 'staff:%')),
    add constraint change_both check (state not in ('accepted', 'refused') or decider is distinct from seconder);
