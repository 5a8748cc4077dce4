-- Who approves a batch, and who confirms a card of money that came back, is asked for at that act: for
-- a second factor (00676), for kin (00543, 00656), for who decided the money (00638). An attacker with
-- the application's own role laid the row in with the name already there, and no act asked again.

-- +goose Up
alter table payout_batch add constraint payout_batch_unapproved check (approved_by is null or state <> 'draft') not valid;
alter table payout_fix add constraint payout_fix_unconfirmed check (confirmed_by is null or state in ('confirmed', 'cancelled')) not valid;

-- +goose Down
alter table payout_fix drop constraint payout_fix_unconfirmed;
alter table payout_batch drop constraint payout_batch_unapproved;
