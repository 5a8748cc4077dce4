-- The seven roles. Created without log-in: who may log in, and how, is the
-- installation's to say (AllowLogin for a private cluster). Run by a superuser
-- or a role with CREATEROLE, again and again without harm.
do $$
declare
    wanted text;
begin
    perform pg_advisory_xact_lock(713402);
    foreach wanted in array array['lianou_owner', 'lianou_gateway', 'lianou_platform', 'lianou_audit',
                                  'lianou_import', 'lianou_backup', 'lianou_check'] loop
        if not exists (select 1 from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
    end loop;
    -- Only these two see past row-level security: a whole-city import, and a backup that must miss nothing.
    if exists (select 1 from pg_roles where rolname in ('lianou_import', 'lianou_backup') and not rolbypassrls) then
        alter role lianou_import bypassrls;
        alter role lianou_backup bypassrls;
    end if;
    if not exists (select 1 from pg_roles where rolname = 'lianou_check' and rolconfig @> array['default_transaction_read_only=on']) then
        alter role lianou_check set default_transaction_read_only = on;
    end if;
    -- Functions of the owner may name, in their own definition, the scope they run under.
    if not has_parameter_privilege('lianou_owner', 'lianou.city', 'set') then
        grant set on parameter lianou.city, lianou.regions, lianou.subject to lianou_owner;
    end if;
end
$$;
