-- Nobody is refused by a machine (security.md P19). What a job, or anybody with the application's
-- own role, could still do to a household in nobody's name is refused by the database: a case or an
-- item that is closed with no word of a person beside it, an adverse decision in the name of an
-- account that is none or of which no letter and no notice go out, monthly money that ends or a
-- month that is left out without what two people decided of it.
--
-- Most of it is asked at the end of the transaction, when all of it is written. Rows of before are
-- not judged anew.

-- +goose Up
-- +goose StatementBegin

-- Whether somebody, and no job, has a line in the timeline of a case at that instant: all that one
-- transaction writes has one, and its own is asked, not what a column says. What cannot be seen any
-- more when the transaction ends is not taken for lawful.
create function case_said_by_somebody(of_case bigint, of_time timestamptz) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from case_event e where e.case_id = of_case and e.at = of_time and e.actor_kind in ('staff', 'citizen'))
$$;

-- Settled is what has ended item by item. Withdrawn is somebody's word, or a case that no
-- application is left in: it lies with another case of the same person.
create function case_closed_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
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

-- What was matched and nobody asked for may go as it came; the rest goes by somebody's word.
create function claim_dropped_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    k claim%rowtype;
begin
    select * into k from claim where id = new.id;
    if not found or k.state = 'withdrawn' and not case_said_by_somebody(k.case_id, lianou_now())
       and (old.state <> 'proposed' or exists (select from casefile f where f.id = k.case_id and k.item = any (f.asked))) then
        raise exception 'an item is dropped by nobody'
            using errcode = 'check_violation', constraint = 'claim_dropped_by', table = 'claim';
    end if;
    return null;
end $$;

-- A name is an account's, of somebody who was here, whether or not they are today.
create function decision_named() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (select count(*) from staff_account a where a.id in (new.proposer, new.approver)) < 2 then
        raise exception 'decided by nobody'
            using errcode = 'check_violation', constraint = 'decision_named', table = tg_table_name;
    end if;
    return null;
end $$;

-- The household has it in a letter, and a notice of it goes out.
create function decision_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from letter l where l.decision = new.id)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.at)
            and not exists (select from telling t where t.claim_id = new.claim_id and t.source = new.id) then
        raise exception 'decided, and the household is not told'
            using errcode = 'check_violation', constraint = 'decision_told', table = 'decision';
    end if;
    return null;
end $$;

create function change_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from letter l where l.change = new.id)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.decided) then
        raise exception 'stopped, and the household is not told'
            using errcode = 'check_violation', constraint = 'change_told', table = 'benefit_change';
    end if;
    return null;
end $$;

-- The books of payments end nothing that the two people of a change did not.
create function payout_stop_decided() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from benefit_change b where b.claim_id = new.claim and b.kind = 'stop' and b.state = 'approved'
            and b.from_period = new.from_period and b.proposer = new.proposed_by and b.approver = new.by_staff) then
        raise exception 'money is stopped by nobody'
            using errcode = 'check_violation', constraint = 'payout_stop_decided', table = 'payout_stop';
    end if;
    return null;
end $$;

-- A month goes because the money ended before it, or comes again with another sum.
create function payout_cancelled_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from payout_stop s where s.claim = new.claim and s.from_period <= new.period)
       and not exists (select from payout_change c join payout_entitlement n on n.claim = c.claim and n.period = new.period and n.state <> 'cancelled'
            where c.claim = new.claim and c.from_period <= new.period) then
        raise exception 'a month is taken away by nobody'
            using errcode = 'check_violation', constraint = 'payout_cancelled_by', table = 'payout_entitlement';
    end if;
    return null;
end $$;

create function payout_member_stays() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from payout_stop s where s.claim = new.claim) then
        raise exception 'the months to come are let go by nobody'
            using errcode = 'check_violation', constraint = 'payout_member_stays', table = 'payout_member';
    end if;
    return null;
end $$;
-- +goose StatementEnd

create constraint trigger case_closed_by after update of state on casefile deferrable initially deferred
    for each row when (new.state in ('settled', 'withdrawn') and old.state <> new.state) execute function case_closed_by();
create constraint trigger claim_dropped_by after update of state on claim deferrable initially deferred
    for each row when (new.state = 'withdrawn' and old.state <> 'withdrawn') execute function claim_dropped_by();
create trigger decision_named after insert on decision for each row when (new.outcome <> 'approved') execute function decision_named();
create trigger change_named after insert or update of state on benefit_change
    for each row when (new.state = 'approved') execute function decision_named();
create constraint trigger decision_told after insert on decision deferrable initially deferred
    for each row when (new.outcome <> 'approved') execute function decision_told();
create constraint trigger change_told after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state = 'approved' and new.kind = 'stop') execute function change_told();
create constraint trigger payout_stop_decided after insert on payout_stop deferrable initially deferred
    for each row execute function payout_stop_decided();
create constraint trigger payout_cancelled_by after update of state on payout_entitlement deferrable initially deferred
    for each row when (new.state = 'cancelled' and old.state <> 'cancelled') execute function payout_cancelled_by();
create constraint trigger payout_member_stays after update of live on payout_member deferrable initially deferred
    for each row when (new.period = '' and old.live and not new.live) execute function payout_member_stays();

-- +goose Down
drop trigger payout_member_stays on payout_member;
drop trigger payout_cancelled_by on payout_entitlement;
drop trigger payout_stop_decided on payout_stop;
drop trigger change_told on benefit_change;
drop trigger decision_told on decision;
drop trigger change_named on benefit_change;
drop trigger decision_named on decision;
drop trigger claim_dropped_by on claim;
drop trigger case_closed_by on casefile;
drop function payout_member_stays, payout_cancelled_by, payout_stop_decided, change_told, decision_told, decision_named, claim_dropped_by, case_closed_by,
    case_said_by_somebody(bigint, timestamptz);
