-- What the bank answers when it is asked about a file that it refused without
-- saying what it booked (9002), or about a return that contradicts what we know.
-- One person writes down what the bank said, another puts it in force.

-- +goose Up
create table payout_inquiry (
    return       bigint primary key references bank_return (id),
    outcome      text not null check (outcome in ('nothing', 'stands')),
    evidence     text not null check (evidence <> ''), -- who at the bank said so, when
    proposed_by  bigint not null check (proposed_by > 0),
    proposed     timestamptz not null,
    confirmed_by bigint check (confirmed_by > 0),
    confirmed    timestamptz,
    check (confirmed_by is null or confirmed_by <> proposed_by),
    check ((confirmed is null) = (confirmed_by is null))
);
grant select, insert on payout_inquiry to lianou_platform;
grant update (outcome, evidence, proposed_by, proposed, confirmed_by, confirmed) on payout_inquiry to lianou_platform;
grant select on payout_inquiry to lianou_check;
grant update (state, reason) on bank_return to lianou_platform;

-- +goose StatementBegin
create function payout_inquiry_once() returns trigger language plpgsql as $$
begin
    if old.confirmed is not null then
        raise exception 'an inquiry is settled once'
            using errcode = 'check_violation', constraint = 'payout_inquiry_once', table = 'payout_inquiry';
    end if;
    return new;
end $$;

-- A file that the bank has booked after all waits for its return again; only a
-- confirmed inquiry opens it.
create function payout_reopened() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if old.state = 'refused' and new.state = 'sent' and not exists (select 1 from payout_inquiry i join bank_return r on r.id = i.return
            where r.batch = new.id and i.outcome = 'stands' and i.confirmed is not null) then
        raise exception 'no confirmed answer of the bank stands behind this'
            using errcode = 'check_violation', constraint = 'payout_reopened', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_inquiry_once before update on payout_inquiry for each row execute function payout_inquiry_once();
create trigger payout_reopened before update on payout_batch for each row execute function payout_reopened();

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
-- +goose StatementEnd

-- +goose Down
drop trigger payout_reopened on payout_batch;
drop function payout_reopened;
drop table payout_inquiry;
drop function payout_inquiry_once;
revoke update (state, reason) on bank_return from lianou_platform;
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
            'file_written>sent', 'sent>answered', 'sent>refused', 'file_written>refused', 'answered>closed', 'refused>closed') then
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
-- +goose StatementEnd
