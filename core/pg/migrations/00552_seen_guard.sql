-- What two visitors saw otherwise is looked at by a third person, and no way round leads past:
-- who was there neither decides about that fact for a year, nor lets the request vanish. What
-- somebody is told in nobody's name was told by the message itself. A hand-back begins open.
-- Who is only named in a case takes nothing from the household they live in.

-- +goose Up
-- +goose StatementBegin
create function change_seen_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state in ('accepted', 'refused') and old.state = 'open' and exists (
        select from change_request v where v.household = new.household and v.person is not distinct from new.person and v.path = new.path
            and v.origin = 'visit' and v.made > new.decided - interval '1 year' and new.decider in (v.proposer, v.seconder)) then
        raise exception 'decided by who was there' using errcode = 'check_violation', constraint = 'change_both', table = 'change_request';
    end if;
    return new;
end $$;

create function call_task_reached() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from notice n where n.id::text = new.notice and n.state = 'confirmed') then
        raise exception 'told by nobody' using errcode = 'check_violation', constraint = 'call_task_reached', table = 'call_task';
    end if;
    return new;
end $$;

create function bounce_begins_open() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.settled is not null or new.nth <> (select f.returns + 1 from casefile f where f.id = new.case_id) then
        raise exception 'a hand-back begins open' using errcode = 'check_violation', constraint = 'bounce_begins_open', table = 'case_bounce';
    end if;
    return new;
end $$;

create or replace function claims_received(town text, homes bigint[])
returns table (household bigint, item text, period text, state text, since timestamptz, people bigint[])
language plpgsql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if (town = any (string_to_array(current_setting('lianou.regions', true), ','))) is not true or not exists (select from decision where outcome = 'approved') then
        return;
    end if;
    return query
    with living as materialized (
            select m.household as home, q.id as person from membership m
                cross join lateral (select m.person union select a.kept from person_alias a where a.gone = m.person and a.ended is null
                    union select a.gone from person_alias a where a.kept = m.person and a.ended is null) q (id)
            where m.household = any (homes) and m.region = town and m.until is null),
        theirs as (
            select c.home, c.id, bool_and(c.named) as named from (
                select f.household as home, f.id, false as named from casefile f where f.household = any (homes)
                union all select l.home, f.id, false from living l join casefile f on f.person = l.person
                union all select l.home, c.case_id, true from living l join case_member c on c.person = l.person and c.ended is null) c group by c.home, c.id),
        given as (
            select t.home, t.named, k.id as claim, k.item, k.period, k.state, d.at,
                array(select distinct q.id from finding n cross join jsonb_array_elements_text(coalesce(n.benefit -> 'for', '[]')) r (ref)
                    join case_member c on c.case_id = n.case_id and c.ref = r.ref and c.person is not null
                    cross join lateral (select c.person union select a.kept from person_alias a where a.gone = c.person and a.ended is null
                        union select a.gone from person_alias a where a.kept = c.person and a.ended is null) q (id)
                    where n.case_id = f.id and n.version = f.facts_version and n.item = k.item) as whom
            from theirs t join casefile f on f.id = t.id join claim k on k.case_id = f.id
                cross join lateral (select max(e.at) as at from decision e where e.claim_id = k.id and e.outcome = 'approved') d
            where d.at is not null and k.proposal = 'approve' and k.state not in ('withdrawn', 'refused')
                and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved'))
    select g.home, g.item, g.period, g.state, g.at, array(select w from unnest(g.whom) w where exists (select from living l where l.home = g.home and l.person = w))
    from given g
    where case when cardinality(g.whom) = 0 then not g.named else exists (select from living l where l.home = g.home and l.person = any (g.whom)) end
    order by g.home, g.claim;
end $$;
-- +goose StatementEnd
create trigger change_seen_guard before update of state on change_request for each row execute function change_seen_guard();
create trigger call_task_reached before update of done on call_task for each row when (old.done is null and new.done is not null and new.by_staff is null) execute function call_task_reached();
create trigger bounce_begins_open before insert on case_bounce for each row execute function bounce_begins_open();

-- +goose Down
drop trigger bounce_begins_open on case_bounce;
drop trigger call_task_reached on call_task;
drop trigger change_seen_guard on change_request;
drop function bounce_begins_open(), call_task_reached(), change_seen_guard();
