-- Four ways round 00662 (security.md P19), found by an attacker who has the application's own role:
-- what a household asked for is emptied and then dropped, or its application is carried to another
-- case and its own withdrawn; another sum is paid on that no change decided, and of a change that was
-- decided neither letter nor notice goes out; an item is told over and nobody was told. And a decision
-- that nobody signed, in a city that signs (P16).
--
-- Like there, it is asked at the end of the transaction, of what it wrote, by index.

-- +goose Up
-- +goose StatementBegin

-- What a household asked for goes from its case by somebody's word, or with the application that had
-- asked for it when the two cases are taken apart again (00460), which somebody did.
create function case_asked_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not case_said_by_somebody(new.id, lianou_now())
       and not exists (select from case_joined j join staff_account a on a.id = j.ender
            where j.elder = new.id and j.ended = greatest(lianou_now(), j.at) and array(select unnest(old.asked) except select unnest(new.asked)) <@ j.asked) then
        raise exception 'what was asked for is forgotten by nobody'
            using errcode = 'check_violation', constraint = 'case_asked_by', table = 'casefile';
    end if;
    return null;
end $$;

-- An application lies with another case because two rows are one person or two after all, or by
-- somebody's word.
create function case_application_moved_by() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from case_joined j where j.application = new.application
            and (j.elder, j.younger) = (new.case_id, old.case_id) and j.at = lianou_now() and j.ended is null)
       and not exists (select from case_joined j join staff_account a on a.id = j.ender where j.application = new.application
            and (j.elder, j.younger) = (old.case_id, new.case_id) and j.ended = greatest(lianou_now(), j.at))
       and not case_said_by_somebody(old.case_id, lianou_now()) then
        raise exception 'an application is moved by nobody'
            using errcode = 'check_violation', constraint = 'case_application_moved_by', table = 'case_application';
    end if;
    return null;
end $$;

-- "Told" (已告知) is a proven state: a notice of this item reached somebody, by whichever way.
create function claim_told_heard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from notice n where n.case_id = new.case_id and n.state = 'confirmed'
            and (n.claim = new.id or exists (select from telling t where t.notice = n.id and t.claim_id = new.id))) then
        raise exception 'told, and nobody heard it'
            using errcode = 'check_violation', constraint = 'claim_told_heard', table = 'claim';
    end if;
    return null;
end $$;

create function payout_change_decided() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from benefit_change b where b.claim_id = new.claim and b.kind = 'change' and b.state = 'approved'
            and b.decision = new.decision and b.amount = new.amount and b.from_period = new.from_period) then
        raise exception 'another sum is paid by nobody''s decision'
            using errcode = 'check_violation', constraint = 'payout_change_decided', table = 'payout_change';
    end if;
    return null;
end $$;

create or replace function change_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from letter l where l.change = new.id or new.decision is not null and l.decision = new.decision)
       or not exists (select from notice n where n.case_id = new.case_id and n.claim = new.claim_id and n.created >= new.decided) then
        raise exception 'stopped or changed, and the household is not told'
            using errcode = 'check_violation', constraint = 'change_told', table = 'benefit_change';
    end if;
    return null;
end $$;

-- A city that has signed a decision signs them all.
create function decision_unsigned() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from decision_signature where key_id > 0 limit 1)
       and not exists (select from decision_signature s where s.kind = tg_argv[0] and s.of_id = new.id and s.by_staff = new.approver) then
        raise exception 'decided, and not signed by who decided'
            using errcode = 'check_violation', constraint = 'decision_unsigned', table = tg_table_name;
    end if;
    return null;
end $$;
-- +goose StatementEnd

create constraint trigger case_asked_by after update of asked on casefile deferrable initially deferred
    for each row when (not (new.asked @> old.asked)) execute function case_asked_by();
create constraint trigger case_application_moved_by after update of case_id on case_application deferrable initially deferred
    for each row when (new.case_id <> old.case_id) execute function case_application_moved_by();
create constraint trigger claim_told_heard after update of state on claim deferrable initially deferred
    for each row when (new.state = 'told' and old.state <> 'told') execute function claim_told_heard();
create constraint trigger payout_change_decided after insert on payout_change deferrable initially deferred
    for each row execute function payout_change_decided();
drop trigger change_told on benefit_change;
create constraint trigger change_told after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state = 'approved') execute function change_told();
create constraint trigger decision_unsigned after insert on decision deferrable initially deferred
    for each row execute function decision_unsigned('decision');
create constraint trigger change_unsigned after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state in ('approved', 'rejected')) execute function decision_unsigned('change');

-- +goose Down
drop trigger change_unsigned on benefit_change;
drop trigger decision_unsigned on decision;
drop trigger change_told on benefit_change;
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
-- +goose StatementEnd
create constraint trigger change_told after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state = 'approved' and new.kind = 'stop') execute function change_told();
drop trigger payout_change_decided on payout_change;
drop trigger claim_told_heard on claim;
drop trigger case_application_moved_by on case_application;
drop trigger case_asked_by on casefile;
drop function decision_unsigned, payout_change_decided, claim_told_heard, case_application_moved_by, case_asked_by;
