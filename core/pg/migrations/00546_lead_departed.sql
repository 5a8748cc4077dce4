-- What lay open of a household that left the city, or of which everybody died, is closed by the
-- next look. That may have been told wrongly: which leads were closed so is kept, and one that
-- is laid anew when the household is there again names the one that it goes on with. And leads
-- that people took along into another household come back when that is undone.

-- +goose Up
alter table lead add column departed boolean not null default false check (not departed or state = 'gone'),
    add column came_of bigint references lead (id) check (came_of <> id);
create unique index lead_came_of on lead (came_of) where came_of is not null;

-- What lay open of a household that an event emptied, and of the one that its people went to,
-- when its leads followed them: so that undoing the event parts them again. The event's own row
-- comes at the end of its transaction.
create table lead_trail (
    event     bigint not null,
    region    text not null check (length(region) = 9), -- of the heir
    lead      bigint not null references lead (id),
    household bigint not null, -- whose it was
    heir      bigint not null,
    kind      text not null,
    items     bigint not null check (items <> 0),
    primary key (event, lead)
);
call lianou_scope_table('lead_trail');
grant select, insert on lead_trail to lianou_platform;

-- Row-level security holds in here: the caller must see both townships. Each household has
-- again what lay open of it and nobody has seen to since, and what another look found meanwhile
-- stays with the heir. It gives every lead that is another's now, and whose.
-- +goose StatementBegin
create function lead_unfollow(undone bigint) returns table (which bigint, home bigint) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    t lead_trail; l lead; h lead; town text; own bigint; opposed bigint; give bigint; rest bigint;
begin
    for t in select * from lead_trail r where r.event = undone and r.household <> r.heir order by r.lead loop
        select region into strict town from household where id = t.household;
        select * into strict l from lead where id = t.lead for update;
        select * into h from lead where household = t.heir and kind = t.kind and state = 'open' for update;
        own := coalesce((select o.items from lead_trail o where o.event = undone and o.household = t.heir and o.kind = t.kind), 0);
        opposed := coalesce((select o.items from lead_trail o where o.event = undone and o.household = t.heir
            and (o.kind, t.kind) in (('due', 'lost'), ('lost', 'due'))), 0);
        give := t.items & (coalesce(h.items, 0) | opposed);
        continue when give = 0;
        if h.id = l.id and h.items & ~give = 0 then
            update lead set household = t.household, region = town, items = give where id = l.id;
            update lead_reopen r set region = town where r.fresh = l.id and r.region <> town;
            which := l.id; home := t.household; return next;
            continue;
        end if;
        rest := h.items & ~(give & ~own);
        if h.id is not null and t.kind <> 'raised' then
            update lead set items = case when rest = 0 then items else rest end, state = case when rest = 0 then 'gone' else 'open' end,
                settled = case when rest = 0 then transaction_timestamp() end where id = h.id;
        end if;
        insert into lead (region, household, kind, items, cause, book, since, found, place, found_place, checker, checking, was, owed, raise)
            values (town, t.household, l.kind, give, l.cause, l.book, l.since, l.found, l.place, l.found_place, l.checker, l.checking, l.was, l.owed, l.raise)
            on conflict (region, household, kind) where state = 'open' do update set items = lead.items | excluded.items
            returning id into which;
        home := t.household; return next;
    end loop;
end $$;
-- +goose StatementEnd
revoke execute on function lead_unfollow(bigint) from public;
grant execute on function lead_unfollow(bigint) to lianou_platform;

-- +goose Down
drop function lead_unfollow(bigint);
drop table lead_trail;
drop index lead_came_of;
alter table lead drop column departed, drop column came_of;
