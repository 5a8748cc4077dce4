-- Through which of its applications an account sees the money of a case: one that counts
-- there itself, and whose mandate nobody has ended. That some other one of the account
-- counts is not enough: who was sent away must not come back by a second application.

-- +goose Up
-- +goose StatementBegin
create function payout_through(wanted bigint) returns setof uuid language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select a.application from case_application a where a.case_id = wanted and a.citizen <> ''
        and a.citizen = current_setting('lianou.subject', true) and a.state not in ('contested', 'set_aside')
        and not exists (select from mandate m where m.application = a.application and (m.revoked is not null or not m.scopes @> array['notices']))
$$;
create or replace function payout_seen(wanted bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp
as $$ select exists (select from payout_through(wanted)) $$;
-- +goose StatementEnd
revoke execute on function payout_through(bigint) from public;
grant execute on function payout_through(bigint) to lianou_gateway;

-- +goose Down
-- +goose StatementBegin
create or replace function payout_seen(wanted bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    select exists (select from case_application a where a.case_id = wanted and a.citizen <> ''
        and a.citizen = current_setting('lianou.subject', true) and a.state not in ('contested', 'set_aside'))
$$;
-- +goose StatementEnd
drop function payout_through(bigint);
