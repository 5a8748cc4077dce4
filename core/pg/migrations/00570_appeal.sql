-- An appeal (复核、申诉) is a row of its own: against which decision, what the person says, at
-- which door, by when it is answered, who looks at it anew, and what came of it (F81). Nobody
-- who proposed or decided before, or answered an earlier one, has a part in it, nor kin; two
-- new people answer. What was granted goes on meanwhile and is never less for having asked.

-- +goose Up
alter table case_transition drop constraint case_transition_entity_check;
alter table case_transition add constraint case_transition_entity_check check (entity in ('application', 'case', 'claim', 'appeal'));
insert into case_transition (entity, from_state, to_state) values
    ('appeal', '', 'open'),
    ('appeal', 'open', 'proposed'),     -- about what was granted: one proposes an answer, another decides
    ('appeal', 'open', 'answered'),     -- about a refusal: the new decision is the answer
    ('appeal', 'open', 'withdrawn'),
    ('appeal', 'proposed', 'open'),     -- sent back to be looked at again
    ('appeal', 'proposed', 'answered'),
    ('appeal', 'proposed', 'withdrawn');

create table appeal (
    id          bigint generated always as identity primary key,
    claim_id    bigint not null,
    case_id     bigint not null,
    region      text not null,
    about       text not null check (about in ('refusal', 'grant')),
    decision    bigint not null references decision (id),
    digest      text not null check (digest ~ '^[0-9a-f]{64}$'), -- of that decision
    says        bytea not null, -- sealed with the case's key
    door        text not null check (door in ('desk', 'window', 'hotline', 'app', 'miniprogram')),
    taken_by    bigint check (taken_by > 0), -- who wrote it down for the person; null: they did themselves
    at          timestamptz not null,
    due         date not null,  -- the days that the first decision left (F55)
    law         text not null default '',
    state       text not null default 'open',
    reviewer    bigint check (reviewer > 0), -- who looks at it anew
    outcome     text check (outcome in ('changed', 'stands', 'otherwise')),
    amount      bigint check (amount > 0),   -- fen a month, as proposed
    from_period text check (from_period ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
    reasons     text not null default '',    -- as the household reads them
    sent_back   text not null default '',
    decider     bigint check (decider > 0),
    answered    timestamptz,
    became      bigint references decision (id),
    constraint appeal_two_people check (decider <> reviewer),
    check ((amount is null) = (from_period is null)),
    check ((state = 'answered') = (answered is not null)),
    check (state not in ('proposed', 'answered') or (reviewer is not null and outcome is not null and reasons <> '')),
    check (state <> 'answered' or decider is not null),
    check (state <> 'answered' or about = 'grant' or became is not null),
    check (state <> 'answered' or outcome <> 'changed' or became is not null),
    check (outcome <> 'otherwise' or about = 'grant'),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create unique index appeal_open on appeal (claim_id) where state in ('open', 'proposed');
create index appeal_case on appeal (case_id);
create index appeal_list on appeal (region, due) where state in ('open', 'proposed');
call lianou_scope_table('appeal');
grant select, insert on appeal to lianou_platform;
grant update (state, reviewer, outcome, amount, from_period, reasons, sent_back, decider, answered, became) on appeal to lianou_platform;

-- +goose StatementBegin
-- Whether somebody had a part in what an appeal asks about.
create function appeal_bars(a appeal, who bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select who is not null and (
        exists (select from decision d where d.claim_id = a.claim_id and d.id <= a.decision and who in (d.proposer, d.approver))
        or exists (select from benefit_change b where b.claim_id = a.claim_id and b.state = 'approved' and b.decided <= a.at and who in (b.proposer, b.approver))
        or exists (select from appeal e where e.claim_id = a.claim_id and e.id < a.id and e.state = 'answered' and who in (e.reviewer, e.decider))
        or exists (select from case_conflict c where c.case_id = a.case_id and c.staff = who))
$$;

create function appeal_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
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

-- While an appeal is open nobody who had a part before decides anew or changes the money.
create function appeal_holds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    a appeal%rowtype;
begin
    select * into a from appeal where claim_id = new.claim_id and state in ('open', 'proposed');
    if found and (appeal_bars(a, new.proposer) or appeal_bars(a, new.approver)) then
        raise exception 'decided by somebody who may not' using errcode = 'check_violation', constraint = 'decision_people', table = tg_table_name;
    end if;
    return new;
end $$;

-- Nor does one of them propose on the claim itself.
create function appeal_proposer() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    a appeal%rowtype;
begin
    select * into a from appeal where claim_id = new.id and state in ('open', 'proposed');
    if found and appeal_bars(a, new.proposer) then
        raise exception 'proposed by somebody who may not' using errcode = 'check_violation', constraint = 'appeal_people', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
-- Before appeal_guard, by its name: what is no step at all is refused as that.
create trigger appeal_forward before insert or update of state on appeal for each row execute function casefile_guard('appeal');
create trigger appeal_guard before insert or update on appeal for each row execute function appeal_guard();
create trigger appeal_holds before insert on decision for each row execute function appeal_holds();
create trigger appeal_holds before insert or update on benefit_change for each row execute function appeal_holds();
create trigger appeal_proposer before update of state on claim for each row when (new.state = 'reviewed' and old.state <> 'reviewed') execute function appeal_proposer();

-- +goose Down
drop trigger appeal_proposer on claim;
drop trigger appeal_holds on benefit_change;
drop trigger appeal_holds on decision;
drop function appeal_bars(appeal, bigint);
drop table appeal;
drop function appeal_proposer(), appeal_holds(), appeal_guard();
delete from case_transition where entity = 'appeal';
alter table case_transition drop constraint case_transition_entity_check;
alter table case_transition add constraint case_transition_entity_check check (entity in ('application', 'case', 'claim'));
