-- The card a household's money goes to, after the request: a change is a proposal
-- that names who, when and how it was checked, and stands only once a second person
-- has looked at the old and the new one. On the 26th of November 2026 one officer
-- redirected a family's money in a test by one field of the visit form, without a
-- trace.

-- +goose Up
alter table casefile add column account_holder text not null default ''; -- '' is the applicant

create table case_card (
    id          bigint generated always as identity primary key,
    case_id     bigint not null,
    region      text not null,
    holder      text not null check (holder <> ''),
    account     bytea not null, -- sealed, as it will stand in casefile
    last4       text not null check (last4 ~ '^[0-9]{4}$'),
    old_holder  text not null, -- on record when this was proposed, '' for no card
    old_last4   text not null check (old_last4 = '' or old_last4 ~ '^[0-9]{4}$'),
    how         text not null check (how <> ''), -- how it was checked
    proposed_by bigint not null,
    proposed    timestamptz not null,
    state       text not null default 'proposed' check (state in ('proposed', 'confirmed', 'rejected', 'replaced')),
    ended_by    bigint,
    ended       timestamptz,
    reason      text not null default '', -- why it was rejected
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    check ((state = 'proposed') = (ended is null)),
    check ((ended is null) = (ended_by is null)),
    check (state not in ('confirmed', 'rejected') or ended_by <> proposed_by),
    check (state <> 'rejected' or reason <> '')
);
create unique index case_card_open on case_card (case_id) where state = 'proposed';
create index case_card_case on case_card (case_id, id);

-- What somebody has seen cannot become something else under the same number.
-- +goose StatementBegin
create function case_card_fixed() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if (new.case_id, new.holder, new.account, new.last4, new.old_holder, new.old_last4, new.how, new.proposed_by, new.proposed)
       is distinct from (old.case_id, old.holder, old.account, old.last4, old.old_holder, old.old_last4, old.how, old.proposed_by, old.proposed)
       or old.state <> 'proposed' and (new.state, new.ended_by, new.ended, new.reason) is distinct from (old.state, old.ended_by, old.ended, old.reason) then
        raise exception 'a proposed card is not changed'
            using errcode = 'check_violation', constraint = 'case_card_fixed', table = 'case_card';
    end if;
    return new;
end $$;

-- The case takes no other card than the newest that two people stand behind. It may
-- lose its card: money that goes nowhere waits, and harms nobody.
create function casefile_card() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    newest case_card%rowtype;
begin
    if (new.account, new.account_holder) is not distinct from (old.account, old.account_holder)
       or new.account is null and new.account_holder = '' then
        return new;
    end if;
    select * into newest from case_card where case_id = new.id and state = 'confirmed' order by id desc limit 1;
    if not found or newest.account is distinct from new.account or newest.holder <> new.account_holder then
        raise exception 'no second person stands behind this card'
            using errcode = 'check_violation', constraint = 'casefile_card', table = 'casefile';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger case_card_fixed before update on case_card for each row execute function case_card_fixed();
create trigger casefile_card before update of account, account_holder on casefile for each row execute function casefile_card();

call lianou_scope_table('case_card');
grant select, insert on case_card to lianou_platform;
grant update (state, ended_by, ended, reason) on case_card to lianou_platform;
grant update (account_holder) on casefile to lianou_platform;

-- +goose Down
drop trigger casefile_card on casefile;
drop table case_card;
drop function case_card_fixed, casefile_card;
alter table casefile drop column account_holder;
