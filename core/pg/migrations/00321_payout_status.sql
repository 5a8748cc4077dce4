-- What the public edge may read of money: one row for each month of a claim, written by
-- the database itself whenever the payment changes, so that no way of changing one can
-- forget it. No name and no card but its last four digits, which the notice says too.

-- +goose Up
create table payout_status (
    entitlement bigint      primary key,
    case_id     bigint      not null,
    region      text        not null,
    item        text        not null,
    name        text        not null,
    period      text        not null,
    monthly     boolean     not null,
    amount      bigint      not null check (amount > 0), -- fen
    sample      boolean     not null,
    last4       text        not null check (last4 ~ '^[0-9]{4}$'),
    state       text        not null,
    updated     timestamptz not null,
    foreign key (entitlement, region) references payout_entitlement (id, region) on update cascade
);
create index payout_status_case on payout_status (case_id, entitlement desc);
call lianou_scope_table('payout_status');
alter policy lianou_scope on payout_status to lianou_owner, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup;

-- An account sees the money of the cases in which an application of its own counts: one
-- that nobody has weighed yet, or that was set aside, opens nothing.
-- +goose StatementBegin
create function payout_seen(wanted bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from case_application a where a.case_id = wanted and a.citizen <> ''
        and a.citizen = current_setting('lianou.subject', true) and a.state not in ('contested', 'set_aside'))
$$;
create function payout_told() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    insert into payout_status (entitlement, case_id, region, item, name, period, monthly, amount, sample, last4, state, updated)
        values (new.id, new.case_id, new.region, new.item, new.item_name, new.period, new.monthly, new.amount, new.sample, new.last4, new.state, new.updated)
        on conflict (entitlement) do update set state = excluded.state, last4 = excluded.last4, updated = excluded.updated;
    return null;
end $$;
-- +goose StatementEnd
revoke execute on function payout_seen(bigint) from public;
grant execute on function payout_seen(bigint) to lianou_gateway;
create trigger payout_told after insert or update of state, last4 on payout_entitlement
    for each row execute function payout_told();

create policy payout_status_own on payout_status for select to lianou_gateway using (payout_seen(case_id));
grant select on payout_status to lianou_gateway, lianou_platform, lianou_check, lianou_backup;
grant insert, update (state, last4, updated) on payout_status to lianou_platform;

select set_config('lianou.city', 'on', true);
insert into payout_status (entitlement, case_id, region, item, name, period, monthly, amount, sample, last4, state, updated)
    select id, case_id, region, item, item_name, period, monthly, amount, sample, last4, state, updated from payout_entitlement;
select set_config('lianou.city', '', true);

-- +goose Down
drop trigger payout_told on payout_entitlement;
drop function payout_told;
drop table payout_status;
drop function payout_seen;
