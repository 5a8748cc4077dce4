-- The legal steps of everything that moves: beside application, case, claim and appeal now
-- the visit, the public notice, the different opinion on it, the decision, a month of money
-- with its batch, its line and its mending, and the telling of people. They are rows of
-- case_transition and no words in functions: what the database refuses, what `lianou verify`
-- replays and what docs/states.md draws is one list (F58, P19).
--
-- Money moves a hundred thousand rows at a time, so the guard of those tables looks once
-- after a statement at all rows that changed.

-- +goose Up
alter table case_transition drop constraint case_transition_entity_check;
alter table case_transition add constraint case_transition_entity_check check (entity in ('application', 'case', 'claim', 'appeal',
    'visit', 'notice', 'objection', 'decision', 'payment', 'batch', 'line', 'card', 'telling', 'attempt'));
insert into case_transition (entity, from_state, to_state) values
    ('visit', '', 'planned'),
    ('visit', 'planned', 'recorded'),
    ('visit', 'recorded', 'confirmed'), -- the other visitor stands behind it

    ('notice', '', 'up'),
    ('notice', 'up', 'ended'),
    ('notice', 'up', 'stopped'),

    ('objection', '', 'waiting'),
    ('objection', 'waiting', 'founded'),
    ('objection', 'waiting', 'unfounded'),

    ('decision', '', 'approved'), -- and stays: another outcome is another decision
    ('decision', '', 'refused'),
    ('decision', '', 'referred'),

    ('payment', '', 'due'),
    ('payment', 'due', 'batched'),
    ('payment', 'due', 'cancelled'),
    ('payment', 'batched', 'due'), -- the batch was discarded
    ('payment', 'batched', 'sent'),
    ('payment', 'batched', 'paid'), -- the bank's answer came before its receipt
    ('payment', 'batched', 'returned'),
    ('payment', 'sent', 'paid'),
    ('payment', 'sent', 'returned'),
    ('payment', 'sent', 'due'), -- the bank refused the file as a whole
    ('payment', 'returned', 'fixing'),
    ('payment', 'returned', 'cancelled'),
    ('payment', 'fixing', 'due'),
    ('payment', 'fixing', 'returned'), -- the second person did not agree
    ('payment', 'fixing', 'cancelled'),

    ('batch', '', 'draft'),
    ('batch', 'draft', 'approved'),
    ('batch', 'draft', 'discarded'),
    ('batch', 'approved', 'file_written'),
    ('batch', 'file_written', 'sent'),
    ('batch', 'file_written', 'refused'),
    ('batch', 'sent', 'answered'),
    ('batch', 'sent', 'refused'),
    ('batch', 'refused', 'sent'), -- the bank booked it after all, said two people
    ('batch', 'refused', 'closed'),
    ('batch', 'answered', 'closed'),

    ('line', '', 'ordered'),
    ('line', 'ordered', 'paid'),
    ('line', 'ordered', 'returned'),
    ('line', 'ordered', 'void'),

    ('card', '', 'open'),
    ('card', 'open', 'proposed'),
    ('card', 'open', 'cancelled'),
    ('card', 'proposed', 'open'),
    ('card', 'proposed', 'confirmed'),
    ('card', 'proposed', 'cancelled'),

    ('telling', '', 'queued'),
    ('telling', 'queued', 'sent'),
    ('telling', 'queued', 'untold'),
    ('telling', 'queued', 'confirmed'),
    ('telling', 'sent', 'untold'),
    ('telling', 'sent', 'confirmed'),
    ('telling', 'untold', 'confirmed'), -- a late report is good news

    ('attempt', '', 'intended'),
    ('attempt', 'intended', 'later'),
    ('attempt', 'intended', 'unknown'),
    ('attempt', 'intended', 'missed'),
    ('attempt', 'intended', 'accepted'),
    ('attempt', 'intended', 'delivered'),
    ('attempt', 'intended', 'refused'),
    ('attempt', 'later', 'intended'),
    ('attempt', 'later', 'unknown'),
    ('attempt', 'later', 'missed'),
    ('attempt', 'later', 'accepted'),
    ('attempt', 'later', 'delivered'),
    ('attempt', 'later', 'refused'),
    ('attempt', 'unknown', 'intended'),
    ('attempt', 'unknown', 'later'),
    ('attempt', 'unknown', 'missed'),
    ('attempt', 'unknown', 'accepted'),
    ('attempt', 'unknown', 'delivered'),
    ('attempt', 'unknown', 'refused'),
    ('attempt', 'missed', 'intended'),
    ('attempt', 'missed', 'later'),
    ('attempt', 'missed', 'unknown'),
    ('attempt', 'missed', 'accepted'),
    ('attempt', 'missed', 'delivered'),
    ('attempt', 'missed', 'refused'),
    ('attempt', 'accepted', 'delivered'),
    ('attempt', 'accepted', 'refused'),
    ('attempt', 'refused', 'delivered');

-- Where a thing stands that had no word for it. A record of before two people were asked for
-- is its visitor's word and confirmed by nobody; it stays as it was (00135).
alter table visit add column state text not null generated always as
    (case when done is null then 'planned' when recorded_by is not null and seconded is null then 'recorded' else 'confirmed' end) stored;
alter table objection add column state text not null generated always as (coalesce(outcome, 'waiting')) stored;

-- +goose StatementBegin
create function legal_steps() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if exists (select from fresh n where not exists (select from case_transition t
                where t.entity = tg_argv[0] and t.from_state = '' and t.to_state = n.state)) then
            raise exception 'illegal birth of %', tg_argv[0]
                using errcode = 'check_violation', constraint = 'case_transition', table = tg_table_name;
        end if;
    elsif exists (select from fresh n join was o using (id) where n.state <> o.state and not exists (select from case_transition t
            where t.entity = tg_argv[0] and t.from_state = o.state and t.to_state = n.state)) then
        raise exception 'illegal step of %', tg_argv[0]
            using errcode = 'check_violation', constraint = 'case_transition', table = tg_table_name;
    end if;
    return null;
end $$;

-- What two people signed is not written anew: another look is another visit. What of it waits
-- for somebody's word before a department is asked (00584) is no part of what was signed.
create function visit_final() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (to_jsonb(new) - array['region', 'seconded_by', 'seconded', 'state', 'means_held']) <> (to_jsonb(old) - array['region', 'seconded_by', 'seconded', 'state', 'means_held'])
       or old.seconded is not null and (new.seconded, new.seconded_by) is distinct from (old.seconded, old.seconded_by) then
        raise exception 'a visit that took place stays as it was written'
            using errcode = 'check_violation', constraint = 'visit_final', table = 'visit';
    end if;
    return new;
end $$;

-- A notice that came down says when and what it said for good.
create function notice_final() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (to_jsonb(new) - array['region', 'state']) <> (to_jsonb(old) - array['region', 'state']) then
        raise exception 'a public notice stays as it hung'
            using errcode = 'check_violation', constraint = 'notice_final', table = 'public_notice';
    end if;
    return new;
end $$;

-- The steps are rows now; what is left here is what no row says.
create or replace function payout_batch_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; s numeric; good numeric; back numeric; live bigint;
begin
    if tg_op = 'UPDATE' then
        if (new.created_by, new.lines, new.total, new.digest, new.created)
           is distinct from (old.created_by, old.lines, old.total, old.digest, old.created) then
            raise exception 'a batch keeps what it declared'
                using errcode = 'check_violation', constraint = 'payout_declared', table = 'payout_batch';
        end if;
        if new.state = old.state then
            return new;
        end if;
    end if;
    select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where state = 'paid'), 0),
           coalesce(sum(amount) filter (where state = 'returned'), 0), count(*) filter (where state = 'ordered')
        into n, s, good, back, live from payout_line where batch = new.id;
    if n <> new.lines or s <> new.total then
        raise exception 'lines do not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_totals', table = 'payout_batch';
    end if;
    if new.state in ('answered', 'closed') and new.refused = ''
       and (live <> 0 or good <> new.paid or back <> new.returned or good + back <> new.total) then
        raise exception 'the answer does not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_answer', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd

drop trigger payout_entitlement_guard on payout_entitlement;
drop function payout_entitlement_guard;
drop trigger notice_forward on notice;
drop trigger notice_attempt_forward on notice_attempt;
drop function notice_forward;

create trigger visit_born after insert on visit referencing new table as fresh for each statement execute function legal_steps('visit');
create trigger visit_steps after update on visit referencing old table as was new table as fresh for each statement execute function legal_steps('visit');
create trigger visit_final before update on visit for each row when (old.done is not null) execute function visit_final();
create trigger public_notice_born after insert on public_notice referencing new table as fresh for each statement execute function legal_steps('notice');
create trigger public_notice_steps after update on public_notice referencing old table as was new table as fresh
    for each statement execute function legal_steps('notice');
create trigger notice_final before update on public_notice for each row execute function notice_final();
create trigger objection_born after insert on objection referencing new table as fresh for each statement execute function legal_steps('objection');
create trigger objection_steps after update on objection referencing old table as was new table as fresh
    for each statement execute function legal_steps('objection');
create trigger payment_born after insert on payout_entitlement referencing new table as fresh for each statement execute function legal_steps('payment');
create trigger payment_steps after update on payout_entitlement referencing old table as was new table as fresh
    for each statement execute function legal_steps('payment');
create trigger batch_born after insert on payout_batch referencing new table as fresh for each statement execute function legal_steps('batch');
create trigger batch_steps after update on payout_batch referencing old table as was new table as fresh for each statement execute function legal_steps('batch');
create trigger line_born after insert on payout_line referencing new table as fresh for each statement execute function legal_steps('line');
create trigger line_steps after update on payout_line referencing old table as was new table as fresh for each statement execute function legal_steps('line');
create trigger card_born after insert on payout_fix referencing new table as fresh for each statement execute function legal_steps('card');
create trigger card_steps after update on payout_fix referencing old table as was new table as fresh for each statement execute function legal_steps('card');
create trigger telling_born after insert on notice referencing new table as fresh for each statement execute function legal_steps('telling');
create trigger telling_steps after update on notice referencing old table as was new table as fresh for each statement execute function legal_steps('telling');
create trigger attempt_born after insert on notice_attempt referencing new table as fresh for each statement execute function legal_steps('attempt');
create trigger attempt_steps after update on notice_attempt referencing old table as was new table as fresh
    for each statement execute function legal_steps('attempt');

-- A decision is one row for good (no role may update it); its outcomes are a list as well.
-- +goose StatementBegin
create function legal_decision() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from case_transition where entity = 'decision' and from_state = '' and to_state = new.outcome) then
        raise exception 'no outcome of a decision'
            using errcode = 'check_violation', constraint = 'case_transition', table = 'decision';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger decision_steps before insert on decision for each row execute function legal_decision();

grant select on case_transition to lianou_gateway;

-- +goose Down
revoke select on case_transition from lianou_gateway;
drop trigger decision_steps on decision;
drop function legal_decision;
drop trigger visit_born on visit;
drop trigger visit_steps on visit;
drop trigger visit_final on visit;
drop trigger public_notice_born on public_notice;
drop trigger public_notice_steps on public_notice;
drop trigger notice_final on public_notice;
drop trigger objection_born on objection;
drop trigger objection_steps on objection;
drop trigger payment_born on payout_entitlement;
drop trigger payment_steps on payout_entitlement;
drop trigger batch_born on payout_batch;
drop trigger batch_steps on payout_batch;
drop trigger line_born on payout_line;
drop trigger line_steps on payout_line;
drop trigger card_born on payout_fix;
drop trigger card_steps on payout_fix;
drop trigger telling_born on notice;
drop trigger telling_steps on notice;
drop trigger attempt_born on notice_attempt;
drop trigger attempt_steps on notice_attempt;
drop function legal_steps, visit_final, notice_final;
alter table objection drop column state;
alter table visit drop column state;
delete from case_transition where entity not in ('application', 'case', 'claim', 'appeal');
alter table case_transition drop constraint case_transition_entity_check;
alter table case_transition add constraint case_transition_entity_check check (entity in ('application', 'case', 'claim', 'appeal'));
-- +goose StatementBegin
create or replace function payout_batch_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; s numeric; good numeric; back numeric; live bigint;
begin
    if tg_op = 'UPDATE' then
        if (new.created_by, new.lines, new.total, new.digest, new.created)
           is distinct from (old.created_by, old.lines, old.total, old.digest, old.created) then
            raise exception 'a batch keeps what it declared'
                using errcode = 'check_violation', constraint = 'payout_declared', table = 'payout_batch';
        end if;
        if new.state = old.state then
            return new;
        end if;
        if (old.state || '>' || new.state) not in ('draft>approved', 'draft>discarded', 'approved>file_written',
            'file_written>sent', 'sent>answered', 'sent>refused', 'file_written>refused', 'refused>sent', 'answered>closed', 'refused>closed') then
            raise exception 'illegal step of a batch'
                using errcode = 'check_violation', constraint = 'payout_step', table = 'payout_batch';
        end if;
    end if;
    select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where state = 'paid'), 0),
           coalesce(sum(amount) filter (where state = 'returned'), 0), count(*) filter (where state = 'ordered')
        into n, s, good, back, live from payout_line where batch = new.id;
    if n <> new.lines or s <> new.total then
        raise exception 'lines do not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_totals', table = 'payout_batch';
    end if;
    if new.state in ('answered', 'closed') and new.refused = ''
       and (live <> 0 or good <> new.paid or back <> new.returned or good + back <> new.total) then
        raise exception 'the answer does not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_answer', table = 'payout_batch';
    end if;
    return new;
end $$;

create function payout_entitlement_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state <> old.state and (old.state || '>' || new.state) not in ('due>batched', 'due>cancelled', 'batched>due',
        'batched>sent', 'sent>paid', 'sent>returned', 'sent>due', 'batched>paid', 'batched>returned',
        'returned>fixing', 'fixing>due', 'fixing>returned', 'returned>cancelled', 'fixing>cancelled') then
        raise exception 'illegal step of an entitlement'
            using errcode = 'check_violation', constraint = 'payout_entitlement_step', table = 'payout_entitlement';
    end if;
    return new;
end $$;

create function notice_forward() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'notice' then
        if array_position(array['queued', 'sent', 'untold', 'confirmed'], new.state)
           < array_position(array['queued', 'sent', 'untold', 'confirmed'], old.state) then
            raise exception 'a notice only moves forward'
                using errcode = 'check_violation', constraint = 'notice_forward', table = tg_table_name;
        end if;
        return new;
    end if;
    if (old.state = 'delivered' and new.state <> 'delivered')
       or (old.state = 'refused' and new.state not in ('refused', 'delivered')) -- good news may come late
       or (old.state = 'accepted' and new.state in ('intended', 'later', 'unknown')) then
        raise exception 'an attempt only moves forward'
            using errcode = 'check_violation', constraint = 'notice_forward', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_entitlement_guard before update of state on payout_entitlement for each row execute function payout_entitlement_guard();
create trigger notice_forward before update on notice for each row execute function notice_forward();
create trigger notice_attempt_forward before update on notice_attempt for each row execute function notice_forward();
