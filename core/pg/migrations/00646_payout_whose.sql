-- A month that came back is the month of a person, whichever claim it stands in: a second claim of
-- the same scheme, person and month goes on with the tries of the first, and what came back twice
-- waits for two people there too. It is held back as money that may be the same again is (00639).
-- And what a statement of the bank has as paid is asked once for all that is due, and not once for
-- each payment: after a discarded draft that was a hundred thousand questions a page.

-- +goose Up
create index payout_member_ended on payout_member (scheme, member, period) where not live;
alter table payout_overlap drop constraint payout_overlap_kind_check,
    add constraint payout_overlap_kind_check check (kind in ('exclude', 'higher', 'once', 'person', 'back'));

-- +goose StatementBegin
-- How often the money of a claim's month came back, and its last line of those: in every claim that
-- had this month for the same member. An earlier one may stand in a township that the asker does
-- not see; a count and a line say nothing of it.
create function payout_back(of_claim bigint, of_period text) returns table (times bigint, last bigint)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select count(*), max(l.id) from payout_entitlement e join payout_line l on l.entitlement = e.id and l.state = 'returned'
    where e.period = of_period and (e.claim = of_claim or e.claim in (
        select o.claim from payout_member m join payout_member o on o.scheme = m.scheme and o.member = m.member and o.period = m.period and not o.live
        where m.claim = of_claim and m.period = of_period))
$$;

-- Who is named for a month goes on with its tries. Without a try before it nothing is looked at.
create function payout_member_goes_on() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
declare
    tries integer;
begin
    select max(e.attempts) into tries from payout_member o join payout_entitlement e on e.claim = o.claim and e.period = o.period
        where o.scheme = new.scheme and o.member = new.member and o.period = new.period and not o.live and o.claim <> new.claim;
    if tries > 0 then
        update payout_entitlement set attempts = tries where claim = new.claim and period = new.period and state = 'due' and attempts < tries;
    end if;
    return null;
end $$;

-- The months of claims that a statement of the bank has as paid and that are not with us, all of them.
create function payout_contradicted_months() returns table (claim bigint, period text) language sql stable
set search_path = public, pg_temp as $$
    with said as (select distinct e.claim, e.period from payout_line l join bank_statement_line s on s.line = l.name and s.kind = 'P'
            join bank_statement b on b.id = s.statement and (b.state = 'kept' or b.state = 'brought' and b.received > lianou_now() - interval '7 days')
            join payout_entitlement e on e.id = l.entitlement
        where l.state in ('returned', 'void') and not exists (select from bank_statement_word w
            where w.statement = s.statement and w.seq = s.seq and w.confirmed is not null))
    select claim, period from said
    union select m.claim, m.period from said join payout_member o on o.claim = said.claim and o.period = said.period and not o.live
        join payout_member m on m.scheme = o.scheme and m.member = o.member and m.period = o.period and m.live
$$;

create or replace function payout_line_twice() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; newest bigint; month payout_entitlement%rowtype;
begin
    select * into month from payout_entitlement where id = new.entitlement;
    select times, last into n, newest from payout_back(month.claim, month.period);
    if n >= 2 and not exists (select from payout_again a join payout_fix f on f.id = a.fix where f.line = newest)
       and not exists (select from payout_overlap x where x.entitlement = new.entitlement and x.kind = 'back' and x.confirmed is not null) then
        raise exception 'money that came back twice waits for a word'
            using errcode = 'check_violation', constraint = 'payout_line_twice', table = 'payout_line';
    end if;
    if payout_contradicted(month.claim, month.period) then
        raise exception 'a statement of the bank has this money as paid'
            using errcode = 'check_violation', constraint = 'payout_line_statement', table = 'payout_line';
    end if;
    return new;
end $$;

create or replace function payout_line_overlap() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select from payout_overlap x join payout_entitlement o on o.id = x.other
               where x.entitlement = new.entitlement and x.confirmed is null and (o.state <> 'cancelled' or x.kind = 'back')) then
        raise exception 'this may be the same money again' using errcode = 'check_violation', constraint = 'payout_line_overlap', table = 'payout_line';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function payout_back(bigint, text), payout_member_goes_on() from public;
grant execute on function payout_back(bigint, text) to lianou_platform, lianou_check;
create trigger payout_member_goes_on after insert on payout_member for each row when (new.period <> '') execute function payout_member_goes_on();

-- +goose Down
drop trigger payout_member_goes_on on payout_member;
-- +goose StatementBegin
create or replace function payout_line_overlap() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select from payout_overlap x join payout_entitlement o on o.id = x.other
               where x.entitlement = new.entitlement and x.confirmed is null and o.state <> 'cancelled') then
        raise exception 'this may be the same money again' using errcode = 'check_violation', constraint = 'payout_line_overlap', table = 'payout_line';
    end if;
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
-- +goose StatementEnd
drop function payout_back(bigint, text), payout_member_goes_on(), payout_contradicted_months();
-- A hold of this kind has no word in what comes back; the money waits for people by its count.
select set_config('lianou.city', 'on', true);
delete from payout_overlap where kind = 'back';
select set_config('lianou.city', '', true);
alter table payout_overlap drop constraint payout_overlap_kind_check,
    add constraint payout_overlap_kind_check check (kind in ('exclude', 'higher', 'once', 'person'));
drop index payout_member_ended;
