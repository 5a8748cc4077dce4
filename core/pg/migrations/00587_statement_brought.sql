-- A statement that a person carried in has no signature of the bank: alone they could shut
-- the bank's own out of their days. It counts once another person has confirmed it, the
-- bank's own takes the place of one that nobody has, and two people take one out again.

-- +goose Up
alter table bank_statement
    add column confirmed_by bigint check (confirmed_by > 0), -- who stands behind one that somebody carried in
    add column confirmed    timestamptz,
    add column void_by      bigint check (void_by > 0), -- who says that it is none
    add column void_why     text not null default '', -- a sentence
    add column void_at      timestamptz,
    add column voided_by    bigint check (voided_by > 0), -- and who took it out; null when the bank's own took its place
    add column voided       timestamptz,
    drop constraint bank_statement_state_check;
-- What one person alone brought before waits for another from now on.
update bank_statement set state = 'brought' where state = 'kept' and brought_by is not null;
alter table bank_statement
    add constraint bank_statement_state_check check (state in ('kept', 'set_aside', 'again', 'brought', 'void')),
    add constraint bank_statement_two check (confirmed_by is null or brought_by is not null and confirmed_by <> brought_by),
    add constraint bank_statement_confirmed check ((confirmed is null) = (confirmed_by is null) and (state <> 'kept' or brought_by is null or confirmed is not null)),
    add constraint bank_statement_brought check (state not in ('brought', 'void') or brought_by is not null),
    add constraint bank_statement_void check ((state = 'void') = (voided is not null) and (state <> 'void' or void_why <> '')
        and (void_at is null) = (void_by is null) and (void_by is null or void_why <> '')),
    add constraint bank_statement_void_two check (state <> 'void' or confirmed is null or voided_by is not null and void_by is not null and voided_by <> void_by);
drop index bank_statement_once;
create unique index bank_statement_once on bank_statement (digest) where state not in ('again', 'void');

-- +goose StatementBegin
create function bank_statement_step() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state <> old.state and not (old.state = 'brought' and new.state in ('kept', 'void')
            or old.state = 'kept' and new.state = 'void' and old.void_by is not null
            or old.state = 'set_aside' and new.state = 'kept' and old.brought_by is null)
       or old.confirmed_by is not null and new.confirmed_by is distinct from old.confirmed_by
       or old.state not in ('brought', 'kept') and (new.void_by, new.void_why) is distinct from (old.void_by, old.void_why) then
        raise exception 'illegal step of a statement'
            using errcode = 'check_violation', constraint = 'bank_statement_step', table = 'bank_statement';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger bank_statement_step before update on bank_statement for each row execute function bank_statement_step();
drop trigger bank_statement_sums on bank_statement;
create constraint trigger bank_statement_sums after insert or update on bank_statement
    deferrable initially deferred for each row execute function bank_statement_sums();
grant update (state, reason, confirmed_by, confirmed, void_by, void_why, void_at, voided_by, voided) on bank_statement to lianou_platform;

-- +goose Down
revoke update (state, reason, confirmed_by, confirmed, void_by, void_why, void_at, voided_by, voided) on bank_statement from lianou_platform;
drop trigger bank_statement_sums on bank_statement;
create constraint trigger bank_statement_sums after insert on bank_statement
    deferrable initially deferred for each row execute function bank_statement_sums();
drop trigger bank_statement_step on bank_statement;
drop function bank_statement_step;
drop index bank_statement_once;
-- What waits or was taken out has no state to go back to; its bytes go with it.
delete from bank_statement_word where statement in (select id from bank_statement where state in ('brought', 'void'));
delete from bank_statement_line where statement in (select id from bank_statement where state in ('brought', 'void'));
delete from bank_statement where state in ('brought', 'void');
create unique index bank_statement_once on bank_statement (digest) where state <> 'again';
alter table bank_statement
    drop constraint bank_statement_void_two, drop constraint bank_statement_void, drop constraint bank_statement_brought,
    drop constraint bank_statement_confirmed, drop constraint bank_statement_two, drop constraint bank_statement_state_check,
    drop column voided, drop column voided_by, drop column void_at, drop column void_why, drop column void_by,
    drop column confirmed, drop column confirmed_by;
alter table bank_statement add constraint bank_statement_state_check check (state in ('kept', 'set_aside', 'again'));
