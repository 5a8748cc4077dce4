-- "Why not me" (为什么没有我): somebody reads for every item how they stand with it and why, as their
-- own case was judged, and where their household stood in the last list of a scarce thing.
--
-- It does not open as the letters do. payout_through asks that the account's application counts in the
-- case, and lets through who applied for somebody else by a mandate that they wrote down themselves
-- (kin, committee, official), any other member whose application was joined to the case, and a case of
-- which nobody has checked who it is of: right for a letter, which tells of one decision, and wrong
-- here, where every condition is told. Here it is who asked for themselves, whose name and number were
-- found to belong together, and who is the one that the case is of. Nobody with a mandate, no helper.
--
-- The gateway has no right to `finding`: it could name the subject of any case and read on. It has two
-- functions, which give nothing unless the reading was written down in the very same transaction.

-- +goose Up

-- Whom `near` tells of: refs of members, '' for the household, '*' for somebody whom it does not name;
-- null where that was not kept.
alter table finding add column near_of text[];

-- Whether a case, by one of its applications, is the asker's own to read of. Two applications of one
-- name and different numbers, and an open doubt about whose the case is, leave it unclear: then not.
-- +goose StatementBegin
create function why_opens(wanted bigint, through uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on'
as $$
    select exists (select from case_application a join casefile f on f.id = a.case_id join case_status s on s.application = a.application
        where a.application = through and a.case_id = wanted and a.citizen <> '' and a.citizen = current_setting('lianou.subject', true)
            and a.state not in ('contested', 'set_aside') and a.capacity = 'self'
            and not exists (select from mandate m where m.application = a.application)
            and f.identity = 'match' and a.applicant = f.applicant and s.number_key is not null
            and not exists (select from case_application o join case_status n on n.application = o.application
                where o.case_id = f.id and o.applicant = f.applicant and o.state not in ('contested', 'set_aside') and n.number_key is distinct from s.number_key)
            and not exists (select from case_doubt d where d.case_id = f.id and d.verdict = ''
                and d.kind in ('account', 'name', 'twin', 'number', 'mismatch', 'person')))
$$;
-- Whether this transaction wrote down that it reads. Only the owner asks it.
create function why_written(wanted bigint, through uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on'
as $$
    select why_opens(wanted, through) and exists (select from audit_entry e where e.case_id = wanted and e.case_id <> 0 and e.act = 'findings.read'
        and e.actor_kind = 'citizen' and e.actor_id = current_setting('lianou.subject', true) and e.application = through::text
        and e.xmin = pg_current_xact_id_if_assigned()::xid)
$$;
-- The newest findings of a case that a township has taken up (受理): before that the register's word on
-- a household would come to whoever types its number. `me` is which member the asker is, '' where that
-- is not clear; `alone` says that nobody else belongs to the household. In the register "applicant" is
-- the head of the household, so that it tells who somebody is only where the register knows nobody.
create function why_findings(wanted bigint, through uuid) returns table (item text, name text, outcome text, reasons jsonb, members jsonb,
    near text, near_of text[], me text, alone boolean) language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on'
as $$
    with newest as (select f.id, f.person, v.version, case when jsonb_typeof(v.facts -> 'members') = 'array' then v.facts -> 'members' else '[]' end as members
            from casefile f join case_facts v on v.case_id = f.id
            where f.id = wanted and f.accepted is not null and why_written(wanted, through)
                and v.version = (select max(version) from finding where case_id = wanted)),
        mine as (select n.*, (select case when count(*) = 1 then min(m ->> 'ref') end from jsonb_array_elements(n.members) m
                where case when n.person is null then m ->> 'relation' = 'applicant'
                    else exists (select from case_member c where c.case_id = n.id and c.ended is null and c.person = n.person and c.ref = m ->> 'ref') end) as ref
            from newest n)
    select f.item, f.name, f.outcome, f.reasons, f.members, f.near, f.near_of, coalesce(w.ref, ''),
            w.ref is not null and jsonb_array_length(w.members) = 1 and not exists (select from case_member c where c.case_id = w.id and c.ended is null and c.ref <> w.ref)
        from mine w join finding f on f.case_id = w.id and f.version = w.version order by f.position
$$;
-- Of every scarce thing the newest list that the asker's household stands in, if they belonged to it
-- before the day of its cut-off and have since without a break: who moved in later reads nothing of
-- what their household asked for before, and who has left reads nothing either.
create function quota_standing(wanted bigint, through uuid) returns table (item text, places integer, n integer, reached integer, got boolean, day date)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on'
as $$
    select distinct on (r.item) r.item, r.places, e.n,
           coalesce((select max(o.n) from quota_offer o where o.round = r.id and o.state <> 'undone'), 0),
           exists (select from quota_offer o where o.round = r.id and o.n = e.n and o.state in ('open', 'accepted')),
           (r.cutoff at time zone 'Asia/Shanghai')::date
    from casefile f join quota_entry e on e.household = f.household join quota_round r on r.id = e.round and r.state = 'frozen'
        join membership m on m.household = e.household and m.person = f.person and m.until is null and m.since < (r.cutoff at time zone 'Asia/Shanghai')::date
    where f.id = wanted and f.accepted is not null and why_written(wanted, through)
    order by r.item, r.ended desc, r.id desc
$$;
-- +goose StatementEnd
revoke execute on function why_opens(bigint, uuid), why_written(bigint, uuid), why_findings(bigint, uuid), quota_standing(bigint, uuid) from public;
grant execute on function why_opens(bigint, uuid), why_findings(bigint, uuid), quota_standing(bigint, uuid) to lianou_gateway;

-- Each reading stands in the log with its purpose, before a word of it is shown.
create policy audit_write_why on audit_entry for insert to lianou_gateway
    with check (case when act <> 'findings.read' then false else actor_kind = 'citizen' and subject = 'case:' || case_id and purpose <> ''
        and actor_id = (select current_setting('lianou.subject', true)) and why_opens(case_id, application::uuid) end);

-- +goose Down
drop policy audit_write_why on audit_entry;
drop function quota_standing(bigint, uuid), why_findings(bigint, uuid), why_written(bigint, uuid), why_opens(bigint, uuid);
alter table finding drop column near_of;
