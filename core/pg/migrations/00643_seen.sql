-- 谁看过我的资料: whoever asked for help reads which staff looked at their cases and at their
-- row of the register, when and for what. No name and no account of staff is in it, and
-- nothing of what was shown. Cases count as for their money (payout_through): the account's
-- own, not a helper's; the register's row counts once a case's identity was confirmed, for
-- an account may type a number that is not its own. Both go by the indexes of 00010.

-- +goose Up
-- +goose StatementBegin
create function seen_by_staff(before bigint, most integer) returns table (id bigint, at timestamptz, act text, purpose text, roles text[], place text)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    with mine as materialized (
        select s.case_id, max(case when f.identity = 'match' then f.person end) as person
            from case_status s join casefile f on f.id = s.case_id
            where s.citizen <> '' and s.citizen = current_setting('lianou.subject', true) and s.application in (select payout_through(s.case_id))
                and not exists (select from mandate m where m.application = s.application and m.until_day < (lianou_now() at time zone 'Asia/Shanghai')::date)
            group by s.case_id order by s.case_id desc limit 50),
    looks as (
        select e.* from mine cross join lateral (
            select a.id, a.at, a.actor_id, a.act, a.purpose, a.region from audit_entry a
                where a.case_id = mine.case_id and a.case_id <> 0 and (before = 0 or a.id < before) and a.actor_kind = 'staff'
                    and a.act in ('case.read', 'decision.read', 'field.revealed', 'recording.played', 'paper.opened', 'talk.read', 'status.read', 'letter.checked', 'person.read', 'facts.read')
                order by a.id desc limit least(most, 101)) e
        union
        select e.* from (select distinct person from mine where person is not null) p cross join lateral (
            select a.id, a.at, a.actor_id, a.act, a.purpose, a.region from audit_entry a
                where a.subject = 'person:' || p.person and (before = 0 or a.id < before) and a.actor_kind = 'staff'
                    and a.act in ('person.read', 'field.revealed')
                order by a.id desc limit least(most, 101)) e)
    select l.id, l.at, l.act, l.purpose, coalesce(s.roles, '{}'), coalesce(s.regions[1], l.region)
        from looks l left join staff_account s on s.id::text = l.actor_id
        order by l.id desc limit least(most, 101)
$$;
-- +goose StatementEnd
revoke execute on function seen_by_staff(bigint, integer) from public;
grant execute on function seen_by_staff(bigint, integer) to lianou_gateway;

-- +goose Down
drop function seen_by_staff(bigint, integer);
