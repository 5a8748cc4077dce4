-- Monthly money that was granted is stopped or changed by two people, with a
-- reason, the month from which and the way to appeal (P16, P19). An item that can
-- be given as money or otherwise is given as the officer proposes.

-- +goose Up
create table benefit_change (
    id          bigint generated always as identity primary key,
    claim_id    bigint not null,
    case_id     bigint not null,
    region      text not null,
    kind        text not null check (kind in ('stop', 'change')),
    was         bigint not null check (was > 0), -- fen each month
    amount      bigint check (amount > 0),
    from_period text not null check (from_period ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
    reason      text not null check (reason <> ''), -- as the household reads it
    state       text not null default 'proposed' check (state in ('proposed', 'approved', 'rejected')),
    proposer    bigint not null check (proposer > 0),
    proposed    timestamptz not null,
    approver    bigint check (approver > 0),
    decided     timestamptz,
    answer      text not null default '', -- why it was rejected
    appeal      text not null default '',
    decision    bigint references decision (id), -- of the new amount
    check ((kind = 'change') = (amount is not null)),
    check (amount is null or amount <> was),
    check (approver is null or approver <> proposer),
    check ((state = 'proposed') = (approver is null) and (approver is null) = (decided is null)),
    check (state <> 'rejected' or answer <> ''),
    check (state <> 'approved' or length(appeal) >= 10),
    check ((state = 'approved' and kind = 'change') = (decision is not null)),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create unique index benefit_change_open on benefit_change (claim_id) where state = 'proposed';
create unique index benefit_change_stop on benefit_change (claim_id) where state = 'approved' and kind = 'stop';
create index benefit_change_case on benefit_change (case_id);

-- Decided once, and by nobody who is kin, wrote the application down or visited;
-- the proposer is not kin either.
-- +goose StatementBegin
create function benefit_change_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.state <> 'proposed' then
        raise exception 'decided once'
            using errcode = 'check_violation', constraint = 'benefit_change_once', table = 'benefit_change';
    end if;
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff)) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'benefit_change';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger benefit_change_guard before insert or update on benefit_change
    for each row execute function benefit_change_guard();

call lianou_scope_table('benefit_change');
grant select, insert on benefit_change to lianou_platform;
grant update (state, approver, decided, answer, appeal, decision) on benefit_change to lianou_platform;

-- As before, but that a claim whose money was stopped before any of it was paid ends
-- with the household being told so.
-- +goose StatementBegin
create or replace function claim_outcome_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    last decision%rowtype;
begin
    if new.state = old.state then
        return new;
    end if;
    if new.state in ('approved', 'refused', 'referred') then
        select * into last from decision where claim_id = new.id order by id desc limit 1;
        if not found or last.outcome <> new.state or last.proposer is distinct from new.proposer
           or last.at < old.updated then
            raise exception 'outcome without its decision'
                using errcode = 'check_violation', constraint = 'claim_decision', table = 'claim';
        end if;
        if exists (select 1 from objection where claim_id = new.id and answered is null) then
            raise exception 'objection still open'
                using errcode = 'check_violation', constraint = 'claim_objection', table = 'claim';
        end if;
    end if;
    if new.state = 'approved' and new.notice_days > 0 and not new.emergency
       and not exists (select 1 from public_notice n where n.claim_id = new.id and n.state = 'ended'
                       and n.until_day - n.from_day >= new.notice_days
                       and n.until_day < (last.at at time zone interval '8 hours')::date) then
        raise exception 'notice has not run its days'
            using errcode = 'check_violation', constraint = 'claim_notice', table = 'claim';
    end if;
    if new.state = 'told' and old.state = 'paying' and new.paid is null
       and not exists (select 1 from benefit_change b where b.claim_id = new.id and b.kind = 'stop' and b.state = 'approved')
       or new.state = 'told' and old.state = 'delivering' and new.delivered is null then
        raise exception 'told before it was done'
            using errcode = 'check_violation', constraint = 'claim_told', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd

alter table claim add column changed text not null default ''; -- why it was changed or stopped, as the household reads it
grant update (cash, changed) on claim to lianou_platform;

-- +goose Down
-- +goose StatementBegin
create or replace function claim_outcome_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    last decision%rowtype;
begin
    if new.state = old.state then
        return new;
    end if;
    if new.state in ('approved', 'refused', 'referred') then
        select * into last from decision where claim_id = new.id order by id desc limit 1;
        if not found or last.outcome <> new.state or last.proposer is distinct from new.proposer
           or last.at < old.updated then
            raise exception 'outcome without its decision'
                using errcode = 'check_violation', constraint = 'claim_decision', table = 'claim';
        end if;
        if exists (select 1 from objection where claim_id = new.id and answered is null) then
            raise exception 'objection still open'
                using errcode = 'check_violation', constraint = 'claim_objection', table = 'claim';
        end if;
    end if;
    if new.state = 'approved' and new.notice_days > 0 and not new.emergency
       and not exists (select 1 from public_notice n where n.claim_id = new.id and n.state = 'ended'
                       and n.until_day - n.from_day >= new.notice_days
                       and n.until_day < (last.at at time zone interval '8 hours')::date) then
        raise exception 'notice has not run its days'
            using errcode = 'check_violation', constraint = 'claim_notice', table = 'claim';
    end if;
    if new.state = 'told' and old.state = 'paying' and new.paid is null
       or new.state = 'told' and old.state = 'delivering' and new.delivered is null then
        raise exception 'told before it was done'
            using errcode = 'check_violation', constraint = 'claim_told', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke update (cash) on claim from lianou_platform;
alter table claim drop column changed;
drop table benefit_change;
drop function benefit_change_guard;
