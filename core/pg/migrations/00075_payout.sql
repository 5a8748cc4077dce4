-- Money. An entitlement is one claim's one month; a line is one attempt to pay
-- it; a batch is the lines of one bank file. The database itself holds what must
-- never be otherwise: one live line for each entitlement, totals that agree at
-- each step, entries that sum to zero, nobody who makes and approves the same
-- batch or the same corrected account (F63-F66, security.md P14 and P15).

-- +goose Up

create table payout_entitlement (
    id          bigint generated always as identity primary key,
    region      text not null check (region ~ '^3714[0-9]{5}$'),
    case_id     bigint not null,
    claim       bigint not null,
    decision    bigint not null,
    decision_digest text not null check (decision_digest ~ '^[0-9a-f]{64}$'),
    scheme      text not null check (scheme <> ''), -- whose money: by default the item
    beneficiary bigint not null default 0, -- person of the registry; 0 while nobody found them
    item        text not null check (item <> ''),
    item_name   text not null check (item_name <> ''), -- as notices print it
    period      text not null check (period ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
    monthly     boolean not null,
    amount      bigint not null check (amount > 0 and amount <= 10000000000), -- fen
    sample      boolean not null,
    holder      text not null check (holder <> ''),
    account     bytea not null, -- sealed
    last4       text not null check (last4 ~ '^[0-9]{4}$'),
    state       text not null default 'due'
                check (state in ('due', 'batched', 'sent', 'paid', 'returned', 'fixing', 'cancelled')),
    attempts    integer not null default 0 check (attempts >= 0),
    created     timestamptz not null,
    updated     timestamptz not null,
    paid        timestamptz,
    unique (claim, period),
    unique (id, region),
    check ((state = 'paid') = (paid is not null))
);
-- The same money twice: one scheme pays one person once a month, whatever the claim (F67, P14).
create unique index payout_entitlement_once on payout_entitlement (scheme, beneficiary, period)
    where beneficiary <> 0 and state <> 'cancelled';
create index payout_entitlement_due on payout_entitlement (region, id) where state = 'due';
create index payout_entitlement_month on payout_entitlement (period, id) where monthly and state <> 'cancelled';

-- Monthly money ends here: no month from `from_period` on is made.
create table payout_stop (
    claim       bigint primary key,
    region      text not null,
    from_period text not null check (from_period ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
    reason      text not null check (reason <> ''),
    by_staff    bigint not null,
    at          timestamptz not null
);

create table payout_batch (
    id          bigint generated always as identity primary key,
    name        text not null generated always as ('LN' || lpad(id::text, 12, '0')) stored unique,
    created_by  bigint not null check (created_by > 0),
    approved_by bigint check (approved_by > 0),
    lines       integer not null check (lines > 0),
    total       bigint not null check (total > 0),
    paid        bigint not null default 0 check (paid >= 0),
    returned    bigint not null default 0 check (returned >= 0),
    digest      text not null unique, -- SM3 over what is to be paid, attempt by attempt
    state       text not null default 'draft' check (state in
                ('draft', 'discarded', 'approved', 'file_written', 'sent', 'answered', 'refused', 'closed')),
    refused     text not null default '', -- code of a file refused as a whole
    created     timestamptz not null,
    approved    timestamptz,
    intended    timestamptz, -- before the first PUT
    offered     integer not null default 0, -- how often the same bytes were offered
    sent        timestamptz, -- after the bank took it
    answered    timestamptz,
    closed      timestamptz,
    check (approved_by is null or approved_by <> created_by),
    check ((approved is null) = (approved_by is null)),
    check (state in ('draft', 'discarded') or approved is not null),
    check (state in ('draft', 'discarded', 'approved') or intended is not null),
    check (state not in ('sent', 'answered') or sent is not null),
    check (state not in ('answered', 'refused') or answered is not null),
    check ((state = 'closed') = (closed is not null)),
    check (state <> 'refused' or refused <> '')
);
create index payout_batch_open on payout_batch (id) where state not in ('closed', 'discarded');

create table payout_line (
    id          bigint generated always as identity primary key,
    name        text not null generated always as ('P' || lpad(id::text, 15, '0')) stored unique,
    batch       bigint not null references payout_batch (id),
    entitlement bigint not null,
    region      text not null,
    attempt     integer not null check (attempt > 0),
    seq         integer not null check (seq > 0),
    amount      bigint not null check (amount > 0),
    holder      text not null,
    account     bytea not null, -- sealed
    last4       text not null,
    item        text not null,
    item_name   text not null,
    period      text not null,
    state       text not null default 'ordered' check (state in ('ordered', 'paid', 'returned', 'void')),
    code        text not null default '',
    answered    timestamptz,
    unique (entitlement, attempt),
    unique (batch, seq),
    check (state = 'ordered' or answered is not null),
    check ((state in ('paid', 'returned')) = (code <> '')),
    check (state <> 'paid' or code = '0000'),
    foreign key (entitlement, region) references payout_entitlement (id, region) on update cascade
);
-- Never two ways of the same money at once.
create unique index payout_line_live on payout_line (entitlement) where state in ('ordered', 'paid');

create table payout_file (
    batch   bigint primary key references payout_batch (id),
    name    text not null unique,
    digest  text not null unique,
    sealed  bytea not null,
    written timestamptz not null
);

-- What the bank said, as it said it. set_aside: it contradicts what we know, and a person asks the bank.
create table bank_return (
    id       bigint generated always as identity primary key,
    name     text not null unique,
    digest   text not null,
    batch    bigint references payout_batch (id),
    sealed   bytea not null,
    state    text not null check (state in ('applied', 'set_aside')),
    reason   text not null default '',
    received timestamptz not null,
    check ((state = 'set_aside') = (reason <> '')),
    check (state = 'set_aside' or batch is not null)
);
create unique index bank_return_applied on bank_return (batch) where state = 'applied';

-- One task for each returned line, so a line is issued again at most once (F65).
create table payout_fix (
    id           bigint generated always as identity primary key,
    line         bigint not null unique references payout_line (id),
    entitlement  bigint not null,
    region       text not null,
    code         text not null,
    state        text not null default 'open' check (state in ('open', 'proposed', 'confirmed', 'cancelled')),
    holder       text not null default '',
    account      bytea, -- sealed
    last4        text not null default '',
    evidence     text not null default '', -- how we know: card seen, passbook copy
    proposed_by  bigint,
    proposed     timestamptz,
    confirmed_by bigint,
    confirmed    timestamptz,
    opened       timestamptz not null,
    check (state not in ('proposed', 'confirmed')
           or (account is not null and holder <> '' and last4 <> '' and evidence <> '' and proposed_by is not null)),
    check (state <> 'confirmed' or (confirmed_by is not null and confirmed is not null)),
    check (confirmed_by is null or confirmed_by <> proposed_by),
    foreign key (entitlement, region) references payout_entitlement (id, region) on update cascade
);
create index payout_fix_open on payout_fix (region, id) where state in ('open', 'proposed');

create table ledger_account (
    code text primary key,
    name text not null
);
insert into ledger_account (code, name) values
    ('entitled', '应发(按决定)'),
    ('owed', '应付未付'),
    ('transit', '已交银行未回'),
    ('bank', '银行已付');

create table ledger_transaction (
    id   bigint generated always as identity primary key,
    kind text not null check (kind in ('entitle', 'cancel', 'send', 'answer', 'refuse')),
    ref  bigint not null, -- entitlement or batch
    at   timestamptz not null,
    unique (kind, ref)
);
create table ledger_entry (
    transaction bigint not null references ledger_transaction (id),
    account     text not null references ledger_account (code),
    amount      bigint not null check (amount <> 0),
    primary key (transaction, account)
);

-- +goose StatementBegin
create function ledger_balanced() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n integer;
    s numeric;
begin
    select count(*), coalesce(sum(amount), 0) into n, s from ledger_entry
        where transaction = case when tg_table_name = 'ledger_entry' then (to_jsonb(new) ->> 'transaction')::bigint
                                 else (to_jsonb(new) ->> 'id')::bigint end;
    if n < 2 or s <> 0 then
        raise exception 'ledger transaction does not balance'
            using errcode = 'check_violation', constraint = 'ledger_balanced', table = tg_table_name;
    end if;
    return null;
end $$;

create function ledger_fixed() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is only written forward'
        using errcode = 'restrict_violation', constraint = 'ledger_fixed', table = tg_table_name;
end $$;

-- A batch keeps what it declared, moves only forward, and at every step its lines
-- still sum to it; an answered one is paid plus returned to the fen (F63). It
-- reads under the caller's own scope: who cannot see every line cannot move it.
create function payout_batch_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    n bigint; s numeric; good numeric; back numeric; live bigint;
begin
    if tg_op = 'UPDATE' then
        if (new.created_by, new.lines, new.total, new.digest, new.created)
           is distinct from (old.created_by, old.lines, old.total, old.digest, old.created) then
            raise exception 'a batch keeps what it declared'
                using errcode = 'check_violation', constraint = 'payout_declared', table = 'payout_batch';
        end if;
        if new.state = old.state then
            return new;
        end if;
        if (old.state || '>' || new.state) not in ('draft>approved', 'draft>discarded', 'approved>file_written',
            'file_written>sent', 'sent>answered', 'sent>refused', 'file_written>refused', 'answered>closed', 'refused>closed') then
            raise exception 'illegal step of a batch'
                using errcode = 'check_violation', constraint = 'payout_step', table = 'payout_batch';
        end if;
    end if;
    select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where state = 'paid'), 0),
           coalesce(sum(amount) filter (where state = 'returned'), 0), count(*) filter (where state = 'ordered')
        into n, s, good, back, live from payout_line where batch = new.id;
    if n <> new.lines or s <> new.total then
        raise exception 'lines do not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_totals', table = 'payout_batch';
    end if;
    if new.state in ('answered', 'closed') and new.refused = ''
       and (live <> 0 or good <> new.paid or back <> new.returned or good + back <> new.total) then
        raise exception 'the answer does not sum to the batch'
            using errcode = 'check_violation', constraint = 'payout_answer', table = 'payout_batch';
    end if;
    return new;
end $$;

create function payout_line_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    e payout_entitlement%rowtype;
begin
    if tg_op = 'UPDATE' then
        if old.state <> 'ordered' then
            raise exception 'a line is answered once'
                using errcode = 'check_violation', constraint = 'payout_line_once', table = 'payout_line';
        end if;
        return new;
    end if;
    select * into e from payout_entitlement where id = new.entitlement;
    if not found or e.amount <> new.amount or e.period <> new.period or e.item <> new.item
       or e.state <> 'due' or e.attempts + 1 <> new.attempt then
        raise exception 'a line is its entitlement'
            using errcode = 'check_violation', constraint = 'payout_line_entitled', table = 'payout_line';
    end if;
    return new;
end $$;

create function payout_entitlement_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state <> old.state and (old.state || '>' || new.state) not in ('due>batched', 'due>cancelled', 'batched>due',
        'batched>sent', 'sent>paid', 'sent>returned', 'sent>due', 'batched>paid', 'batched>returned',
        'returned>fixing', 'fixing>due', 'fixing>returned', 'returned>cancelled', 'fixing>cancelled') then
        raise exception 'illegal step of an entitlement'
            using errcode = 'check_violation', constraint = 'payout_entitlement_step', table = 'payout_entitlement';
    end if;
    return new;
end $$;
-- +goose StatementEnd

create constraint trigger ledger_entry_balanced after insert on ledger_entry
    deferrable initially deferred for each row execute function ledger_balanced();
create constraint trigger ledger_transaction_balanced after insert on ledger_transaction
    deferrable initially deferred for each row execute function ledger_balanced();
create trigger ledger_entry_fixed before update or delete on ledger_entry for each row execute function ledger_fixed();
create trigger ledger_transaction_fixed before update or delete on ledger_transaction
    for each row execute function ledger_fixed();
create trigger payout_batch_guard before update on payout_batch for each row execute function payout_batch_guard();
create constraint trigger payout_batch_declared after insert on payout_batch
    deferrable initially deferred for each row execute function payout_batch_guard();
create trigger payout_line_guard before insert or update on payout_line for each row execute function payout_line_guard();
create trigger payout_entitlement_guard before update of state on payout_entitlement
    for each row execute function payout_entitlement_guard();

call lianou_scope_table('payout_entitlement');
call lianou_scope_table('payout_stop');
call lianou_scope_table('payout_line');
call lianou_scope_table('payout_fix');

grant select, insert on payout_entitlement, payout_stop, payout_batch, payout_line, payout_file, bank_return,
    payout_fix, ledger_transaction, ledger_entry to lianou_platform;
grant select on ledger_account to lianou_platform;
grant update (state, attempts, holder, account, last4, updated, paid) on payout_entitlement to lianou_platform;
grant update (approved_by, paid, returned, state, refused, approved, intended, offered, sent, answered, closed)
    on payout_batch to lianou_platform;
grant update (state, code, answered) on payout_line to lianou_platform;
grant update (state, holder, account, last4, evidence, proposed_by, proposed, confirmed_by, confirmed)
    on payout_fix to lianou_platform;
grant select on payout_entitlement, payout_stop, payout_batch, payout_line, payout_file, bank_return, payout_fix,
    ledger_account, ledger_transaction, ledger_entry to lianou_check;

-- +goose Down
drop table ledger_entry, ledger_transaction, ledger_account, payout_fix, bank_return, payout_file, payout_line,
    payout_batch, payout_stop, payout_entitlement;
drop function ledger_balanced, ledger_fixed, payout_batch_guard, payout_line_guard, payout_entitlement_guard;
