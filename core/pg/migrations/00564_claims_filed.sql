-- Whether a loss is asked about goes by whether anybody has the thing or has asked for it: what
-- never was anybody's is nobody's to lose.

-- +goose Up
-- What households of one township have asked for and is not decided, wherever their case lies.
-- So much of it is said, to who has the township in scope, as of what they receive (00552).
-- Not in plain SQL: how many households are asked for decides which way is short.
-- +goose StatementBegin
create function claims_filed(town text, homes bigint[])
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
-- +goose StatementEnd
revoke execute on function claims_filed(text, bigint[]) from public;
grant execute on function claims_filed(text, bigint[]) to lianou_platform;

-- +goose Down
drop function claims_filed(text, bigint[]);
