-- Every decision carries the platform's SM2 signature over its content, the account that decided
-- and the session it was in (security.md P16). Decisions of before there was a key have none.

-- +goose Up
create table decision_signature (
    id        bigint generated always as identity primary key,
    kind      text not null check (kind in ('decision', 'change')),
    of_id     bigint not null,  -- id of the decision or of the benefit_change
    claim_id  bigint not null,
    case_id   bigint not null,
    region    text not null,
    digest    text not null check (digest ~ '^[0-9a-f]{64}$'),
    by_staff  bigint not null check (by_staff > 0),
    session   text not null check (session ~ '^([0-9a-f]{16})?$'), -- names the log-in, opens nothing
    at        timestamptz not null,
    key_id    bigint not null check (key_id > 0),
    signature bytea not null check (length(signature) between 8 and 80),
    unique (kind, of_id),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create index decision_signature_case on decision_signature (case_id);
call lianou_scope_table('decision_signature');
grant select, insert on decision_signature to lianou_platform;
grant select on decision_signature to lianou_check;

-- +goose Down
drop table decision_signature;
