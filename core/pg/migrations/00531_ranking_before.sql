-- Where a household stands in the city. In a city of two million households nearly ten
-- thousand share one tenth of the index, and four thousand one place, so those before it are
-- not counted one by one: the city's order is cut into steps of about a thousand, each with
-- how many stand in it. A step is named by the key of where it begins and ends where the next
-- begins; the first has key 0, so everybody belongs to one. Cutting them anew changes nothing
-- but speed.

-- +goose Up
create table ranking_step (
    key bigint primary key,
    n   int not null check (n >= 0)
);
insert into ranking_step select 0, count(*) from ranking;

-- +goose StatementBegin
-- The order of the ranking as one number: the harder first, of equals the lower household.
create function ranking_key(place int, household bigint) returns bigint language sql immutable strict parallel safe
as $$ select (1073741824 - place)::bigint << 33 | household $$;

-- Cuts the steps anew. Whoever calls it holds the city's row of ranking_count, as everybody
-- who moves households does by then: what is not committed yet will be carried over by its own.
create function ranking_cut(size int) returns void language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$ begin
    delete from ranking_step;
    insert into ranking_step
        select case when g = 0 then 0 else min(k) end, count(*) from (
            select ranking_key(place, household) as k, (row_number() over (order by place desc, household) - 1) / size as g from ranking) t group by g;
    insert into ranking_step values (0, 0) on conflict do nothing;
end $$;

-- How many listed households stand before one: at the same tenth in its township and in its
-- county, and in the whole city.
create or replace function ranking_before(town text, mine int, who bigint) returns int[] language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$ declare
    next constant int := ((mine >> 20) + 1) << 20;
    step bigint;
    from_place int;
    near_town int;
    near_county int;
    city int;
begin
    select (select count(*) from ranking where region = town and place > mine and place < next)
        + (select count(*) from ranking where region = town and place = mine and household < who) into near_town;
    select coalesce(sum((select count(*) from ranking r where r.region = t.scope and r.place > mine and r.place < next)
        + (select count(*) from ranking r where r.region = t.scope and r.place = mine and r.household < who)), 0)
        from ranking_count t where t.scope > left(town, 6) and t.scope < left(town, 6) || 'a' into near_county;
    select key from ranking_step where key <= ranking_key(mine, who) order by key desc limit 1 into step;
    from_place := (1073741824 - (step >> 33))::int;
    select coalesce(sum(n), 0) from ranking_step where key < step into city;
    if from_place > mine then
        city := city + (select count(*) from ranking where place = from_place and household >= (step & 8589934591))
            + (select count(*) from ranking where place < from_place and place > mine)
            + (select count(*) from ranking where place = mine and household < who);
    else
        city := city + (select count(*) from ranking where place = mine and household >= (step & 8589934591) and household < who);
    end if;
    return array[near_town, near_county, city];
end $$;
-- +goose StatementEnd
revoke execute on function ranking_cut(int) from public;
grant execute on function ranking_cut(int) to lianou_platform;
grant select, update on ranking_step to lianou_platform;

-- +goose Down
drop function ranking_cut(int);
-- +goose StatementBegin
create or replace function ranking_before(town text, mine int, who bigint) returns int[] language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$ select array[count(*) filter (where region = town), count(*) filter (where left(region, 6) = left(town, 6)), count(*)]::int[]
      from ranking where place >= mine and place < ((mine >> 20) + 1) << 20 and (place > mine or household < who) $$;
-- +goose StatementEnd
drop function ranking_key(int, bigint);
drop table ranking_step;
