-- Tables that leave the house as files (P27): what was in one, who made it, who said yes to it, and
-- what for, and the sealed bytes until they are over. A file of more than a hundred rows is handed
-- out after a second person's yes alone (and so is what goes beyond a hundred in a week, in however many
-- files), and one that they said no to is gone; how many rows, their
-- sum and the digest are fixed when it is made.

-- +goose Up
create table export_file (
    id        bigint      generated always as identity primary key,
    kind      text        not null check (kind in ('batch', 'cases', 'sample')),
    name      text        not null check (name <> '' and length(name) <= 200), -- what it is of; nobody's name
    regions   text[]      not null check (cardinality(regions) > 0),           -- in whose scope it was made
    purpose   text        not null check (purpose in ('reconcile', 'above', 'check', 'audit', 'meeting')),
    rows      integer     not null check (rows between 1 and 5000),
    head      text[]      not null check (cardinality(head) > 0), -- its columns
    two       boolean     not null, -- wants a second person's yes
    fen       bigint      check (fen >= 0), -- null: no money in it
    digest    text        not null check (digest ~ '^[0-9a-f]{64}$'),           -- SHA-256 of the file
    sealed    bytea,                                                          -- null once it is over
    made_by   bigint      not null references staff_account (id),
    made      timestamptz not null,
    until     timestamptz not null check (until > made),
    agreed_by bigint      references staff_account (id),
    agreed    timestamptz,
    declined_by bigint    references staff_account (id),
    declined  timestamptz,
    taken     integer     not null default 0 check (taken >= 0),
    check ((declined_by is null) = (declined is null)),
    constraint export_no check (declined_by is null or declined_by <> made_by and agreed_by is null and sealed is null),
    check ((agreed_by is null) = (agreed is null)),
    constraint export_two check (agreed_by is null or agreed_by <> made_by),
    constraint export_yes check (taken = 0 or not two or agreed_by is not null),
    constraint export_many check (two or rows <= 100)
);
create index export_file_until on export_file (until) where sealed is not null;
create index export_file_maker on export_file (made_by, id);
grant select, insert on export_file to lianou_platform;
grant update (sealed, agreed_by, agreed, declined_by, declined, taken) on export_file to lianou_platform;
grant select on export_file to lianou_check, lianou_backup;

-- +goose StatementBegin
create function export_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.agreed_by is not null and new.agreed_by is distinct from old.agreed_by
        or old.declined_by is not null and new.declined_by is distinct from old.declined_by or new.taken < old.taken
        or old.sealed is null and new.sealed is not null or new.sealed is not null and new.sealed is distinct from old.sealed then
        raise exception 'a file that was made stays as it was' using errcode = 'check_violation', constraint = 'export_stays', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger export_guard before update on export_file for each row execute function export_guard();

-- +goose Down
drop table export_file;
drop function export_guard();
