-- What 00662 left open to whoever holds the application's own role: what a household asked for was
-- emptied and then dropped; its applications were carried to any other case of the township and the
-- case withdrawn as one that has none; a decision of another sum was paid on with no change that two
-- people decided, or with one that the household never heard of.
--
-- Asked at the end of the transaction; each look-up goes by an index. Rows of before are not judged anew.

-- +goose Up
create index case_joined_ended on case_joined (elder) where ended is not null;
create index benefit_change_decision on benefit_change (decision) where decision is not null;

-- +goose StatementBegin
-- Whether two rows of the register are one person by the word of two people (00592), and still are.
create function person_made_one(of_gone bigint, of_kept bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from person_alias p where p.gone = of_gone and p.kept = of_kept and p.ended is null)
$$;

-- Settled is what has ended item by item. Withdrawn is somebody's word, or a case whose
-- application lies with another case of the same person, whose two rows people made one.
create or replace function case_closed_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    f casefile%rowtype;
begin
    select * into f from casefile where id = new.id;
    if not found or f.state = 'settled' and exists (select from claim k where k.case_id = f.id and k.state not in ('closed', 'withdrawn')
            and (k.state <> 'proposed' or k.item = any (f.asked)))
       or f.state = 'withdrawn' and not case_said_by_somebody(f.id, lianou_now())
            and not exists (select from case_joined j join casefile e on e.id = j.elder where j.younger = f.id and j.application is not null and j.ended is null
                and person_made_one(j.gone, j.kept) and f.person in (j.gone, j.kept) and e.person in (j.gone, j.kept)) then
        raise exception 'a case is closed by nobody'
            using errcode = 'check_violation', constraint = 'case_closed_by', table = 'casefile';
    end if;
    return null;
end $$;

-- What was asked for is forgotten by somebody's word, or as far as only an application asked for it
-- that went back to its own case, because two people undid that two rows are one.
create function case_unasked_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not case_said_by_somebody(new.id, lianou_now())
       and not exists (select from case_joined j where j.elder = new.id and j.ended is not null and j.ended >= lianou_now() and j.application is not null
            and not person_made_one(j.gone, j.kept)
            and array(select unnest(old.asked) except select unnest(new.asked)) <@ j.asked) then
        raise exception 'what was asked for is forgotten by nobody'
            using errcode = 'check_violation', constraint = 'case_unasked_by', table = 'casefile';
    end if;
    return null;
end $$;

-- An application lies with another case because people made two rows of the register one, or goes
-- back because they undid it. By somebody's word it gets a case of its own, and no other's.
create function application_moved_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from case_joined j join casefile f on f.id = j.younger join casefile e on e.id = j.elder
            where j.elder = new.case_id and j.younger = old.case_id and j.application = new.application and j.ended is null
            and person_made_one(j.gone, j.kept) and f.person in (j.gone, j.kept) and e.person in (j.gone, j.kept))
       and not exists (select from case_joined j where j.elder = old.case_id and j.younger = new.case_id and j.application = new.application
            and j.ended is not null and j.ended >= lianou_now()
            and (not person_made_one(j.gone, j.kept) or case_said_by_somebody(old.case_id, lianou_now())))
       and not ((case_said_by_somebody(old.case_id, lianou_now()) or case_said_by_somebody(new.case_id, lianou_now()))
            and not exists (select from case_application a where a.case_id = new.case_id and a.application <> new.application)) then
        raise exception 'an application is moved by nobody'
            using errcode = 'check_violation', constraint = 'application_moved_by', table = 'case_application';
    end if;
    return null;
end $$;

create or replace function change_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from letter l where l.case_id = new.case_id and (l.change = new.id or l.decision = new.decision))
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.decided) then
        raise exception 'stopped or changed, and the household is not told'
            using errcode = 'check_violation', constraint = 'change_told', table = 'benefit_change';
    end if;
    return null;
end $$;

-- Another sum is what two people of a change decided: of this item, this sum, from this month.
create function payout_change_agreed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from benefit_change b where b.decision = new.decision and b.claim_id = new.claim and b.kind = 'change' and b.state = 'approved'
            and b.amount = new.amount and b.from_period = new.from_period) then
        raise exception 'money is changed by nobody'
            using errcode = 'check_violation', constraint = 'payout_change_agreed', table = 'payout_change';
    end if;
    return null;
end $$;
-- +goose StatementEnd

create constraint trigger case_unasked_by after update of asked on casefile deferrable initially deferred
    for each row when (not new.asked @> old.asked) execute function case_unasked_by();
create constraint trigger application_moved_by after update of case_id on case_application deferrable initially deferred
    for each row when (new.case_id <> old.case_id) execute function application_moved_by();
create constraint trigger payout_change_agreed after insert on payout_change deferrable initially deferred
    for each row execute function payout_change_agreed();
create constraint trigger change_told_sum after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state = 'approved' and new.kind = 'change') execute function change_told();

-- +goose Down
drop trigger change_told_sum on benefit_change;
drop trigger payout_change_agreed on payout_change;
drop trigger application_moved_by on case_application;
drop trigger case_unasked_by on casefile;
-- +goose StatementBegin
create or replace function change_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from letter l where l.change = new.id)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.decided) then
        raise exception 'stopped, and the household is not told'
            using errcode = 'check_violation', constraint = 'change_told', table = 'benefit_change';
    end if;
    return null;
end $$;

create or replace function case_closed_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    f casefile%rowtype;
begin
    select * into f from casefile where id = new.id;
    if not found or f.state = 'settled' and exists (select from claim k where k.case_id = f.id and k.state not in ('closed', 'withdrawn')
            and (k.state <> 'proposed' or k.item = any (f.asked)))
       or f.state = 'withdrawn' and not case_said_by_somebody(f.id, lianou_now())
            and exists (select from case_application a where a.case_id = f.id) then
        raise exception 'a case is closed by nobody'
            using errcode = 'check_violation', constraint = 'case_closed_by', table = 'casefile';
    end if;
    return null;
end $$;
-- +goose StatementEnd
drop function payout_change_agreed, application_moved_by, case_unasked_by, person_made_one(bigint, bigint);
drop index benefit_change_decision, case_joined_ended;
