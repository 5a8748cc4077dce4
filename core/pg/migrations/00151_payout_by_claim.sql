-- The months of one claim, the money of one case and the task of one payment are
-- looked up at each month's turn, at each change and by the cascades of a claim that
-- moves; since a cancelled month may be made again (00078) no index led to them.

-- +goose Up
create index payout_entitlement_claim on payout_entitlement (claim, period);
create index payout_entitlement_case on payout_entitlement (case_id);
create index payout_fix_entitlement on payout_fix (entitlement);

-- +goose Down
drop index payout_fix_entitlement, payout_entitlement_case, payout_entitlement_claim;
