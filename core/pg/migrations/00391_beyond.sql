-- One person, two townships. Each township's rows are hidden from the other, so neither
-- saw that the same person has a case there. What one may know of the other is said here
-- and nothing else: the town, the last four digits of the receipt, the day and the state.

-- +goose Up
grant update (other) on case_doubt to lianou_platform; -- a doubt that knew only that there is another case learns which

-- Who may see the case sees this much of those that a doubt of it names. From a scope that
-- does not reach the case it answers nothing.
-- +goose StatementBegin
create function case_beyond(wanted bigint) returns table (doubt bigint, region text, town text, tail text, since timestamptz, state text)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select d.id, o.region, o.town, right(o.receipt, 4), o.first_contact, o.state
    from case_doubt d join casefile o on o.id = d.other
    where d.case_id = wanted and o.region <> d.region
        and d.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by d.id
$$;

-- Where a scheme's money or thing already goes to one of the members: this month or from now
-- on, or in the two months before in a case of the same person that is still open elsewhere;
-- what is older may come again. The index that refuses a second one says only that there is
-- one; an officer has to know where to ask. It answers about a case of the asker's own
-- regions only.
create function payout_runs(mine bigint, wanted text, who text[], month text) returns table (region text, town text, tail text, since timestamptz)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select o.region, o.town, right(o.receipt, 4), (select max(d.at) from decision d where d.claim_id = m.claim and d.outcome = 'approved')
    from payout_member m join casefile o on o.id = m.case_id
    where m.scheme = wanted and m.member = any (who) and m.live and m.case_id <> mine
        and exists (select from casefile c where c.id = mine and c.region = any (string_to_array(current_setting('lianou.regions', true), ',')))
        and (m.period in ('', month) or m.period >= to_char(to_date(month, 'YYYY-MM') - interval '2 months', 'YYYY-MM') and o.state not in ('settled', 'withdrawn')
            and exists (select from case_doubt d where d.case_id = mine and d.other = o.id))
    order by m.period, m.claim limit 1
$$;
-- +goose StatementEnd
revoke execute on function case_beyond(bigint), payout_runs(bigint, text, text[], text) from public;
grant execute on function case_beyond(bigint), payout_runs(bigint, text, text[], text) to lianou_platform;

-- +goose Down
drop function case_beyond(bigint), payout_runs(bigint, text, text[], text);
revoke update (other) on case_doubt from lianou_platform;
