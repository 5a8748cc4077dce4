-- What only a person can do has a day and climbs as the rest does (F57): telling a household
-- that no message reached, and mending the card of money that came back. A task of a notice
-- that comes through after all is over, and names nobody.

-- +goose Up
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''tell''::text, ''card''::text, ');
    perform set_config('lianou.city', 'on', true);
    -- What lies open already has some days before anybody is told that it is late.
    insert into deadline (case_id, region, claim_id, kind, due, first_due, next)
        select case_id, region, claim_id, 'tell', greatest(min(due), today + 3), min(due), greatest(min(due), today + 3)
        from call_task, (values ((lianou_now() at time zone 'Asia/Shanghai')::date)) as t (today) where done is null group by case_id, region, claim_id, today;
    insert into deadline (case_id, region, claim_id, kind, due, first_due, next, level)
        select e.case_id, e.region, e.claim, 'card', today + 7, today + 7, today + 7, 1
        from payout_fix f join payout_entitlement e on e.id = f.entitlement, (values ((lianou_now() at time zone 'Asia/Shanghai')::date)) as t (today)
        where f.state in ('open', 'proposed') group by e.case_id, e.region, e.claim, today;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd
alter table call_task drop constraint call_task_check;
alter table call_task add constraint call_task_check check (done is null or how <> '');

-- +goose Down
alter table call_task drop constraint call_task_check;
alter table call_task add constraint call_task_check check (done is null or (by_staff is not null and how <> '')) not valid;
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    perform set_config('lianou.city', 'on', true);
    delete from climb c using deadline d where d.id = c.deadline and d.kind in ('tell', 'card');
    delete from deadline where kind in ('tell', 'card');
    perform set_config('lianou.city', '', true);
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(replace(was, '''tell''::text, ', ''), '''card''::text, ', '');
end $$;
-- +goose StatementEnd
