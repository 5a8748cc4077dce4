-- A statement that a person carried in and nobody confirmed yet was taken out by any one colleague,
-- and said nothing against a payment until it was confirmed: one person could keep the bank's word
-- out. Now it goes by the word of who brought it, of two others, or of the bank, whose own takes its
-- place; and while it waits, for seven days (a sample), no money that it has as paid is sent again:
-- a file that nobody stands behind holds nobody's money for longer.

-- +goose Up
-- +goose StatementBegin
create or replace function bank_statement_step() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state <> old.state and not (old.state = 'brought' and new.state = 'kept'
            or old.state = 'brought' and new.state = 'void' and (new.voided_by is null or new.voided_by = old.brought_by or old.void_by is not null and new.voided_by <> old.void_by)
            or old.state = 'kept' and new.state = 'void' and old.void_by is not null
            or old.state = 'set_aside' and new.state = 'kept' and old.brought_by is null)
       or old.confirmed_by is not null and new.confirmed_by is distinct from old.confirmed_by
       or old.state not in ('brought', 'kept') and (new.void_by, new.void_why) is distinct from (old.void_by, old.void_why)
       or old.void_by is not null and new.void_by is distinct from old.void_by then
        raise exception 'illegal step of a statement'
            using errcode = 'check_violation', constraint = 'bank_statement_step', table = 'bank_statement';
    end if;
    return new;
end $$;
create or replace function payout_contradicted(of_claim bigint, of_period text) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from payout_entitlement e join payout_line l on l.entitlement = e.id and l.state in ('returned', 'void')
        join bank_statement_line s on s.line = l.name and s.kind = 'P' join bank_statement b on b.id = s.statement and (b.state = 'kept' or b.state = 'brought' and b.received > lianou_now() - interval '7 days')
        where e.claim = of_claim and e.period = of_period and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
$$;
create or replace function payout_batch_contradicted(of_batch bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from payout_line l join bank_statement_line s on s.line = l.name and s.kind = 'P'
        join bank_statement b on b.id = s.statement and (b.state = 'kept' or b.state = 'brought' and b.received > lianou_now() - interval '7 days')
        where l.batch = of_batch and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function bank_statement_step() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state <> old.state and not (old.state = 'brought' and new.state in ('kept', 'void')
            or old.state = 'kept' and new.state = 'void' and old.void_by is not null
            or old.state = 'set_aside' and new.state = 'kept' and old.brought_by is null)
       or old.confirmed_by is not null and new.confirmed_by is distinct from old.confirmed_by
       or old.state not in ('brought', 'kept') and (new.void_by, new.void_why) is distinct from (old.void_by, old.void_why) then
        raise exception 'illegal step of a statement'
            using errcode = 'check_violation', constraint = 'bank_statement_step', table = 'bank_statement';
    end if;
    return new;
end $$;
create or replace function payout_contradicted(of_claim bigint, of_period text) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from payout_entitlement e join payout_line l on l.entitlement = e.id and l.state in ('returned', 'void')
        join bank_statement_line s on s.line = l.name and s.kind = 'P' join bank_statement b on b.id = s.statement and b.state = 'kept'
        where e.claim = of_claim and e.period = of_period and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
$$;
create or replace function payout_batch_contradicted(of_batch bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from payout_line l join bank_statement_line s on s.line = l.name and s.kind = 'P'
        join bank_statement b on b.id = s.statement and b.state = 'kept'
        where l.batch = of_batch and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
$$;
-- +goose StatementEnd
