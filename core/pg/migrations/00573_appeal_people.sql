-- Who refused a claim could end the appeal against it alone, by writing that the household gives
-- the item up: an appeal is taken back by two people who had no part in the decision, each by
-- name, or not at all. Whoever wrote an appeal down has no part in its answer. Each answer barred
-- two more people until nobody could act: from the third appeal on, those of the first decision,
-- of the one that stands and of the last answer are barred, and no more. A stop (death above all)
-- needs two people and not two new ones, and turning a change down changes nothing.

-- +goose Up
insert into case_transition (entity, from_state, to_state) values ('claim', 'referred', 'appealed'); -- sent on, and somebody says that it is theirs here

alter table appeal
    add column back_by      bigint check (back_by > 0),  -- who wrote down that the household does not want it any more
    add column back_why     text not null default '',
    add column withdrawn_by bigint check (withdrawn_by > 0), -- who asked them again, and took it back
    add column above        boolean not null default false,  -- the proposed sum is beyond what a township may decide
    add constraint appeal_back_two check (withdrawn_by <> back_by),
    add constraint appeal_back_why check ((back_by is null) = (back_why = ''));
grant update (back_by, back_why, withdrawn_by, above) on appeal to lianou_platform;
alter table benefit_change add column above boolean not null default false; -- as of an appeal

-- +goose StatementBegin
-- Who had a part in what an appeal asks about: an appeal of this claim against the decision `upto`,
-- said at `said`, with the number `nth`.
create function appeal_barred(claim bigint, upto bigint, said timestamptz, nth bigint) returns setof bigint language sql stable set search_path = public, pg_temp as $$
    with answers as (select e.id, e.reviewer, e.decider from appeal e where e.claim_id = claim and e.id < nth and e.state = 'answered'),
        ruled as (select d.id, d.proposer, d.approver from decision d where d.claim_id = claim and d.id <= upto),
        changes as (select b.id, b.proposer, b.approver from benefit_change b where b.claim_id = claim and b.state = 'approved' and b.decided <= said),
        few as (select count(*) < 2 as all_of_them from answers),
        parts as (
            select proposer, approver from ruled, few where all_of_them or id in ((select min(id) from ruled), (select max(id) from ruled))
            union all select proposer, approver from changes, few where all_of_them or id = (select max(id) from changes)
            union all select reviewer, decider from answers, few where all_of_them or id = (select max(id) from answers))
    select proposer from parts union select approver from parts
$$;

create or replace function appeal_bars(a appeal, who bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select who is not null and (who = a.taken_by
        or who in (select appeal_barred(a.claim_id, a.decision, a.at, a.id))
        or exists (select from case_conflict c where c.case_id = a.case_id and c.staff = who))
$$;

create or replace function appeal_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    was  decision%rowtype;
    is_  decision%rowtype;
    wrong text := '';
begin
    select * into was from decision where id = new.decision;
    if tg_op = 'INSERT' then
        if new.state <> 'open' or was.claim_id <> new.claim_id or was.digest <> new.digest or (was.outcome = 'approved') <> (new.about = 'grant')
           or exists (select from decision d where d.claim_id = new.claim_id and d.id > was.id) then
            wrong := 'appeal_of';
        end if;
    elsif old.state in ('answered', 'withdrawn') and new is distinct from old and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'appeal_final';
    elsif new.state = 'answered' then
        select * into is_ from decision where id = new.became;
        if new.became is not null and (is_.claim_id <> new.claim_id or is_.id <= was.id or is_.proposer <> new.reviewer or is_.approver <> new.decider) then
            wrong := 'appeal_became';
        elsif new.about = 'grant' and new.became is not null and is_.amount < was.amount then
            wrong := 'appeal_never_less';
        end if;
    end if;
    if wrong = '' and (tg_op = 'INSERT' or old.state in ('open', 'proposed')) then
        if appeal_bars(new, new.reviewer) or appeal_bars(new, new.decider) or appeal_bars(new, new.back_by) or appeal_bars(new, new.withdrawn_by) then
            wrong := 'appeal_people';
        elsif (new.state = 'withdrawn') <> (new.withdrawn_by is not null) or new.withdrawn_by is not null and new.back_by is null then
            wrong := 'appeal_back_two';
        end if;
    end if;
    if wrong <> '' then
        raise exception 'an appeal is not so' using errcode = 'check_violation', constraint = wrong, table = 'appeal';
    end if;
    return new;
end $$;

create or replace function appeal_holds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    a appeal%rowtype;
begin
    if tg_table_name = 'benefit_change' then
        if new.kind = 'stop' or new.state = 'rejected' then
            return new;
        end if;
    end if;
    select * into a from appeal where claim_id = new.claim_id and state in ('open', 'proposed');
    if found and (appeal_bars(a, new.proposer) or appeal_bars(a, new.approver)) then
        raise exception 'decided by somebody who may not' using errcode = 'check_violation', constraint = 'decision_people', table = tg_table_name;
    end if;
    return new;
end $$;

-- A claim is not given up under an appeal that nobody has answered or taken back.
create function appeal_waits() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from appeal where claim_id = new.id and state in ('open', 'proposed')) then
        raise exception 'given up under an appeal' using errcode = 'check_violation', constraint = 'appeal_waits', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
-- After claim_guard, by its name: what is no step at all is refused as that.
create trigger claim_under_appeal before update of state on claim for each row when (new.state = 'withdrawn' and old.state <> 'withdrawn') execute function appeal_waits();

-- +goose Down
drop trigger claim_under_appeal on claim;
drop function appeal_waits();
-- +goose StatementBegin
create or replace function appeal_holds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    a appeal%rowtype;
begin
    select * into a from appeal where claim_id = new.claim_id and state in ('open', 'proposed');
    if found and (appeal_bars(a, new.proposer) or appeal_bars(a, new.approver)) then
        raise exception 'decided by somebody who may not' using errcode = 'check_violation', constraint = 'decision_people', table = tg_table_name;
    end if;
    return new;
end $$;

create or replace function appeal_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    was  decision%rowtype;
    is_  decision%rowtype;
    wrong text := '';
begin
    select * into was from decision where id = new.decision;
    if tg_op = 'INSERT' then
        if new.state <> 'open' or was.claim_id <> new.claim_id or was.digest <> new.digest or (was.outcome = 'approved') <> (new.about = 'grant')
           or exists (select from decision d where d.claim_id = new.claim_id and d.id > was.id) then
            wrong := 'appeal_of';
        end if;
    elsif old.state in ('answered', 'withdrawn') and new is distinct from old and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'appeal_final';
    elsif new.state = 'answered' then
        select * into is_ from decision where id = new.became;
        if new.became is not null and (is_.claim_id <> new.claim_id or is_.id <= was.id or is_.proposer <> new.reviewer or is_.approver <> new.decider) then
            wrong := 'appeal_became';
        elsif new.about = 'grant' and new.became is not null and is_.amount < was.amount then
            wrong := 'appeal_never_less';
        end if;
    end if;
    if wrong = '' and (appeal_bars(new, new.reviewer) or appeal_bars(new, new.decider)) then
        wrong := 'appeal_people';
    end if;
    if wrong <> '' then
        raise exception 'an appeal is not so' using errcode = 'check_violation', constraint = wrong, table = 'appeal';
    end if;
    return new;
end $$;

create or replace function appeal_bars(a appeal, who bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select who is not null and (
        exists (select from decision d where d.claim_id = a.claim_id and d.id <= a.decision and who in (d.proposer, d.approver))
        or exists (select from benefit_change b where b.claim_id = a.claim_id and b.state = 'approved' and b.decided <= a.at and who in (b.proposer, b.approver))
        or exists (select from appeal e where e.claim_id = a.claim_id and e.id < a.id and e.state = 'answered' and who in (e.reviewer, e.decider))
        or exists (select from case_conflict c where c.case_id = a.case_id and c.staff = who))
$$;
-- +goose StatementEnd
drop function appeal_barred(bigint, bigint, timestamptz, bigint);
alter table benefit_change drop column above;
alter table appeal drop constraint appeal_back_two, drop constraint appeal_back_why, drop column back_by, drop column back_why, drop column withdrawn_by, drop column above;
delete from case_transition where entity = 'claim' and from_state = 'referred' and to_state = 'appealed';
