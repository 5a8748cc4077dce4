-- An event that is undone leaves leads as if it had not been. What lay open of each household
-- that an event changes is kept when it is told; the look after it keeps what that took from the
-- household, and gave it. When the event is undone, the look after that lays the same leads open
-- again, and nothing that fitted before counts as new.

-- +goose Up
create table lead_event (
    event      bigint not null,
    region     text not null check (length(region) = 9), -- where the household lives now
    household  bigint not null,
    due        bigint references lead (id), -- the lead of each kind that lay open then
    due_items  bigint not null default 0,
    lost       bigint references lead (id),
    lost_items bigint not null default 0,
    raised     bigint references lead (id),
    told       timestamptz not null,
    looked     timestamptz,                 -- by the first look after it
    took       bigint not null default 0,   -- items that fitted before that look and not after
    gave       bigint not null default 0,   -- the other way round
    concern    bigint not null default 0,   -- of those it gave, what somebody had or had asked for by then
    undone     timestamptz,
    back       timestamptz,                 -- by the first look after that
    primary key (event, household),
    check (back is null or undone is not null and looked is not null)
);
create index lead_event_waits on lead_event (region) where looked is null or undone is not null and back is null;
create index lead_event_home on lead_event (household);
call lianou_scope_table('lead_event');
grant select on lead_event to lianou_platform;
grant update (looked, took, gave, concern, due, due_items, lost, lost_items, raised, back) on lead_event to lianou_platform;

-- Row-level security holds in here: the caller must see the households. Nothing of an event that
-- is an undo, or undone.
-- +goose StatementBegin
create function lead_event_told(which bigint, homes bigint[]) returns void language sql security definer
set search_path = public, pg_temp as $$
    insert into lead_event (event, region, household, due, due_items, lost, lost_items, raised, told)
        select which, h.region, h.id, d.id, coalesce(d.items, 0), l.id, coalesce(l.items, 0), r.id, e.known_at
            from life_event e join household h on h.id = any (homes)
                left join lead d on (d.region, d.household, d.kind, d.state) = (h.region, h.id, 'due', 'open')
                left join lead l on (l.region, l.household, l.kind, l.state) = (h.region, h.id, 'lost', 'open')
                left join lead r on (r.region, r.household, r.kind, r.state) = (h.region, h.id, 'raised', 'open')
            where e.id = which and e.kind <> 'undo' and not exists (select from life_event u where u.undoes = which)
        on conflict do nothing
$$;
create function lead_event_undone(which bigint) returns void language sql security definer
set search_path = public, pg_temp as $$
    update lead_event set undone = transaction_timestamp()
        where event = which and undone is null and exists (select from life_event u where u.undoes = which)
$$;

-- What came of a lead stays so; where it is read follows the household. One that nobody closed
-- is open again where an event took it from its household that is undone: with no more than it
-- said before that event.
create or replace function lead_settles_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    same lead := new;
begin
    if old.state = 'gone' and new.state = 'open' then
        same.state := old.state;
        same.settled := old.settled;
        same.departed := old.departed;
        same.items := old.items;
        if same is not distinct from old and exists (select from lead_event e where e.household = old.household and e.undone is not null and e.back is null and e.looked is not null
                and (e.due = old.id and new.items & ~ e.due_items = 0 or e.lost = old.id and new.items & ~ e.lost_items = 0 or e.raised = old.id and new.items = old.items)) then
            return new;
        end if;
        same := new;
    end if;
    same.region := old.region;
    if same is distinct from old or not exists (select from household h where h.id = old.household and h.region = new.region) then
        raise exception 'what came of a lead stays so' using errcode = 'restrict_violation', table = 'lead', constraint = 'lead_settles_once';
    end if;
    return new;
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
revoke execute on function lead_event_told(bigint, bigint[]), lead_event_undone(bigint) from public;
grant execute on function lead_event_told(bigint, bigint[]), lead_event_undone(bigint) to lianou_platform;

-- +goose Down
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
    return array(select which from lead_follow(home, home, town) where shut order by which);
end $$;
create or replace function lead_settles_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    same lead := new;
begin
    same.region := old.region;
    if same is distinct from old or not exists (select from household h where h.id = old.household and h.region = new.region) then
        raise exception 'what came of a lead stays so' using errcode = 'restrict_violation', table = 'lead', constraint = 'lead_settles_once';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop function lead_event_undone(bigint);
drop function lead_event_told(bigint, bigint[]);
drop table lead_event;
