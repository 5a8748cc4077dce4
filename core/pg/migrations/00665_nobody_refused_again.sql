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
create function person_made_one(of_gone bigint, of_kept bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    select exists (select from person_alias p where p.gone = of_gone and p.kept = of_kept and p.ended is null)
$$;

-- Whether two people said that they are one, and two that they are two again: rows that nobody ever
-- made one are not "two again", and those that were made one a second time are one.
create function person_made_two(of_gone bigint, of_kept bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    select exists (select from person_alias p where p.gone = of_gone and p.kept = of_kept and p.ended is not null) and not person_made_one(of_gone, of_kept)
$$;

-- Somebody said it in this transaction: their line in the timeline, and beside it the entry of the log
-- with their account, which waits to be chained (it leaves audit_pending only when it is). The line
-- alone passes for whoever it names. What remains is an entry in a name that is not the writer's own:
-- it stands in a log that nobody can take it out of, under the eyes of whom it names.
create or replace function case_said_by_somebody(of_case bigint, of_time timestamptz) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    select exists (select from case_event e where e.case_id = of_case and e.at = of_time and e.actor_kind in ('staff', 'citizen')
        and exists (select from audit_entry a join audit_pending p on p.entry = a.id where a.case_id = of_case and a.at = of_time and a.actor_kind = e.actor_kind
            and (a.actor_kind = 'citizen' or exists (select from staff_account s where s.id::text = a.actor_id and s.active))))
$$;

-- Two cases are linked while two people hold their rows for one person, and parted when two people
-- undid it or an officer found them to be two matters: now, and not on a day that the row gives itself.
create function case_joined_made() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' and (new.ended is not null or new.at <> lianou_now() or not person_made_one(new.gone, new.kept)
            or new.application is not null and 2 > (select count(*) from casefile f where f.id in (new.elder, new.younger) and f.person in (new.gone, new.kept)))
       or tg_op = 'UPDATE' and (old.ended is not null or new.ended is distinct from greatest(lianou_now(), old.at)
            or not person_made_two(new.gone, new.kept) and not case_said_by_somebody(new.elder, lianou_now())) then
        raise exception 'two cases are linked or parted by nobody'
            using errcode = 'check_violation', constraint = 'case_joined_made', table = 'case_joined';
    end if;
    return null;
end $$;

-- Settled is what has ended item by item. Withdrawn is somebody's word, or a case whose
-- application lies with another case of the same person, whose two rows people made one, and of
-- which nobody had taken up anything.
create or replace function case_closed_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    f casefile%rowtype;
begin
    select * into f from casefile where id = new.id;
    if not found or f.state = 'settled' and exists (select from claim k where k.case_id = f.id and k.state not in ('closed', 'withdrawn')
            and (k.state <> 'proposed' or k.item = any (f.asked)))
       or f.state = 'withdrawn' and not case_said_by_somebody(f.id, lianou_now())
            and not exists (select from case_joined j join casefile e on e.id = j.elder where j.younger = f.id and j.application is not null and j.ended is null
                and person_made_one(j.gone, j.kept) and f.person in (j.gone, j.kept) and e.person in (j.gone, j.kept)
                and not exists (select from claim k where k.case_id = f.id and k.state <> 'proposed')) then
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
       and not exists (select from case_joined j where j.elder = new.id and j.ended = greatest(lianou_now(), j.at) and j.application is not null
            and person_made_two(j.gone, j.kept)
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
            and j.ended = greatest(lianou_now(), j.at)
            and (person_made_two(j.gone, j.kept) or case_said_by_somebody(old.case_id, lianou_now())))
       and not ((case_said_by_somebody(old.case_id, lianou_now()) or case_said_by_somebody(new.case_id, lianou_now()))
            and not exists (select from case_application a where a.case_id = new.case_id and a.application <> new.application)) then
        raise exception 'an application is moved by nobody'
            using errcode = 'check_violation', constraint = 'application_moved_by', table = 'case_application';
    end if;
    return null;
end $$;

-- The household has the letter of this refusal or referral, about this item, and a notice of now.
create or replace function decision_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.at <> lianou_now() or not exists (select from letter l where l.decision = new.id and l.claim_id = new.claim_id)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created = new.at)
            and not exists (select from telling t where t.claim_id = new.claim_id and t.kind = new.outcome and t.source = new.id and t.at = new.at) then
        raise exception 'decided, and the household is not told'
            using errcode = 'check_violation', constraint = 'decision_told', table = 'decision';
    end if;
    return null;
end $$;

-- A change is decided now, whatever its row says; of another sum by a decision of its own, of the same
-- two people, on this item, of this sum: the letter of an older one tells of something else.
create or replace function change_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.decided <> lianou_now() or not exists (select from letter l where l.claim_id = new.claim_id and (l.change = new.id or l.decision = new.decision))
       or new.kind = 'change' and not exists (select from decision d where d.id = new.decision and d.claim_id = new.claim_id and d.outcome = 'approved'
            and d.amount = new.amount and d.at = new.decided and d.proposer = new.proposer and d.approver = new.approver)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created = new.decided) then
        raise exception 'stopped or changed, and the household is not told'
            using errcode = 'check_violation', constraint = 'change_told', table = 'benefit_change';
    end if;
    return null;
end $$;

-- The letter of a stop is written when it is decided, and not laid in beforehand, with other words:
-- there is one of each.
create function letter_of_decided() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from benefit_change b where b.id = new.change and b.claim_id = new.claim_id and b.state = 'approved') then
        raise exception 'a letter of what nobody decided'
            using errcode = 'check_violation', constraint = 'letter_of_decided', table = 'letter';
    end if;
    return new;
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

create constraint trigger case_joined_made after insert on case_joined deferrable initially deferred
    for each row execute function case_joined_made();
create constraint trigger case_joined_ended after update of ended on case_joined deferrable initially deferred
    for each row when (new.ended is distinct from old.ended) execute function case_joined_made();
create trigger letter_of_decided before insert on letter for each row when (new.change is not null) execute function letter_of_decided();
create constraint trigger case_unasked_by after update of asked on casefile deferrable initially deferred
    for each row when (not new.asked @> old.asked) execute function case_unasked_by();
create constraint trigger application_moved_by after update of case_id on case_application deferrable initially deferred
    for each row when (new.case_id <> old.case_id) execute function application_moved_by();
create constraint trigger payout_change_agreed after insert on payout_change deferrable initially deferred
    for each row execute function payout_change_agreed();
create constraint trigger change_told_sum after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state = 'approved' and new.kind = 'change') execute function change_told();
revoke execute on function person_made_one(bigint, bigint), person_made_two(bigint, bigint) from public;
grant execute on function person_made_one(bigint, bigint), person_made_two(bigint, bigint) to lianou_platform;

-- +goose Down
drop trigger change_told_sum on benefit_change;
drop trigger payout_change_agreed on payout_change;
drop trigger application_moved_by on case_application;
drop trigger case_unasked_by on casefile;
drop trigger letter_of_decided on letter;
drop trigger case_joined_ended on case_joined;
drop trigger case_joined_made on case_joined;
-- +goose StatementBegin
create or replace function case_said_by_somebody(of_case bigint, of_time timestamptz) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from case_event e where e.case_id = of_case and e.at = of_time and e.actor_kind in ('staff', 'citizen'))
$$;

create or replace function decision_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from letter l where l.decision = new.id)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.at)
            and not exists (select from telling t where t.claim_id = new.claim_id and t.source = new.id) then
        raise exception 'decided, and the household is not told'
            using errcode = 'check_violation', constraint = 'decision_told', table = 'decision';
    end if;
    return null;
end $$;

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
drop function payout_change_agreed, application_moved_by, case_unasked_by, letter_of_decided, case_joined_made, person_made_two(bigint, bigint), person_made_one(bigint, bigint);
drop index benefit_change_decision, case_joined_ended;
