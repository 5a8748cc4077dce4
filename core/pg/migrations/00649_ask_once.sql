-- What a household is asked for is asked once, with everything in it (一次性告知, as the
-- 最低生活保障审核确认办法 has it): which things were ticked, and why a later one was not in the
-- first. What a register of the city answers is not the household's to bring (the same 办法):
-- somebody of the staff looks it up, by a day.

-- +goose Up
create table case_ask (
    id       bigint generated always as identity primary key,
    case_id  bigint not null,
    region   text not null,
    nth      smallint not null check (nth between 1 and 100),
    keys     text[] not null check (cardinality(keys) <= 100), -- paths of facts and names of papers, no value of any
    own      boolean not null,   -- and something in the officer's own words
    late     bytea,              -- sealed: why it was not in the first
    kept     bytea,              -- sealed: why the household is asked for what a register has
    by_staff bigint not null,    -- 0: asked before this was kept
    at       timestamptz not null,
    constraint case_ask_something check (own or cardinality(keys) > 0),
    constraint case_ask_once check (nth = 1 or late is not null),
    unique (case_id, nth),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create table case_look (
    id       bigint generated always as identity primary key,
    case_id  bigint not null,
    region   text not null,
    key      text not null check (length(key) between 1 and 200),
    keeper   text not null check (keeper ~ '^[a-z0-9_-]{1,32}$'),
    staff    bigint not null,    -- who looks it up
    made     timestamptz not null,
    outcome  text not null default '' check (outcome in ('', 'found', 'none', 'known')), -- known: it came another way
    done     timestamptz,
    by_staff bigint,
    words    bytea,              -- sealed: what the register says
    constraint case_look_done check ((done is null) = (outcome = '') and (outcome not in ('found', 'none') or (by_staff is not null and words is not null))),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create unique index case_look_open on case_look (case_id, key) where done is null;
create index case_look_case on case_look (case_id);
call lianou_scope_table('case_ask');
call lianou_scope_table('case_look');
grant select, insert on case_ask, case_look to lianou_platform;
grant select on case_ask, case_look to lianou_check, lianou_backup;
grant update (outcome, done, by_staff, words) on case_look to lianou_platform;

-- +goose StatementBegin
create function case_look_stays() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.done is not null and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region' then
        raise exception 'what was looked up stays' using errcode = 'restrict_violation', table = 'case_look', constraint = 'case_look_stays';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger case_look_stays before update on case_look for each row execute function case_look_stays();

-- Who was asked already was asked once.
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    -- First what reads the whole timeline, then what holds the table of clocks.
    perform set_config('lianou.city', 'on', true);
    insert into case_ask (case_id, region, nth, keys, own, by_staff, at)
        select f.id, f.region, 1, '{}', true, 0, min(e.at) from case_event e join casefile f on f.id = e.case_id where e.kind = 'supplement.asked' group by f.id, f.region;
    perform set_config('lianou.city', '', true);
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''lookup''::text, ');
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    perform set_config('lianou.city', 'on', true);
    delete from climb c using deadline d where d.id = c.deadline and d.kind = 'lookup';
    delete from deadline where kind = 'lookup';
    perform set_config('lianou.city', '', true);
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, '''lookup''::text, ', '');
end $$;
-- +goose StatementEnd
drop table case_look, case_ask;
drop function case_look_stays();
