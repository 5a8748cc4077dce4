-- Somebody who said that they go and see a lead is not replaced in silence: whom another takes it
-- over from stands beside, with when the first said so, from which the days are counted. And leads follow people, and part again, by what events tell and not
-- by what the caller says: lead_trail is written here alone.

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

-- Of an event that is undone the trail has been gone back by then, and is not gone back twice.
alter table lead_trail add column back timestamptz;
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update lead_trail t set back = u.known_at from life_event u where u.undoes = t.event;
    perform set_config('lianou.city', '', true);
end $$;

-- What lies open of a household that an event emptied goes with its people, to where most of
-- them live now. Row-level security holds in here: the caller must see both townships. It gives
-- every lead that it brought along, or closed, and where they are now; nothing of an event that
-- does not stand, or that moved nobody out of the household, or while somebody lives there.
create function lead_leave(told bigint, home bigint) returns table (which bigint, shut boolean, settled_in bigint, town text) language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    select m.household, h.region into settled_in, town from life_change c
            join membership m on m.person = c.person and m.until is null join household h on h.id = m.household
        where c.event = told and c.what = 'membership' and c.household = home and m.household <> home
            and exists (select from life_event e where e.id = told) and not exists (select from life_event u where u.undoes = told)
            and not exists (select from membership s where s.household = home and s.until is null)
        group by m.household, h.region order by count(distinct m.person) desc, min(m.person) limit 1;
    if settled_in is null or not exists (select from lead o where o.household = home and o.state = 'open') then
        return;
    end if;
    -- Of what lies open of the heir others may have brought a part: that is not its own.
    insert into lead_trail (event, region, lead, household, heir, kind, items)
        select told, town, l.id, l.household, settled_in, l.kind, o.items from lead l
            cross join lateral (select coalesce(bit_or(t.items) filter (where t.household <> t.heir), 0) & ~ coalesce(bit_or(t.items) filter (where t.household = t.heir), 0) as items
                from lead_trail t where t.heir = settled_in and t.kind = l.kind and t.back is null) brought
            cross join lateral (select case when l.household = home then l.items else l.items & ~ brought.items end as items) o
        where l.household in (home, settled_in) and l.state = 'open' and o.items <> 0
        on conflict do nothing;
    return query select f.which, f.shut, settled_in, town from lead_follow(home, settled_in, town) f order by f.which;
end $$;

-- Each household has again what lay open of it and nobody has seen to since, though one lead of
-- the heir stood for several; the heir keeps its own, what others brought that stay, and what
-- another look found meanwhile. It gives every lead that is another's now, and whose.
create or replace function lead_unfollow(undone bigint) returns table (which bigint, home bigint) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    g record; t lead_trail; l lead; h lead; town text; kept bigint; opposed bigint; give bigint; rest bigint; moved boolean;
begin
    if not exists (select from life_event u where u.undoes = undone) then
        raise exception 'leads part when an event is undone' using errcode = 'check_violation', table = 'lead_trail', constraint = 'lead_unfollow_undone';
    end if;
    for g in select r.heir, r.kind, bit_or(r.items) as items from lead_trail r
            where r.event = undone and r.household <> r.heir and r.back is null group by r.heir, r.kind order by r.heir, r.kind loop
        select * into h from lead where household = g.heir and kind = g.kind and state = 'open' for update;
        kept := coalesce((select bit_or(o.items) from lead_trail o where o.heir = g.heir and o.kind = g.kind and o.back is null
            and (o.event <> undone or o.household = g.heir)), 0);
        rest := coalesce(h.items, 0) & ~ (g.items & ~ kept);
        moved := false;
        for t in select * from lead_trail r where r.event = undone and r.heir = g.heir and r.kind = g.kind and r.household <> r.heir and r.back is null order by r.lead loop
            select region into strict town from household where id = t.household;
            select * into strict l from lead where id = t.lead for update;
            opposed := coalesce((select bit_or(o.items) from lead_trail o where o.heir = t.heir and o.household <> t.household
                and (o.event = undone or o.event < undone and o.back is null) and (o.kind, t.kind) in (('due', 'lost'), ('lost', 'due'))), 0);
            give := t.items & (coalesce(h.items, 0) | opposed);
            continue when give = 0;
            home := t.household;
            if h.id = l.id and rest = 0 then
                update lead set household = t.household, region = town, items = give where id = l.id;
                update lead_reopen r set region = town where r.fresh = l.id and r.region <> town;
                moved := true; which := l.id; return next;
                continue;
            end if;
            insert into lead (region, household, kind, items, cause, book, since, found, place, found_place, checker, checking, relieved, promised, was, owed, raise)
                values (town, t.household, l.kind, give, l.cause, l.book, l.since, l.found, l.place, l.found_place, l.checker, l.checking, l.relieved, l.promised, l.was, l.owed, l.raise)
                on conflict (region, household, kind) where state = 'open' do update set items = lead.items | excluded.items
                returning id into which;
            return next;
        end loop;
        if h.id is not null and not moved and rest <> h.items and g.kind <> 'raised' then
            update lead set items = case when rest = 0 then items else rest end, state = case when rest = 0 then 'gone' else 'open' end,
                settled = case when rest = 0 then transaction_timestamp() end where id = h.id;
        end if;
    end loop;
    update lead_trail set back = transaction_timestamp() where event = undone and back is null;
end $$;
-- +goose StatementEnd
revoke execute on function lead_leave(bigint, bigint) from public;
grant execute on function lead_leave(bigint, bigint) to lianou_platform;
revoke execute on function lead_follow(bigint, bigint, text) from lianou_platform;
revoke insert on lead_trail from lianou_platform;

-- +goose Down
grant insert on lead_trail to lianou_platform;
grant execute on function lead_follow(bigint, bigint, text) to lianou_platform;
drop function lead_leave(bigint, bigint);
-- +goose StatementBegin
create or replace function lead_unfollow(undone bigint) returns table (which bigint, home bigint) language plpgsql security definer
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
alter table lead_trail drop column back;
drop trigger lead_checker_named on lead;
drop function lead_checker_named();
drop index lead_promised;
alter table lead drop constraint lead_relieved, drop column relieved, drop column promised;
