-- +goose Up
-- Who stands aside for another row of their household is no member of its packed row
-- (00033): a merge, and the end of one, has it packed anew.
-- +goose StatementBegin
create function registry_stale_alias() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    insert into fact_stale (region, household)
        select distinct m.region, m.household from fresh f join membership m on m.person in (f.gone, f.kept) and m.until is null;
    return null;
end $$;
-- +goose StatementEnd
create trigger person_alias_stale after insert on person_alias referencing new table as fresh for each statement execute function registry_stale_alias();
create trigger person_alias_stale_end after update on person_alias referencing new table as fresh for each statement execute function registry_stale_alias();

-- +goose Down
drop trigger person_alias_stale_end on person_alias;
drop trigger person_alias_stale on person_alias;
drop function registry_stale_alias();
