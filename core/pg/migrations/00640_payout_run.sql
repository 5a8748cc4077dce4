-- A run may take one county, one item, one month of what is due, and says so. Emergency money does
-- not wait for somebody to think of it: a job makes its draft, in nobody's name. One person takes
-- that over and is its maker from then on, with all that bars a maker; another approves. When which
-- month's money is to be on the card is data.

-- +goose Up
alter table payout_batch add column county text not null default '' check (county = '' or county ~ '^3714[0-9]{2}$'),
    add column item text not null default '',
    add column period text not null default '',
    add column emergency boolean not null default false,
    drop constraint payout_batch_created_by_check,
    -- 0: the job, until somebody takes it over
    add constraint payout_batch_made check (created_by > 0 or created_by = 0 and emergency and state in ('draft', 'discarded'));
create unique index payout_batch_robot on payout_batch (created_by) where created_by = 0 and state = 'draft';
grant update (created_by) on payout_batch to lianou_platform;
create index payout_entitlement_unpaid on payout_entitlement (item, period) where state in ('due', 'batched', 'sent');

-- By when money is to be on the card. item '': every item without a line of its own.
create table payout_day (
    item    text not null,
    kind    text not null check (kind in ('month', 'once', 'emergency')),
    -- month: the day of the month it is for, or the working day before; else working days from the decision
    days    integer not null check (days between 1 and 60 and (kind <> 'month' or days <= 28)),
    law     text not null check (law <> ''),
    sample  boolean not null,
    primary key (item, kind)
);
insert into payout_day (item, kind, days, law, sample) values
    ('', 'month', 10, '每月 10 日前发到卡上', false),
    ('', 'once', 10, '批准后 10 个工作日,样本口径', true),
    ('', 'emergency', 1, '急难的钱先发后补,样本口径', true);
grant select on payout_day to lianou_platform, lianou_check;

-- +goose StatementBegin
create or replace function payout_batch_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; s numeric; good numeric; back numeric; live bigint;
begin
    if tg_op = 'UPDATE' then
        if (new.lines, new.total, new.digest, new.created, new.county, new.item, new.period, new.emergency)
               is distinct from (old.lines, old.total, old.digest, old.created, old.county, old.item, old.period, old.emergency)
           or new.created_by <> old.created_by and (old.created_by <> 0 or old.state <> 'draft' or new.state <> 'draft') then
            raise exception 'a batch keeps what it declared'
                using errcode = 'check_violation', constraint = 'payout_declared', table = 'payout_batch';
        end if;
        if new.state = old.state then
            return new;
        end if;
    end if;
    select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where state = 'paid'), 0),
           coalesce(sum(amount) filter (where state = 'returned'), 0), count(*) filter (where state = 'ordered')
        into n, s, good, back, live from payout_line where batch = new.id;
    if n <> new.lines or s <> new.total then
        raise exception 'lines do not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_totals', table = 'payout_batch';
    end if;
    if new.state in ('answered', 'closed') and new.refused = ''
       and (live <> 0 or good <> new.paid or back <> new.returned or good + back <> new.total) then
        raise exception 'the answer does not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_answer', table = 'payout_batch';
    end if;
    return new;
end $$;

-- Who takes a draft over is barred from what bars its maker.
create function payout_taken() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement join decision d on d.id = e.decision
               where l.batch = new.id and new.created_by in (d.proposer, d.approver)) then
        raise exception 'who decided does not pay' using errcode = 'check_violation', constraint = 'payout_decider', table = 'payout_batch';
    end if;
    if exists (select from case_conflict c join payout_entitlement e on e.case_id = c.case_id join payout_line l on l.entitlement = e.id
               where c.staff = new.created_by and l.batch = new.id) then
        raise exception 'kin of who pays' using errcode = 'check_violation', constraint = 'payout_kin', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function payout_taken() from public;
create trigger payout_taken before update of created_by on payout_batch for each row execute function payout_taken();

-- +goose Down
drop trigger payout_taken on payout_batch;
drop function payout_taken();
-- +goose StatementBegin
create or replace function payout_batch_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; s numeric; good numeric; back numeric; live bigint;
begin
    if tg_op = 'UPDATE' then
        if (new.created_by, new.lines, new.total, new.digest, new.created)
           is distinct from (old.created_by, old.lines, old.total, old.digest, old.created) then
            raise exception 'a batch keeps what it declared'
                using errcode = 'check_violation', constraint = 'payout_declared', table = 'payout_batch';
        end if;
        if new.state = old.state then
            return new;
        end if;
    end if;
    select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where state = 'paid'), 0),
           coalesce(sum(amount) filter (where state = 'returned'), 0), count(*) filter (where state = 'ordered')
        into n, s, good, back, live from payout_line where batch = new.id;
    if n <> new.lines or s <> new.total then
        raise exception 'lines do not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_totals', table = 'payout_batch';
    end if;
    if new.state in ('answered', 'closed') and new.refused = ''
       and (live <> 0 or good <> new.paid or back <> new.returned or good + back <> new.total) then
        raise exception 'the answer does not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_answer', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop table payout_day;
drop index payout_entitlement_unpaid, payout_batch_robot;
revoke update (created_by) on payout_batch from lianou_platform;
-- A draft of the job that nobody took over goes with the job: its money is due again.
select set_config('lianou.city', 'on', true);
update payout_entitlement set state = 'due' where state = 'batched' and id in (select l.entitlement from payout_line l join payout_batch b on b.id = l.batch where b.created_by = 0 and b.state = 'draft');
update payout_line set state = 'void', answered = now() where state = 'ordered' and batch in (select id from payout_batch where created_by = 0);
select set_config('lianou.city', '', true);
alter table payout_batch drop constraint payout_batch_made, drop column county, drop column item, drop column period, drop column emergency;
update payout_batch set state = 'discarded' where created_by = 0 and state = 'draft';
alter table payout_batch add constraint payout_batch_created_by_check check (created_by > 0) not valid;
