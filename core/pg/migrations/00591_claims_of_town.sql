-- Who has one township in scope learns of its own households what they asked for and what
-- they receive, and of no number of another's: the case may lie elsewhere, the household not.
-- Asked of the cases found alone, for of two million households few have one.

-- +goose Up
-- +goose StatementBegin
create or replace function claims_filed(town text, homes bigint[])
returns table (household bigint, item text)
language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if (town = any (string_to_array(current_setting('lianou.regions', true), ','))) is not true or not exists (select from claim) then
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
                    and not exists (select from household h where h.id = f.household and h.region <> claims_filed.town)
            union select l.home, f.id from living l join casefile f on f.person = l.person)
    select distinct t.home, k.item from theirs t join casefile f on f.id = t.id join claim k on k.case_id = f.id
    where f.state not in ('settled', 'withdrawn') and k.state not in ('withdrawn', 'refused')
        and (k.state <> 'proposed' or k.item = any (f.asked))
    order by t.home, k.item;
end $$;

create or replace function claims_received(town text, homes bigint[])
returns table (household bigint, item text, period text, state text, since timestamptz, people bigint[])
language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if (town = any (string_to_array(current_setting('lianou.regions', true), ','))) is not true or not exists (select from decision where outcome = 'approved') then
        return;
    end if;
    return query
    with living as materialized (
            select m.household as home, q.id as person from membership m
                cross join lateral (select m.person union select a.kept from person_alias a where a.gone = m.person and a.ended is null
                    union select a.gone from person_alias a where a.kept = m.person and a.ended is null) q (id)
            where m.household = any (homes) and m.region = town and m.until is null),
        theirs as (
            select c.home, c.id, bool_and(c.named) as named from (
                select f.household as home, f.id, false as named from casefile f where f.household = any (homes)
                    and not exists (select from household h where h.id = f.household and h.region <> claims_received.town)
                union all select l.home, f.id, false from living l join casefile f on f.person = l.person
                union all select l.home, c.case_id, true from living l join case_member c on c.person = l.person and c.ended is null) c group by c.home, c.id),
        given as (
            select t.home, t.named, k.id as claim, k.item, k.period, k.state, d.at,
                array(select distinct q.id from finding n cross join jsonb_array_elements_text(coalesce(n.benefit -> 'for', '[]')) r (ref)
                    join case_member c on c.case_id = n.case_id and c.ref = r.ref and c.person is not null
                    cross join lateral (select c.person union select a.kept from person_alias a where a.gone = c.person and a.ended is null
                        union select a.gone from person_alias a where a.kept = c.person and a.ended is null) q (id)
                    where n.case_id = f.id and n.version = f.facts_version and n.item = k.item) as whom
            from theirs t join casefile f on f.id = t.id join claim k on k.case_id = f.id
                cross join lateral (select max(e.at) as at from decision e where e.claim_id = k.id and e.outcome = 'approved') d
            where d.at is not null and k.proposal = 'approve' and k.state not in ('withdrawn', 'refused')
                and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved'))
    select g.home, g.item, g.period, g.state, g.at, array(select w from unnest(g.whom) w where exists (select from living l where l.home = g.home and l.person = w))
    from given g
    where case when cardinality(g.whom) = 0 then not g.named else exists (select from living l where l.home = g.home and l.person = any (g.whom)) end
    order by g.home, g.claim;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function claims_filed(town text, homes bigint[])
returns table (household bigint, item text)
language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if (town = any (string_to_array(current_setting('lianou.regions', true), ','))) is not true or not exists (select from claim) then
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
            union select l.home, f.id from living l join casefile f on f.person = l.person)
    select distinct t.home, k.item from theirs t join casefile f on f.id = t.id join claim k on k.case_id = f.id
    where f.state not in ('settled', 'withdrawn') and k.state not in ('withdrawn', 'refused')
        and (k.state <> 'proposed' or k.item = any (f.asked))
    order by t.home, k.item;
end $$;

create or replace function claims_received(town text, homes bigint[])
returns table (household bigint, item text, period text, state text, since timestamptz, people bigint[])
language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if (town = any (string_to_array(current_setting('lianou.regions', true), ','))) is not true or not exists (select from decision where outcome = 'approved') then
        return;
    end if;
    return query
    with living as materialized (
            select m.household as home, q.id as person from membership m
                cross join lateral (select m.person union select a.kept from person_alias a where a.gone = m.person and a.ended is null
                    union select a.gone from person_alias a where a.kept = m.person and a.ended is null) q (id)
            where m.household = any (homes) and m.region = town and m.until is null),
        theirs as (
            select c.home, c.id, bool_and(c.named) as named from (
                select f.household as home, f.id, false as named from casefile f where f.household = any (homes)
                union all select l.home, f.id, false from living l join casefile f on f.person = l.person
                union all select l.home, c.case_id, true from living l join case_member c on c.person = l.person and c.ended is null) c group by c.home, c.id),
        given as (
            select t.home, t.named, k.id as claim, k.item, k.period, k.state, d.at,
                array(select distinct q.id from finding n cross join jsonb_array_elements_text(coalesce(n.benefit -> 'for', '[]')) r (ref)
                    join case_member c on c.case_id = n.case_id and c.ref = r.ref and c.person is not null
                    cross join lateral (select c.person union select a.kept from person_alias a where a.gone = c.person and a.ended is null
                        union select a.gone from person_alias a where a.kept = c.person and a.ended is null) q (id)
                    where n.case_id = f.id and n.version = f.facts_version and n.item = k.item) as whom
            from theirs t join casefile f on f.id = t.id join claim k on k.case_id = f.id
                cross join lateral (select max(e.at) as at from decision e where e.claim_id = k.id and e.outcome = 'approved') d
            where d.at is not null and k.proposal = 'approve' and k.state not in ('withdrawn', 'refused')
                and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved'))
    select g.home, g.item, g.period, g.state, g.at, array(select w from unnest(g.whom) w where exists (select from living l where l.home = g.home and l.person = w))
    from given g
    where case when cardinality(g.whom) = 0 then not g.named else exists (select from living l where l.home = g.home and l.person = any (g.whom)) end
    order by g.home, g.claim;
end $$;
-- +goose StatementEnd
