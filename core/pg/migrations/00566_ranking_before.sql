-- Where a household stands was asked with two searches a township of its county, twenty-eight
-- in the largest; one each is enough: those at the same place and before it in the list are
-- few in a township. Of the city nothing changes but that its steps are finer (insight/steps.go).

-- +goose Up
-- +goose StatementBegin
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
    select coalesce(sum(n), 0), coalesce(sum(n) filter (where scope = town), 0) into near_county, near_town
        from (select t.scope, (select count(*) from ranking r where r.region = t.scope and r.place >= mine and r.place < next
                and (r.place > mine or r.household < who)) as n
            from ranking_count t where t.scope > left(town, 6) and t.scope < left(town, 6) || 'a') each;
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

-- +goose Down
-- +goose StatementBegin
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
