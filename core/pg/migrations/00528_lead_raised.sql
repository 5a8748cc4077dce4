-- After a change of the rules that took effect on a day before, who receives monthly money
-- already may be owed the difference of months that were entitled by the amounts before
-- (补发). That is a third kind of lead: an estimate for people to check, no payment.

-- +goose Up
alter table lead drop constraint lead_kind_check, drop constraint lead_outcome_check,
    add column was   text,   -- digest of the Book before; the months are those since another is in force
    add column owed  bigint, -- fen, of all items
    add column raise jsonb,  -- by item: number, months, fen of the last of them and of all, first month, sample
    add constraint lead_kind_check check (kind in ('due', 'lost', 'raised')),
    add constraint lead_outcome_check check (outcome in ('applied', 'served', 'not_in_need', 'not_reached', 'wrong_data', 'made_good', 'not_owed')),
    add constraint lead_raise_check check (case when kind = 'raised' then was is not null and owed > 0 and raise is not null else was is null and owed is null and raise is null end),
    add constraint lead_outcome_fits check (outcome is null or outcome = 'wrong_data' or (kind = 'raised') = (outcome in ('made_good', 'not_owed')));
alter table scan_town add column raised int not null default 0; -- households with such a new lead

-- The months of some items that the people of one township are entitled to. Their case may
-- lie in another township, whose rows are hidden; so much of them is said here, to who has
-- the township of the people in scope. In people members stand as the register knows them;
-- with a 0 where some are known by their number alone, for who is known has a key of both kinds.
-- +goose StatementBegin
create function payout_months(town text, earliest text, wanted text[])
returns table (household bigint, item text, period text, monthly boolean, amount bigint, people bigint[])
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select m.household, e.item, e.period, e.monthly, e.amount,
        array(select substr(k.member, 3)::bigint from payout_member k where k.claim = e.claim and k.period = e.period and k.live and k.member like 'p:%' order by 1)
            || case when (select count(*) filter (where k.member like 'p:%') < count(*) filter (where k.member not like 'p:%')
                from payout_member k where k.claim = e.claim and k.period = e.period and k.live) then array[0::bigint] else '{}' end
    from membership m join payout_entitlement e on e.beneficiary = m.person and e.beneficiary <> 0 and e.state <> 'cancelled' and e.period >= earliest
    where m.region = town and m.until is null and e.item = any (wanted)
        and town = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by m.household, e.item, e.period, e.id
$$;
-- +goose StatementEnd
revoke execute on function payout_months(text, text, text[]) from public;
grant execute on function payout_months(text, text, text[]) to lianou_platform;

-- +goose Down
drop function payout_months(text, text, text[]);
alter table scan_town drop column raised;
delete from lead where kind = 'raised';
alter table lead drop constraint lead_outcome_fits, drop constraint lead_raise_check, drop constraint lead_kind_check, drop constraint lead_outcome_check,
    drop column was, drop column owed, drop column raise,
    add constraint lead_kind_check check (kind in ('due', 'lost')),
    add constraint lead_outcome_check check (outcome in ('applied', 'served', 'not_in_need', 'not_reached', 'wrong_data'));
