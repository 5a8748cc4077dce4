-- The same money twice across items, people and months (F67). payout_member refuses the same item
-- for the same member in the same month; what else may be the same money is looked for before a
-- run: two items of which the rules give one, money paid once and again within its time, one
-- person under two rows of the register. A find holds the later payment back and no more: nobody
-- is refused. It goes when one person has looked and written why it is right and a second has
-- confirmed it, or when the other payment is cancelled.

-- +goose Up
-- How many months money is for, by what its decision says it is paid by. Sample figures, as data.
create table payout_span (
    per    text primary key,
    months integer not null check (months between 1 and 24),
    -- of the calendar: money for a year is for the year it lies in, and the next January is another
    whole  boolean not null default false
);
insert into payout_span (per, months, whole) values ('month', 1, false), ('term', 4, false), ('season', 6, false), ('year', 12, true), ('once', 12, false), ('', 12, false);

create table payout_overlap (
    id           bigint generated always as identity primary key,
    entitlement  bigint not null, -- the one held back
    other        bigint not null references payout_entitlement (id),
    region       text not null,
    kind         text not null check (kind in ('exclude', 'higher', 'once', 'person')),
    why          text not null, -- of the rule, in plain Chinese; '' where there is none
    law          text not null,
    found        timestamptz not null,
    says         bytea, -- sealed: why both are right
    looked_by    bigint check (looked_by > 0),
    looked       timestamptz,
    confirmed_by bigint check (confirmed_by > 0),
    confirmed    timestamptz,
    unique (entitlement, other),
    check (entitlement <> other),
    check ((looked_by is null) = (looked is null) and (looked_by is null) = (says is null)),
    check ((confirmed_by is null) = (confirmed is null)),
    constraint payout_overlap_two check (confirmed_by is null or looked_by is not null and looked_by <> confirmed_by),
    foreign key (entitlement, region) references payout_entitlement (id, region) on update cascade
);
create index payout_overlap_open on payout_overlap (entitlement) where confirmed is null;
create index payout_overlap_other on payout_overlap (other);
call lianou_scope_table('payout_overlap');
grant select on payout_span to lianou_platform, lianou_check;
grant select, insert on payout_overlap to lianou_platform;
grant update (says, looked_by, looked, confirmed_by, confirmed) on payout_overlap to lianou_platform;
grant select on payout_overlap to lianou_check;

-- +goose StatementBegin
-- A payment that is held back gets into no batch, whatever program writes it.
create function payout_line_overlap() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select from payout_overlap x join payout_entitlement o on o.id = x.other
               where x.entitlement = new.entitlement and x.confirmed is null and o.state <> 'cancelled') then
        raise exception 'this may be the same money again' using errcode = 'check_violation', constraint = 'payout_line_overlap', table = 'payout_line';
    end if;
    return new;
end $$;

-- A word is said once and confirmed once, by nobody who decided either payment and by no kin.
create function payout_overlap_word() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    who bigint := coalesce(new.confirmed_by, new.looked_by);
begin
    if (new.entitlement, new.other, new.kind, new.found) is distinct from (old.entitlement, old.other, old.kind, old.found)
       or old.confirmed_by is not null
       or new.confirmed_by is not null and (new.looked_by, new.looked, new.says) is distinct from (old.looked_by, old.looked, old.says) then
        raise exception 'a word about an overlap is said once' using errcode = 'check_violation', constraint = 'payout_overlap_once', table = 'payout_overlap';
    end if;
    if who is not null and exists (select from payout_entitlement e join decision d on d.id = e.decision
            where e.id in (new.entitlement, new.other) and who in (d.proposer, d.approver)) then
        raise exception 'who decided does not look' using errcode = 'check_violation', constraint = 'payout_decider', table = 'payout_overlap';
    end if;
    if who is not null and exists (select from payout_entitlement e join case_conflict k on k.case_id = e.case_id
            where e.id in (new.entitlement, new.other) and k.staff = who) then
        raise exception 'kin of who looks' using errcode = 'check_violation', constraint = 'payout_kin', table = 'payout_overlap';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function payout_line_overlap(), payout_overlap_word() from public;
create trigger payout_line_overlap before insert on payout_line for each row execute function payout_line_overlap();
create trigger payout_overlap_word before update on payout_overlap for each row execute function payout_overlap_word();

-- +goose Down
drop trigger payout_line_overlap on payout_line;
drop table payout_overlap, payout_span;
drop function payout_line_overlap(), payout_overlap_word();
