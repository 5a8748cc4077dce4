-- What happens in a family re-opens its cases (F36): a birth, a death, a move that the
-- register hears of lies on every case that it may change as a doubt, once for each event,
-- until an officer of the case has looked at it.

-- +goose Up
alter table case_doubt
    add column event bigint,                        -- of life_event; null for doubts of other kinds
    add column about text not null default '';      -- what happened, for the officer
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check
    check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian', 'person', 'family'));
alter table case_doubt add constraint case_doubt_event check ((kind = 'family') = (event is not null and about <> ''));
drop index case_doubt_once;
create unique index case_doubt_once on case_doubt (case_id, application, kind, coalesce(other, 0), coalesce(event, 0));

-- +goose Down
delete from case_doubt where kind = 'family';
drop index case_doubt_once;
create unique index case_doubt_once on case_doubt (case_id, application, kind, coalesce(other, 0));
alter table case_doubt drop constraint case_doubt_event;
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check
    check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian', 'person'));
alter table case_doubt drop column about, drop column event;
