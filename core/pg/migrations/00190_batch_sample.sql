-- +goose Up
-- A batch says whether it holds sample amounts: a page of totals has to, and looking
-- through the lines of a hundred batches for it is no page's business.
alter table payout_batch add column sample boolean not null default false;
update payout_batch b set sample = true
    where exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement where l.batch = b.id and e.sample);

-- +goose Down
alter table payout_batch drop column sample;
