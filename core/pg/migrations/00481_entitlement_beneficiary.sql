-- What a household receives already is summed beside its index: by person, and not by
-- reading all money there ever was.

-- +goose Up
create index payout_entitlement_whose on payout_entitlement (beneficiary, period) where beneficiary <> 0 and state <> 'cancelled';

-- +goose Down
drop index payout_entitlement_whose;
