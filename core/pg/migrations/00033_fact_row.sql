-- +goose Up
-- What is known of each household, packed into one row (core/facts): a scan of the
-- whole registry moves these bytes and none of the sheets they were made from. A copy,
-- never the truth: it is made from sheets, and made anew when one of them changes.
create table fact_row (
    region    text   not null check (length(region) = 9),
    household bigint not null,
    facts     bytea  not null check (length(facts) between 3 and 16384),
    due       date, -- something that is already written down becomes true, or ends, on this day
    primary key (region, household)
) partition by hash (region);
-- In sixteen parts, so that the rows of one township lie near one another however they came
-- in: a scan reads a township at a time, and spread over one large table each of them would
-- touch every page of the city's. By itself a part is closed to everybody: the policy is
-- the whole table's.
-- +goose StatementBegin
do $$ begin
    for n in 0..15 loop
        execute format('create table fact_row_%s partition of fact_row for values with (modulus 16, remainder %s) with (fillfactor = 90)', n, n);
        execute format('alter table fact_row_%s enable row level security', n);
        execute format('alter table fact_row_%s force row level security', n);
    end loop;
end $$;
-- +goose StatementEnd
create index fact_row_due on fact_row (region, due) where due is not null;

-- Households of which something was written since their row was packed. A log and not a
-- set: who writes never waits for who packs, and nothing that is written while a row is
-- being packed is lost (read the ids, pack, delete those ids).
create table fact_stale (
    id        bigint generated always as identity primary key,
    region    text   not null,
    household bigint not null
);
create index fact_stale_region on fact_stale (region, id);

call lianou_scope_table('fact_row');
call lianou_scope_table('fact_stale');

-- The log is written by the tables themselves, so that no way of writing a fact can
-- forget it. A load that brings the packed rows with it says so (lianou.packed).
-- +goose StatementBegin
create function registry_stale_sheets() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'household_sheet' then
        insert into fact_stale (region, household) select distinct region, household from fresh;
    else
        insert into fact_stale (region, household)
            select distinct m.region, m.household from fresh f join membership m on m.person = f.person and m.until is null;
    end if;
    return null;
end $$;
create function registry_stale_members() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    insert into fact_stale (region, household) select distinct region, household from fresh;
    return null;
end $$;
create function registry_stale_people() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    insert into fact_stale (region, household)
        select distinct m.region, m.household from fresh f join former o on o.id = f.id
            join membership m on m.person = f.id and m.until is null
            where (o.birth, o.sex, o.region) is distinct from (f.birth, f.sex, f.region);
    return null;
end $$;
-- A household that moves leaves its row behind under the old township.
create function registry_stale_homes() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    insert into fact_stale (region, household)
        select f.region, f.id from fresh f join former o on o.id = f.id where (o.region, o.hukou) is distinct from (f.region, f.hukou)
        union select o.region, o.id from fresh f join former o on o.id = f.id where o.region <> f.region;
    return null;
end $$;
-- +goose StatementEnd
create trigger household_sheet_stale after insert on household_sheet referencing new table as fresh for each statement
    when (current_setting('lianou.packed', true) is distinct from 'on') execute function registry_stale_sheets();
create trigger person_sheet_stale after insert on person_sheet referencing new table as fresh for each statement
    when (current_setting('lianou.packed', true) is distinct from 'on') execute function registry_stale_sheets();
create trigger membership_stale after insert on membership referencing new table as fresh for each statement
    when (current_setting('lianou.packed', true) is distinct from 'on') execute function registry_stale_members();
create trigger membership_stale_end after update on membership referencing new table as fresh for each statement
    execute function registry_stale_members();
create trigger person_stale after update on person referencing new table as fresh old table as former for each statement
    execute function registry_stale_people();
create trigger household_stale after update on household referencing new table as fresh old table as former for each statement
    execute function registry_stale_homes();

grant select, insert, update, delete on fact_row to lianou_platform;
grant select, insert, delete on fact_stale to lianou_platform;
grant select, insert, update on fact_row to lianou_import;
grant select, insert on fact_stale to lianou_import;

-- Households that are there already are packed by the first scan.
select set_config('lianou.city', 'on', true);
insert into fact_stale (region, household) select region, id from household;
select set_config('lianou.city', '', true);

-- +goose Down
drop trigger household_stale on household;
drop trigger person_stale on person;
drop trigger membership_stale_end on membership;
drop trigger membership_stale on membership;
drop trigger person_sheet_stale on person_sheet;
drop trigger household_sheet_stale on household_sheet;
drop function registry_stale_homes(), registry_stale_people(), registry_stale_members(), registry_stale_sheets();
drop table fact_stale, fact_row;
