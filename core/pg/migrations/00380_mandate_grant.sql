-- A helper who is invited before there is an application (请人帮我办, 民法典 art. 165): a
-- person whose name and number were checked gives a code, the helper takes it up from an
-- account of their own. The right stands between two accounts, without a case and so
-- without a township; what is filed by it carries it (mandate.granted).

-- +goose Up
create table mandate_grant (
    id         bigint      generated always as identity primary key,
    principal  text        not null references citizen (id), -- account of who is helped
    name       text        not null check (name <> ''),      -- theirs, as it was checked
    number_key bytea       not null check (length(number_key) = 32), -- keyed hash of their ID number
    kind       text        not null check (kind in ('member', 'entrusted')),
    scopes     text[]      not null check (scopes <@ array['apply', 'supplement', 'notices'] and scopes <> '{}'), -- money never
    from_day   date        not null,
    until_day  date        not null,
    code_key   text        not null unique check (code_key ~ '^[0-9a-f]{64}$'), -- keyed hash of the code with the name
    made       timestamptz not null,
    expires    timestamptz not null, -- of the code
    account    text        references citizen (id),          -- of the helper; null until taken up
    agent      text        not null default '',
    accepted   timestamptz,
    revoked    timestamptz,
    revoked_by text        not null default '' check (revoked_by in ('', 'agent', 'principal', 'staff', 'over')),
    check ((account is null) = (accepted is null)),
    check ((account is null) = (agent = '')),
    check ((revoked is null) = (revoked_by = '')),
    check (account <> principal),
    check (until_day >= from_day and until_day <= from_day + 366)
);
create unique index mandate_grant_live on mandate_grant (principal, account) where account is not null and revoked is null;
create index mandate_grant_account on mandate_grant (account) where account is not null;
create index mandate_grant_principal on mandate_grant (principal);

alter table mandate_grant enable row level security;
create policy mandate_grant_city on mandate_grant to lianou_owner, lianou_platform, lianou_audit, lianou_import, lianou_check, lianou_backup using (true);
-- Through the gateway: each of the two, who has the code with the name, and the job that
-- tells one of them.
create policy mandate_grant_subject on mandate_grant for select to lianou_gateway
    using (principal = (select current_setting('lianou.subject', true)) or account = (select current_setting('lianou.subject', true))
           or 'code:' || code_key = (select current_setting('lianou.subject', true))
           or 'grant:' || id::text = (select current_setting('lianou.subject', true)));
create policy mandate_grant_make on mandate_grant for insert to lianou_gateway
    with check (principal = (select current_setting('lianou.subject', true)) and account is null and revoked is null);
create policy mandate_grant_change on mandate_grant for update to lianou_gateway
    using (principal = (select current_setting('lianou.subject', true)) or account = (select current_setting('lianou.subject', true))
           or 'code:' || code_key = (select current_setting('lianou.subject', true)) and accepted is null)
    with check (principal = (select current_setting('lianou.subject', true)) or account = (select current_setting('lianou.subject', true))
           or 'code:' || code_key = (select current_setting('lianou.subject', true)) and account is not null and revoked is null);
grant select, insert on mandate_grant to lianou_gateway;
grant update (account, agent, accepted, revoked, revoked_by) on mandate_grant to lianou_gateway;
grant select on mandate_grant to lianou_platform, lianou_check, lianou_backup;
grant update (revoked, revoked_by) on mandate_grant to lianou_platform;

-- Whom an application is for, as a keyed hash: an account in a family files for several
-- people, and a helper of one of them sees nothing of the others. Empty on what came before.
alter table case_status add column number_key bytea check (length(number_key) = 32);

alter table mandate add column granted bigint references mandate_grant (id);
create index mandate_granted on mandate (granted) where granted is not null;

-- +goose StatementBegin
-- The grants by which the one who asks reaches an application of who they help: what that
-- account applied for as itself, and what was filed for it by any grant of its own. The
-- number has to be theirs: a name alone is somebody else's as well.
create function grant_by(wanted uuid) returns setof bigint language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select g.id from mandate_grant g where g.account = current_setting('lianou.subject', true) and g.revoked is null
        and exists (select from case_status s left join mandate m on m.application = s.application left join mandate_grant o on o.id = m.granted
                    where s.application = wanted and s.number_key = g.number_key
                        and (m.id is null and s.citizen = g.principal or o.principal = g.principal and o.number_key = g.number_key))
$$;
-- Every application that a grant opens to the one who asks: to the helper while it holds,
-- to who granted it for good, because it is theirs.
create function grant_applications() returns setof uuid language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select s.application from mandate_grant g join mandate m on m.granted = g.id join case_status s on s.application = m.application and s.number_key = g.number_key
        where g.principal = current_setting('lianou.subject', true)
    union
    select s.application from mandate_grant g join case_status s on s.citizen = g.principal and s.number_key = g.number_key
        where g.account = current_setting('lianou.subject', true) and g.revoked is null and g.scopes @> array['notices']
            and g.until_day >= (lianou_now() at time zone 'Asia/Shanghai')::date and s.citizen <> ''
            and not exists (select from mandate m where m.application = s.application)
    union
    select s.application from mandate_grant g join mandate_grant o on o.principal = g.principal and o.number_key = g.number_key
            join mandate m on m.granted = o.id join case_status s on s.application = m.application and s.number_key = g.number_key
        where g.account = current_setting('lianou.subject', true) and g.revoked is null and g.scopes @> array['notices']
            and g.until_day >= (lianou_now() at time zone 'Asia/Shanghai')::date
$$;
-- What was filed by a grant ends it, and it ends all that was filed by it: whoever may end
-- the one, also a person by receipt and number or an officer, need not see the other. It
-- ends nothing of which no part was ended, and tells what it ended, for the entries.
create function mandate_end_with(wanted bigint) returns table (subject text, application text, case_id bigint, region text) language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
#variable_conflict use_column
declare
    ended timestamptz;
    ender text;
begin
    perform from mandate_grant where id = wanted for update;
    select e.revoked, e.revoked_by into ended, ender
        from (select revoked, revoked_by from mandate_grant where id = wanted union all select revoked, revoked_by from mandate where granted = wanted) e
        where e.revoked is not null order by e.revoked limit 1;
    if ended is null or ender = 'over' then
        return;
    end if;
    return query with
        g as (update mandate_grant set revoked = ended, revoked_by = ender where id = wanted and revoked is null returning 'grant:' || id::text as subject),
        m as (update mandate set revoked = ended, revoked_by = ender where granted = wanted and revoked is null
              returning 'mandate:' || id::text as subject, application::text as application, case_id, region)
        select g.subject, '', 0::bigint, '' from g union all select m.subject, m.application, m.case_id, m.region from m;
end
$$;
-- No way of ending the one forgets the other.
create function mandate_ends_whole() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
begin
    if exists (select from mandate m join mandate_grant g on g.id = m.granted
               where g.id = coalesce((to_jsonb(new) ->> 'granted')::bigint, new.id) and g.revoked_by <> 'over' and (g.revoked is null) <> (m.revoked is null)) then
        raise exception 'a grant ends with all that was filed by it' using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger mandate_ends_whole after insert or update on mandate deferrable initially deferred for each row
    when (new.granted is not null) execute function mandate_ends_whole();
create constraint trigger mandate_ends_whole after update on mandate_grant deferrable initially deferred for each row
    when (new.revoked is not null) execute function mandate_ends_whole();
-- For how many households who acts by a mandate acts on a day, all over the city: a number,
-- and nothing of them, because one helper of very many may be a broker.
create function mandate_reach(wanted bigint, on_day date) returns bigint language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    with who as (select account from mandate where id = wanted and account <> '')
    select count(*) from (
        select coalesce('h' || f.household::text, 's' || encode(s.number_key, 'hex'), 'c' || m.case_id::text)
            from who join mandate m using (account) join casefile f on f.id = m.case_id left join case_status s on s.application = m.application
            where m.revoked is null and m.until_day >= on_day
        union
        select 's' || encode(g.number_key, 'hex') from who join mandate_grant g using (account)
            where g.revoked is null and g.until_day >= on_day
                and not exists (select from mandate m join case_status s on s.application = m.application where m.account = g.account and s.number_key = g.number_key)) them
$$;
-- What was taken up stays with who took it up, and what is over is over: no word of either
-- side gives it to another account or brings it back.
create function mandate_grant_stays() returns trigger language plpgsql as $$
begin
    if old.account is not null and (new.account, new.agent, new.accepted) is distinct from (old.account, old.agent, old.accepted)
        or old.revoked is not null and (new.revoked, new.revoked_by) is distinct from (old.revoked, old.revoked_by) then
        raise exception 'a grant stays with who took it up, and is over for good' using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger mandate_grant_stays before update on mandate_grant for each row execute function mandate_grant_stays();
-- Money is never a helper's to see: not by what they filed themselves either.
create or replace function payout_through(wanted bigint) returns setof uuid language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select a.application from case_application a where a.case_id = wanted and a.citizen <> ''
        and a.citizen = current_setting('lianou.subject', true) and a.state not in ('contested', 'set_aside')
        and not exists (select from mandate m where m.application = a.application and (m.revoked is not null or not m.scopes @> array['notices'] or m.granted is not null))
$$;
-- Whether a grant is the asker's own word: what an own policy asks of another table.
create function grant_of(wanted bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp
as $$ select exists (select from mandate_grant g where g.id = wanted and g.principal = current_setting('lianou.subject', true)) $$;
-- +goose StatementEnd
revoke execute on function grant_by(uuid), grant_applications(), grant_of(bigint), mandate_end_with(bigint), mandate_ends_whole(), mandate_reach(bigint, date) from public;
grant execute on function grant_by(uuid), grant_applications(), grant_of(bigint), mandate_end_with(bigint) to lianou_gateway;
grant execute on function mandate_end_with(bigint), mandate_reach(bigint, date) to lianou_platform;

create policy case_status_granted on case_status for select to lianou_gateway
    using (application in (select grant_applications()));
-- A helper who sees the application sees nothing of other helpers.
alter policy mandate_subject on mandate
    using (account <> '' and account = (select current_setting('lianou.subject', true)) or grant_of(granted)
           or exists (select from case_status s where s.application = mandate.application
                      and (s.citizen <> '' and s.citizen = (select current_setting('lianou.subject', true))
                           or s.phone_key <> '' and 'phone:' || s.phone_key = (select current_setting('lianou.subject', true)))));
alter policy mandate_end on mandate
    using (account <> '' and account = (select current_setting('lianou.subject', true)) or grant_of(granted)
           or exists (select from case_status s where s.application = mandate.application
                      and (s.citizen <> '' and s.citizen = (select current_setting('lianou.subject', true))
                           or s.phone_key <> '' and 'phone:' || s.phone_key = (select current_setting('lianou.subject', true)))));
alter policy supplement_put on supplement with check (
    citizen = (select current_setting('lianou.subject', true)) and taken is null
    and (exists (select from case_status s where s.application = supplement.application and s.citizen = supplement.citizen)
         or exists (select from application a where a.id = supplement.application and a.citizen = supplement.citizen)
         or supplement.application in (select grant_applications())));
create policy audit_write_grant on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'citizen' and act in ('mandate.invited', 'mandate.accepted') and case_id = 0);

-- +goose Down
drop policy audit_write_grant on audit_entry;
alter policy supplement_put on supplement with check (
    citizen = (select current_setting('lianou.subject', true)) and taken is null
    and (exists (select from case_status s where s.application = supplement.application and s.citizen = supplement.citizen)
         or exists (select from application a where a.id = supplement.application and a.citizen = supplement.citizen)));
alter policy mandate_end on mandate
    using (account <> '' and account = (select current_setting('lianou.subject', true))
           or exists (select from case_status s where s.application = mandate.application));
alter policy mandate_subject on mandate
    using (account <> '' and account = (select current_setting('lianou.subject', true))
           or exists (select from case_status s where s.application = mandate.application));
drop policy case_status_granted on case_status;
drop trigger mandate_ends_whole on mandate;
drop trigger mandate_ends_whole on mandate_grant;
drop function mandate_ends_whole();
drop function mandate_end_with(bigint);
drop function mandate_reach(bigint, date);
-- +goose StatementBegin
create or replace function payout_through(wanted bigint) returns setof uuid language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select a.application from case_application a where a.case_id = wanted and a.citizen <> ''
        and a.citizen = current_setting('lianou.subject', true) and a.state not in ('contested', 'set_aside')
        and not exists (select from mandate m where m.application = a.application and (m.revoked is not null or not m.scopes @> array['notices']))
$$;
-- +goose StatementEnd
drop function grant_of(bigint);
drop function grant_applications();
drop function grant_by(uuid);
alter table mandate drop column granted;
alter table case_status drop column number_key;
drop table mandate_grant;
drop function mandate_grant_stays();
