-- Nobody makes or approves a batch that pays what they proposed or approved themselves: who decides
-- is not who pays (谁审批谁负责, security.md P16). The look begins at the lines, each of which has one
-- decision.

-- +goose Up
-- +goose StatementBegin
create function payout_decider_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    who bigint := case tg_op when 'INSERT' then new.created_by else new.approved_by end;
begin
    if exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement join decision d on d.id = e.decision
               where l.batch = new.id and who in (d.proposer, d.approver)) then
        raise exception 'who decided does not pay' using errcode = 'check_violation', constraint = 'payout_decider', table = 'payout_batch';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function payout_decider_guard() from public;
create constraint trigger payout_decider_made after insert on payout_batch
    deferrable initially deferred for each row execute function payout_decider_guard();
create trigger payout_decider_guard before update of approved_by on payout_batch for each row execute function payout_decider_guard();

-- +goose Down
drop trigger payout_decider_guard on payout_batch;
drop trigger payout_decider_made on payout_batch;
drop function payout_decider_guard();
