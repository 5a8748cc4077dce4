-- "Told" (已告知) by a person is a proven state as by any other way (F69, security.md P9): who of
-- the household was reached, by which way, and what they said back; and each way made in vain. Until
-- now it was one line of free text, and nobody wrote down who was not at home.
--
-- Whom it reaches: the person, an adult of the household who lives there (同住的成年家属; 民事诉讼法
-- 第88条 serves papers no further), or who acts for them (监护人、代办人). A neighbour is nobody.

-- +goose Up
create table task_said (
    task     bigint      not null references call_task (id),
    n        smallint    not null check (n between 1 and 31),
    case_id  bigint      not null,
    region   text        not null,
    at       timestamptz not null,
    by_staff bigint      not null check (by_staff > 0),
    way      text        not null check (way in ('phone', 'door')),
    met      text        not null check (met in ('self', 'family', 'acting', 'nobody')),
    words    bytea       not null, -- what they said, or how it was in vain; sealed with the case's key
    primary key (task, n),
    constraint task_said_vain check (n <= 30 or met <> 'nobody'), -- the last is kept for who is met after all
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index task_said_case on task_said (case_id);
call lianou_scope_table('task_said');
grant select, insert on task_said to lianou_platform;

-- +goose StatementBegin
-- A task that somebody ended has their word; what ended by a message that came through names nobody.
-- A notice that a person told asks for such a task (notice_confirmed, 00666).
create function call_task_said() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from task_said s join staff_account a on a.id = s.by_staff
            where s.task = new.id and s.case_id = new.case_id and s.by_staff = new.by_staff and s.met <> 'nobody') then
        raise exception 'told in person, and nobody says whom'
            using errcode = 'check_violation', constraint = 'call_task_said', table = 'call_task';
    end if;
    return null;
end $$;
-- +goose StatementEnd

create constraint trigger call_task_said after insert or update of done, by_staff on call_task deferrable initially deferred
    for each row when (new.done is not null and new.by_staff is not null) execute function call_task_said();

-- +goose Down
drop trigger call_task_said on call_task;
drop function call_task_said;
drop table task_said;
