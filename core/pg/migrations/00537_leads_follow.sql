-- All leads of a household go with it when it moves: the open ones did (00510), but why one
-- was opened again stayed where nobody of the new place reads it, and of what was settled
-- nobody was kin any more, for a household has no members where it does not live.

-- +goose Up
-- What came of a lead stays so; where it is read follows the household, and nothing else.
-- +goose StatementBegin
create or replace function lead_settles_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    same lead := new;
begin
    same.region := old.region;
    if same is distinct from old or not exists (select from household h where h.id = old.household and h.region = new.region) then
        raise exception 'what came of a lead stays so' using errcode = 'restrict_violation', table = 'lead', constraint = 'lead_settles_once';
    end if;
    return new;
end $$;

-- Row-level security holds in here: the caller must see both townships. An open lead for
-- which one of its kind lies open in the new place is gone; what it found joins that one,
-- but for back-pay, which the next look reckons anew.
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

create or replace function registry_settle_household(home bigint, town text) returns void language plpgsql security definer
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
-- +goose StatementEnd
revoke execute on function lead_follow(bigint, text) from public;
create index lead_of on lead (household);

-- Those of who has moved before.
-- +goose StatementBegin
do $$
declare
    stray record;
begin
    perform set_config('lianou.city', 'on', true);
    for stray in select distinct l.household, h.region from lead l join household h on h.id = l.household where h.region <> l.region loop
        perform lead_follow(stray.household, stray.region);
    end loop;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function registry_settle_household(home bigint, town text) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update household set region = town where id = home;
    update household_sheet set region = town where household = home;
    update membership set region = town where household = home;
    update change_request set region = town where household = home;
    update life_change set region = town where household = home;
    update life_event set region = town where household = home;
    update lead l set region = town where household = home and state = 'open'
        and not exists (select from lead o where o.region = town and o.household = home and o.kind = l.kind and o.state = 'open');
end $$;
create or replace function lead_settles_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'what came of a lead stays so' using errcode = 'restrict_violation', table = 'lead', constraint = 'lead_settles_once';
end $$;
-- +goose StatementEnd
drop function lead_follow(bigint, text);
drop index lead_of;
