-- Kin and absence have doors. Kin are declared by number, whether or not the register
-- knows the person yet; a declaration bars from the moment it is said, the county's
-- confirmation comes after; and nobody takes one back alone (F60, security.md P16).

-- +goose Up
create table staff_kin (
    id        bigint generated always as identity primary key,
    staff     bigint not null references staff_account (id),
    relation  text not null check (relation <> '' and char_length(relation) <= 20),
    name      bytea not null,  -- sealed
    id_number bytea not null,  -- sealed
    id_blind  bytea not null,  -- the register's keyed hash of the number
    state     text not null default 'declared' check (state in ('declared', 'asked', 'confirmed', 'leaving', 'ended')),
    said      timestamptz not null,
    said_by   text not null check (said_by ~ '^(staff|operator):'),
    note      text not null default '' check (char_length(note) <= 400), -- the county's question, or the answer to it
    judged_by text check (judged_by ~ '^staff:'),
    judged    timestamptz,
    end_why   text not null default '' check (char_length(end_why) <= 400),
    end_by    text check (end_by ~ '^(staff|operator):'),
    ended_by  text check (ended_by ~ '^staff:'),
    ended     timestamptz,
    constraint staff_kin_two check (judged_by is null or judged_by not in (said_by, 'staff:' || staff)),
    constraint staff_kin_judged check (state <> 'confirmed' or judged_by is not null),
    constraint staff_kin_leaves check (state not in ('leaving', 'ended') or (end_by is not null and end_why <> '')),
    constraint staff_kin_ended check ((state = 'ended') = (ended_by is not null) and (state = 'ended') = (ended is not null)),
    constraint staff_kin_second check (ended_by is null or ended_by not in (end_by, 'staff:' || staff))
);
create unique index staff_kin_once on staff_kin (staff, id_blind) where state <> 'ended';
create index staff_kin_number on staff_kin (id_blind) where state <> 'ended';

-- Nobody asks for a removal and grants it in one statement, and what was said stays.
-- +goose StatementBegin
create function staff_kin_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' or old.state = 'ended' or new.state = 'ended' and (old.state <> 'leaving' or new.end_by is distinct from old.end_by)
       or row(new.staff, new.relation, new.name, new.id_number, new.id_blind, new.said, new.said_by)
          is distinct from row(old.staff, old.relation, old.name, old.id_number, old.id_blind, old.said, old.said_by) then
        raise exception 'declared kin go by two people' using errcode = 'check_violation', constraint = 'staff_kin_guard', table = 'staff_kin';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger staff_kin_guard before update or delete on staff_kin for each row execute function staff_kin_guard();

-- What somebody answered when asked whether they have kin here; the newest row counts for
-- a year. None is an answer too.
create table staff_kin_answer (
    id    bigint generated always as identity primary key,
    staff bigint not null references staff_account (id),
    none  boolean not null,
    at    timestamptz not null
);
create index staff_kin_answer_of on staff_kin_answer (staff, at desc);

-- Somebody lived with those who live elsewhere now.
create index membership_past on membership (person) where until is not null;

-- Which of some persons are declared kin of which staff, city-wide. Ids and the word for
-- the relation only.
-- +goose StatementBegin
create function staff_kin_of(persons bigint[]) returns table (staff bigint, person bigint, relation text)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select r.staff, r.person, r.relation from staff_relative r where r.person = any (persons)
    union
    select k.staff, q.id, k.relation from unnest(persons) q (id)
        join lateral (select q.id as id union select a.kept from person_alias a where a.gone = q.id and a.ended is null
            union select a.gone from person_alias a where a.kept = q.id and a.ended is null) same on true
        join person p on p.id = same.id join staff_kin k on k.id_blind = p.id_blind and k.state <> 'ended'
$$;

-- Who lives or ever lived in one household with some persons, they themselves left out.
create function staff_kin_homes(persons bigint[]) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    with homes as (
        select household from membership where person = any (persons) and until is null
        union select household from membership where person = any (persons) and until is not null)
    select distinct m.person from membership m join homes h using (household) where m.person <> all (persons)
$$;

-- Staff who are near a household that asks: declared kin by person or by number, oneself,
-- and whoever shares or shared a household with one of them.
create function staff_kin_near(persons bigint[], numbers bytea[]) returns table (staff bigint, relation text)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select staff, (array_agg(relation order by way, relation))[1] from (
        select staff, 1 as way, relation from staff_kin_of(persons)
        union all
        select staff, 1, relation from staff_kin where id_blind = any (numbers) and state <> 'ended'
        union all
        select staff, 2, case relation when '本人' then '住过一户' else relation || '和这家住过一户' end
            from staff_kin_of(array(select staff_kin_homes(persons)))) found
    group by staff
$$;

-- Who declares kin is barred from what lies open already, and from what was settled: it may
-- be paid, changed or appealed tomorrow.
create function staff_kin_bars() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    own bigint[] := array(select id from person where id_blind = new.id_blind);
begin
    insert into case_conflict (case_id, region, staff, relation)
        select distinct m.case_id, m.region, new.staff, new.relation from case_member m where m.person = any (own) and m.ended is null
        on conflict do nothing;
    insert into case_conflict (case_id, region, staff, relation)
        select distinct m.case_id, m.region, new.staff, case new.relation when '本人' then '住过一户' else new.relation || '和这家住过一户' end
        from case_member m where m.person = any (array(select staff_kin_homes(own))) and m.ended is null
        on conflict do nothing;
    return null;
end $$;
-- +goose StatementEnd
create trigger staff_kin_bars after insert on staff_kin for each row execute function staff_kin_bars();
revoke execute on function staff_kin_of(bigint[]), staff_kin_homes(bigint[]), staff_kin_near(bigint[], bytea[]), staff_kin_bars(), staff_kin_guard() from public;
grant execute on function staff_kin_of(bigint[]), staff_kin_near(bigint[], bytea[]) to lianou_platform;

-- Why somebody is away and who stands in; taken back, it was none.
alter table staff_absence
    add column reason    text not null default '' check (char_length(reason) <= 200),
    add column stand_in  bigint references staff_account (id),
    add column said      timestamptz,
    add column said_by   text not null default '',
    add column undone    timestamptz,
    add column undone_by text,
    add constraint staff_absence_another check (stand_in <> staff),
    add constraint staff_absence_undone check ((undone is null) = (undone_by is null));

-- Cases that went from one hand to another while somebody was away; given back where the
-- stand-in had done nothing yet.
create table case_handover (
    id         bigint generated always as identity primary key,
    case_id    bigint not null,
    region     text not null,
    absence    bigint not null references staff_absence (id),
    part       text not null check (part in ('officer', 'assistant')),
    from_staff bigint not null,
    to_staff   bigint not null check (to_staff <> from_staff),
    at         timestamptz not null,
    by_staff   bigint not null,
    undone     timestamptz,
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_handover_case on case_handover (case_id);
create index case_handover_absence on case_handover (absence) where undone is null;
create index case_handover_to on case_handover (to_staff, at);
create index case_handover_from on case_handover (from_staff, at);
call lianou_scope_table('case_handover');

-- Nobody makes or approves a batch that pays their kin (F60). What somebody is barred from
-- are few cases, so the look begins there.
create index case_conflict_staff on case_conflict (staff);
-- +goose StatementBegin
create function payout_kin_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from case_conflict c join payout_entitlement e on e.case_id = c.case_id join payout_line l on l.entitlement = e.id
               where c.staff = case tg_op when 'INSERT' then new.created_by else new.approved_by end and l.batch = new.id) then
        raise exception 'kin of who pays' using errcode = 'check_violation', constraint = 'payout_kin', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function payout_kin_guard() from public;
create constraint trigger payout_kin_made after insert on payout_batch deferrable initially deferred for each row execute function payout_kin_guard();
create trigger payout_kin_guard before update of approved_by on payout_batch for each row execute function payout_kin_guard();

grant select, insert on staff_kin, staff_kin_answer to lianou_platform;
grant update (state, note, judged_by, judged, end_why, end_by, ended_by, ended) on staff_kin to lianou_platform;
grant update (undone, undone_by) on staff_absence to lianou_platform;
grant select, insert on case_handover to lianou_platform;
grant update (undone) on case_handover to lianou_platform;

-- +goose Down
drop trigger payout_kin_guard on payout_batch;
drop trigger payout_kin_made on payout_batch;
drop function payout_kin_guard();
drop index case_conflict_staff;
drop table case_handover;
alter table staff_absence drop column reason, drop column stand_in, drop column said, drop column said_by, drop column undone, drop column undone_by;
drop index membership_past;
drop table staff_kin_answer, staff_kin;
drop function staff_kin_near(bigint[], bytea[]), staff_kin_of(bigint[]), staff_kin_homes(bigint[]), staff_kin_bars(), staff_kin_guard();
