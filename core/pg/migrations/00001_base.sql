-- +goose Up
revoke all on schema public from public;
grant all on schema public to lianou_owner; -- by name: a restored or copied database may have another owner
grant usage on schema public to lianou_gateway, lianou_platform, lianou_audit, lianou_import, lianou_backup, lianou_check;

-- The checker and the backup read everything that is ever made here; the checker still under row-level security.
alter default privileges in schema public grant select on tables to lianou_check, lianou_backup;
alter default privileges in schema public grant select on sequences to lianou_check, lianou_backup;

-- One clock. A shift other than zero exists only in a database that `lianou up`
-- made for show, which is decided when this table is made and never after.
create table lianou_clock (
    one   boolean  primary key default true check (one),
    shift interval not null default interval '0',
    demo  boolean  not null,
    constraint shift_needs_demo check (demo or shift = interval '0')
);
insert into lianou_clock (demo) values (coalesce(current_setting('lianou.demo', true), '') = 'on');

-- +goose StatementBegin
create function lianou_clock_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'the clock has one row' using errcode = 'restrict_violation';
    end if;
    if new.demo <> old.demo then
        raise exception 'a database is made for show or it is not' using errcode = 'restrict_violation';
    end if;
    if new.shift < old.shift then
        raise exception 'the clock does not go back' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
create trigger lianou_clock_guard before update or delete on lianou_clock for each row execute function lianou_clock_guard();
grant select on lianou_clock to lianou_gateway, lianou_platform, lianou_audit, lianou_import;

-- The city's time inside SQL, for statements that cannot be handed tx.Now().
create function lianou_now() returns timestamptz language sql stable as 'select transaction_timestamp() + shift from lianou_clock';

-- Row-level security of the standard shape: rows of the regions in scope, or all
-- for a named city-wide act. The scope is read once per statement (sub-select).
-- +goose StatementBegin
create procedure lianou_scope_table(name text) language plpgsql as $$
begin
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format($policy$create policy lianou_scope on %I
        using (region = any ((select string_to_array(current_setting('lianou.regions', true), ','))::text[])
               or (select current_setting('lianou.city', true)) = 'on')$policy$, name);
end
$$;
-- +goose StatementEnd
revoke execute on procedure lianou_scope_table(text) from public;
grant select on lianou_migration to lianou_gateway, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup;
