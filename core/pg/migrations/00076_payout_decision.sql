-- No money without an approved decision (F66): an entitlement names the decision
-- and its digest, and the database compares both, when the entitlement is made
-- and again when a line is.

-- +goose Up
alter table payout_entitlement add constraint payout_entitlement_decision
    foreign key (decision) references decision (id);
alter table payout_entitlement add constraint payout_entitlement_claim
    foreign key (claim, case_id, region) references claim (id, case_id, region) on update cascade;

-- +goose StatementBegin
create function payout_decided() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    e payout_entitlement%rowtype;
begin
    if tg_table_name = 'payout_line' then
        select * into e from payout_entitlement where id = (to_jsonb(new) ->> 'entitlement')::bigint;
    else
        e := jsonb_populate_record(null::payout_entitlement, to_jsonb(new));
    end if;
    if not exists (select 1 from decision d where d.id = e.decision and d.claim_id = e.claim
                   and d.outcome = 'approved' and d.digest = e.decision_digest and d.amount = e.amount) then
        raise exception 'no approved decision stands behind this'
            using errcode = 'check_violation', constraint = 'payout_decided', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger payout_entitlement_decided before insert on payout_entitlement
    for each row execute function payout_decided();
create trigger payout_line_decided before insert on payout_line for each row execute function payout_decided();

-- +goose Down
drop trigger payout_line_decided on payout_line;
drop trigger payout_entitlement_decided on payout_entitlement;
drop function payout_decided;
alter table payout_entitlement drop constraint payout_entitlement_claim, drop constraint payout_entitlement_decision;
