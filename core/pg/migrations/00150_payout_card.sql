-- Which card a draft's line was made for. A card change and a draft may run at the
-- same time, so the times they began at say nothing: the cards are counted, and an
-- approval compares the counts.

-- +goose Up
alter table payout_entitlement add column card integer not null default 0;
alter table payout_line add column card integer not null default 0;

-- +goose StatementBegin
create function payout_card_counted() returns trigger language plpgsql as $$
begin
    new.card := old.card + 1;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_card_counted before update of holder, account, last4 on payout_entitlement
    for each row execute function payout_card_counted();

-- A draft that waits while this runs keeps what was known of it.
select set_config('lianou.city', 'on', true);
update payout_line l set card = -1 from payout_batch b, payout_entitlement e
    where b.id = l.batch and b.state = 'draft' and e.id = l.entitlement and e.updated > b.created;
select set_config('lianou.city', '', true);

-- +goose Down
drop trigger payout_card_counted on payout_entitlement;
drop function payout_card_counted;
alter table payout_line drop column card;
alter table payout_entitlement drop column card;
