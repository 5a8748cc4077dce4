-- What may give a clock another day, as data: by kind and cause, with the law that says so. Until now
-- the acts of core/workflow kept to it and a test walked them; a statement by hand, or a new act,
-- could pause a clock by what no law names. A clock that runs moves by rows with `runs` alone; one that
-- was met goes on by the others. Drawn into docs/clocks.md.

-- +goose Up
create table deadline_cause (
    kind  text not null,
    cause text not null check (cause <> ''),
    runs  boolean not null default false,
    says  text not null check (says <> ''), -- what happened
    day   text not null check (day <> ''),  -- which day it is then
    law   text not null check (law <> ''),
    primary key (kind, cause)
);
insert into deadline_cause (kind, cause, runs, says, day, law) values
    ('accept', 'parted', false, 'an application that was joined to another case gets its own again', 'the day it had', '期限不重来(F55)'),
    ('supplement', 'asked_again', false, 'papers are asked for again', 'the old day and the working days in between', '一次性告知,再要不另给天数(F55)'),
    ('lookup', 'another_look', false, 'something else is looked up after the first was', 'five working days from then', '部门自己查,不占家里的天数,样本口径'),
    ('visit', 'another_visit', false, 'another visit is planned after a record', 'three working days after its day, never after the day of the decision', '样本口径'),
    ('conference', 'called_again', false, 'another conference after one that was called off or over', 'the old day and the working days in between', '再开会不另给天数(F55),样本口径'),
    ('decide', 'special', true, 'somebody objects, the household lives apart from where it is registered, or it is hard to look into', 'the days of special cases in the terms, from acceptance', '最低生活保障审核确认办法第22条'),
    ('decide', 'county', true, 'the county decides in place of the township', 'the days of the county in the terms, from acceptance', '条款里写的法律'),
    ('decide', 'terms', true, 'the township decides after all, or nothing is special any more', 'the days of the terms, from acceptance', '条款里写的法律'),
    ('decide', 'appealed', false, 'an appeal', 'the old day and the working days in between', '复核接着算,期限不重来(F55、F82)'),
    ('decide', 'filed_anew', false, 'the household let the item fall and asks for it again', 'the days of the law of that day, from then', '条款里写的法律'),
    ('deliver', 'not_arrived', false, 'what was written down as handed over did not arrive', 'three working days from then', '样本口径'),
    ('tell', 'told_anew', false, 'something else is to be told in person', 'two working days from then', '样本口径'),
    ('card', 'came_back_again', false, 'money came back once more', 'five working days from then', '样本口径'),
    ('unsolved', 'said_again', false, 'the household says again that it is not solved, and it goes one unit up', 'the days of that unit from the first time, and the working days in between', '总期限接着算(F82),样本口径');
grant select on deadline_cause to lianou_platform, lianou_gateway;

alter table deadline add column cause text not null default ''; -- why it has the day it has; "" from the start
grant insert (cause), update (cause) on deadline to lianou_platform;

-- +goose StatementBegin
create function deadline_runs_on() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.due <> old.due or old.met is not null and new.met is null)
       and not exists (select from deadline_cause c where c.kind = new.kind and c.cause = new.cause and (c.runs or old.met is not null)) then
        raise exception 'no cause gives this clock another day' using errcode = 'restrict_violation', table = 'deadline', constraint = 'deadline_runs_on';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger deadline_runs_on before update of due, met on deadline for each row execute function deadline_runs_on();

-- +goose Down
drop trigger deadline_runs_on on deadline;
drop function deadline_runs_on;
alter table deadline drop column cause;
drop table deadline_cause;
