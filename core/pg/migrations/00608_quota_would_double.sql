-- In which households one person stands was told of a list that was drawn (00600). Who looks at the
-- order of a round before its cut-off was told nothing, when the pairs could still be looked at.

-- +goose Up
-- +goose StatementBegin
-- Of households in the order in which they would stand now: which two of them have somebody in both,
-- as quota_others (00600) says it of a list, on a day. pair as there. Of households in scope alone.
create function quota_would_double(homes bigint[], day date) returns table (n integer, other integer, pair bigint)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    with listed as materialized (
        select h.n::integer as n, h.id, m.person from unnest(homes) with ordinality as h (id, n) join membership m on m.household = h.id
        where (m.until is null or m.until >= day) and m.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    ), rows as (
        select t.*, a.kept as as_row, 0::bigint as pair from listed t join person_alias a on a.gone = t.person and a.ended is null
        union select t.*, a.gone, 0 from listed t join person_alias a on a.kept = t.person and a.ended is null
        union select t.*, b.gone, 0 from listed t join person_alias a on a.gone = t.person and a.ended is null
            join person_alias b on b.kept = a.kept and b.gone <> a.gone and b.ended is null
        union select t.*, t.person, 0 from listed t
        union select t.*, p.other, p.pair from listed t join person_pair p on p.person = t.person and p.state in ('open', 'later')
    )
    select r.n, o.n, min(r.pair) from rows r join listed o on o.person = r.as_row and o.id <> r.id
    where r.as_row <> r.person or not exists (select from membership c where c.household = r.id and c.until is null)
        or not exists (select from membership c where c.household = o.id and c.until is null)
    group by r.n, o.n order by r.n, o.n
$$;
-- +goose StatementEnd
revoke execute on function quota_would_double(bigint[], date) from public;
grant execute on function quota_would_double(bigint[], date) to lianou_platform;

-- +goose Down
drop function quota_would_double(bigint[], date);
