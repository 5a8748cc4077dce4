-- What a caller of our own line came to want by key: that a decision is looked at anew, that a
-- matter is not solved, that a public notice is wrong; and what it is about: the application
-- whose state they heard by its receipt and the last four of their number, or the number that
-- stands on the notice, as it was keyed in. A person who rings back takes it down.

-- +goose Up
alter table call
    drop constraint call_wish_check,
    add constraint call_wish_check check (wish in ('', 'request', 'call_back', 'status', 'appeal', 'unsolved', 'object')),
    add column about text not null default '' check (about ~ '^(|receipt:[0-9]{10}|notice:[0-9]{1,10})$');

-- +goose Down
update call set wish = case when wish = 'object' then 'request' else 'call_back' end where wish in ('appeal', 'unsolved', 'object');
alter table call
    drop column about,
    drop constraint call_wish_check,
    add constraint call_wish_check check (wish in ('', 'request', 'call_back', 'status'));
