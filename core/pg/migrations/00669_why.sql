-- "Why not me" (为什么没有我): a household reads for every item how it stands with it and why, as
-- it was judged of its own case, and where it stood in the last list of a scarce thing. It opens to
-- whom the letters of the case are shown (payout_through) and to nobody else; of other households
-- nothing is told but how far the list was gone through.

-- +goose Up
create policy finding_subject on finding for select to lianou_gateway
    using (exists (select from payout_through(case_id)));
grant select (case_id, version, position, item, name, outcome, reasons, near) on finding to lianou_gateway;

-- Of every scarce thing the newest list that the household of a case stands in.
-- +goose StatementBegin
create function quota_standing(wanted bigint) returns table (item text, places integer, n integer, reached integer, got boolean, day date)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on'
as $$
    select distinct on (r.item) r.item, r.places, e.n,
           coalesce((select max(o.n) from quota_offer o where o.round = r.id and o.state <> 'undone'), 0),
           exists (select from quota_offer o where o.round = r.id and o.n = e.n and o.state in ('open', 'accepted')),
           (r.cutoff at time zone 'Asia/Shanghai')::date
    from casefile f join quota_entry e on e.household = f.household join quota_round r on r.id = e.round and r.state = 'frozen'
    where f.id = wanted and exists (select from payout_through(wanted))
    order by r.item, r.ended desc, r.id desc
$$;
-- +goose StatementEnd
revoke execute on function quota_standing(bigint) from public;
grant execute on function quota_standing(bigint) to lianou_gateway;

-- Each reading stands in the log with its purpose, before a word of it is shown.
create policy audit_write_why on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'citizen' and act = 'findings.read' and subject = 'case:' || case_id
                and actor_id = (select current_setting('lianou.subject', true)) and exists (select from payout_through(case_id)));

-- +goose Down
drop policy audit_write_why on audit_entry;
drop function quota_standing(bigint);
revoke select (case_id, version, position, item, name, outcome, reasons, near) on finding from lianou_gateway;
drop policy finding_subject on finding;
