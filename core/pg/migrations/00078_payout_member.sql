-- Whose the money is. The same item may not be paid for one member twice a month,
-- whoever filed it and whichever card it goes to: a mother files for her son, and
-- later he files himself. So an entitlement names the members it is for, by keys
-- that people outside the register have too, and the database refuses a second one.

-- +goose Up
create table payout_member (
    claim   bigint not null,
    case_id bigint not null,
    region  text not null,
    scheme  text not null check (scheme <> ''),
    -- "p:" and a person of the registry, "n:" and the keyed hash of an identity
    -- number, or "c:", case and ref of somebody of whom neither is known
    member  text not null check (member ~ '^(p:[0-9]+|n:[0-9a-f]{16,}|c:[0-9]+/.+)$'),
    -- '' holds the months to come of a monthly claim until it is stopped
    period  text not null check (period ~ '^(20[0-9]{2}(0[1-9]|1[0-2]))?$'),
    live    boolean not null default true, -- false: that month was cancelled, or the claim was stopped
    foreign key (claim, case_id, region) references claim (id, case_id, region) on update cascade
);
create unique index payout_member_once on payout_member (scheme, member, period) where live;
create index payout_member_claim on payout_member (claim, period);
call lianou_scope_table('payout_member');
grant select, insert, update (live) on payout_member to lianou_platform;
grant select on payout_member to lianou_check;

-- What was entitled before names whom it named then.
select set_config('lianou.city', 'on', true);
insert into payout_member (claim, case_id, region, scheme, member, period)
    select claim, case_id, region, scheme, case when beneficiary <> 0 then 'p:' || beneficiary else 'c:' || case_id || '/?' end, period
    from payout_entitlement where state <> 'cancelled' on conflict do nothing;
insert into payout_member (claim, case_id, region, scheme, member, period)
    select distinct claim, case_id, region, scheme, case when beneficiary <> 0 then 'p:' || beneficiary else 'c:' || case_id || '/?' end, ''
    from payout_entitlement e where monthly and state <> 'cancelled'
        and not exists (select 1 from payout_stop s where s.claim = e.claim) on conflict do nothing;
select set_config('lianou.city', '', true);

-- The applicant is no guard: a mother may file for two sons.
drop index payout_entitlement_once;

-- A cancelled month may be made again with another amount.
alter table payout_entitlement drop constraint payout_entitlement_claim_period_key;
create unique index payout_entitlement_month_once on payout_entitlement (claim, period) where state <> 'cancelled';

-- +goose StatementBegin
create function payout_member_named() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if not exists (select 1 from payout_member m where m.claim = new.claim and m.period = new.period and m.live)
       and not exists (select 1 from payout_entitlement e where e.id = new.id and e.state = 'cancelled') then
        raise exception 'an entitlement names whom it is for'
            using errcode = 'check_violation', constraint = 'payout_member_named', table = 'payout_entitlement';
    end if;
    return null;
end $$;
create function payout_member_free() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update payout_member set live = false where claim = new.claim and period = new.period and live;
    return null;
end $$;
-- +goose StatementEnd
create constraint trigger payout_member_named after insert on payout_entitlement
    deferrable initially deferred for each row execute function payout_member_named();
create trigger payout_member_free after update of state on payout_entitlement
    for each row when (new.state = 'cancelled' and old.state <> 'cancelled') execute function payout_member_free();

-- +goose Down
drop trigger payout_member_free on payout_entitlement;
drop trigger payout_member_named on payout_entitlement;
drop function payout_member_free, payout_member_named;
drop index payout_entitlement_month_once;
alter table payout_entitlement add constraint payout_entitlement_claim_period_key unique (claim, period);
create unique index payout_entitlement_once on payout_entitlement (scheme, beneficiary, period)
    where beneficiary <> 0 and state <> 'cancelled';
drop table payout_member;
