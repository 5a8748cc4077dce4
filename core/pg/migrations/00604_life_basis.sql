-- Who ends somebody's place by a death or a departure says on what basis, and who takes any event
-- back says why, sealed (P24). A tick was enough. What a department's file says is its own basis.
-- To take back a death or a departure that another registered takes two people, as a correction
-- does: money flows again to whoever is alive again.

-- +goose Up
alter table life_event add column words bytea check (length(words) > 0); -- sealed; null of before, and where none is asked

-- What waits for a second person, and what came of it.
create sequence life_undo_id_seq;
create table life_undo (
    id        bigint primary key default nextval('life_undo_id_seq'),
    region    text not null check (length(region) = 9), -- where the household lives now
    event     bigint not null references life_event (id),
    household bigint not null,
    reason    bytea not null check (length(reason) > 0), -- sealed
    asked_by  text not null check (asked_by like 'staff:%'),
    asked     timestamptz not null,
    state     text not null default 'open' check (state in ('open', 'agreed', 'kept', 'withdrawn')),
    answer    bytea check (length(answer) > 0), -- sealed
    judged_by text check (judged_by like 'staff:%'),
    judged    timestamptz,
    constraint life_undo_judged check ((state = 'open') = (judged_by is null) and (judged_by is null) = (judged is null) and (judged_by is null) = (answer is null)),
    constraint life_undo_two_people check (state = 'open' or (state = 'withdrawn') = (judged_by = asked_by))
);
create unique index life_undo_open on life_undo (event) where state = 'open';
create index life_undo_event on life_undo (event);
create index life_undo_waits on life_undo (region) where state = 'open';
create index life_undo_household on life_undo (household);
call lianou_scope_table('life_undo');
grant select, insert on life_undo to lianou_platform;
grant usage, select on sequence life_undo_id_seq to lianou_platform;
grant update (state, answer, judged_by, judged) on life_undo to lianou_platform;

-- What was registered before stays as it is, and moves with its household; nobody may change it.
-- +goose StatementBegin
create function life_event_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    was life_event;
begin
    if new.kind not in ('death', 'move_out', 'undo') or new.source like 'registry:%' then
        return new;
    end if;
    if new.words is null then
        raise exception 'nobody says on what basis' using errcode = 'check_violation', table = 'life_event', constraint = 'life_event_basis';
    end if;
    if new.kind <> 'undo' then
        return new;
    end if;
    select * into was from life_event e where e.id = new.undoes;
    if not found then
        raise exception 'nobody sees what is taken back' using errcode = 'check_violation', table = 'life_event', constraint = 'life_event_two_people';
    end if;
    if was.kind in ('death', 'move_out') and not (was.made_by = new.made_by and was.known_at > new.known_at - interval '1 day')
        and not exists (select from life_undo u where u.event = was.id and u.state = 'agreed' and u.judged_by = new.made_by) then
        raise exception 'two people take it back' using errcode = 'check_violation', table = 'life_event', constraint = 'life_event_two_people';
    end if;
    return new;
end $$;
create function life_undo_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or not exists (select from life_event e where e.id = new.event and e.kind in ('death', 'move_out') and e.household = new.household
                and not exists (select from life_event u where u.undoes = e.id)) then
            raise exception 'there is nothing to take back' using errcode = 'check_violation', table = 'life_undo', constraint = 'life_undo_stands';
        end if;
    elsif new.state = 'kept' and exists (select from life_event e where e.id = new.event and e.made_by = new.judged_by) then
        raise exception 'who registered it does not keep it' using errcode = 'check_violation', table = 'life_undo', constraint = 'life_undo_own';
    elsif old.state <> 'open' and (new.state, new.answer, new.judged_by, new.judged) is distinct from (old.state, old.answer, old.judged_by, old.judged) then
        raise exception 'what came of it stays so' using errcode = 'restrict_violation', table = 'life_undo', constraint = 'life_undo_once';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger life_event_told before insert on life_event for each row execute function life_event_told();
create trigger life_undo_once before insert or update on life_undo for each row execute function life_undo_once();

-- +goose StatementBegin
create or replace function registry_settle_household(home bigint, town text) returns bigint[] language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update household set region = town where id = home;
    update household_sheet set region = town where household = home;
    update membership set region = town where household = home;
    update change_request set region = town where household = home;
    update life_change set region = town where household = home;
    update life_event set region = town where household = home;
    update life_undo set region = town where household = home;
    update lead_event set region = town where household = home;
    return array(select which from lead_follow(home, home, town) where shut order by which);
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    if exists (select from life_event where words is not null) or exists (select from life_undo) then
        raise exception 'on what basis people were registered as dead is not thrown away by going back';
    end if;
    perform set_config('lianou.city', '', true);
end $$;
create or replace function registry_settle_household(home bigint, town text) returns bigint[] language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update household set region = town where id = home;
    update household_sheet set region = town where household = home;
    update membership set region = town where household = home;
    update change_request set region = town where household = home;
    update life_change set region = town where household = home;
    update life_event set region = town where household = home;
    update lead_event set region = town where household = home;
    return array(select which from lead_follow(home, home, town) where shut order by which);
end $$;
-- +goose StatementEnd
drop trigger life_event_told on life_event;
drop function life_event_told();
drop table life_undo;
drop sequence life_undo_id_seq;
drop function life_undo_once();
alter table life_event drop column words;
