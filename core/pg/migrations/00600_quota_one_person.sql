-- Two rows that turned out to be one person stood in one list as two households, and each could
-- be given a place; whoever froze a list was not told which of its households may be one. And a
-- list of nobody could be frozen, whose places then nobody could ever be offered.

-- +goose Up
-- +goose StatementBegin
-- The other households in which somebody of an entry's household stands by another row: two people
-- made those rows one (pair 0), or a pair of them waits to be looked at; or by the same row, where
-- one of the households is empty since: it moved whole into another number (pair 0). As they stood at
-- the cut-off, or since. nths null: of every entry. City-wide.
create function quota_others(of bigint, nths integer[]) returns table (n integer, household bigint, pair bigint)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    with theirs as (
        select e.n, e.household, m.person, (r.cutoff at time zone interval '8 hours')::date as cut
        from quota_round r join quota_entry e on e.round = r.id join membership m on m.household = e.household
        where r.id = of and (nths is null or e.n = any (nths)) and (m.until is null or m.until >= (r.cutoff at time zone interval '8 hours')::date)
    ), rows as (
        select t.*, a.kept as other, 0::bigint as pair from theirs t join person_alias a on a.gone = t.person and a.ended is null
        union select t.*, a.gone, 0 from theirs t join person_alias a on a.kept = t.person and a.ended is null
        union select t.*, b.gone, 0 from theirs t join person_alias a on a.gone = t.person and a.ended is null
            join person_alias b on b.kept = a.kept and b.gone <> a.gone and b.ended is null
        union select t.*, t.person, 0 from theirs t
        union select t.*, p.other, p.pair from theirs t join person_pair p on p.person = t.person and p.state in ('open', 'later')
    )
    select o.n, m.household, min(o.pair) from rows o join membership m on m.person = o.other and m.household <> o.household and (m.until is null or m.until >= o.cut)
    where o.other <> o.person or not exists (select from membership c where c.household = o.household and c.until is null)
        or not exists (select from membership c where c.household = m.household and c.until is null)
    group by o.n, m.household
$$;
-- Those of them that stand in the same list, to who has the township of the entry in scope.
create function quota_doubles(of bigint, nths integer[]) returns table (n integer, other integer, pair bigint)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select o.n, x.n, o.pair from quota_others(of, nths) o join quota_entry e on (e.round, e.n) = (of, o.n) join quota_entry x on x.round = of and x.household = o.household
    where e.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by o.n, x.n
$$;
-- As before (00565), and for the households in which somebody of it stands by another row: those who
-- act on one of them wait for one another, in one order.
create or replace function quota_alone(home bigint) returns void language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('quota home ' || one.id, 0)) from (
        select home as id union select o.household from membership m
            join person_alias a on m.person in (a.gone, a.kept) and a.ended is null join membership o on o.person in (a.gone, a.kept)
            where m.household = home
        order by 1) one;
end
$$;
drop function quota_has(bigint, integer), quota_elsewhere(bigint, integer);
-- As before (00565); and the places of those other households (pair 0), in the same list too.
create function quota_elsewhere(of bigint, nth integer) returns table (round bigint, n integer, area text, state text, since timestamptz, cleared boolean, other boolean)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select o.round, o.n, y.area, o.state, coalesce(o.ended, o.made),
        exists (select from quota_skip s where (s.round, s.n) = (of, nth) and s.reason = 'had' and s.state = 'refused' and s.seconded > o.ended), home.other
    from quota_round r cross join lateral (select household, false as other from quota_entry where (round, n) = (of, nth)
            union all select household, true from quota_others(of, array[nth]) where pair = 0) home
        join quota_entry x on x.household = home.household and (x.round, x.n) <> (of, nth)
        join quota_round y on y.id = x.round and y.item = r.item join quota_offer o on (o.round, o.n) = (x.round, x.n) and o.state in ('open', 'accepted')
    where r.id = of
$$;
create function quota_has(of bigint, nth integer) returns table (round bigint, n integer, area text, state text, since timestamptz, cleared boolean, other boolean)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select h.* from quota_entry e cross join lateral quota_elsewhere(of, nth) h
    where (e.round, e.n) = (of, nth) and e.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by h.since, h.round, h.n
$$;
-- The places that households took in which somebody of an entry's lived then, who has left them since and
-- somebody behind: one household that took one and was parted. To who has the township of the entry in scope.
create function quota_parted(of bigint, nth integer) returns table (round bigint, n integer, area text, since timestamptz)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select distinct o.round, o.n, y.area, o.ended
    from quota_round r join quota_entry e on e.round = r.id join membership m on m.household = e.household and (m.until is null or m.until >= (r.cutoff at time zone interval '8 hours')::date)
        join membership was on was.person = m.person and was.household <> e.household and was.until is not null
        join quota_entry x on x.household = was.household join quota_round y on y.id = x.round and y.item = r.item
        join quota_offer o on (o.round, o.n) = (x.round, x.n) and o.state = 'accepted' and (o.ended at time zone interval '8 hours')::date between was.since and was.until
    where (e.round, e.n) = (of, nth) and e.region = any (string_to_array(current_setting('lianou.regions', true), ','))
        and exists (select from membership c where c.household = was.household and c.until is null)
    order by 4, 1, 2
$$;
create function quota_round_of_somebody() returns trigger language plpgsql as $$
begin
    if coalesce(new.listed, 0) = 0 then
        raise exception 'a list of nobody is not frozen' using errcode = 'check_violation', constraint = 'quota_empty';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
revoke execute on function quota_others(bigint, integer[]), quota_doubles(bigint, integer[]), quota_elsewhere(bigint, integer), quota_has(bigint, integer), quota_parted(bigint, integer) from public;
grant execute on function quota_doubles(bigint, integer[]), quota_has(bigint, integer), quota_parted(bigint, integer) to lianou_platform;
create trigger quota_round_of_somebody before update of state on quota_round
    for each row when (old.state <> 'frozen' and new.state = 'frozen') execute function quota_round_of_somebody();

-- +goose Down
drop trigger quota_round_of_somebody on quota_round;
drop function quota_round_of_somebody();
drop function quota_parted(bigint, integer), quota_has(bigint, integer), quota_elsewhere(bigint, integer), quota_doubles(bigint, integer[]), quota_others(bigint, integer[]);
-- +goose StatementBegin
create or replace function quota_alone(home bigint) returns void language sql security invoker as $$
    select pg_advisory_xact_lock(hashtextextended('quota home ' || home, 0))
$$;
create function quota_elsewhere(of bigint, nth integer) returns table (round bigint, n integer, area text, state text, since timestamptz, cleared boolean)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select o.round, o.n, y.area, o.state, coalesce(o.ended, o.made),
        exists (select from quota_skip s where (s.round, s.n) = (of, nth) and s.reason = 'had' and s.state = 'refused' and s.seconded > o.ended)
    from quota_entry e join quota_round r on r.id = e.round join quota_entry x on x.household = e.household and x.round <> e.round
        join quota_round y on y.id = x.round and y.item = r.item join quota_offer o on (o.round, o.n) = (x.round, x.n) and o.state in ('open', 'accepted')
    where (e.round, e.n) = (of, nth)
$$;
create function quota_has(of bigint, nth integer) returns table (round bigint, n integer, area text, state text, since timestamptz, cleared boolean)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select h.* from quota_entry e cross join lateral quota_elsewhere(of, nth) h
    where (e.round, e.n) = (of, nth) and e.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by h.since, h.round
$$;
-- +goose StatementEnd
revoke execute on function quota_elsewhere(bigint, integer), quota_has(bigint, integer) from public;
grant execute on function quota_has(bigint, integer) to lianou_platform;
