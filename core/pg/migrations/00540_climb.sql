-- A clock never forgets (F55): the day it first ran to stays recorded, what it has told it
-- does not tell again, and what lay between its end and an appeal is counted beside it. Who
-- is late is told to people, one rung after the other (F57): village assistant, township,
-- county, city. A rung is a row that those people have on a page, and says who looked.

-- +goose Up
alter table deadline add column first_due date;
alter table deadline add column rest integer not null default 0 check (rest >= 0); -- working days it was met and taken up again after
drop index deadline_open;
alter table deadline drop constraint deadline_level_check;
-- The assistant is the first rung now, so who was told stands one rung higher.
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update deadline set first_due = due, level = case when level = 0 then 0 else level + 1 end;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd
alter table deadline alter column first_due set not null;
alter table deadline add constraint deadline_level_check check (level between 0 and 4);
create index deadline_open on deadline (next) where met is null and level < 4;
grant update (rest) on deadline to lianou_platform;

create table climb (
    id       bigint generated always as identity primary key,
    deadline bigint not null references deadline (id),
    case_id  bigint not null,
    region   text not null,
    rung     smallint not null check (rung between 1 and 4), -- assistant, township, county, city
    due      date not null,        -- the day that had passed
    told     timestamptz not null,
    staff    bigint,               -- who was told; null: everybody of the rung there
    seen     timestamptz,          -- when the first of them opened it
    seen_by  bigint,
    unique (deadline, rung),       -- each is told once
    check ((seen is null) = (seen_by is null)),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index climb_case on climb (case_id);
create index climb_list on climb (region, rung, told);
call lianou_scope_table('climb');
grant select, insert on climb to lianou_platform;
grant update (seen, seen_by) on climb to lianou_platform;

-- +goose StatementBegin
create function deadline_remembers() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.first_due <> old.first_due
       or new.level < old.level and exists (select from climb c where c.deadline = old.id) then
        raise exception 'a clock does not start anew' using errcode = 'restrict_violation', table = 'deadline', constraint = 'deadline_remembers';
    end if;
    return new;
end $$;
create function climb_seen_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.seen is not null and (new.seen, new.seen_by) is distinct from (old.seen, old.seen_by) then
        raise exception 'who looked first stays so' using errcode = 'restrict_violation', table = 'climb', constraint = 'climb_seen_once';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger deadline_remembers before update on deadline for each row execute function deadline_remembers();
create trigger climb_seen_once before update of seen, seen_by on climb for each row execute function climb_seen_once();

-- How often an appointment was moved: a household is not kept waiting at will.
alter table visit add column moved smallint not null default 0 check (moved >= 0);
grant update (moved) on visit to lianou_platform;

-- +goose Down
alter table visit drop column moved;
drop table climb;
drop trigger deadline_remembers on deadline;
drop function deadline_remembers, climb_seen_once;
drop index deadline_open;
alter table deadline drop constraint deadline_level_check;
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update deadline set level = greatest(level - 1, 0);
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd
alter table deadline add constraint deadline_level_check check (level between 0 and 3);
create index deadline_open on deadline (next) where met is null and level < 3;
alter table deadline drop column rest, drop column first_due;
