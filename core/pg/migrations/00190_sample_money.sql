-- +goose Up
-- Whether any money stands on a sample figure: a page of totals says so. Empty in a
-- city that has published its own, and then it costs nothing.
create index payout_entitlement_sample on payout_entitlement (id) where sample;

-- +goose Down
drop index payout_entitlement_sample;
