-- +goose Up
-- The same checks as 00031, asked once for each person or household of a statement
-- and not for each row: a load writes eight search tokens a person, and looking the
-- person up for each of them was half of what the tokens cost.
-- +goose StatementBegin
create or replace function registry_of_person() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select 1 from (select distinct person, region from fresh) f where not exists (select 1 from person p where p.id = f.person and p.region = f.region)) then
        raise exception 'no such person in this township' using errcode = 'foreign_key_violation', constraint = tg_name, table = tg_table_name;
    end if;
    return null;
end $$;
create or replace function registry_of_household() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select 1 from (select distinct household, region from fresh) f where not exists (select 1 from household h where h.id = f.household and h.region = f.region)) then
        raise exception 'no such household in this township' using errcode = 'foreign_key_violation', constraint = tg_name, table = tg_table_name;
    end if;
    return null;
end $$;
-- +goose StatementEnd

-- +goose Down
-- The checks are the same: 00031 takes the functions away with its tables.
