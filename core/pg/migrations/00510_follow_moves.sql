-- What people found of a person goes along when the person moves: the word that two rows
-- are one, and the pairs that wait. Left behind, it would have the new township read two
-- people, and let the old one decide about somebody who is no longer theirs. Leads go with
-- their household for the same reason.

-- +goose Up
-- A line of a word that stands already, in another township, is the same word.
-- +goose StatementBegin
create or replace function registry_alias_allowed() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    g person; k person;
begin
    select * into g from person where id = new.gone;
    select * into k from person where id = new.kept;
    if g.id is null or k.id is null or new.region not in (g.region, k.region) then
        raise exception 'no such people in this township' using errcode = 'foreign_key_violation', table = 'person_alias', constraint = 'person_alias_people';
    end if;
    if exists (select from person_alias a where a.gone = new.gone and a.kept = new.kept and a.at = new.at
            and (a.decider, a.second, a.ended, a.ender) is not distinct from (new.decider, new.second, new.ended, new.ender)) then
        return new;
    end if;
    if g.id_blind <> k.id_blind and new.second is null then
        raise exception 'two numbers need two people' using errcode = 'check_violation', table = 'person_alias', constraint = 'person_alias_two_numbers';
    end if;
    if exists (select from person_alias a where a.ended is null and (a.kept = new.gone or a.gone = new.kept or a.gone = new.gone and a.kept <> new.kept)) then
        raise exception 'one of them is part of another pair' using errcode = 'unique_violation', table = 'person_alias', constraint = 'person_alias_flat';
    end if;
    return new;
end $$;

-- Over every township, because the other row may stand in a third one. Only
-- registry_settle_person calls it, which moved the person within the caller's scope.
create function registry_settle_pairs(who bigint, was text, town text) returns void language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    a person_alias; elsewhere boolean;
begin
    for a in select * from person_alias where region = was and who in (gone, kept) order by id loop
        select region <> was into elsewhere from person where id = case a.gone when who then a.kept else a.gone end;
        if exists (select from person_alias b where b.gone = a.gone and b.kept = a.kept and b.at = a.at and b.region = town) then
            delete from person_alias where id = a.id and elsewhere; -- the other's township has its line
        elsif elsewhere then
            update person_alias set region = town where id = a.id;
        else
            insert into person_alias (region, gone, kept, decider, second, at, ended, ender)
                values (town, a.gone, a.kept, a.decider, a.second, a.at, a.ended, a.ender);
        end if;
    end loop;
    update person_pair set region = town where person = who;
    update person_pair set other_region = town where other = who;
end $$;

create or replace function registry_settle_person(who bigint, town text) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    was text;
begin
    select region into was from person where id = who for update;
    update person set region = town where id = who;
    update person_sheet set region = town where person = who;
    update person_token set region = town where person = who;
    update account_change set region = town where person = who;
    update person_death set region = town where person = who;
    update life_change set region = town where person = who and what = 'person';
    if was <> town then -- null: nobody within the caller's scope
        perform registry_settle_pairs(who, was, town);
    end if;
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
    update lead l set region = town where household = home and state = 'open'
        and not exists (select from lead o where o.region = town and o.household = home and o.kind = l.kind and o.state = 'open');
end $$;
-- +goose StatementEnd
revoke execute on function registry_settle_pairs(bigint, text, text) from public;

-- +goose Down
-- +goose StatementBegin
create or replace function registry_settle_person(who bigint, town text) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update person set region = town where id = who;
    update person_sheet set region = town where person = who;
    update person_token set region = town where person = who;
    update account_change set region = town where person = who;
    update person_death set region = town where person = who;
    update life_change set region = town where person = who and what = 'person';
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
end $$;
-- +goose StatementEnd
drop function registry_settle_pairs(bigint, text, text);
