-- What people said stays as they said it, also where a program would write over it: who
-- decided a change, that a merge was ended, what came of a lead. Each has its entry in the
-- log; here the rows cannot come to tell another story than it.

-- +goose Up
-- +goose StatementBegin
create or replace function change_request_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' then
            raise exception 'a request begins open' using errcode = 'check_violation', constraint = 'change_legal', table = 'change_request';
        end if;
        if not exists (select from household h where h.id = new.household and h.region = new.region)
           or (new.person is not null and not exists (select from membership m where m.household = new.household and m.person = new.person and m.until is null)) then
            raise exception 'nobody of this township' using errcode = 'foreign_key_violation', constraint = 'change_about', table = 'change_request';
        end if;
    elsif old.state <> 'open' and (new.state, new.decider, new.verdict, new.decided) is distinct from (old.state, old.decider, old.verdict, old.decided) then
        raise exception 'decided already' using errcode = 'check_violation', constraint = 'change_legal', table = 'change_request';
    elsif new.state = old.state then
        return new; -- it moved with its household
    end if;
    if new.state in ('open', 'accepted') then
        -- Two requests about one household are decided one after the other.
        perform 1 from household where id = new.household for update;
        if registry_said(new.household, new.person, new.path, new.valid_from) is distinct from new.was then
            raise exception 'another value stands meanwhile' using errcode = 'check_violation', constraint = 'change_meanwhile', table = 'change_request';
        end if;
    end if;
    return new;
end $$;

create function registry_alias_ends_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.ended is not null and (new.ended, new.ender) is distinct from (old.ended, old.ender) then
        raise exception 'what was ended stays so' using errcode = 'restrict_violation', table = 'person_alias', constraint = 'person_alias_ends_once';
    end if;
    return new;
end $$;

create function lead_settles_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'what came of a lead stays so' using errcode = 'restrict_violation', table = 'lead', constraint = 'lead_settles_once';
end $$;
-- +goose StatementEnd
create trigger person_alias_ends_once before update on person_alias for each row execute function registry_alias_ends_once();
create trigger lead_settles_once before update on lead for each row when (old.state <> 'open') execute function lead_settles_once();

-- +goose Down
drop trigger lead_settles_once on lead;
drop trigger person_alias_ends_once on person_alias;
drop function lead_settles_once();
drop function registry_alias_ends_once();
