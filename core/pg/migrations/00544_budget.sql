-- Budget lines (预算): how much there is in a year for some items in a county or the city.
-- What a batch takes is reserved on a line, spent when the bank has paid it, and given
-- back when a line is void or returned. The database moves the money of a line itself
-- from what happens to payout_line, whoever makes it happen; a program has no right to
-- write amount, reserved or spent.
--
-- The money of a year is that of the year it is paid in (收付实现制, 预算法 第五十八条).

-- +goose Up
create table budget (
    id       bigint      generated always as identity primary key,
    year     integer     not null check (year between 2000 and 2099),
    area     text        not null check (area ~ '^3714[0-9]{2}$'), -- the city or a county
    items    text[]      not null check (cardinality(items) between 1 and 60), -- one item or a group, sorted
    fund     text        not null check (fund in ('central', 'province', 'city', 'county', 'other')),
    made     timestamptz not null,
    opened   timestamptz, -- when its first amount was confirmed; before, it binds nobody
    amount   bigint      not null default 0 check (amount >= 0), -- fen: the sum of the confirmed changes
    reserved bigint      not null default 0 check (reserved >= 0), -- in batches that the bank has not answered
    spent    bigint      not null default 0 check (spent >= 0), -- on cards
    remaining bigint     not null generated always as (amount - reserved - spent) stored,
    constraint budget_once unique (year, area, items, fund),
    constraint budget_not_overspent check (remaining >= 0 and amount = reserved + spent + remaining),
    check (opened is not null or amount = 0)
);

-- How a line came to its amount. Rows are added, confirmed or refused once, and never edited.
create table budget_change (
    id         bigint      generated always as identity primary key,
    budget     bigint      not null references budget (id),
    amount     bigint      not null check (amount <> 0 and abs(amount) <= 10000000000000), -- fen; below 0 takes away
    source     text        not null check (source <> '' and length(source) <= 120), -- number of the paper it stands in
    entered_by bigint      not null check (entered_by > 0),
    entered    timestamptz not null,
    state      text        not null default 'entered' check (state in ('entered', 'confirmed', 'refused')),
    ended_by   bigint      check (ended_by > 0), -- who confirmed or refused it
    ended      timestamptz,
    why        text        not null default '' check (length(why) <= 200), -- it was refused
    check ((state = 'entered') = (ended is null)),
    check ((ended is null) = (ended_by is null)),
    check ((state = 'refused') = (why <> '')),
    constraint budget_two_people check (state <> 'confirmed' or ended_by <> entered_by)
);
-- The same paper twice on one line is the same money twice.
create unique index budget_change_source on budget_change (budget, source) where state <> 'refused';
create index budget_change_open on budget_change (id) where state = 'entered';

alter table payout_line add column budget bigint references budget (id); -- null: no line was registered

-- +goose StatementBegin
create function budget_change_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'entered' then
            raise exception 'an amount is entered before it is confirmed'
                using errcode = 'check_violation', constraint = 'budget_change_step', table = 'budget_change';
        end if;
        return new;
    end if;
    if tg_op = 'DELETE' or old.state <> 'entered' or new.state = 'entered'
       or (new.budget, new.amount, new.source, new.entered_by, new.entered)
          is distinct from (old.budget, old.amount, old.source, old.entered_by, old.entered) then
        raise exception 'what was entered is confirmed or refused once, and never edited'
            using errcode = 'check_violation', constraint = 'budget_change_step', table = 'budget_change';
    end if;
    return new;
end $$;

-- A confirmed change is on its line at once; one that takes away more than is left is refused.
create function budget_changed() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update budget set amount = amount + new.amount, opened = coalesce(opened, new.ended)
        where id = new.budget and remaining + new.amount >= 0;
    if not found then
        raise exception 'more is taken away than is left'
            using errcode = 'check_violation', constraint = 'budget_below_used', table = 'budget';
    end if;
    return null;
end $$;

-- The lines of a year, locked in one order until the transaction ends: who plans a batch
-- sees what is left, and nobody takes it meanwhile (16 at once at READ COMMITTED without
-- it overspend every time, security.md).
create function budget_locked(wanted integer) returns setof budget language sql security definer
set search_path = public, pg_temp as $$
    select * from budget where year = wanted and opened is not null order by id for no key update
$$;

-- One statement's lines of a batch move the money of their budget lines, in the order of
-- the ids. The condition is in the statement that takes: it cannot take what is not left.
create function budget_follow() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    moved record;
    odd   boolean;
begin
    if tg_op = 'INSERT' then
        select exists (select from fresh f join budget b on b.id = f.budget join payout_batch p on p.id = f.batch
            where f.item <> all (b.items) or b.opened is null or b.area <> '371400' and left(f.region, 6) <> b.area
                or extract(year from p.created at time zone 'Asia/Shanghai') <> b.year) into odd;
        if odd then
            raise exception 'the budget line is not for this'
                using errcode = 'check_violation', constraint = 'budget_covers', table = 'payout_line';
        end if;
        for moved in
            select budget, sum(amount) filter (where state = 'ordered') as held, sum(amount) filter (where state = 'paid') as gone
                from fresh where budget is not null group by budget order by budget
        loop
            call budget_move(moved.budget, coalesce(moved.held, 0)::bigint, coalesce(moved.gone, 0)::bigint);
        end loop;
        return null;
    end if;
    for moved in
        select budget, sum(held) as held, sum(gone) as gone from (
            select budget, case state when 'ordered' then amount else 0 end as held, case state when 'paid' then amount else 0 end as gone from fresh
            union all
            select budget, case state when 'ordered' then -amount else 0 end, case state when 'paid' then -amount else 0 end from was) x
        where budget is not null group by budget having sum(held) <> 0 or sum(gone) <> 0 order by budget
    loop
        call budget_move(moved.budget, moved.held::bigint, moved.gone::bigint);
    end loop;
    return null;
end $$;

create procedure budget_move(line bigint, held bigint, gone bigint) language plpgsql
set search_path = public, pg_temp as $$
begin
    update budget set reserved = reserved + held, spent = spent + gone where id = line and remaining >= held + gone;
    if not found then
        raise exception 'the budget line has not that much left'
            using errcode = 'check_violation', constraint = 'budget_not_overspent', table = 'budget';
    end if;
end $$;
-- +goose StatementEnd
revoke execute on function budget_locked(integer), budget_changed(), budget_follow(), budget_change_guard() from public;
revoke execute on procedure budget_move(bigint, bigint, bigint) from public;
grant execute on function budget_locked(integer) to lianou_platform;

create trigger budget_change_guard before insert or update or delete on budget_change for each row execute function budget_change_guard();
create trigger budget_changed after update on budget_change for each row when (new.state = 'confirmed') execute function budget_changed();
create trigger budget_taken after insert on payout_line referencing new table as fresh
    for each statement execute function budget_follow();
create trigger budget_moved after update on payout_line referencing old table as was new table as fresh
    for each statement execute function budget_follow();

grant select on budget, budget_change to lianou_platform, lianou_check, lianou_backup;
grant insert (year, area, items, fund, made) on budget to lianou_platform;
grant insert (budget, amount, source, entered_by, entered), update (state, ended_by, ended, why) on budget_change to lianou_platform;

-- +goose Down
drop trigger budget_moved on payout_line;
drop trigger budget_taken on payout_line;
drop trigger budget_changed on budget_change;
drop function budget_follow();
drop procedure budget_move(bigint, bigint, bigint);
drop function budget_locked(integer);
alter table payout_line drop column budget;
drop table budget_change;
drop function budget_changed();
drop function budget_change_guard();
drop table budget;
