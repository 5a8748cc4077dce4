-- A file that was handed over, and days later the bank says that it has none: somebody has
-- another card by then, or money was stopped, or a person has died. Such a batch is held
-- and two people dissolve it. And a bank that says nothing for days is asked by people: one
-- writes down what it said, another asks again and confirms.

-- +goose Up
alter table payout_batch add column held timestamptz; -- since when it is not handed over any more
grant update (held) on payout_batch to lianou_platform;

create table payout_said (
    batch        bigint not null references payout_batch (id),
    offer        integer not null check (offer > 0), -- which handing over of the file
    word         text not null check (word in ('here', 'absent', 'dissolve')),
    evidence     text not null check (evidence <> ''), -- who at the bank said so, when
    proposed_by  bigint not null check (proposed_by > 0),
    proposed     timestamptz not null,
    confirmed_by bigint check (confirmed_by > 0),
    confirmed    timestamptz,
    primary key (batch, offer),
    check (confirmed_by is null or confirmed_by <> proposed_by),
    check ((confirmed is null) = (confirmed_by is null))
);
grant select, insert on payout_said to lianou_platform;
grant update (word, evidence, proposed_by, proposed, confirmed_by, confirmed) on payout_said to lianou_platform;
grant select on payout_said to lianou_check;

-- A confirmed word stands; but "not here" may be followed by the dissolving of a batch that
-- was held thereupon, by two people again.
-- +goose StatementBegin
create function payout_said_once() returns trigger language plpgsql as $$
begin
    if old.confirmed is not null and (old.word <> 'absent' or new.word <> 'dissolve' or new.confirmed is not null) then
        raise exception 'the word of two people stands'
            using errcode = 'check_violation', constraint = 'payout_said_once', table = 'payout_said';
    end if;
    return new;
end $$;

create or replace function payout_offered() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.offered <> old.offered + 1 or old.held is not null or old.offered > 0 and (
            not exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'absent')
            and not exists (select 1 from payout_said where batch = new.id and offer = old.offered and word = 'absent' and confirmed is not null)
            or exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'differs')) then
        raise exception 'the bank has not said that it has no such file'
            using errcode = 'check_violation', constraint = 'payout_offered', table = 'payout_batch';
    end if;
    return new;
end $$;

-- A batch that the bank never had is dissolved by the bank's own "not here" on the newest
-- offer and two people, and only when it is held.
create function payout_withdrawn() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if old.held is null or not exists (select 1 from payout_said where batch = new.id and offer = old.offered and word = 'dissolve' and confirmed is not null)
            or not exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'absent')
            or exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'differs') then
        raise exception 'no word of the bank and of two people stands behind this'
            using errcode = 'check_violation', constraint = 'payout_withdrawn', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_said_once before update on payout_said for each row execute function payout_said_once();
create trigger payout_withdrawn before update on payout_batch for each row
    when (new.refused = '0001' and new.refused <> old.refused) execute function payout_withdrawn();

-- +goose Down
drop trigger payout_withdrawn on payout_batch;
drop function payout_withdrawn;
-- +goose StatementBegin
create or replace function payout_offered() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.offered <> old.offered + 1 or old.offered > 0 and (
            not exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'absent')
            or exists (select 1 from payout_word where batch = new.id and offer = old.offered and word = 'differs')) then
        raise exception 'the bank has not said that it has no such file'
            using errcode = 'check_violation', constraint = 'payout_offered', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop table payout_said;
drop function payout_said_once;
alter table payout_batch drop column held;
