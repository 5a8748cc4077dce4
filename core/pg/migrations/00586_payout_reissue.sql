-- Money that came back, or whose batch was dissolved, is the money of one claim's one month,
-- whichever row it stands in: a month that is made again with another sum goes on with the
-- tries of the row before. It is not sent again while a statement of the bank has it as paid
-- and two people have not settled why; nor is a batch dissolved of which a statement has a
-- payment. A batch that was never handed over is dissolved by itself when it would be paid
-- wrongly by now.

-- +goose Up
-- +goose StatementBegin
create function payout_contradicted(of_claim bigint, of_period text) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from payout_entitlement e join payout_line l on l.entitlement = e.id and l.state in ('returned', 'void')
        join bank_statement_line s on s.line = l.name and s.kind = 'P' join bank_statement b on b.id = s.statement and b.state = 'kept'
        where e.claim = of_claim and e.period = of_period and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
$$;
create function payout_batch_contradicted(of_batch bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from payout_line l join bank_statement_line s on s.line = l.name and s.kind = 'P'
        join bank_statement b on b.id = s.statement and b.state = 'kept'
        where l.batch = of_batch and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
$$;

create function payout_goes_on() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    new.attempts := greatest(new.attempts, coalesce((select max(attempts) from payout_entitlement where claim = new.claim and period = new.period), 0));
    return new;
end $$;

create or replace function payout_line_twice() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; last bigint; month payout_entitlement%rowtype;
begin
    select * into month from payout_entitlement where id = new.entitlement;
    select count(*), max(l.id) into n, last from payout_line l join payout_entitlement e on e.id = l.entitlement
        where e.claim = month.claim and e.period = month.period and l.state = 'returned';
    if n >= 2 and not exists (select from payout_again a join payout_fix f on f.id = a.fix where f.line = last) then
        raise exception 'money that came back twice waits for a word'
            using errcode = 'check_violation', constraint = 'payout_line_twice', table = 'payout_line';
    end if;
    if payout_contradicted(month.claim, month.period) then
        raise exception 'a statement of the bank has this money as paid'
            using errcode = 'check_violation', constraint = 'payout_line_statement', table = 'payout_line';
    end if;
    return new;
end $$;

-- Never handed over, the bank cannot have it: offers are counted before they are made.
create or replace function payout_withdrawn() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if old.held is null or old.offered > 0 and (
            not exists (select 1 from payout_said where batch = new.id and offer = old.offered and word = 'dissolve' and confirmed is not null)
            or not exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'absent')
            or exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'differs')) then
        raise exception 'no word of the bank and of two people stands behind this'
            using errcode = 'check_violation', constraint = 'payout_withdrawn', table = 'payout_batch';
    end if;
    return new;
end $$;

create function payout_freed() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.offered > 0 and payout_batch_contradicted(new.id) then
        raise exception 'a statement of the bank has a payment of this batch'
            using errcode = 'check_violation', constraint = 'payout_freed', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_goes_on before insert on payout_entitlement for each row execute function payout_goes_on();
drop trigger payout_line_came_back on payout_line;
create trigger payout_line_came_back before insert on payout_line
    for each row when (new.attempt > 1) execute function payout_line_twice();
create trigger payout_freed before update on payout_batch
    for each row when (old.state = 'refused' and new.state = 'closed') execute function payout_freed();

-- What was made again before goes on as well.
select set_config('lianou.city', 'on', true);
update payout_entitlement e set attempts = b.tries
    from (select claim, period, max(attempts) as tries from payout_entitlement group by claim, period having count(*) > 1) b
    where e.state = 'due' and b.claim = e.claim and b.period = e.period and e.attempts < b.tries;
select set_config('lianou.city', '', true);

-- +goose Down
drop trigger payout_freed on payout_batch;
drop trigger payout_goes_on on payout_entitlement;
drop trigger payout_line_came_back on payout_line;
create trigger payout_line_came_back before insert on payout_line
    for each row when (new.attempt > 2) execute function payout_line_twice();
-- +goose StatementBegin
create or replace function payout_withdrawn() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if old.held is null or not exists (select 1 from payout_said where batch = new.id and offer = old.offered and word = 'dissolve' and confirmed is not null)
            or not exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'absent')
            or exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'differs') then
        raise exception 'no word of the bank and of two people stands behind this'
            using errcode = 'check_violation', constraint = 'payout_withdrawn', table = 'payout_batch';
    end if;
    return new;
end $$;
create or replace function payout_line_twice() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if (select count(*) from payout_line where entitlement = new.entitlement and state = 'returned') >= 2 and not exists (
        select from payout_again a join payout_fix f on f.id = a.fix
        where f.line = (select max(id) from payout_line where entitlement = new.entitlement and state = 'returned')) then
        raise exception 'money that came back twice waits for a word'
            using errcode = 'check_violation', constraint = 'payout_line_twice', table = 'payout_line';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop function payout_freed, payout_goes_on, payout_contradicted, payout_batch_contradicted;
