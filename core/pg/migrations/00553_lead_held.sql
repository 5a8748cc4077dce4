-- Somebody who said that they go and see a lead is not replaced in silence: whom another takes it
-- over from stands beside, with when the first said so, from which the days are counted.

-- +goose Up
alter table lead
    add column relieved bigint,      -- who had said so before checker
    add column promised timestamptz, -- when the first of all said so, where that is not checker
    add constraint lead_relieved check ((relieved is null) = (promised is null) and (relieved is null or checker is not null and relieved <> checker));
create index lead_promised on lead (region, place desc, id) where state = 'open' and checker is not null;

-- +goose StatementBegin
create function lead_checker_named() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.checker is not distinct from old.checker or new.checker is null
            or (new.relieved, new.promised) is distinct from (old.checker, coalesce(old.promised, old.checking)) then
        raise exception 'who takes over names whom' using errcode = 'check_violation', table = 'lead', constraint = 'lead_checker_named';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger lead_checker_named before update on lead for each row
    when (old.checker is not null and (new.checker, new.checking, new.relieved, new.promised) is distinct from (old.checker, old.checking, old.relieved, old.promised))
    execute function lead_checker_named();

-- +goose Down
drop trigger lead_checker_named on lead;
drop function lead_checker_named();
drop index lead_promised;
alter table lead drop constraint lead_relieved, drop column relieved, drop column promised;
