-- Births, deaths, marriages, splits and moves, as they were told: each is one event, and
-- what it changed lies beside it with how it was before. The live rows (membership,
-- household, person) are how it is now; how it was known at an earlier moment is read by
-- going back over the changes, and a wrongly entered event is taken back the same way.

-- +goose Up
create sequence life_event_id_seq;
create table life_event (
    id        bigint primary key default nextval('life_event_id_seq'),
    region    text not null check (length(region) = 9),
    kind      text not null check (kind in ('birth', 'death', 'marriage', 'divorce', 'adoption', 'split', 'move', 'move_out', 'move_in', 'undo')),
    day       date not null,
    known_at  timestamptz not null,
    source    text not null check (source <> ''),
    household bigint not null, -- that it is told of
    person    bigint,
    undoes    bigint,
    made_by   text not null check (made_by <> ''),
    check ((kind = 'undo') = (undoes is not null))
);
create index life_event_household on life_event (household, id);
create unique index life_event_undone on life_event (undoes) where undoes is not null;

create table life_change (
    id        bigint generated always as identity primary key,
    region    text not null check (length(region) = 9), -- of the household, or of the person
    event     bigint not null,
    day       date not null,
    known_at  timestamptz not null,
    what      text not null check (what in ('membership', 'household', 'person')),
    household bigint,
    person    bigint,
    since     date, -- of a membership
    before    jsonb, -- null: there was none
    after     jsonb, -- null: there is none
    check (before is distinct from after),
    check ((household is not null) = (what <> 'person') and (person is not null) = (what <> 'household') and (since is not null) = (what = 'membership'))
);
create index life_change_household on life_change (household, id) where household is not null;
create index life_change_person on life_change (person, id) where person is not null;
create index life_change_event on life_change (event);

-- The day on which somebody died; the person's row stays as it is.
create table person_death (
    person bigint primary key,
    region text not null check (length(region) = 9),
    day    date not null,
    event  bigint not null
);

call lianou_scope_table('life_event');
call lianou_scope_table('life_change');
call lianou_scope_table('person_death');
grant select, insert on life_event, life_change to lianou_platform;
grant select, insert, delete on person_death to lianou_platform;
grant usage, select on sequence life_event_id_seq to lianou_platform;
grant update (ref, relation) on membership to lianou_platform;

-- Who moves takes along all that hangs on them: a row under another township's policy
-- would show what it must not, or hide what belongs to them. Row-level security holds in
-- here too: the caller must see both townships. Nothing else may move a sheet.
-- +goose StatementBegin
create function registry_settle_person(who bigint, town text) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update person set region = town where id = who;
    update person_sheet set region = town where person = who;
    update person_token set region = town where person = who;
    update account_change set region = town where person = who;
    update person_death set region = town where person = who;
    update life_change set region = town where person = who and what = 'person';
end $$;
create function registry_settle_household(home bigint, town text) returns void language plpgsql security definer
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
revoke execute on function registry_settle_person(bigint, text), registry_settle_household(bigint, text) from public;
grant execute on function registry_settle_person(bigint, text), registry_settle_household(bigint, text) to lianou_platform;

-- +goose Down
drop function registry_settle_person(bigint, text), registry_settle_household(bigint, text);
revoke update (ref, relation) on membership from lianou_platform;
drop table person_death, life_change, life_event;
drop sequence life_event_id_seq;
