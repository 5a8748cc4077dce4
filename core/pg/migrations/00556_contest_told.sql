-- Who disputed what the city has of them is told what came of it by somebody who says how
-- and when. Until then it waits, as what nobody has decided does, and both are counted
-- township by township from an index each.

-- +goose Up
alter table change_request
    add column told timestamptz, -- when it was noted
    add column told_by text check (told_by ~ '^staff:[0-9]{1,19}$'),
    add column told_how text check (told_how in ('call', 'here', 'visit', 'letter')),
    add column told_on date, -- when they heard it
    add constraint change_told_whole check (num_nonnulls(told, told_by, told_how, told_on) in (0, 4)),
    add constraint change_told_answered check (told is null or (origin = 'citizen' and state in ('accepted', 'refused'))),
    add constraint change_told_day check (told_on between (decided at time zone 'Asia/Shanghai')::date and (told at time zone 'Asia/Shanghai')::date);
create index change_request_untold on change_request (region, made) where origin = 'citizen' and state in ('accepted', 'refused') and told is null;
grant update (told, told_by, told_how, told_on) on change_request to lianou_platform;

-- +goose StatementBegin
create function change_told_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.told, new.told_by, new.told_how, new.told_on) is distinct from (old.told, old.told_by, old.told_how, old.told_on) then
        raise exception 'told already' using errcode = 'restrict_violation', table = 'change_request', constraint = 'change_told_once';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger change_told_once before update on change_request for each row when (old.told is not null) execute function change_told_once();

-- +goose Down
drop trigger change_told_once on change_request;
drop function change_told_once();
alter table change_request drop column told, drop column told_by, drop column told_how, drop column told_on;
