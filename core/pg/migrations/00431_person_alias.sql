-- Two rows of the register that people found to be one person: one stands aside for the
-- other. No row of a person is moved or changed by it. Reads follow it, and when it ends
-- they read what they read before, byte for byte. It ends by a date and is never deleted, so
-- that facts as known on a day of between are what they were on that day.

-- +goose Up
create table person_alias (
    id      bigint generated always as identity primary key,
    region  text        not null, -- one line in the township of each, so that both see it
    gone    bigint      not null, -- stands aside
    kept    bigint      not null check (kept <> gone),
    decider bigint      not null check (decider > 0), -- staff: no machine does this
    second  bigint      check (second > 0 and second <> decider),
    at      timestamptz not null,
    ended   timestamptz check (ended >= at),
    ender   bigint      check (ender > 0),
    check ((ended is null) = (ender is null))
);
create unique index person_alias_now on person_alias (gone, region) where ended is null;
create index person_alias_kept on person_alias (kept);
call lianou_scope_table('person_alias');

-- Two different identity numbers are two people until two members of staff have said
-- otherwise; and nobody stands aside for somebody who stands aside. Asked of the whole
-- city, because the township of one may not see the other.
-- +goose StatementBegin
create function registry_alias_allowed() returns trigger language plpgsql security definer
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
    if g.id_blind <> k.id_blind and new.second is null then
        raise exception 'two numbers need two people' using errcode = 'check_violation', table = 'person_alias', constraint = 'person_alias_two_numbers';
    end if;
    if exists (select from person_alias a where a.ended is null and (a.kept = new.gone or a.gone = new.kept or a.gone = new.gone and a.kept <> new.kept)) then
        raise exception 'one of them is part of another pair' using errcode = 'unique_violation', table = 'person_alias', constraint = 'person_alias_flat';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger person_alias_allowed before insert on person_alias for each row execute function registry_alias_allowed();

grant select, insert on person_alias to lianou_platform;
grant update (ended, ender) on person_alias to lianou_platform;

-- +goose Down
drop table person_alias;
drop function registry_alias_allowed();
