-- Bank statements (对账单): what the bank says has moved on the paying account, line by
-- line, beside what its returns said. A statement moves no money; it shows where books
-- and bank differ, and that the bank has a file whose outcome was unknown.

-- +goose Up
create table bank_statement (
    id       bigint generated always as identity primary key,
    name     text not null unique,
    digest   text not null,
    number   text not null default '',
    day_from date, day_to date,
    lines    integer not null default 0 check (lines >= 0),
    paid     bigint not null default 0 check (paid >= 0),
    back     bigint not null default 0 check (back >= 0),
    sealed   bytea not null,
    state    text not null check (state in ('kept', 'set_aside', 'again')), -- again: these bytes were there before
    reason   text not null default '', -- a sentence for the payer
    brought_by bigint check (brought_by > 0), -- who carried it in; null when the bank delivered it
    received timestamptz not null,
    check ((state = 'set_aside') = (reason <> '')),
    check (state <> 'kept' or (number <> '' and day_from is not null and day_to >= day_from)),
    -- One statement of a day: another one of it waits for a person's word.
    constraint bank_statement_day exclude using gist (daterange(day_from, day_to, '[]') with &&) where (state = 'kept')
);
create unique index bank_statement_once on bank_statement (digest) where state <> 'again';
create unique index bank_statement_number on bank_statement (number) where state = 'kept';

create table bank_statement_line (
    statement bigint not null references bank_statement (id),
    seq       integer not null check (seq > 0),
    line      text not null, -- our name of the payment; empty when the bank gives none
    amount    bigint not null check (amount > 0),
    last4     text not null check (last4 ~ '^[0-9]{4}$'),
    value_day date not null,
    kind      text not null check (kind in ('P', 'B')), -- paid out, came back
    primary key (statement, seq)
);
create index bank_statement_line_name on bank_statement_line (line);

-- Why a difference is none, or what was done about it: one person writes, another looks
-- and confirms. Of a line of a statement, of a whole statement (seq 0), or of a payment.
create table bank_statement_word (
    id           bigint generated always as identity primary key,
    statement    bigint references bank_statement (id),
    seq          integer check (seq >= 0),
    line         bigint references payout_line (id),
    says         text not null check (says <> ''),
    proposed_by  bigint not null check (proposed_by > 0),
    proposed     timestamptz not null,
    confirmed_by bigint check (confirmed_by > 0),
    confirmed    timestamptz,
    unique (statement, seq),
    unique (line),
    check ((statement is null) = (seq is null) and (statement is null) = (line is not null)),
    check (confirmed_by is null or confirmed_by <> proposed_by),
    check ((confirmed is null) = (confirmed_by is null))
);

-- Money that came back twice is not sent a third time before somebody has found out why.
create table payout_again (
    fix        bigint primary key references payout_fix (id),
    says       text not null check (says <> ''),
    allowed_by bigint not null check (allowed_by > 0),
    allowed    timestamptz not null
);

-- +goose StatementBegin
create function payout_line_twice() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if (select count(*) from payout_line where entitlement = new.entitlement and state = 'returned') >= 2 and not exists (
        select from payout_again a join payout_fix f on f.id = a.fix
        where f.line = (select max(id) from payout_line where entitlement = new.entitlement and state = 'returned')) then
        raise exception 'money that came back twice waits for a word'
            using errcode = 'check_violation', constraint = 'payout_line_twice', table = 'payout_line';
    end if;
    return new;
end $$;
create function bank_statement_sums() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; p numeric; b numeric;
begin
    select count(*), coalesce(sum(amount) filter (where kind = 'P'), 0), coalesce(sum(amount) filter (where kind = 'B'), 0)
        into n, p, b from bank_statement_line where statement = new.id;
    if new.state = 'kept' and (n <> new.lines or p <> new.paid or b <> new.back) then
        raise exception 'the lines do not sum to the statement'
            using errcode = 'check_violation', constraint = 'bank_statement_sums', table = 'bank_statement';
    end if;
    return null;
end $$;
create function bank_statement_word_once() returns trigger language plpgsql as $$
begin
    if old.confirmed is not null then
        raise exception 'a difference is settled once'
            using errcode = 'check_violation', constraint = 'bank_statement_word_once', table = 'bank_statement_word';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create constraint trigger bank_statement_sums after insert on bank_statement
    deferrable initially deferred for each row execute function bank_statement_sums();
create trigger bank_statement_word_once before update on bank_statement_word
    for each row execute function bank_statement_word_once();

create trigger payout_line_came_back before insert on payout_line
    for each row when (new.attempt > 2) execute function payout_line_twice();

grant select, insert on payout_again, bank_statement, bank_statement_line, bank_statement_word to lianou_platform;
grant update (says, proposed_by, proposed, confirmed_by, confirmed) on bank_statement_word to lianou_platform;
grant select on payout_again, bank_statement, bank_statement_line, bank_statement_word to lianou_check;

-- +goose Down
drop trigger payout_line_came_back on payout_line;
drop table payout_again, bank_statement_word, bank_statement_line, bank_statement;
drop function payout_line_twice, bank_statement_sums, bank_statement_word_once;
