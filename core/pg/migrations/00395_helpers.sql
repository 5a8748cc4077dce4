-- Money is the household's own to see. A helper who was invited read the sums in what they
-- could look up, though no payment: here is who is one. And for how many households somebody
-- acts is counted by the index.

-- +goose Up
-- +goose StatementBegin
-- Whether the one who asks reads an application as a helper who was invited: it was filed by
-- an invitation that is not theirs, or it is another account's, whose invitation opens it.
create function grant_veils(wanted uuid, sender text) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select coalesce((select not exists (select from mandate_grant g where g.id = m.granted and g.principal = current_setting('lianou.subject', true))
            from mandate m where m.application = wanted and m.granted is not null),
        sender is distinct from current_setting('lianou.subject', true))
$$;
create or replace function mandate_reach(wanted bigint, on_day date) returns bigint language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    with who as (select account from mandate where id = wanted and account <> '')
    select count(*) from (
        select coalesce('h' || f.household::text, 's' || encode(s.number_key, 'hex'), 'c' || m.case_id::text)
            from who join mandate m using (account) join casefile f on f.id = m.case_id left join case_status s on s.application = m.application
            where m.account <> '' and m.revoked is null and m.until_day >= on_day
        union
        select 's' || encode(g.number_key, 'hex') from who join mandate_grant g using (account)
            where g.revoked is null and g.until_day >= on_day
                and not exists (select from mandate m join case_status s on s.application = m.application
                                where m.account = g.account and m.account <> '' and s.number_key = g.number_key)) them
$$;
-- +goose StatementEnd
revoke execute on function grant_veils(uuid, text) from public;
grant execute on function grant_veils(uuid, text) to lianou_gateway;

-- +goose Down
-- +goose StatementBegin
create or replace function mandate_reach(wanted bigint, on_day date) returns bigint language sql stable security definer
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
-- +goose StatementEnd
drop function grant_veils(uuid, text);
