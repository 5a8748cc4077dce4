-- A draft is discarded by somebody, for a reason that whoever pays can read.

-- +goose Up
alter table payout_batch add column discarded_by bigint check (discarded_by > 0),
    add column discard_reason text not null default '',
    add constraint payout_batch_discarded check ((discarded_by is null) = (discard_reason = '') and (discarded_by is null or state = 'discarded'));
grant update (discarded_by, discard_reason) on payout_batch to lianou_platform;

-- +goose Down
alter table payout_batch drop constraint payout_batch_discarded, drop column discarded_by, drop column discard_reason;
