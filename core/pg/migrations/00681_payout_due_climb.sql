-- Money that was granted, is past its day and lies in no run is late as a draft is (00647, F57): the
-- payers are told, then the county, then the city, each once. Nobody had made the batch, its budget
-- line was empty, or everybody there is barred from it; until now it stood on the payers' page alone.
-- One row for each county, item, month and day: nobody is named.

-- +goose Up
alter table payout_climb
    add column item text not null default '',
    add column period text not null default '',
    drop constraint payout_climb_kind_check,
    drop constraint payout_climb_check,
    add constraint payout_climb_kind_check check (kind in ('draft', 'approved', 'held', 'due')),
    add constraint payout_climb_check check ((batch is not null) = (kind in ('draft', 'approved')) and (overlap is not null) = (kind = 'held')
        and (item <> '') = (kind = 'due') and (period <> '') = (kind = 'due') and (kind <> 'due' or cardinality(counties) = 1));
create unique index payout_climb_due on payout_climb (counties, item, period, due, rung) where kind = 'due';

-- +goose Down
delete from payout_climb where kind = 'due';
drop index payout_climb_due;
alter table payout_climb
    drop constraint payout_climb_check,
    drop constraint payout_climb_kind_check,
    add constraint payout_climb_kind_check check (kind in ('draft', 'approved', 'held')),
    add constraint payout_climb_check check ((batch is null) = (kind = 'held') and (overlap is null) = (kind <> 'held')),
    drop column period,
    drop column item;
