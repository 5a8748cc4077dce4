-- A lead offers nobody what they receive already, stands by today's index and keeps the one
-- of its day beside it, and one that says that an item may fit no more has outcomes of its own.

-- +goose Up
-- What households of one township receive by cases that were granted: each item that was not
-- withdrawn and whose money nobody stopped. Their case may lie in another township, whose rows
-- are hidden; so much of it is said here, to who has the township of the people in scope.
-- People is whom the case says it is for, by every number that the register knows them under;
-- empty for the household as a whole. Whether it still runs is the caller's to say.
-- Not in plain SQL: how many households are asked for decides which way is short.
-- +goose StatementBegin
create function claims_received(town text, homes bigint[])
returns table (household bigint, item text, period text, state text, since timestamptz, people bigint[])
language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if not town = any (string_to_array(current_setting('lianou.regions', true), ',')) or not exists (select from decision where outcome = 'approved') then
        return;
    end if;
    return query
    with living as materialized (
            select m.household as home, q.id as person from membership m
                cross join lateral (select m.person union select a.kept from person_alias a where a.gone = m.person and a.ended is null
                    union select a.gone from person_alias a where a.kept = m.person and a.ended is null) q (id)
            where m.household = any (homes) and m.region = town and m.until is null),
        theirs as (
            select f.household as home, f.id from casefile f where f.household = any (homes)
            union select l.home, f.id from living l join casefile f on f.person = l.person
            union select l.home, c.case_id from living l join case_member c on c.person = l.person and c.ended is null)
    select t.home, k.item, k.period, k.state, d.at,
        array(select distinct q.id from finding n cross join jsonb_array_elements_text(coalesce(n.benefit -> 'for', '[]')) r (ref)
            join case_member c on c.case_id = n.case_id and c.ref = r.ref and c.person is not null
            cross join lateral (select c.person union select a.kept from person_alias a where a.gone = c.person and a.ended is null
                union select a.gone from person_alias a where a.kept = c.person and a.ended is null) q (id)
            where n.case_id = f.id and n.version = f.facts_version and n.item = k.item)
    from theirs t join casefile f on f.id = t.id join claim k on k.case_id = f.id
        cross join lateral (select max(e.at) as at from decision e where e.claim_id = k.id and e.outcome = 'approved') d
    where d.at is not null and k.proposal = 'approve' and k.state not in ('withdrawn', 'refused')
        and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved')
    order by t.home, k.id;
end $$;
-- +goose StatementEnd
revoke execute on function claims_received(text, bigint[]) from public;
grant execute on function claims_received(text, bigint[]) to lianou_platform;

-- place follows the household; found_place is where it stood on the day of the lead.
alter table lead add column found_place int;
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update lead set found_place = place where state = 'open';
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- Somebody has said that they go and see (去核实): the lead stays open.
alter table lead add column checker bigint, add column checking timestamptz,
    add constraint lead_checking check ((checker is null) = (checking is null)),
    drop constraint lead_outcome_check,
    add constraint lead_outcome_check check (outcome in ('applied', 'served', 'not_in_need', 'not_reached', 'wrong_data', 'made_good', 'not_owed', 'still_fits', 'to_change', 'not_had')),
    add constraint lead_outcome_lost check (outcome is null or outcome not in ('still_fits', 'to_change', 'not_had') or kind = 'lost');
-- What came of a loss before stays as it was written; from now on it has a loss's outcomes.
-- +goose StatementBegin
create function lead_outcome_of_loss() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'an outcome of a gain for a loss' using errcode = 'check_violation', table = 'lead', constraint = 'lead_outcome_of_loss';
end $$;
-- +goose StatementEnd
create trigger lead_outcome_of_loss before update on lead for each row
    when (new.kind = 'lost' and old.state = 'open' and new.outcome in ('applied', 'served', 'not_in_need')) execute function lead_outcome_of_loss();

-- +goose Down
drop trigger lead_outcome_of_loss on lead;
drop function lead_outcome_of_loss();
-- +goose StatementBegin
do $$
begin
    if exists (select from lead where outcome in ('still_fits', 'to_change', 'not_had')) then
        raise exception 'what came of a loss cannot be told without 00545';
    end if;
end $$;
-- +goose StatementEnd
alter table lead drop constraint lead_checking, drop constraint lead_outcome_lost, drop constraint lead_outcome_check,
    drop column checker, drop column checking, drop column found_place,
    add constraint lead_outcome_check check (outcome in ('applied', 'served', 'not_in_need', 'not_reached', 'wrong_data', 'made_good', 'not_owed'));
drop function claims_received(text, bigint[]);
