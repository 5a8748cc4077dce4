-- What is closed when leads follow a household is told to who moves it, for the log; of two
-- open ones that say the opposite of one item the later stands; and what lies open of a
-- household that people emptied goes with them, for it is theirs, not the address's.
--
-- A report on weights that a desk asked for, and how far it is: one at a time for the city,
-- for each reads everybody.

-- +goose Up
create table index_asked (
    id      bigint generated always as identity primary key,
    weights bigint[] not null check (cardinality(weights) = 7),
    digest  text not null check (digest ~ '^[0-9a-f]{64}$'), -- of the weights
    actor   text not null check (actor <> ''),
    asked   timestamptz not null,
    heard   timestamptz not null, -- the last sign that somebody reads for it
    towns   int not null default 0, -- to read; 0 until it begins
    done    int not null default 0 check (done between 0 and towns),
    ended   timestamptz,
    failed  boolean not null default false check (not failed or ended is not null)
);
create unique index index_asked_one on index_asked ((true)) where ended is null;
create index index_asked_digest on index_asked (digest, id desc);
grant select, insert, update on index_asked to lianou_platform;

-- Of a due and a lost lead that name one item the one found later is believed, and of two
-- households that become one that of who lived there: the others' is about rules and facts
-- that do not hold any more. Row-level security holds in here: the caller must see both
-- townships. It gives every lead that it brought along, or closed.
-- +goose StatementBegin
create function lead_follow(home bigint, heir bigint, town text) returns table (which bigint, shut boolean) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    l lead; other bigint; due bigint := 0; lost bigint := 0; rest bigint;
begin
    for l in select * from lead where household in (home, heir) and kind in ('due', 'lost') and state = 'open'
            order by (household = heir) desc, found desc, id desc for update loop
        rest := l.items & ~ case l.kind when 'due' then lost else due end;
        if l.kind = 'due' then due := due | rest; else lost := lost | rest; end if;
        if rest = 0 then
            update lead set state = 'gone', settled = transaction_timestamp() where id = l.id;
            which := l.id; shut := true; return next;
        elsif rest <> l.items then
            update lead set items = rest where id = l.id;
        end if;
    end loop;
    for l in select * from lead where household in (home, heir) and (household, region) <> (heir, town) and state = 'open' order by id for update loop
        select id into other from lead where region = town and household = heir and kind = l.kind and state = 'open' for update;
        which := l.id; shut := other is not null; return next;
        if other is null then
            update lead set region = town, household = heir where id = l.id;
            continue;
        end if;
        -- Back-pay does not add up: the next look reckons it anew.
        update lead set items = items | l.items, place = greatest(place, l.place) where id = other and l.kind <> 'raised';
        update lead_reopen r set fresh = other where r.fresh = l.id and not exists (select from lead_reopen o where o.fresh = other);
        update lead set state = 'gone', settled = transaction_timestamp() where id = l.id;
    end loop;
    update lead set region = town where household = heir and region <> town;
    update lead_reopen r set region = town from lead f where f.id = r.fresh and f.household = heir and r.region <> town;
end $$;
revoke execute on function lead_follow(bigint, bigint, text) from public;
grant execute on function lead_follow(bigint, bigint, text) to lianou_platform;

drop function registry_settle_household(bigint, text);
drop function lead_follow(bigint, text);

-- It gives the leads that were closed.
create function registry_settle_household(home bigint, town text) returns bigint[] language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update household set region = town where id = home;
    update household_sheet set region = town where household = home;
    update membership set region = town where household = home;
    update change_request set region = town where household = home;
    update life_change set region = town where household = home;
    update life_event set region = town where household = home;
    return array(select which from lead_follow(home, home, town) where shut order by which);
end $$;
revoke execute on function registry_settle_household(bigint, text) from public;
grant execute on function registry_settle_household(bigint, text) to lianou_platform;
-- +goose StatementEnd

-- +goose Down
drop table index_asked;
-- +goose StatementBegin
drop function registry_settle_household(bigint, text);
drop function lead_follow(bigint, bigint, text);
create function lead_follow(home bigint, town text) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    l lead; other bigint;
begin
    for l in select * from lead where household = home and region <> town and state = 'open' order by id for update loop
        select id into other from lead where region = town and household = home and kind = l.kind and state = 'open' for update;
        if other is null then
            update lead set region = town where id = l.id;
            continue;
        end if;
        update lead set items = items | l.items, place = greatest(place, l.place) where id = other and l.kind <> 'raised';
        update lead_reopen r set fresh = other where r.fresh = l.id and not exists (select from lead_reopen o where o.fresh = other);
        update lead set region = town, state = 'gone', settled = transaction_timestamp() where id = l.id;
    end loop;
    update lead set region = town where household = home and region <> town;
    update lead_reopen r set region = town from lead o where o.id = r.lead and o.household = home and r.region <> town;
end $$;
revoke execute on function lead_follow(bigint, text) from public;
create function registry_settle_household(home bigint, town text) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update household set region = town where id = home;
    update household_sheet set region = town where household = home;
    update membership set region = town where household = home;
    update change_request set region = town where household = home;
    update life_change set region = town where household = home;
    update life_event set region = town where household = home;
    perform lead_follow(home, town);
end $$;
revoke execute on function registry_settle_household(bigint, text) from public;
grant execute on function registry_settle_household(bigint, text) to lianou_platform;
-- +goose StatementEnd
