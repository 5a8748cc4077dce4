-- Monthly money may end or change. Both need two people and a month from which;
-- a changed amount stands on a decision of its own, which the database compares
-- as it does the first (payout_decided).

-- +goose Up
alter table payout_stop add column proposed_by bigint not null check (proposed_by > 0); -- no row was ever written
alter table payout_stop add check (proposed_by <> by_staff);

create table payout_change (
    claim       bigint not null,
    case_id     bigint not null,
    region      text not null,
    from_period text not null check (from_period ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
    amount      bigint not null check (amount > 0),
    sample      boolean not null,
    decision    bigint not null unique references decision (id),
    decision_digest text not null check (decision_digest ~ '^[0-9a-f]{64}$'),
    at          timestamptz not null,
    foreign key (claim, case_id, region) references claim (id, case_id, region) on update cascade
);
create index payout_change_claim on payout_change (claim, from_period desc, decision desc);
call lianou_scope_table('payout_change');
grant select, insert on payout_change to lianou_platform;
grant select on payout_change to lianou_check;

-- +goose Down
drop table payout_change;
alter table payout_stop drop column proposed_by;
