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

alter table claim add column changed text not null default ''; -- why it was changed or stopped, as the household reads it
grant update (cash, changed) on claim to lianou_platform;

-- +goose Down
revoke update (cash) on claim from lianou_platform;
alter table claim drop column changed;
drop table benefit_change;
drop function benefit_change_guard;
